"""Read addresses as users write them; an unknown name is answered with the nearest keyword."""

from __future__ import annotations

from dicomveil.dataset.address import Address, parse
from dicomveil.errors import AddressError, EditError
from dicomveil.standard.dictionary import keyword_of, nearest_keywords, tag_of

TYPE_CHECKING = False  # type checkers take it for typing's, which is slow to import
if TYPE_CHECKING:
    from typing import TypeAlias

    Addressed: TypeAlias = Address | str

_LONGEST_SHOWN = 64


def read_address(written: Addressed, *, called: str | None = None) -> Address:
    """Return the address a user has written; see :func:`dicomveil.dataset.address.parse` for the spellings.

    Raises
    ------
    EditError
        If it is none. The message repeats what was written, which is a name and no value, or what that is ``called``
        where it may be a value.

    Examples
    --------
    >>> str(read_address("ReferencedStudySequence[0].ReferencedSOPInstanceUID"))
    '(0008,1110)[0].(0008,1155)'
    >>> read_address("PatientNam")
    Traceback (most recent call last):
        ...
    dicomveil.errors.EditError: PatientNam: no such attribute; did you mean PatientName?
    """
    if isinstance(written, Address):
        return written
    try:
        return parse(written, tag_of=tag_of)
    except AddressError as error:
        raise EditError(f"{called or _shown(written)}: {_explained(written, error)}") from None


def spelled(address: Address) -> str:
    """Return an address with keywords where attributes have one.

    >>> spelled(read_address("(0008,1110)[*].(0008,1155)"))
    'ReferencedStudySequence[*].ReferencedSOPInstanceUID'
    """
    return address.spelled(keyword_of)


def _explained(written: str, error: AddressError) -> str:
    if error.expected != "a known keyword":
        return str(error)
    word = ""
    for character in written[error.position :]:
        if not character.isalnum():
            break
        word += character
    near = nearest_keywords(word, n=1)
    return "no such attribute" + (f"; did you mean {near[0]}?" if near else "")


def _shown(written: str) -> str:
    text = written if written.isprintable() else ascii(written)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "..."
