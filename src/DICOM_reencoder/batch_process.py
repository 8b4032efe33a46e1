"""De-identify many files as the documented API promises; one bad file stops nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from DICOM_reencoder.anonymize_dicom import Key, deidentifier_for
from dicomveil.batch.outcome import DONE
from dicomveil.batch.sources.inputs import Input
from dicomveil.batch.worker import Worker
from dicomveil.errors import NotWritten

if TYPE_CHECKING:
    from dicomveil.batch.outcome import Outcome


def anonymize_batch(
    file_list: Iterable[str | os.PathLike[str]],
    output_dir: str | os.PathLike[str] | None = None,
    *,
    patient_prefix: str = "ANON",
    key: Key = None,
) -> None:
    """De-identify files, each as :func:`~DICOM_reencoder.anonymize_dicom.anonymize_dicom` does.

    Files of one patient get one ID. A file that fails is reported by its position in the list (its name
    may hold the patient's), and the rest is done. A summary is printed at the end.

    Parameters
    ----------
    file_list
        DICOM files; none of them is changed or replaced.
    output_dir
        Where results go, as ``<stem>_anonymized.dcm``; made if absent. Without it, beside each input.
        Inputs of one name get ``_2``, ``_3`` and so on; results of an earlier run are replaced.
    patient_prefix, key
        As for :func:`~DICOM_reencoder.anonymize_dicom.anonymize_dicom`.

    Raises
    ------
    TypeError
        If ``file_list`` is a single path.
    dicomveil.errors.ProjectKeyError, dicomveil.errors.UsageError
        If the key, or the prefix, cannot be used; before any file is read.

    Examples
    --------
    >>> anonymize_batch(["absent.dcm"])
    file 1 of 1: not found
    0 of 1 files de-identified, 1 failed
    """
    if isinstance(file_list, str | bytes | os.PathLike):
        raise TypeError("file_list is a list of paths; put a single path in a list")
    sources = [os.fspath(path) for path in file_list]
    pairs = list(_targets(sources, output_dir))
    worker = Worker(
        deidentifier_for(patient_prefix, key), lambda _, item: _made(pairs[item.number - 1][1]), overwrite=True
    )
    failed = 0
    for position, (source, _) in enumerate(pairs, start=1):
        outcome = worker.take(Input(position, source, ""), "")
        if outcome.code != DONE:
            failed += 1
            print(f"file {position} of {len(sources)}: {_reason(outcome)}")
    done = len(sources) - failed
    print(f"{done} of {len(sources)} files de-identified, {failed} failed")


def _made(target: str) -> str:
    """Make the folder of a result."""
    try:
        os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
    except OSError as error:
        raise NotWritten(os.strerror(error.errno or 0)) from None
    return target


def _targets(sources: list[str], output_dir: str | os.PathLike[str] | None) -> list[tuple[str, str]]:
    """Give each source a target of its own, which is no source either, whatever case and links do."""
    taken = {_place(source) for source in sources}
    pairs = []
    for source in sources:
        folder = os.path.dirname(source) if output_dir is None else os.fspath(output_dir)
        stem = os.path.splitext(os.path.basename(source))[0]
        target, number = os.path.join(folder, f"{stem}_anonymized.dcm"), 1
        while _place(target) in taken:
            number += 1
            target = os.path.join(folder, f"{stem}_anonymized_{number}.dcm")
        taken.add(_place(target))
        pairs.append((source, target))
    return pairs


def _place(path: str) -> str:
    return os.path.realpath(path).casefold()


def _reason(outcome: Outcome) -> str:
    """Say what went wrong without a path or a value."""
    if outcome.message == os.strerror(errno.ENOENT):
        return "not found"
    return outcome.message.lower() if outcome.code == "unreadable" else outcome.message
