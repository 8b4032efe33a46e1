"""Edits as values: what shall become of the element, or item, at an address."""

from __future__ import annotations

from dataclasses import dataclass

from dicomveil.dataset.syntax import LONG_LENGTH_VRS, SHORT_LENGTH_VRS
from dicomveil.editing.addresses import read_address, spelled
from dicomveil.editing.charset_names import defined_terms
from dicomveil.errors import EditError

TYPE_CHECKING = False  # type checkers take it for typing's, which is slow to import
if TYPE_CHECKING:
    from dicomveil.dataset.address import Address
    from dicomveil.editing.addresses import Addressed


@dataclass(frozen=True, slots=True)
class Edit:
    """One change to a data set; all of a list are carried out one after the other, or none."""

    @property
    def title(self) -> str:
        """What to call it: what it does, and where."""
        return type(self).__name__


@dataclass(frozen=True, slots=True)
class EditAt(Edit):
    """One change to the element at an address.

    An address may stand for several elements (``[*]``, ``**.``, ``60xx``); what is not there is then left alone.
    It is given as text or as `Address`.

    Raises
    ------
    EditError
        If the address is none.
    """

    address: Addressed

    def __post_init__(self) -> None:
        object.__setattr__(self, "address", read_address(self.address))

    @property
    def place(self) -> Address:
        """The address, read."""
        return read_address(self.address)

    @property
    def title(self) -> str:
        """What to call it: what it does, and where."""
        return f"{type(self).__name__} {spelled(self.place)}"


@dataclass(frozen=True, slots=True)
class Put(EditAt):
    r"""Give the element this value, whether it is there or not; items of sequences on the way are made.

    ``value`` is text (several values parted by backslashes), a number, a Python date or time, bytes, a list of these,
    or None for no value; for a sequence it is None. ``vr`` is needed where neither PS3.6 nor the file tells it: for
    private elements.
    """

    value: object
    vr: str | None = None

    def __post_init__(self) -> None:
        EditAt.__post_init__(self)
        check_vr(self.place, self.vr)


@dataclass(frozen=True, slots=True)
class PutIfAbsent(Put):
    """Give the element this value if it is not there; one that is there stays, be it empty.

    Of an item (``Sequence[0]``), whose value is None: make it, empty, if it is not there.
    """


@dataclass(frozen=True, slots=True)
class Replace(Put):
    """Give the element this value if it is there."""


@dataclass(frozen=True, slots=True)
class Empty(EditAt):
    """Leave the element, if it is there, without a value; a sequence without items, an item without elements."""


@dataclass(frozen=True, slots=True)
class Remove(EditAt):
    """Take the element out, with everything in it."""


@dataclass(frozen=True, slots=True)
class RemovePrivate(Edit):
    """Take out every private element, creators included, at any depth (PS3.5 7.8)."""


@dataclass(frozen=True, slots=True)
class Copy(EditAt):
    """Give the element the value of another; if that is not there, nothing is done."""

    source: Addressed

    def __post_init__(self) -> None:
        EditAt.__post_init__(self)
        object.__setattr__(self, "source", read_address(self.source))

    @property
    def source_place(self) -> Address:
        """The address of the other, read."""
        return read_address(self.source)


@dataclass(frozen=True, slots=True)
class Format(EditAt):
    """Give the element a text made from other attributes, such as ``{PatientID|slice:0:4}-{Modality|lower}``."""

    template: str
    vr: str | None = None

    def __post_init__(self) -> None:
        EditAt.__post_init__(self)
        check_vr(self.place, self.vr)


@dataclass(frozen=True, slots=True)
class Substitute(EditAt):
    r"""Replace what a regular expression finds in each value of the element, if it is there.

    ``pattern`` and ``replacement`` are those of Python's ``re.sub``; groups are ``\1`` or ``\g<name>``. A file with a
    value on which that would take longer than two seconds is refused.
    """

    pattern: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Recode(Edit):
    """Write all text anew in another Specific Character Set (PS3.3 C.12.1.1.2), and declare that.

    ``charset`` is a defined term, several parted by backslashes, or one of the names ``utf-8``, ``latin-1``, ``ascii``;
    with ``ascii`` nothing is declared. A text that cannot be read, or not be said in it, has the file refused, forced
    or not.

    Raises
    ------
    EditError
        If there is no such character set; names those that there are.
    """

    charset: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "charset", defined_terms(self.charset))


@dataclass(frozen=True, slots=True)
class NewUID(EditAt):
    """Give the element a new UID, the same for the same original in all files of a call, references included."""


@dataclass(frozen=True, slots=True)
class InsertItem(EditAt):
    """Put a new, empty item before the one at this place (``Sequence[0]``), or behind the last; makes the sequence.

    Without a number (``Sequence``) it comes behind the last.
    """


@dataclass(frozen=True, slots=True)
class RemoveItem(EditAt):
    """Take an item (``Sequence[0]``), or all (``Sequence[*]``), out of a sequence that stays."""

    def __post_init__(self) -> None:
        EditAt.__post_init__(self)
        if self.place.steps[-1].item is None:
            raise EditError(f"{self.address}: which item, such as [0] or [*]?")


def check_vr(address: Address, vr: str | None) -> None:
    """Refuse what is no VR at all: with it nobody could read the file, so no force helps.

    Raises
    ------
    EditError
        Names the address.
    """
    if vr is not None and vr not in _VRS:
        shown = f"{vr} is" if len(str(vr)) == 2 else "that is"
        raise EditError(f"{spelled(address)}: {shown} no VR")


_VRS = frozenset(SHORT_LENGTH_VRS + LONG_LENGTH_VRS)
