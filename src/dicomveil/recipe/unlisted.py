"""Decide on attributes that Table E.1-1 does not name: rules 2 and 3 of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.recipe.decision import PASS, Decision
from dicomveil.recipe.model import Verb
from dicomveil.recipe.options import ProfileOption
from dicomveil.standard.dictionary import keyword_of, vr_of
from dicomveil.standard.unlisted import role

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

MAC_PARAMETERS = 0x4FFE0001
HANGING_PROTOCOL_CREATOR = 0x00720008
IDENTIFYING = frozenset(
    {
        0x00100033,  # Patient's Birth Date in Alternative Calendar
        0x00100034,  # Patient's Death Date in Alternative Calendar
        0x00102295,  # Breed Registration Number
        0x00140100,  # Component Welder IDs
        0x00181003,  # Device ID
        0x00181803,  # NTP Source Address
        0x00401006,  # Placer Order Number / Procedure (retired)
        0x00401007,  # Filler Order Number / Procedure (retired)
        0x00402006,  # Placer Order Number / Imaging Service Request (retired form)
        0x00402007,  # Filler Order Number / Imaging Service Request (retired form)
        0x0040E001,  # HL7 Instance Identifier
        0x0074100C,  # Contact Display Name
        0x21000160,  # Owner ID
        0x4010101A,  # Boarding Pass ID
    }
)
"""Attributes that identify somebody or something by themselves and that the table forgets; our own reading."""

_ALONE = IDENTIFYING | {MAC_PARAMETERS, HANGING_PROTOCOL_CREATOR}
TEXT_VRS = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"})
NUMBER_VRS = frozenset({"AS", "DS", "IS"})


def decide_unlisted(tag: int, options: AbstractSet[ProfileOption]) -> Decision:
    """Decide on a standard attribute without a row: kept if it can hold no prose, checked if it can (E.1.1 note)."""
    vr = vr_of(tag)
    part = role(tag)
    if vr is None or part is not None or tag in _ALONE:
        return _DECIDE[part](options) if part is not None else _alone(tag)
    if vr in TEXT_VRS and any(word in keyword_of(tag) for word in ("Comment", "Notes", "Remark")):
        return Decision(Verb.REMOVE, "remarks in prose, without a row in E.1-1")
    if vr == "SQ":
        return Decision(PASS, "sequence without a row in E.1-1: walked")
    if vr in TEXT_VRS:
        return Decision(Verb.CHECK, "text without a row in E.1-1: kept if it names nobody known", strict=Verb.DUMMY)
    if vr in NUMBER_VRS:
        return Decision(Verb.CHECK, "number without a row in E.1-1: kept if it is one", strict=Verb.EMPTY)
    if vr in ("DA", "DT", "TM"):
        return _date(options)
    if vr == "UR":
        return _address(options)
    return Decision(PASS, "number or binary without a row in E.1-1: kept")


def _alone(tag: int) -> Decision:
    """Decide on an attribute that is a case of its own."""
    if tag in IDENTIFYING:
        return Decision(Verb.EMPTY, "identifies somebody, though without a row in E.1-1")
    if tag == HANGING_PROTOCOL_CREATOR:
        return Decision(Verb.DUMMY, "names a person, though without a row in E.1-1; its IOD wants a value there")
    if tag == MAC_PARAMETERS:
        return Decision(Verb.REMOVE, "parameters of digital signatures, which are void and gone (PS3.15 E.1.1)")
    return Decision(Verb.REMOVE, "not in the dictionary of PS3.6: nobody knows what it holds")


def _date(options: AbstractSet[ProfileOption]) -> Decision:
    if ProfileOption.RETAIN_MODIFIED_DATES in options:
        return Decision(Verb.SHIFT_DATE, "date without a row in E.1-1: moved with the others")
    if ProfileOption.RETAIN_FULL_DATES in options:
        return Decision(Verb.KEEP, "date without a row in E.1-1: retained with the others")
    return Decision(Verb.REMOVE, "date without a row in E.1-1: goes with the others")


def _address(options: AbstractSet[ProfileOption]) -> Decision:
    return Decision(Verb.REMOVE, "address without a row in E.1-1: names hosts and UIDs")


def _instance(options: AbstractSet[ProfileOption]) -> Decision:
    if ProfileOption.RETAIN_UIDS in options:
        return Decision(Verb.KEEP, "instance UID without a row in E.1-1: retained with the others")
    return Decision(Verb.NEW_UID, "instance UID without a row in E.1-1: mapped, so that references match (E.1.1)")


def _structural(options: AbstractSet[ProfileOption]) -> Decision:
    return Decision(PASS, "UID of the standard's own: never changed (E.3.9 note)")


def _organization(options: AbstractSet[ProfileOption]) -> Decision:
    if ProfileOption.RETAIN_INSTITUTION_IDENTITY in options:
        return Decision(Verb.KEEP, "UID of an organization, without a row in E.1-1: retained with the institution")
    return Decision(Verb.NEW_UID, "UID of an organization, without a row in E.1-1: mapped")


def _device(options: AbstractSet[ProfileOption]) -> Decision:
    if ProfileOption.RETAIN_DEVICE_IDENTITY in options:
        return Decision(Verb.KEEP, "UID of a device, without a row in E.1-1: retained with the device")
    return Decision(Verb.NEW_UID, "UID of a device, without a row in E.1-1: mapped")


def _person(options: AbstractSet[ProfileOption]) -> Decision:
    return Decision(Verb.EMPTY, "name of a person, without a row in E.1-1")


_DECIDE = {
    "structural": _structural,
    "instance": _instance,
    "organization": _organization,
    "device": _device,
    "container": _instance,
    "address": _address,
    "date": _date,
    "person": _person,
}
