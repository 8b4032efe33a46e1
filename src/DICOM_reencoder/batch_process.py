"""De-identify many files as the documented API promises; one bad file stops nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable

from DICOM_reencoder.anonymize_dicom import Key, deidentifier_for
from dicomveil.errors import DicomveilError


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
    deidentifier = deidentifier_for(patient_prefix, key)
    failed = 0
    for position, (source, target) in enumerate(_targets(sources, output_dir), start=1):
        try:
            os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
            deidentifier.deidentify(source, target, overwrite=True)
        except Exception as error:  # one bad file stops nothing
            failed += 1
            print(f"file {position} of {len(sources)}: {_reason(error)}")
    done = len(sources) - failed
    print(f"{done} of {len(sources)} files de-identified, {failed} failed")


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


def _reason(error: Exception) -> str:
    """Say what went wrong without a path or a value."""
    if isinstance(error, FileNotFoundError):
        return "not found"
    if isinstance(error, DicomveilError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return f"failed ({type(error).__name__})"
