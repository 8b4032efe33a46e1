"""Write what was done to each instance, a line each, without saying the same thing twice."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, TextIO

from dicomveil.standard import EDITION
from dicomveil.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dicomveil.batch.action_lists import ActionList
    from dicomveil.batch.outcome import Outcome


class ReportWriter:
    """Appends JSON Lines: ``run`` once, ``actions`` once for each new list of actions, ``file`` for each file.

    Most files of a series have the same actions done to them; they are written once and named by number. No line
    holds a value or a path of the input.
    """

    def __init__(self, path: str, recipe: str) -> None:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        size = os.fstat(descriptor).st_size
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"  # by a kill in the middle of a line
        self._stream: TextIO = os.fdopen(descriptor, "a", encoding="utf-8")
        if torn:
            self._stream.write("\n")
        self._numbers: dict[bytes, int] = {}
        self._line({"run": {"dicomveil": VERSION, "standard": f"PS3.15 {EDITION}", "recipe": recipe}})

    def write(self, outcome: Outcome) -> None:
        """Write one file's line."""
        line: dict[str, object] = {"file": outcome.number, "token": outcome.token, "code": outcome.code}
        report = outcome.report
        if report is not None:
            if outcome.actions is not None:
                line["actions"] = self._number(outcome.actions)
            line["instance"] = report.instance_uid
            line["sop_class"] = report.sop_class_uid
            if report.pixels_not_checked:
                line["pixels_not_checked"] = True
            if report.trailing_bytes:
                line["trailing_bytes_dropped"] = report.trailing_bytes
        if outcome.other is not None and outcome.other.number:
            line["duplicate_of"] = outcome.other.number
        if outcome.message:
            line["message"] = outcome.message
        self._line(line)

    def write_through(self, outcomes: Iterable[Outcome]) -> None:
        """Write the lines of several files and hand them to the operating system."""
        for outcome in outcomes:
            self.write(outcome)
        self._stream.flush()

    def close(self) -> None:
        """Write what is left."""
        self._stream.close()

    def _number(self, actions: ActionList) -> int:
        """Return the number of a list of actions, which is written when it is new."""
        number = self._numbers.get(actions.digest)
        if number is None:
            number = self._numbers[actions.digest] = len(self._numbers)
            self._stream.write(f'{{"actions": {number}, "done": {actions.told}}}\n')
        return number

    def _line(self, line: dict[str, object]) -> None:
        self._stream.write(json.dumps(line) + "\n")
