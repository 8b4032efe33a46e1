"""A pydicom data set as the bytes that are edited, and the edited bytes as a data set again."""

from __future__ import annotations

import copy
from io import BytesIO
from typing import TYPE_CHECKING

from dicomveil.dataset.syntax import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE
from dicomveil.errors import EditError

if TYPE_CHECKING:
    from typing import TypeVar

    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.tag import BaseTag

    DataSet = TypeVar("DataSet", bound=Dataset)

_OURS = frozenset({0x00020000, 0x00020010})
"""What pydicom writes into the file meta of its own: the group length, and how the data set is encoded just now."""


def is_data_set(subject: object) -> bool:
    """Tell whether something is a pydicom data set, without importing pydicom for what is none."""
    return any(each.__module__ == "pydicom.dataset" and each.__name__ == "Dataset" for each in type(subject).__mro__)


def encoded_data_set(ds: Dataset) -> bytes:
    """Return a data set as a file: encoded as it was read, or Explicit VR Little Endian if it never was.

    Raises
    ------
    EditError
        If pydicom cannot encode it; the message repeats none of its values.
    """
    import pydicom
    from pydicom.uid import UID

    implicit, little = (bool(ds.original_encoding[0]), ds.original_encoding[1] is not False)
    outgoing = copy.copy(ds)
    outgoing.file_meta = _meta_of(ds)
    syntax = IMPLICIT_LITTLE if implicit else EXPLICIT_LITTLE if little else EXPLICIT_BIG
    outgoing.file_meta.TransferSyntaxUID = UID(syntax)
    outgoing.preamble = bytes(128)
    buffer = BytesIO()
    try:
        pydicom.dcmwrite(buffer, outgoing, implicit_vr=implicit, little_endian=little, force_encoding=True)
    except Exception:  # whatever pydicom says of a value may quote it
        raise EditError("a data set that pydicom cannot encode") from None
    return buffer.getvalue()


def with_changes(ds: DataSet, edited: bytes) -> DataSet:
    """Return a copy of a data set that holds what the edited bytes do."""
    import pydicom

    fresh = pydicom.dcmread(BytesIO(edited), force=True)
    result = copy.deepcopy(ds)
    _take_over(result, fresh)
    if getattr(ds, "file_meta", None) is not None:
        result.file_meta = _meta_of(ds)
        _take_over(result.file_meta, fresh.file_meta, but=_OURS)
    return result


def _take_over(result: Dataset, fresh: Dataset, but: frozenset[int] = frozenset()) -> None:
    for tag in [tag for tag in set(result.keys()) - set(fresh.keys()) if tag not in but]:
        del result[tag]
    for tag in list(fresh.keys()):
        if tag not in but and not (tag in result and _is_same(result, fresh, tag)):
            result[tag] = fresh.get_item(tag)


def _is_same(one: Dataset, other: Dataset, tag: BaseTag) -> bool:
    """Tell whether an element is the same in both; what pydicom cannot decode is compared as it lies."""
    try:
        return bool(one[tag] == other[tag])
    except Exception:  # which may quote the value
        return getattr(one.get_item(tag), "value", None) == getattr(other.get_item(tag), "value", None)


def _meta_of(ds: Dataset) -> FileMetaDataset:
    from pydicom.dataset import FileMetaDataset

    return copy.deepcopy(getattr(ds, "file_meta", None)) or FileMetaDataset()
