"""Edits as values: what shall become of the element, or item, at an address."""

from __future__ import annotations

from dataclasses import dataclass

from dicomveil.editing.addresses import read_address, spelled
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


@dataclass(frozen=True, slots=True)
class Substitute(EditAt):
    r"""Replace what a regular expression finds in each value of the element, if it is there.

    ``pattern`` and ``replacement`` are those of Python's ``re.sub``; groups are ``\1`` or ``\g<name>``.
    """

    pattern: str
    replacement: str


@dataclass(frozen=True, slots=True)
class NewUID(EditAt):
    """Give the element a new UID, the same for the same original in all files of a call, references included."""


@dataclass(frozen=True, slots=True)
class InsertItem(EditAt):
    """Put a new, empty item before the one at this place (``Sequence[0]``), or behind the last; makes the sequence."""

    def __post_init__(self) -> None:
        EditAt.__post_init__(self)
        if not isinstance(self.place.steps[-1].item, int):
            raise EditError(f"{self.address}: a new item needs a place, such as [0]")


@dataclass(frozen=True, slots=True)
class RemoveItem(EditAt):
    """Take an item (``Sequence[0]``), or all (``Sequence[*]``), out of a sequence that stays."""

    def __post_init__(self) -> None:
        EditAt.__post_init__(self)
        if self.place.steps[-1].item is None:
            raise EditError(f"{self.address}: which item, such as [0] or [*]?")
