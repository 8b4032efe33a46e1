"""Write a value at a place: with the VR it has or would have there, in the character set in force there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.dataset.charset import Charset
from dicomveil.editing.addresses import spelled
from dicomveil.editing.instance import Spot
from dicomveil.editing.values import encoded, vr_of_new
from dicomveil.errors import EditError, EditRefused, WrongValue
from dicomveil.standard.dictionary import vr_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dicomveil.dataset.address import Address
    from dicomveil.dataset.syntax import Encoding
    from dicomveil.editing.instance import Instance

_ANY_TEXT = Charset.of(b"ISO_IR 192")


class Written:
    """One value for one address, encoded once for all places of a kind.

    Raises
    ------
    EditError
        If the value is not valid for the attribute in any file; says what its VR allows.
    """

    __slots__ = ("_address", "_at_root", "_by_kind", "_force", "_value", "_vr")

    def __init__(self, address: Address, value: object, vr: str | None = None, *, force: bool = False) -> None:
        self._address, self._value, self._vr, self._force = address, value, vr, force
        self._by_kind: dict[tuple[Encoding, bytes, int, str | None, bool | None], bytes] = {}
        self._at_root: tuple[Encoding | None, bytes, int, bytes] = None, b"", 0, b""
        last = address.steps[-1]
        known = vr_of(last.tag) if last.is_exact else None
        if vr is not None and known is not None and vr not in known.split(" or ") and not force:
            raise EditError(f"{spelled(address)}: PS3.6 gives it the VR {known}; force another if you must")
        if known is not None and " or " not in known:
            try:
                _raw(last.tag, known, value, _ANY_TEXT, little=True, force=force)
            except WrongValue as wrong:
                raise EditError(f"{spelled(address)}: {wrong.reason}") from None

    @property
    def is_plain(self) -> bool:
        """Tell whether it is for an attribute of the data set whose VR is always the same."""
        (step, *more), known = self._address.steps, vr_of(self._address.steps[0].tag)
        is_one = not more and not self._address.anywhere and step.is_exact
        return (
            is_one and not self._address.in_file_meta and known is not None and " or " not in known and not self._force
        )

    def at_root(self, instance: Instance) -> None:
        """Have the value stand in the data set; only if `is_plain`."""
        root, charset = instance.root, instance.charset
        encoding, known_charset, tag, element = self._at_root
        if encoding is not root.node.encoding or known_charset != charset:
            tag = self._address.steps[0].tag
            element = self._element(Spot(root, None, tag, charset, ()), None, None)
            self._at_root = root.node.encoding, charset, tag, element
        root.have(tag, element)

    def at(self, instance: Instance, spot: Spot) -> bytes:
        """Return the whole element for a place.

        Raises
        ------
        EditRefused
            If the value cannot stand there.
        """
        there = signed = None
        known = vr_of(spot.tag)
        if known is None or " or " in known:
            lying = spot.lying
            says_nothing = self._vr in (None, "UN")
            there = lying.vr if lying is not None and says_nothing else self._vr
            signed = instance.is_signed
        kind = spot.outline.encoding, spot.charset, spot.tag, there, signed
        element = self._by_kind.get(kind)
        if element is None:
            element = self._by_kind[kind] = self._element(spot, there, signed)
        return element

    def _element(self, spot: Spot, there: str | None, signed: bool | None) -> bytes:
        encoding = spot.outline.encoding
        try:
            if self._force:
                there = there or "UN"  # so much can be said of any element
            vr = (
                self._vr
                if self._force and self._vr
                else vr_of_new(spot.tag, there, is_signed=signed, values=self._value)
            )
            raw = _raw(spot.tag, vr, self._value, Charset.of(spot.charset), little=encoding.little, force=self._force)
        except WrongValue as wrong:
            raise EditRefused(spelled(self._address), wrong.reason) from None
        if len(raw) > 0xFFFFFFFE:
            raise EditRefused(spelled(self._address), "longer than an element can be")
        return encoding.element(spot.tag, vr, raw)


def write_at(
    instance: Instance, spot: Spot, value: object, vr: str | None = None, *, force: bool, alone: bool = True
) -> None:
    """Have a value stand at a place; of an element that is repeated there, alone, or beside the others.

    Raises
    ------
    EditRefused
        If it cannot stand there.
    """
    try:
        written = Written(spot.address, value, vr, force=force)
    except EditError as error:
        raise EditRefused(*error.problems[0].split(": ", 1)) from None
    (put if alone else exchange)(spot, written.at(instance, spot))


def put(spot: Spot, element: bytes) -> None:
    """Have an element stand at a place, once, if other bytes stand there."""
    spot.outline.have(spot.tag, element)


def exchange(spot: Spot, element: bytes) -> None:
    """Have an element stand in the place of one that is there; others of its tag, in a file that repeats it, stay."""
    assert spot.slot is not None
    if not spot.outline.is_as(spot.slot, element):
        spot.outline.exchange(spot.slot, element)


def standing(spots: list[Spot]) -> Iterator[Spot]:
    """Yield places one by one, but for those of repeated elements that have gone since."""
    for spot in spots:
        if spot.slot is None or spot.outline.has(spot.slot):
            yield spot


def _raw(tag: int, vr: str, value: object, charset: Charset, *, little: bool, force: bool) -> bytes:
    if vr == "SQ":
        if value not in (None, "", [], ()):
            raise WrongValue("a sequence takes no value; insert items and set what is in them")
        return b""
    return encoded(tag, vr, value, charset, little_endian=little, force=force)
