"""Read addresses as users write them; an unknown name is answered with the nearest keyword."""

from __future__ import annotations

from dicomveil.dataset.address import Address, Step, parse
from dicomveil.errors import AddressError, EditError
from dicomveil.standard.dictionary import keyword_of, nearest_keywords, tag_of, vr_of

TYPE_CHECKING = False  # type checkers take it for typing's, which is slow to import
if TYPE_CHECKING:
    from typing import TypeAlias

    Addressed: TypeAlias = Address | str | int | tuple[int, int]

_LONGEST_SHOWN = 64
_MAY_HOLD = (None, "SQ", "UN")


def read_address(written: Addressed, *, called: str | None = None) -> Address:
    """Return the address a user has written; see :func:`dicomveil.dataset.address.parse` for the spellings.

    A number is a tag, a pair of numbers its group and element.

    Raises
    ------
    EditError
        If it is none, or has an item number behind what is no sequence. The message repeats what was written, which is
        a name and no value, or what that is ``called`` where it may be a value.

    Examples
    --------
    >>> str(read_address("ReferencedStudySequence[0].ReferencedSOPInstanceUID"))
    '(0008,1110)[0].(0008,1155)'
    >>> str(read_address(0x00100010)), str(read_address((0x0010, 0x0010)))
    ('(0010,0010)', '(0010,0010)')
    >>> read_address("PatientNam")
    Traceback (most recent call last):
        ...
    dicomveil.errors.EditError: PatientNam: no such attribute; did you mean PatientName?
    """
    if isinstance(written, Address):
        return written
    if not isinstance(written, str):
        return Address((Step(_tag(written)),))
    try:
        address = parse(written, tag_of=tag_of)
    except AddressError as error:
        raise EditError(f"{called or _shown(written)}: {_explained(written, error)}") from None
    check_steps(address)
    return address


def check_steps(address: Address) -> None:
    """Refuse items of an attribute that PS3.6 says is no sequence.

    Raises
    ------
    EditError
        Names the address.
    """
    for step in address.steps:
        if step.item is not None and step.is_exact and vr_of(step.tag) not in _MAY_HOLD:
            raise EditError(f"{spelled(address)}: an item of {keyword_of(step.tag)}, which is no sequence")


def spelled(address: Address) -> str:
    """Return an address with keywords where attributes have one.

    >>> spelled(read_address("(0008,1110)[*].(0008,1155)"))
    'ReferencedStudySequence[*].ReferencedSOPInstanceUID'
    """
    return address.spelled(keyword_of)


def _tag(written: object) -> int:
    pair = written if isinstance(written, tuple) else (0, written)
    if len(pair) == 2 and all(isinstance(each, int) and not isinstance(each, bool) for each in pair):
        group, element = pair
        if 0 <= group <= 0xFFFF and 0 <= element <= (0xFFFF if isinstance(written, tuple) else 0xFFFFFFFF):
            return int(group) << 16 | int(element)
    raise EditError("an address is a text such as PatientName, a tag as a number, or its group and element as a pair")


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
