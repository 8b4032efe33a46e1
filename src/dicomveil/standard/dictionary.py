"""PS3.6: what the standard calls each attribute, and which value representation it gives it."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from dicomveil.standard.tables import table


class Attribute(NamedTuple):
    """A line of PS3.6; ``tag`` is eight hexadecimal digits, with ``x`` for any digit of a repeating group."""

    tag: str
    keyword: str
    vr: str
    vm: str
    retired: bool
    name: str


@cache
def vr_by_tag() -> dict[int, str]:
    """The VR of every attribute that has one tag, for reading Implicit VR (PS3.5 A.1); not to be changed.

    Where PS3.6 leaves a choice the value says so: ``US or SS``, ``OB or OW``, ``US or OW``, ``US or SS or
    OW``; the three delimiters of group FFFE are ``NONE``. Repeating groups are not in it: ask ``vr_of``.
    Group lengths and private elements are not in it either.

    Examples
    --------
    >>> vr_by_tag()[0x00100010], vr_by_tag()[0x00280106]
    ('PN', 'US or SS')
    >>> 0x60003000 in vr_by_tag()
    False
    """
    vrs: dict[int, str] = {}
    for vr, tags in table("vr")["vr"].items():
        vrs.update(dict.fromkeys(tags, vr))
    return vrs


def vr_of(tag: int) -> str | None:
    """The VR of one attribute, repeating groups included; None for what PS3.6 does not know.

    Examples
    --------
    >>> vr_of(0x60023000), vr_of(0x00091001)
    ('OB or OW', None)
    """
    vr = vr_by_tag().get(tag)
    if vr is None:
        repeating = _repeating(tag)
        return repeating.vr if repeating else None
    return vr


def attribute(tag: int) -> Attribute | None:
    """What PS3.6 says of a tag; None for private, unknown and group length elements.

    Examples
    --------
    >>> attribute(0x00100010)
    Attribute(tag='00100010', keyword='PatientName', vr='PN', vm='1', retired=False, name="Patient's Name")
    >>> attribute(0x60023000).tag
    '60xx3000'
    >>> attribute(0x00091001) is None
    True
    """
    vr = vr_by_tag().get(tag)
    if vr is None:
        return _repeating(tag)
    keyword = keyword_of(tag)
    name = _details().names.get(tag)
    vm = _details().vms.get(tag, "1")
    retired = tag in _details().retired
    return Attribute(f"{tag:08X}", keyword, vr, vm, retired, _spaced(keyword) if name is None else name)


def keyword_of(tag: int) -> str:
    """The keyword of a tag; empty when PS3.6 gives none or does not know the tag.

    Examples
    --------
    >>> keyword_of(0x00100010), keyword_of(0x60023000), keyword_of(0x00091001)
    ('PatientName', 'OverlayData', '')
    """
    keyword = _keyword_by_tag().get(tag)
    if keyword is None:
        repeating = _repeating(tag)
        return repeating.keyword if repeating else ""
    return keyword


def tag_of(keyword: str) -> int | None:
    """The tag of a keyword, spelled exactly; None when PS3.6 does not know it.

    A keyword of a repeating group gives one tag of the group, its first for overlays and curves:
    ``attribute`` of it has the pattern.

    Examples
    --------
    >>> f"{tag_of('PatientName'):08X}", f"{tag_of('OverlayData'):08X}"
    ('00100010', '60003000')
    >>> tag_of("PatientsName") is None
    True
    """
    return _tag_by_keyword().get(keyword)


def nearest_keywords(word: str, n: int = 3) -> list[str]:
    """Up to ``n`` keywords that look most like a misspelled one, best first; capitals do not count.

    Examples
    --------
    >>> nearest_keywords("patientsname", n=1)
    ['PatientName']
    >>> nearest_keywords("?")
    []
    """
    from difflib import get_close_matches

    by_lower = {keyword.lower(): keyword for keyword in _tag_by_keyword()}
    return [by_lower[near] for near in get_close_matches(word.lower(), by_lower, n)]


class _Details(NamedTuple):
    vms: dict[int, str]
    retired: frozenset[int]
    names: dict[int, str]


@cache
def _keywords() -> dict[str, Any]:
    return table("keywords")


@cache
def _keyword_by_tag() -> dict[int, str]:
    return {tag: keyword for keyword, tag in _keywords()["keywords"].items()}


@cache
def _tag_by_keyword() -> dict[str, int]:
    tags: dict[str, int] = dict(_keywords()["keywords"])
    for pattern, keyword, *_ in _keywords()["repeating"]:
        candidates = (int(pattern.replace("x", digit), 16) for digit in "02")
        tags[keyword] = next(tag for tag in candidates if keyword_of(tag) == keyword)
    return tags


@cache
def _details() -> _Details:
    content = table("attributes")
    vms = {tag: vm for vm, tags in content["vm"].items() for tag in tags}
    names = {int(tag, 16): name for tag, name in content["names"].items()}
    return _Details(vms, frozenset(content["retired"]), names)


@cache
def _repeating_by_mask() -> list[tuple[int, int, Attribute]]:
    masks = []
    for pattern, keyword, vr, vm, retired, name in _keywords()["repeating"]:
        mask = int("".join("0" if digit == "x" else "F" for digit in pattern), 16)
        found = Attribute(pattern, keyword, vr, vm, bool(retired), name)
        masks.append((mask, int(pattern.replace("x", "0"), 16), found))
    return masks


def _repeating(tag: int) -> Attribute | None:
    if tag >> 16 & 1 or not tag & 0xFFFF:
        return None  # private or a group length, whatever the other digits
    return next((found for mask, fixed, found in _repeating_by_mask() if tag & mask == fixed), None)


def _spaced(keyword: str) -> str:
    """The name of most keywords; the data files keep only the names that are spelled otherwise."""
    import re

    return re.sub("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", keyword)
