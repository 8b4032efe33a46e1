"""One instance as edits see it: its elements by address, their values as text, and places for new ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from dicomveil.dataset.address import EXACT, Address, Step
from dicomveil.dataset.charset import SPECIFIC_CHARACTER_SET, Charset
from dicomveil.dataset.index import HOLDERS, Level
from dicomveil.dataset.limits import Limits
from dicomveil.dataset.outline import Item, Items, Lying, Outline
from dicomveil.dataset.part10 import Part10
from dicomveil.dataset.source import Source
from dicomveil.dataset.syntax import BINARY_VRS, EXPLICIT_LE, IMPLICIT_LE, Encoding
from dicomveil.dataset.values.binary import BINARY_VRS as NUMBER_VRS
from dicomveil.dataset.values.binary import unpacked
from dicomveil.editing.addresses import spelled
from dicomveil.editing.allowed import ONE_TEXT_VRS
from dicomveil.errors import EditRefused, UnreadableText, UnreadableValue
from dicomveil.standard.dictionary import vr_of

if TYPE_CHECKING:
    from dicomveil.dataset.splice import Edit

PIXEL_REPRESENTATION = 0x00280103


class Spot(NamedTuple):
    """A place for an element: in which data set, and as what; ``slot`` is None where there is none yet.

    ``charset`` is the Specific Character Set in force, as it is encoded; ``trail`` leads there from the root.
    """

    outline: Outline
    slot: int | None
    tag: int
    charset: bytes
    trail: tuple[Step, ...]

    @property
    def address(self) -> Address:
        """Where that is, in numbers."""
        return Address((*self.trail, Step(self.tag)))

    @property
    def lying(self) -> Lying | None:
        """The element there, if there is one."""
        return None if self.slot is None else self.outline.element(self.slot)


class Instance:
    """An open file whose data set and File Meta Information can be changed; nothing is written.

    Parameters
    ----------
    file
        The file.
    part10
        What is known of it.
    level_of
        Gives the place for a data set in an encoding; what it has learned helps with the next instance.

    Raises
    ------
    MalformedDataSet, LimitExceeded
        If the data set cannot be read.
    """

    def __init__(
        self, file: Source, part10: Part10, level_of: Callable[[Encoding], Level], limits: Limits | None = None
    ) -> None:
        self.file = file
        self.part10 = part10
        self._level_of = level_of
        self.root = Outline.of_root(part10.source, part10.start, level_of(part10.syntax.encoding), limits)
        self._meta: Outline | None = None
        self._charset: bytes | None = None
        self._charset_element: bytes | None = None

    @property
    def meta(self) -> Outline | None:
        """The File Meta Information; None if the file has none."""
        start, stop = self.part10.meta_start, self.part10.meta_stop
        if self._meta is None and stop > start:
            is_explicit = self.file.read(start + 4, start + 6).isalpha()
            level = self._level_of(EXPLICIT_LE if is_explicit else IMPLICIT_LE)
            self._meta = Outline.of_elements(self.file, start, stop, level)
        return self._meta

    def edits_of_meta(self) -> list[Edit]:
        """Return what has to change in the File Meta Information; it is not even read if nobody has asked for it."""
        return [] if self._meta is None else self._meta.edits()

    @property
    def is_changed(self) -> bool:
        """Tell whether anything is to become other bytes."""
        return self.root.is_changed or (self._meta is not None and self._meta.is_changed)

    @property
    def charset(self) -> bytes:
        """Specific Character Set of the data set, as it is encoded; empty if there is none."""
        new = self.root.new_bytes(SPECIFIC_CHARACTER_SET)
        if self._charset is None or new is not self._charset_element:
            self._charset = self.root.raw(SPECIFIC_CHARACTER_SET) or b""
            self._charset_element = new
        return self._charset

    def levels(self) -> Iterator[tuple[Outline, bytes, tuple[Step, ...]]]:
        """Yield the data set and every item at every depth: its outline, its character set, and how it is reached."""
        pending: list[tuple[Outline, bytes, tuple[Step, ...]]] = [(self.root, self.charset, ())]
        while pending:
            outline, charset, trail = pending.pop()
            yield outline, charset, trail
            inside: list[tuple[Outline, bytes, tuple[Step, ...]]] = []
            for slot in _holders(outline):
                for number, item in enumerate(_items_of(outline, slot)):
                    step = Step(outline.tag_of(slot), item=number)
                    inside.append((item.outline, charset_in(item.outline, charset), (*trail, step)))
            pending += reversed(inside)

    def spots(self, address: Address) -> list[Spot]:
        """Return the elements at an address, in the order of the data set; its last item number is not looked at.

        Raises
        ------
        EditRefused
            If the address leads into an element that is no sequence.
        """
        if address.anywhere:
            return [
                spot
                for outline, charset, trail in self.levels()
                for spot in self._followed(address, outline, address.steps, charset, trail)
            ]
        if address.in_file_meta:
            return [] if self.meta is None else self._followed(address, self.meta, address.steps, b"", ())
        return self._followed(address, self.root, address.steps, self.charset, ())

    def exists(self, address: Address) -> bool:
        """Tell whether something is at an address: an element, or, with an item number behind it, such an item."""
        last = address.steps[-1].item
        spots = self.spots(address)
        if last is None:
            return bool(spots)
        counts = [len(_items_of(spot.outline, spot.slot)) for spot in spots if spot.slot is not None]
        return any(count > (0 if last == "*" else last) for count in counts)

    def texts(self, address: Address) -> list[str] | None:
        """Return the values at an address as text, unpadded; empty: there without a value; None: not there.

        Raises
        ------
        EditRefused
            If a value cannot be read.
        """
        if address.steps[-1].item is not None:
            return [] if self.exists(address) else None
        spots = self.spots(address)
        return [text for spot in spots for text in self.texts_at(spot)] if spots else None

    def texts_at(self, spot: Spot, *, stripped: bool = True) -> list[str]:
        """Return the values of one element as text, with their spaces if not stripped; none of a sequence.

        Raises
        ------
        EditRefused
            If a value cannot be read as text or number.
        """
        lying = spot.lying
        if lying is None or lying.end == lying.value:
            return []
        vr = self.vr_read(lying)
        if vr == "SQ":
            return []
        try:
            return texts_of(lying, vr, spot.charset, stripped=stripped)
        except (UnreadableValue, UnreadableText):
            raise EditRefused(spelled(spot.address), "a value that cannot be read") from None

    def texts_before(self, tag: int) -> list[str] | None:
        """Return the values that a text attribute of the data set had before any edit; None if it was not there.

        Raises
        ------
        EditRefused
            If they cannot be read.
        """
        raw = self.root.was(tag)
        if raw is None:
            return None
        charset = Charset.of(self.root.was(SPECIFIC_CHARACTER_SET) or b"")
        try:
            text = charset.decode(raw.rstrip(b"\0"), "LO")
        except UnreadableText:
            raise EditRefused(spelled(Address((Step(tag),))), "a value that cannot be read") from None
        return [each.strip(" ") for each in text.split("\\")] if text else []

    def vr_read(self, lying: Lying) -> str:
        """Return the VR that a value is to be read by: where PS3.6 leaves a choice, what this instance says."""
        vr = lying.vr
        if vr == "UN":
            vr = vr_of(lying.tag) or vr
        if " or " not in vr:
            return vr
        if "OW" in vr:
            return "OW"
        return "SS" if self.is_signed else "US"

    @property
    def is_signed(self) -> bool | None:
        """What Pixel Representation says (PS3.3 C.7.6.3.1); None if there is none."""
        raw = self.root.raw(PIXEL_REPRESENTATION)
        return any(raw) if raw else None

    def _followed(
        self, address: Address, outline: Outline, steps: tuple[Step, ...], charset: bytes, trail: tuple[Step, ...]
    ) -> list[Spot]:
        step, *rest = steps
        slots = slots_at(outline, step)
        if not rest:
            return [Spot(outline, slot, outline.tag_of(slot), charset, trail) for slot in slots]
        found = []
        for slot in slots:
            items = outline.items(slot)
            if items is None:
                if address.anywhere or step.mask != EXACT:
                    continue
                raise EditRefused(spelled(address), "leads into an element that is no sequence")
            for number in _numbers(step, items):
                inside = items.items[number].outline
                here = (*trail, Step(outline.tag_of(slot), item=number))
                found += self._followed(address, inside, tuple(rest), charset_in(inside, charset), here)
        return found


def slots_at(outline: Outline, step: Step) -> list[int]:
    """Return the slots of the elements that a step stands for in one data set."""
    if step.creator is not None:
        return [slot for block in blocks_of(outline, step) for slot in outline.slots(step.tag | block << 8)]
    if step.mask == EXACT:
        return outline.slots(step.tag)
    return [
        slot
        for slot in outline.all_slots()
        if outline.tag_of(slot) & step.mask == step.tag
        and (step.mask >> 16 == 0xFFFF or not outline.tag_of(slot) >> 16 & 1)
    ]


def blocks_of(outline: Outline, step: Step) -> list[int]:
    """Return the private blocks that a creator has reserved in one data set (PS3.5 7.8.1)."""
    first = step.tag & 0xFFFF0000
    blocks = []
    for slot in outline.all_slots():
        tag = outline.tag_of(slot)
        if first + 0x10 <= tag <= first + 0xFF:
            named = outline.element(slot).raw.decode("latin-1").strip(" \0")
            if named == step.creator:
                blocks.append(tag & 0xFF)
    return blocks


def charset_in(item: Outline, inherited: bytes) -> bytes:
    """Return the character set in force in an item: its own, or that of what it is in (PS3.3 C.12.1.1.2)."""
    own = item.raw(SPECIFIC_CHARACTER_SET)
    return inherited if own is None else own


def _holders(outline: Outline) -> list[int]:
    there = [slot for slot in outline.holders if outline.has(slot)]
    return there + [slot for slot in outline.all_slots() if slot < 0 and outline.element(slot).vr in HOLDERS]


def _items_of(outline: Outline, slot: int) -> list[Item]:
    items = outline.items(slot)
    return [] if items is None else items.items


def _numbers(step: Step, items: Items) -> range:
    count = len(items.items)
    if step.item == "*":
        return range(count)
    assert isinstance(step.item, int)
    return range(step.item, min(step.item + 1, count))


def texts_of(lying: Lying, vr: str, charset: bytes, *, stripped: bool = True) -> list[str]:
    """Return the values of an element as text, read by ``vr``, without the spaces around them unless these are wanted.

    Raises
    ------
    UnreadableValue, UnreadableText
        If they are no text and no numbers.
    """
    raw, little = lying.raw, lying.little
    if vr == "AT":
        return [f"{tag:08X}" for tag in unpacked(raw, vr, little_endian=little)]
    if vr in NUMBER_VRS:
        return [str(number) for number in unpacked(raw, vr, little_endian=little)]
    if vr in BINARY_VRS:
        raise UnreadableValue(vr, len(raw))
    text = Charset.of(charset).decode(raw.rstrip(b"\0"), "LO" if vr == "UN" else vr)
    if vr == "UN" and not text.isprintable():
        raise UnreadableValue(vr, len(raw))
    if vr in ONE_TEXT_VRS:
        return [text.rstrip(" ")]
    if not stripped:
        return text.rstrip(" ").split("\\")
    return [each.strip(" ") for each in text.split("\\")]
