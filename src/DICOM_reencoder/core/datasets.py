"""Load a data set from a DICOM file, and save one so that a whole file appears or none."""

from __future__ import annotations

import contextlib
import copy
import os
import re
import secrets
from typing import TypeVar

import pydicom
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from DICOM_reencoder.core.attributes import as_it_lies
from DICOM_reencoder.core.quiet import pydicom_kept_quiet
from dicomveil.dataset.part10 import looks_like_data_set

PathT = TypeVar("PathT", bound="str | os.PathLike[str]")

_PIXEL_DATA = 0x7FE00010
_DELIMITERS = 0xFFFE  # stray ones are no elements, and pydicom trips over them
_UNDEFINED_LENGTH = 0xFFFFFFFF
_ENOUGH_TO_TELL_BYTES = 132 + 16
_BY_ENCODING = {
    (True, True): ImplicitVRLittleEndian,
    (False, True): ExplicitVRLittleEndian,
    (False, False): ExplicitVRBigEndian,
}


def load_dataset(path: str | os.PathLike[str]) -> FileDataset:
    """Read a DICOM file with pydicom.

    Files without the 128-byte preamble, or without File Meta Information (PS3.10 7.1), are read too if
    their first bytes look like a data set.

    Parameters
    ----------
    path
        The file; its name does not matter.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    IsADirectoryError
        If it is a folder.
    pydicom.errors.InvalidDicomError
        If it is no DICOM file, ends early, or cannot be understood. The message quotes nothing of it.

    Examples
    --------
    >>> import pydicom.data
    >>> load_dataset(pydicom.data.get_testdata_file("CT_small.dcm")).Modality
    'CT'
    >>> load_dataset(__file__)
    Traceback (most recent call last):
        ...
    pydicom.errors.InvalidDicomError: not a DICOM file
    """
    with open(path, "rb") as file:
        head = file.read(_ENOUGH_TO_TELL_BYTES)
    if head[128:132] != b"DICM" and not looks_like_data_set(head):
        raise InvalidDicomError("not a DICOM file")
    with pydicom_kept_quiet() as caught:
        try:
            dataset = pydicom.dcmread(path, force=True)
        except Exception as error:
            if _is_of_the_system(error):
                raise
            raise InvalidDicomError("a DICOM file that cannot be understood") from None
    if any("end of file" in str(warning.message).lower() for warning in caught) or _ends_early(dataset):
        raise InvalidDicomError("a DICOM file that ends early")
    return dataset


def save_dataset(ds: pydicom.Dataset, path: PathT) -> PathT:
    """Write a data set as a DICOM file.

    Missing parent folders are made. The file is written under a temporary name in its folder and then
    renamed: whatever happens, there is a whole file under ``path``, the old one, or none. An existing
    file is replaced. ``ds`` itself stays as it is.

    File Meta Information is completed: the SOP Class and Instance UIDs follow the data set, and a data set
    without a transfer syntax gets the one it was read with, or Explicit VR Little Endian. A data set that
    has no SOP Class or Instance UID at all is written without these two; readers accept that, though
    PS3.10 7.1 does not.

    Parameters
    ----------
    ds
        The data set. Elements nobody touched since it was read are written as the bytes they were.
    path
        Where to.

    Returns
    -------
    str or os.PathLike
        ``path``, as it was given.

    Raises
    ------
    ValueError
        If the data set cannot be encoded: a value that does not fit its VR, compressed pixel data without
        a transfer syntax. The message names the tag, if it is known, never the value.
    OSError
        If the system refuses.

    Examples
    --------
    >>> import os, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> ds = pydicom.Dataset()
    >>> ds.PatientID = "12345"
    >>> path = save_dataset(ds, os.path.join(folder.name, "new", "one.dcm"))
    >>> load_dataset(path).PatientID
    '12345'
    >>> folder.cleanup()
    """
    outgoing = copy.copy(ds)
    outgoing.file_meta = _completed_file_meta(ds)
    whole = all(outgoing.file_meta.get(f"MediaStorageSOP{kind}UID") for kind in ("Class", "Instance"))
    outgoing.preamble = getattr(ds, "preamble", None) or bytes(128)
    target: str | os.PathLike[str] = path
    folder = os.path.dirname(os.path.abspath(target))
    os.makedirs(folder, exist_ok=True)
    partial = os.path.join(folder, f".{secrets.token_hex(8)}.part")
    try:
        _write(outgoing, partial, whole=whole)
        os.replace(partial, target)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(partial)
        raise
    return path


def _write(ds: pydicom.Dataset, path: str, *, whole: bool) -> None:
    with open(path, "xb") as file, pydicom_kept_quiet():
        try:
            pydicom.dcmwrite(file, ds, enforce_file_format=whole and _is_known(ds), **_forced_encoding(ds))
        except Exception as error:
            if _is_of_the_system(error):
                raise
            raise ValueError(f"the data set cannot be encoded{_at_tag(error)}") from None


def _forced_encoding(ds: pydicom.Dataset) -> dict[str, bool]:
    """Return how to encode a data set whose transfer syntax pydicom does not know: as it was read."""
    implicit, little = ds.original_encoding
    if _is_known(ds) or implicit is None or little is None:
        return {}
    return {"implicit_vr": implicit, "little_endian": little, "force_encoding": True}


def _is_known(ds: pydicom.Dataset) -> bool:
    syntax = ds.file_meta.TransferSyntaxUID
    return bool(syntax.is_private or syntax.is_transfer_syntax)


def _completed_file_meta(ds: pydicom.Dataset) -> FileMetaDataset:
    meta = copy.deepcopy(getattr(ds, "file_meta", None)) or FileMetaDataset()
    with pydicom_kept_quiet():
        for kind in ("Class", "Instance"):
            uid = ds.get(f"SOP{kind}UID")
            if uid:
                setattr(meta, f"MediaStorageSOP{kind}UID", uid)
    if not meta.get("TransferSyntaxUID"):
        meta.TransferSyntaxUID = _transfer_syntax_of(ds)
    if "FileMetaInformationVersion" not in meta:
        meta.FileMetaInformationVersion = b"\x00\x01"
    meta.FileMetaInformationGroupLength = 0  # counted when written
    return meta


def _transfer_syntax_of(ds: pydicom.Dataset) -> pydicom.uid.UID:
    """Return the transfer syntax of a data set that does not say; compressed pixels have to."""
    pixel_data = as_it_lies(ds, _PIXEL_DATA) if _PIXEL_DATA in ds else None
    if isinstance(pixel_data, RawDataElement):
        is_encapsulated = pixel_data.length == _UNDEFINED_LENGTH
    else:
        is_encapsulated = pixel_data is not None and pixel_data.is_undefined_length
    if is_encapsulated:
        raise ValueError("compressed pixel data needs a Transfer Syntax UID in file_meta")
    implicit, little = ds.original_encoding
    if implicit is None or little is None:
        return ExplicitVRLittleEndian
    return _BY_ENCODING[implicit, little]


def _ends_early(ds: FileDataset) -> bool:
    if not ds:
        return True
    tag = max(ds.keys())
    last = as_it_lies(ds, tag) if tag.group != _DELIMITERS else None
    if not isinstance(last, RawDataElement) or last.value is None:
        return False
    return last.length not in (_UNDEFINED_LENGTH, len(last.value))


def _is_of_the_system(error: Exception) -> bool:
    """Tell a full disk from pydicom's own OSError, which quotes values and carries no number."""
    cause = error.__cause__ or error
    return isinstance(cause, OSError) and cause.errno is not None


def _at_tag(error: Exception) -> str:
    found = re.match(r"With tag (\([0-9A-Fa-f]{4},[0-9A-Fa-f]{4}\))", str(error))
    return f" at {found[1]}" if found else ""
