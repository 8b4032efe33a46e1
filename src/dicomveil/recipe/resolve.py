"""Decide on any attribute at any place of an instance: recipe, then options, then Table E.1-1, then the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.recipe.decision import Decision
from dicomveil.recipe.model import Verb
from dicomveil.recipe.options import ProfileOption
from dicomveil.recipe.unlisted import decide_unlisted
from dicomveil.standard import EDITION
from dicomveil.standard.dictionary import keyword_of, vr_of
from dicomveil.standard.profile import Row, row
from dicomveil.standard.safe_private import safe_private
from dicomveil.standard.types import resolution

if TYPE_CHECKING:
    from dicomveil.recipe.model import Recipe

TABLE = f"PS3.15 {EDITION} E.1-1"

_VERB_BY_CODE = {"X": Verb.REMOVE, "Z": Verb.EMPTY, "D": Verb.DUMMY, "U": Verb.NEW_UID, "K": Verb.KEEP}
_LEAVES_LESS = "XZDUCK"  # where options disagree the code that leaves less wins; the standard has no rule
_GENTLEST = {"X/Z": "X", "X/D": "X", "X/Z/D": "X", "X/Z/U*": "X", "Z/D": "Z"}  # on Type 3 (Table E.1-1a)
_MOST_DECIDED = 50_000  # a hostile file can hold millions of different tags
_PIXEL_DATA = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
_MODIFIED = ProfileOption.RETAIN_MODIFIED_DATES
_NO_DATE_OF_ITS_OWN = frozenset({"TM", "SH", "DA", "DT"})


class Resolver:
    """The decisions of one recipe for one SOP class; each is worked out when an attribute is first met there."""

    def __init__(self, recipe: Recipe, sop_class_uid: str) -> None:
        self.recipe = recipe
        self._resolution = resolution(sop_class_uid)
        self._decided: dict[tuple[tuple[int, ...], int, str | None], Decision] = {}
        self._columns = {option.column: option for option in recipe.options if option.column}

    def decide(self, path: tuple[int, ...], tag: int, creator: str | None = None) -> Decision:
        """Decide on ``tag`` in the items of the sequences ``path`` (their tags, outermost first).

        ``creator`` is the private creator of a private element's block, where one is known.
        """
        key = (path, tag, creator)
        decision = self._decided.get(key)
        if decision is None:
            if len(self._decided) >= _MOST_DECIDED:
                self._decided.clear()
            decision = self._decided[key] = self._decide(path, tag, creator)
        return decision

    def _decide(self, path: tuple[int, ...], tag: int, creator: str | None) -> Decision:
        rule = self.recipe.rule_for(path, tag, creator)
        if rule is not None and rule.verb is not Verb.PROFILE:
            strict = Verb.EMPTY if vr_of(tag) not in (None, "SQ") else Verb.REMOVE
            return Decision(rule.verb, f"{rule.origin}: {rule.reason}", rule.value, strict)
        group, element = tag >> 16, tag & 0xFFFF
        if group & 1:
            return self._private(tag, creator)
        if path and tag in _PIXEL_DATA:
            return Decision(Verb.REMOVE, "pixel data inside an item: no viewer shows it and nobody looks at it")
        why_not = _never_stays(group, element)
        if why_not:
            return Decision(Verb.REMOVE, why_not)
        table_row = row(tag)
        if table_row is None:
            return decide_unlisted(tag, self.recipe.options)
        return self._listed(path, tag, table_row)

    # --- private attributes

    def _private(self, tag: int, creator: str | None) -> Decision:
        gone = Decision(Verb.REMOVE, f"{TABLE} private attributes: X")
        if ProfileOption.RETAIN_SAFE_PRIVATE not in self.recipe.options or creator is None or tag >> 16 < 9:
            return gone
        known = safe_private(creator, tag >> 16, tag & 0xFF)
        if known is None or known.vr in _NOT_VOUCHED_FOR:
            return gone
        reason = f"PS3.15 {EDITION} E.3.10-1: safe for its creator"
        if known.vr == "UI":
            verb = Verb.KEEP if ProfileOption.RETAIN_UIDS in self.recipe.options else Verb.NEW_UID
            return Decision(verb, f"{reason}, its UIDs like the others", vr="UI")
        if known.vr in ("DA", "DT", "TM"):
            if _MODIFIED in self.recipe.options:
                return Decision(Verb.SHIFT_DATE, reason, vr=known.vr)
            full = ProfileOption.RETAIN_FULL_DATES in self.recipe.options
            return Decision(Verb.KEEP, reason, vr=known.vr) if full else gone
        return Decision(Verb.CHECK, reason, vr=known.vr)

    # --- attributes of Table E.1-1

    def _listed(self, path: tuple[int, ...], tag: int, table_row: Row) -> Decision:
        basic = self._basic_verb(path, tag, table_row.basic)
        codes = [(code, self._columns[column]) for column, code in table_row.options.items() if column in self._columns]
        where = f"{TABLE} ({table_row.tag[:4]},{table_row.tag[4:]})"
        if not codes:
            return Decision(basic, f"{where} {table_row.basic}{_came_to(table_row.basic, basic)}")
        code, option = min(codes, key=lambda each: _LEAVES_LESS.index(each[0]))
        reason = f"{where} {code} by option {option.value}"
        if code == "C":
            if option is _MODIFIED and vr_of(tag) in _NO_DATE_OF_ITS_OWN:
                return Decision(Verb.SHIFT_DATE, reason, strict=basic)
            return Decision(basic, f"{reason}, not cleaned yet: {table_row.basic} taken instead")
        if code == "K" and vr_of(tag) not in ("SQ", "UI"):
            return Decision(Verb.CHECK, f"{reason}, if it is what its VR says and names nobody known", strict=basic)
        return Decision(_VERB_BY_CODE[code], reason, strict=basic)

    def _basic_verb(self, path: tuple[int, ...], tag: int, code: str) -> Verb:
        """Return what a code of the basic profile comes to with the attribute's Type at this place."""
        letter = code
        if self._resolution:
            keywords = ".".join([keyword_of(step) for step in (*path, tag)])
            letter = self._resolution.get(keywords, code)
        letter = _GENTLEST.get(letter, letter)
        if letter == "D" and vr_of(tag) == "UI":
            return Verb.NEW_UID
        return _VERB_BY_CODE[letter[0]]


_NOT_VOUCHED_FOR = frozenset({"OB", "OW", "OB or OW", "OF", "OD", "ST", "LT", "UN", "PN", ""})
"""VRs that can hold anything; the table's makers guarantee nothing (E.3.10)."""


def _never_stays(group: int, element: int) -> str:
    """Say why no element of a group, or with this number, is in any output; empty if it may be."""
    if not element or group in (0x0000, 0x0002, 0x0004, 0xFFFE):
        return "does not belong in a data set (PS3.5 7.2, PS3.10 7.1, PS3.15 E.1.1)"
    if group & 0xFF00 in (0x5000, 0x6000):
        return f"{TABLE} {group >> 8:02X}xx: curves and overlays go as a whole"
    if group & 0xFF00 == 0x7F00 and group != 0x7FE0:
        return "variable pixel data, retired: no viewer shows it and nobody has looked at it"
    return ""


def _came_to(code: str, verb: Verb) -> str:
    letter = next((letter for letter, each in _VERB_BY_CODE.items() if each is verb), "")
    return "" if letter == code else f", here {letter}"
