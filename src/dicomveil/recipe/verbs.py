"""What a rule can do to an element, and which elements it can do it to."""

from __future__ import annotations

from enum import StrEnum

from dicomveil.recipe.targets import RuleTarget
from dicomveil.recipe.wording import quoted

_PLAIN_TEXT = frozenset({"PN", "LO"})
_PLAIN_TEXT_CHARS = 64
_UTF_8 = b"ISO_IR 192"


class Verb(StrEnum):
    """What a rule does to an element; ``replace`` alone takes a value."""

    KEEP = "keep"
    """Leave it as it is. Of a sequence: its items stay, and what is in them is decided one by one."""
    REMOVE = "remove"
    """Take it out, with everything in it."""
    EMPTY = "empty"
    """Leave the element, without a value."""
    DUMMY = "dummy"
    """Put in a value that fits the VR and says nothing."""
    REPLACE = "replace"
    """Put in the value that the rule gives."""
    PSEUDONYM = "pseudonym"
    """Put in a stand-in, the same for the same original everywhere."""
    NEW_UID = "new-uid"
    """Put in a new UID, the same for the same original everywhere."""
    SHIFT_DATE = "shift-date"
    """Move the date by the patient's number of days."""
    CHECK = "check"
    """Keep it if it holds no known identifier of the patient; else take the strict outcome."""
    PROFILE = "profile"
    """Do as Table E.1-1 and the options say, as if there were no rule."""


_TEXT = frozenset({"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_STRINGS = _TEXT | {"AS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"}
_VRS_OF_VERB = {
    Verb.REPLACE: _STRINGS,
    Verb.CHECK: _STRINGS,
    Verb.PSEUDONYM: _TEXT,
    Verb.NEW_UID: frozenset({"UI"}),
    Verb.SHIFT_DATE: frozenset({"DA", "DT"}),
}


def rule_problems(target: RuleTarget | None, verb: Verb, value: str | None) -> list[tuple[str, str]]:
    """List what is wrong with a rule, as pairs of key and message; without a target, what can be said anyway.

    Examples
    --------
    >>> from dicomveil.recipe.targets import target_of
    >>> rule_problems(target_of("Rows"), Verb.SHIFT_DATE, "3")
    [('value', 'only replace takes a value'), ('action', "shift-date is for DA, DT; 'Rows' is US")]
    """
    problems = []
    if verb is Verb.REPLACE and value is None:
        problems.append(("value", "replace needs a value"))
    if verb is not Verb.REPLACE and value is not None:
        problems.append(("value", "only replace takes a value"))
    vr = target.vr() if target is not None else None
    if target is None or vr is None:
        return problems
    fitting = _VRS_OF_VERB.get(verb)
    if fitting is not None and vr not in fitting:
        from dicomveil.standard.dictionary import keyword_of

        name = quoted(keyword_of(target.tag))
        problems.append(("action", f"{verb} is for {', '.join(sorted(fitting))}; {name} is {vr}"))
    elif verb is Verb.REPLACE and value is not None and not _fits(value, vr):
        problems.append(("value", f"this is no value of VR {vr} (PS3.5 6.2)"))
    return problems


def _fits(value: str, vr: str) -> bool:
    if vr in _PLAIN_TEXT and value.isascii() and value.isprintable() and len(value) <= _PLAIN_TEXT_CHARS:
        return True  # the usual case, without loading the codecs
    from dicomveil.dataset.charset import Charset
    from dicomveil.dataset.values import decode_value, encode_value
    from dicomveil.errors import UnreadableValue

    try:
        utf_8 = Charset.of(_UTF_8)
        encode_value(decode_value(value.encode("utf-8"), vr, utf_8), vr, utf_8)
    except (UnreadableValue, UnicodeEncodeError):
        return False
    return True
