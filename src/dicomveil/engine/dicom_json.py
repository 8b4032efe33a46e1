"""A data set in the DICOM JSON Model (PS3.18 Annex F)."""

from __future__ import annotations

from binascii import b2a_base64
from math import isfinite
from typing import TYPE_CHECKING

from dicomveil.dataset.syntax import BINARY_VRS
from dicomveil.dataset.values.names import PersonName
from dicomveil.editing.instance import charset_in, texts_of
from dicomveil.errors import UnreadableValue

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dicomveil.dataset.address import Address, Step
    from dicomveil.dataset.outline import Lying, Outline
    from dicomveil.editing.instance import Instance

    Model = dict[str, dict[str, object]]

BULK_BYTES = 64 * 1024
"""From here on a binary value is told by where it stands in the file, not written out."""

_DELIMITER_BYTES = 8
_WHOLE = frozenset({"IS", "US", "SS", "UL", "SL", "UV", "SV"})
_DECIMAL = frozenset({"DS", "FL", "FD"})
_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")


def json_model(instance: Instance, bulk_bytes: int = BULK_BYTES, addresses: Sequence[Address] = ()) -> Model:
    """Return the data set, without File Meta Information, as PS3.18 F.2 has it.

    A binary value beyond ``bulk_bytes`` becomes a BulkDataURI that says where it stands in the (inflated) file:
    ``?offset=...&length=...``. A value that is not what its VR says becomes InlineBinary of VR UN. Group lengths are
    left out, as the annex asks. With ``addresses`` only these are told, with what is in them; of sequences on the way
    all items, so that each has its number.

    Raises
    ------
    MalformedDataSet, LimitExceeded
        If a sequence cannot be read.
    """
    whole = _level(instance, instance.root, instance.charset, bulk_bytes)
    if not addresses:
        return whole
    wanted = [spot.address.steps for address in filter(instance.exists, addresses) for spot in instance.spots(address)]
    return _chosen(whole, wanted)


def _chosen(model: Model, wanted: list[tuple[Step, ...]]) -> Model:
    chosen: Model = {}
    for tag in sorted({steps[0].tag for steps in wanted}):
        name = f"{tag:08X}"
        there = [steps for steps in wanted if steps[0].tag == tag]
        if name in model:
            chosen[name] = model[name] if any(len(steps) == 1 for steps in there) else _inside(model[name], there)
    return chosen


def _inside(sequence: dict[str, object], wanted: list[tuple[Step, ...]]) -> dict[str, object]:
    items = sequence["Value"]
    assert isinstance(items, list)
    numbered = enumerate(items)
    return {
        "vr": "SQ",
        "Value": [_chosen(item, [each[1:] for each in wanted if each[0].item == number]) for number, item in numbered],
    }


def _level(instance: Instance, outline: Outline, charset: bytes, bulk_bytes: int) -> Model:
    model: Model = {}
    holders = set(outline.holders)
    for slot in outline.all_slots():
        lying = outline.element(slot)
        if not lying.tag & 0xFFFF:
            continue
        vr = instance.vr_read(lying)
        items = outline.items(slot) if slot in holders else None
        if items is not None and (items.items or vr == "SQ"):
            found: dict[str, object] = {"vr": "SQ"}
            inside = [
                _level(instance, each.outline, charset_in(each.outline, charset), bulk_bytes) for each in items.items
            ]
            if inside:
                found["Value"] = inside
        else:
            found = _element(lying, vr, charset, bulk_bytes)
        model[f"{lying.tag:08X}"] = found
    return model


def _element(lying: Lying, vr: str, charset: bytes, bulk_bytes: int) -> dict[str, object]:
    length = lying.end - lying.value
    if not length:
        return {"vr": vr}
    if vr not in BINARY_VRS and vr != "UN":
        try:
            values = [_value(each, vr) for each in texts_of(lying, vr, charset)]
            return {"vr": vr, "Value": values} if any(each is not None for each in values) else {"vr": vr}
        except (UnreadableValue, ValueError):
            vr = "UN"
    if length > bulk_bytes:
        return {"vr": vr, "BulkDataURI": f"?offset={lying.value}&length={length}"}
    raw = lying.raw[:-_DELIMITER_BYTES] if lying.is_undefined else lying.raw
    return {"vr": vr, "InlineBinary": b2a_base64(raw, newline=False).decode("ascii")}


def _value(text: str, vr: str) -> object:
    if not text:
        return None
    if vr == "PN":
        groups = ["^".join(group) for group in PersonName.parse(text).groups]
        return {name: group for name, group in zip(_GROUPS, groups, strict=False) if group}
    if vr in _WHOLE:
        return int(text)
    if vr in _DECIMAL:
        number = float(text)
        if not isfinite(number):
            raise ValueError  # JSON has no such numbers
        return number
    return text
