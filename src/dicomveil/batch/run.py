"""Take the files of a folder one after the other; one bad file stops nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.batch.faults import fault
from dicomveil.batch.layout import Layout
from dicomveil.batch.project import check_apart
from dicomveil.dataset.discover import files_under
from dicomveil.dataset.source import Source
from dicomveil.errors import InstanceError, NotDicom, NotWritten, ProjectKeyError, Refused, TargetExists, UsageError
from dicomveil.pseudonyms.derive import Deriver

if TYPE_CHECKING:
    from dicomveil.engine.deidentify import Deidentifier
    from dicomveil.engine.report import Report
    from dicomveil.pseudonyms.key import ProjectKey

DONE = "done"
SKIPPED = "skipped"


class Outcome(NamedTuple):
    """What became of one input.

    ``number`` counts inputs from 1 in the order of names; ``token`` stands for the input's path and tells nothing of
    it without the key. ``code`` is "done", "skipped", or the code of the error. ``path`` is the input's own: not for
    anything that leaves the house.
    """

    number: int
    token: str
    code: str
    message: str
    report: Report | None
    target: str | None
    path: str


class Run:
    """One pass over a file or a folder; iterate over it to carry it out.

    With ``dry_run`` everything is decided and nothing is written. A single file is written under the target's own
    name, unless that is a folder; the files of a folder are laid out by their stand-ins.

    Raises
    ------
    UsageError
        If the source is not there, or source and target are not apart.
    """

    def __init__(
        self,
        deidentifier: Deidentifier,
        source: str | os.PathLike[str],
        target: str | os.PathLike[str],
        key: ProjectKey,
        *,
        overwrite: bool = False,
        dry_run: bool = False,
    ) -> None:
        self.deidentifier = deidentifier
        self.source = os.fspath(source)
        self.target = os.fspath(target)
        self.overwrite = overwrite
        self.dry_run = dry_run
        self._derive = Deriver(key, "input")
        self._root_length = len(self.source.rstrip(os.sep)) + 1 if os.path.isdir(self.source) else 0
        if not os.path.exists(self.source):
            raise UsageError("the input does not exist")
        check_apart(self.source, self.target)
        if os.path.isdir(self.source) and os.path.isfile(self.target):
            raise UsageError("the input is a folder and the output a file; name a folder for the output")
        self.single = os.path.isfile(self.source) and not (os.path.isdir(self.target) or self.target.endswith(os.sep))
        self._layout = Layout(self.target, dry=dry_run)
        self._taken: set[str] = set()

    def count(self) -> int:
        """Return how many files there are; a listing, nothing is opened."""
        return sum(1 for _ in self.paths())

    def paths(self) -> Iterator[str]:
        """Yield the paths of the files, in the order they are taken; a listing, nothing is opened."""
        return iter([self.source]) if os.path.isfile(self.source) else files_under(self.source)

    def __iter__(self) -> Iterator[Outcome]:
        for number, path in enumerate(self.paths(), 1):
            yield self._outcome(number, path)

    def _outcome(self, number: int, path: str) -> Outcome:
        token = self._derive(path[self._root_length :].encode(errors="surrogateescape"))[:8].hex()
        places: list[str] = []

        def place(report: Report) -> str:
            places.append(self._place(report))
            if self.overwrite and os.path.exists(places[0]) and os.path.samefile(path, places[0]):
                raise Refused("target-is-source", "the target is the source; nothing is ever changed in place")
            return places[0]

        try:
            if self.dry_run:
                with Source.open(path) as source:
                    report = self.deidentifier.prepare(source).report
                if os.path.lexists(place(report)) and not self.overwrite:
                    raise TargetExists
            else:
                report = self.deidentifier.deidentify(path, place, overwrite=self.overwrite)
        except NotDicom as error:
            return Outcome(number, token, SKIPPED, str(error), None, None, path)
        except InstanceError as error:
            code = SKIPPED if error.code == "dicomdir" else error.code
            return Outcome(number, token, code, str(error), None, None, path)
        except OSError as error:
            return Outcome(number, token, "unreadable", os.strerror(error.errno or 0), None, None, path)
        except ProjectKeyError:
            raise  # key or table of stand-ins cannot be used: no file can be done
        except MemoryError:
            return Outcome(number, token, "out-of-memory", "not enough memory for this file", None, None, path)
        except Exception as error:  # a fault of ours: this file is reported, the rest goes on
            return Outcome(number, token, "internal-error", fault(error), None, None, path)
        self._taken.add(places[0])
        return Outcome(number, token, DONE, "", report, places[0], path)

    def _place(self, report: Report) -> str:
        """Name the copy; two inputs of one run never share a name."""
        path = self._own_name() if self.single else self._layout.place(report)
        if path in self._taken:
            raise Refused("duplicate", "another file of this run has the same SOP Instance UID")
        return path

    def _own_name(self) -> str:
        if not self.dry_run:
            try:
                os.makedirs(os.path.dirname(self.target) or ".", exist_ok=True)
            except OSError as error:
                raise NotWritten(os.strerror(error.errno or 0)) from None
        return self.target
