"""Take the files of a folder one after the other, in this process, remembering nothing; one bad file stops nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dicomveil.batch.layouts.layout import Layout
from dicomveil.batch.outcome import DONE, DUPLICATE, DUPLICATE_MESSAGE, SKIPPED, Other, Outcome
from dicomveil.batch.records.tokens import Tokens
from dicomveil.batch.sources import archives
from dicomveil.batch.sources.inputs import Input, Inputs
from dicomveil.batch.storage.places import check_apart, is_file, is_url, names_folder, spelled
from dicomveil.batch.worker import Worker
from dicomveil.errors import NotWritten, Refused, UsageError

if TYPE_CHECKING:
    from dicomveil.engine.deidentify import Deidentifier
    from dicomveil.engine.report import Report
    from dicomveil.pseudonyms.key import ProjectKey

__all__ = ["DONE", "SKIPPED", "Outcome", "Run"]


class Run:
    """One pass over a file or a folder; iterate over it to carry it out.

    With ``dry_run`` everything is decided and nothing is written. A single file is written under the target's own
    name, unless that is a folder; the files of a folder are laid out by their stand-ins, or as ``layout`` says.

    Raises
    ------
    UsageError
        If the source is not there, or source and target are not apart.
    """

    def __init__(
        self,
        deidentifier: Deidentifier,
        source: str | os.PathLike[str] | Inputs,
        target: str | os.PathLike[str],
        key: ProjectKey,
        *,
        overwrite: bool = False,
        dry_run: bool = False,
        layout: Layout | None = None,
    ) -> None:
        self.deidentifier = deidentifier
        self.target = spelled(target)
        self.overwrite = overwrite
        self.dry_run = dry_run
        self._tokens = Tokens(key)
        self.inputs = source if isinstance(source, Inputs) else Inputs(source)
        self.source = self.inputs.root
        check_apart(self.source, self.target)
        if not self.inputs.is_single and is_file(self.target):
            raise UsageError("the input is a folder and the output a file; name a folder for the output")
        self.single = self.inputs.is_single and not names_folder(self.target)
        self._layout = layout or Layout(self.target, dry=dry_run)
        self._worker = Worker(deidentifier, self._place, overwrite=overwrite, dry_run=dry_run)
        self._taken: dict[str, Other] = {}
        self._other: Other | None = None

    def count(self) -> int:
        """Return how many files there are; a listing, nothing is opened."""
        return self.inputs.count()

    def paths(self) -> Iterator[str]:
        """Yield the paths of the files, in the order they are taken; a listing, nothing is opened."""
        return self.inputs.paths()

    def __iter__(self) -> Iterator[Outcome]:
        try:
            for item in self.inputs:
                yield self._outcome(item)
        finally:
            archives.let_go()

    def _outcome(self, item: Input) -> Outcome:
        token = self._tokens.of(item).hex()
        outcome = self._worker.take(item, token)
        if outcome.code == DONE and outcome.target is not None:
            self._taken[outcome.target] = Other(item.number, item.path)
            return outcome
        return outcome._replace(target=None, other=self._other if outcome.code == DUPLICATE else None)

    def _place(self, report: Report, item: Input) -> str:
        """Name the copy; two inputs of one run never share a name."""
        path = self._own_name() if self.single else self._layout.place(report, item)
        self._other = self._taken.get(path)
        if self._other is not None:
            raise Refused(DUPLICATE, DUPLICATE_MESSAGE)
        return path

    def _own_name(self) -> str:
        if not self.dry_run and not is_url(self.target):
            try:
                os.makedirs(os.path.dirname(self.target) or ".", exist_ok=True)
            except OSError as error:
                raise NotWritten(os.strerror(error.errno or 0)) from None
        return self.target
