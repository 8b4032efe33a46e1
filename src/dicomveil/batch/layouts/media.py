"""An output for media and viewers: names that a DICOMDIR may refer to, and the DICOMDIR itself (PS3.10 8).

A File ID has components of at most eight characters, A to Z, 0 to 9 and the underscore; our names by UID are none.
These are derived from the stand-ins in a copy instead of being counted: a copy has its name without knowledge of the
others, so that workers write it where it stays, and a later run adds to an output without renaming anything.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
from typing import TYPE_CHECKING

from dicomveil.batch.layouts.layout import Layout
from dicomveil.dataset.directory import directory
from dicomveil.dataset.directory_records import records_of
from dicomveil.dataset.discover import files_under
from dicomveil.dataset.source import Source
from dicomveil.dataset.write import Draft, same_bytes
from dicomveil.errors import InstanceError, NotWritten
from dicomveil.pseudonyms.uids import uid_from_digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dicomveil.batch.sources.inputs import Input
    from dicomveil.dataset.directory import Record
    from dicomveil.engine.report import Report

DIRECTORY_NAME = "DICOMDIR"
_COMPONENT_BYTES = 5
"""Eight characters of base32. In series of a thousand, two of a million copies want one name in one of 2,000 outputs.

The second is then told of as a duplicate, as if it had the first one's SOP Instance UID: it is not lost unsaid.
"""

_NO_RECORD = "what a directory record must have is missing, or cannot be read"
_FILE_ID = re.compile(r"[A-Z2-7]{8}(/[A-Z2-7]{8}){3}")


def by_file_ids(report: Report, item: Input) -> tuple[str, str]:
    """Return folder and name of a copy: components for patient, study, series and instance.

    >>> from dicomveil.engine.report import Report
    >>> by_file_ids(Report("1.2", "P-1", "2.25.1", "2.25.2", "2.25.3"), None)
    ('ZLEDYPSN/F35T6AY6/AVMNAN3U', '47ZXQRUO')
    """
    patient, study, series = map(_component, (report.patient, report.study_uid, report.series_uid))
    return f"{patient}/{study}/{series}", _component(report.instance_uid)


def _component(stand_in: str) -> str:
    return base64.b32encode(hashlib.blake2b(stand_in.encode(), digest_size=_COMPONENT_BYTES).digest()).decode()


class Media(Layout):
    """Copies under File IDs, and at the end of a run a DICOMDIR of all that are there, whichever run made them."""

    is_finished_later = True

    def __init__(self, root: str, *, dry: bool = False) -> None:
        super().__init__(root, by_file_ids, dry=dry)

    def finish(self) -> list[str]:
        """Write the DICOMDIR, whole or not at all; say what is not in it."""
        unlisted: dict[str, list[str]] = {}
        branches = sorted(self._branches(unlisted), key=_order)
        problems = [_unlisted(why, file_ids) for why, file_ids in sorted(unlisted.items())]
        if branches or os.path.lexists(self._path):
            try:
                self._write(directory(branches, uid_from_digest))
            except NotWritten as error:
                self.is_finished = False
                problems.append(f"the DICOMDIR could not be written: {error}; make space and run it again")
        return problems

    @property
    def _path(self) -> str:
        return f"{self.root}/{DIRECTORY_NAME}"

    def _branches(self, unlisted: dict[str, list[str]]) -> Iterator[tuple[Record, ...]]:
        known: dict[Record, Record] = {}
        for path in files_under(self.root):
            file_id = path[len(self.root.rstrip(os.sep)) + 1 :].replace(os.sep, "/")
            if not _FILE_ID.fullmatch(file_id):
                continue
            try:
                *above, leaf = records_of(path, file_id)
                yield *(known.setdefault(record, record) for record in above), leaf
            except InstanceError:
                unlisted.setdefault(_NO_RECORD, []).append(file_id)
            except OSError as error:
                unlisted.setdefault(os.strerror(error.errno or 0), []).append(file_id)

    def _write(self, content: bytes) -> None:
        with Draft(self._path, overwrite=True) as draft:
            draft.write(Source.in_memory(b""), [content])
            if not same_bytes(draft.fd, self._path):
                draft.publish()


def _unlisted(why: str, file_ids: list[str]) -> str:
    more = f" and {len(file_ids) - 1} more" if len(file_ids) > 1 else ""
    return f"the DICOMDIR does not list {file_ids[0]}{more}: {why}"


def _order(branch: tuple[Record, ...]) -> tuple[tuple[str, int, bytes], ...]:
    """Return what a copy is sorted by: patient, study, series and instance."""
    return tuple(record.order for record in branch)
