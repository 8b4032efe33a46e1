"""Take one input after the other and say what became of each; one bad file stops nothing."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from dicomveil.batch.action_lists import ActionLists
from dicomveil.batch.faults import code_and_message
from dicomveil.batch.fingerprint import fingerprint as fingerprint_of
from dicomveil.batch.outcome import DONE, THERE_ALREADY, Outcome
from dicomveil.batch.sources.inputs import opened, said_of
from dicomveil.batch.storage.places import draft, holds, is_taken
from dicomveil.dataset.source import Source
from dicomveil.errors import NotDicom, ProjectKeyError, Refused, TargetExists

if TYPE_CHECKING:
    from collections.abc import Callable

    from dicomveil.batch.sources.inputs import Input
    from dicomveil.engine.deidentify import Deidentifier, Made
    from dicomveil.engine.report import Report


class Worker:
    """Carries out one recipe on inputs, one after the other; what one teaches helps with the next.

    Parameters
    ----------
    place
        Names the copy of an input, and makes its folder.
    whole
        Take fingerprints over whole files.
    same_is_done
        A copy that is there already, byte for byte, counts as done: a run that was killed may have written it.
    """

    def __init__(
        self,
        deidentifier: Deidentifier,
        place: Callable[[Report, Input], str],
        *,
        overwrite: bool = False,
        dry_run: bool = False,
        whole: bool = False,
        same_is_done: bool = False,
    ) -> None:
        self.deidentifier = deidentifier
        self.overwrite = overwrite
        self.dry_run = dry_run
        self._place = place
        self._whole = whole
        self._same_is_done = same_is_done
        self._actions = ActionLists()

    def take(self, item: Input, token: str, *, may_replace: str = "", fingerprint: bytes = b"") -> Outcome:
        """De-identify one input.

        ``may_replace`` is a copy that may be replaced, mostly this very input's; ``overwrite`` allows it for all.
        With the ``fingerprint`` that all of its bytes had when its copy was made, the same bytes are not done again.

        Raises
        ------
        ProjectKeyError
            If the key or the table of stand-ins cannot be used, so that no file can be done.
        """
        begin = time.perf_counter()
        actions = same = None
        copy_bytes = 0
        code, message, report, target, print_, size, changed_ns = DONE, "", None, None, b"", item.size, item.changed_ns
        try:
            with opened(item) as source:
                size, changed_ns = source.size, source.changed_ns
                made = self.deidentifier.prepare(source)
                print_ = self._fingerprint(source, made)
                target = self._place(made.report, item)
                same = print_ == fingerprint if fingerprint else None
                if not (same and self._whole):
                    copy_bytes = self._publish(made, source, target, overwrite=self.overwrite or target == may_replace)
                report = made.report
                actions = self._actions.of(report)
        except ProjectKeyError:
            raise  # key or table of stand-ins cannot be used: no file can be done
        except Exception as error:  # whatever is wrong with this file, the rest goes on
            code, message = code_and_message(error)
            if isinstance(error, NotDicom):
                message = said_of(item) or message
        if code not in (DONE, THERE_ALREADY):
            target = None
        seconds = time.perf_counter() - begin
        return Outcome(
            item.number,
            token,
            code,
            message,
            report,
            target,
            item.path,
            size,
            changed_ns,
            print_,
            seconds,
            actions,
            is_same=same,
            copy_bytes=copy_bytes,
        )

    def _fingerprint(self, source: Source, made: Made) -> bytes:
        if self._whole:
            return fingerprint_of(source, None)
        return fingerprint_of(made.part10.source, made.pixels_at)

    def _publish(self, made: Made, source: Source, target: str, *, overwrite: bool) -> int:
        """Write a copy under its name; return its size."""
        if overwrite and _is_open_as(source, target):
            raise Refused("target-is-source", "the target is the source; nothing is ever changed in place")
        if self.dry_run:
            if not overwrite and is_taken(target):
                raise TargetExists
            return 0
        with draft(target, overwrite=overwrite) as copy:
            try:
                self.deidentifier.finish(made, source, copy)
            except TargetExists:
                if not (self._same_is_done and holds(target, copy.fd)):
                    raise
            return os.fstat(copy.fd).st_size


def _is_open_as(source: Source, path: str) -> bool:
    try:
        return source.fd >= 0 and os.path.samestat(os.fstat(source.fd), os.stat(path))
    except OSError:
        return False
