"""Edit tags of a data set or a file, and list what is in one."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset

from DICOM_reencoder.core.attributes import EditRefusedError, find_tag
from DICOM_reencoder.core.datasets import load_dataset, save_dataset
from DICOM_reencoder.core.elements import element_for, is_same
from DICOM_reencoder.core.listing import lines_of
from DICOM_reencoder.core.quiet import pydicom_kept_quiet
from DICOM_reencoder.core.recoding import prepare_recoding
from dicomveil.dataset.charset import SPECIFIC_CHARACTER_SET

_LOG = logging.getLogger("DICOM_reencoder")
_FOLLOWERS = {0x00080016: "MediaStorageSOPClassUID", 0x00080018: "MediaStorageSOPInstanceUID"}
_NOT_FOR_EDITING = frozenset({0x00020001, 0x00020002, 0x00020003, 0x00020010})
_NAME_AT_MOST = 64


def modify_tag(ds: Dataset, tag_name: str, value: object) -> bool:
    """Give an attribute a value, whether it is there already or not.

    Parameters
    ----------
    ds
        The data set; it changes only if the answer is True. When SOP Instance UID or SOP Class UID change,
        the File Meta Information follows (PS3.10 7.1); when Specific Character Set changes, all text is
        written anew in it.
    tag_name
        A keyword such as ``"PatientName"``; ``"(0010,0010)"``, ``"00100010"`` and numbers are taken too.
    value
        For text, names, code strings and UIDs a ``str``; for DA, TM and DT a ``str`` or Python's ``date``,
        ``time`` and ``datetime``; for DS and IS a number or ``str``; for binary numbers a number; for AT a
        keyword or number; for SQ data sets; for OB, OW and the like ``bytes``. Several values in a list,
        or parted by backslashes. ``None`` and ``""`` leave the element empty.

    Returns
    -------
    bool
        True if ``ds`` now holds another value than before, and a valid one (PS3.5 6.2: form, range,
        length, characters; PS3.6: number of values). False otherwise, with the reason, though never
        the value, as a warning of the logger ``DICOM_reencoder``.

    Examples
    --------
    >>> ds = Dataset()
    >>> modify_tag(ds, "PatientName", "DOE^JANE"), modify_tag(ds, "PatientName", "DOE^JANE")
    (True, False)
    >>> modify_tag(ds, "StudyDate", "2024-02-30"), "StudyDate" in ds
    (False, False)
    """
    with pydicom_kept_quiet():
        try:
            _edit(ds, find_tag(tag_name), value)
        except EditRefusedError as refusal:
            _LOG.warning("%s not modified: %s", _shown(tag_name), refusal)
            return False
    return True


def modify_tags_batch(
    input_path: str | os.PathLike[str],
    modifications: Mapping[str, object],
    output_path: str | os.PathLike[str],
) -> Dataset:
    """Edit many tags of a file in one go and write the result to another file.

    Names that mean no attribute and values that are not valid are skipped, each with a warning of the
    logger ``DICOM_reencoder`` that names the tag and the reason; the others are carried out. Everything else
    (pixel data, compressed or not, the transfer syntax, private elements) stays the bytes it was.

    Parameters
    ----------
    input_path
        A DICOM file; it is never changed.
    modifications
        Values by tag name, each as for :func:`modify_tag`. Specific Character Set is set before the others.
    output_path
        Where the result goes; an existing file is replaced, missing folders are made.

    Returns
    -------
    pydicom.dataset.Dataset
        The data set as it was written.

    Raises
    ------
    ValueError
        If both paths are the same file, or the result cannot be encoded.
    FileNotFoundError, pydicom.errors.InvalidDicomError
        As :func:`~DICOM_reencoder.core.datasets.load_dataset`.

    Examples
    --------
    >>> import os, pydicom.data, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> source = pydicom.data.get_testdata_file("CT_small.dcm")
    >>> edited = modify_tags_batch(source, {"PatientID": "7"}, os.path.join(folder.name, "out.dcm"))
    >>> edited.PatientID
    '7'
    >>> folder.cleanup()
    """
    if os.path.exists(output_path) and os.path.samefile(input_path, output_path):
        raise ValueError("the output would replace the input")
    ds = load_dataset(input_path)
    first_of_all = [name for name in modifications if _is_character_set(name)]
    for name in [*first_of_all, *(name for name in modifications if name not in first_of_all)]:
        modify_tag(ds, name, modifications[name])
    save_dataset(ds, output_path)
    return ds


def list_all_tags(input_path: str | os.PathLike[str]) -> None:
    """Print every element of a file: tag, VR, keyword and value, a line each.

    A part "File Meta Information" comes first, then a part "Dataset"; items of sequences are indented.
    Long text is cut, and binary values are shown as their length. This prints what identifies the patient.

    Parameters
    ----------
    input_path
        A DICOM file, with or without File Meta Information.

    Raises
    ------
    FileNotFoundError, pydicom.errors.InvalidDicomError
        As :func:`~DICOM_reencoder.core.datasets.load_dataset`.

    Examples
    --------
    >>> import pydicom.data
    >>> list_all_tags(pydicom.data.get_testdata_file("CT_small.dcm"))  # doctest: +ELLIPSIS
    File Meta Information
    ---------------------
    (0002,0000) UL FileMetaInformationGroupLength = 192
    ...
    Dataset
    -------
    (0008,0005) CS SpecificCharacterSet = ISO_IR 100
    ...
    """
    ds = load_dataset(input_path)
    _print_part("File Meta Information", getattr(ds, "file_meta", FileMetaDataset()))
    print()
    _print_part("Dataset", ds)


def _edit(ds: Dataset, tag: int, value: object) -> None:
    """Change one element, or raise EditRefusedError with nothing changed."""
    if tag >> 16 == 2:
        ds = _editable_file_meta(ds, tag)
    new = element_for(ds, tag, value)
    if is_same(ds, new):
        raise EditRefusedError("it has that value already")
    if tag == SPECIFIC_CHARACTER_SET:
        prepare_recoding(ds, new)
    ds[new.tag] = new
    file_meta = getattr(ds, "file_meta", None)
    if tag in _FOLLOWERS and file_meta and new.value:
        setattr(file_meta, _FOLLOWERS[tag], new.value)


def _editable_file_meta(ds: Dataset, tag: int) -> FileMetaDataset:
    if tag in _NOT_FOR_EDITING:
        raise EditRefusedError("this part of the File Meta Information follows the data set")
    file_meta: FileMetaDataset | None = getattr(ds, "file_meta", None)
    if file_meta is None:
        raise EditRefusedError("the data set has no File Meta Information")
    return file_meta


def _is_character_set(name: object) -> bool:
    try:
        return find_tag(name) == SPECIFIC_CHARACTER_SET  # type: ignore[arg-type]  # anything may be a key
    except EditRefusedError:
        return False


def _shown(name: object) -> str:
    """Return a name for the log: no line breaks, not endless."""
    return f"{name:#010x}" if isinstance(name, int) else ascii(name)[:_NAME_AT_MOST]


def _print_part(title: str, ds: pydicom.Dataset) -> None:
    print(title)
    print("-" * len(title))
    for line in lines_of(ds) or ["(none)"]:
        print(line)
