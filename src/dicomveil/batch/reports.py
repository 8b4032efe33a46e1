"""Write what was done to each instance, a line each, without saying the same thing twice."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, TextIO

from dicomveil.standard import EDITION
from dicomveil.version import VERSION

if TYPE_CHECKING:
    from dicomveil.batch.run import Outcome
    from dicomveil.engine.report import Report


class ReportWriter:
    """Appends JSON Lines: ``run`` once, ``actions`` once for each new list of actions, ``file`` for each file.

    Most files of a series have the same actions done to them; they are written once and named by number. No line
    holds a value or a path of the input.
    """

    def __init__(self, path: str, recipe: str) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._stream: TextIO = os.fdopen(descriptor, "a", encoding="utf-8")
        self._numbers: dict[tuple[int, ...], tuple[int, list[object]]] = {}
        self._by_content: dict[str, int] = {}
        self._line({"run": {"dicomveil": VERSION, "standard": f"PS3.15 {EDITION}", "recipe": recipe}})

    def write(self, outcome: Outcome) -> None:
        """Write one file's line."""
        line: dict[str, object] = {"file": outcome.number, "token": outcome.token, "code": outcome.code}
        report = outcome.report
        if report is not None:
            line["actions"] = self._number(report)
            line["instance"] = report.instance_uid
            line["sop_class"] = report.sop_class_uid
            if report.pixels_not_checked:
                line["pixels_not_checked"] = True
            if report.trailing_bytes:
                line["trailing_bytes_dropped"] = report.trailing_bytes
        if outcome.message:
            line["message"] = outcome.message
        self._line(line)

    def close(self) -> None:
        """Write what is left."""
        self._stream.close()

    def _number(self, report: Report) -> int:
        """Return the number of a report's actions; the same groups of notes are the same actions."""
        key = tuple(map(id, report.notes))
        known = self._numbers.get(key)
        if known is None:
            content = json.dumps(list(report.lines()))
            number = self._by_content.get(content, len(self._by_content))
            if number == len(self._by_content):
                self._by_content[content] = number
                self._stream.write(f'{{"actions": {number}, "done": {content}}}\n')
            if len(self._numbers) >= _MOST_KNOWN:
                self._numbers.clear()
            known = self._numbers[key] = (number, report.notes)  # held, so that no other object gets their ids
        return known[0]

    def _line(self, line: dict[str, object]) -> None:
        self._stream.write(json.dumps(line) + "\n")


_MOST_KNOWN = 256  # portions come as copies with ids of their own; old ones never come again
