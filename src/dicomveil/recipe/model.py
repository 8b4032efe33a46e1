"""A recipe: options of the profile, rules for single addresses, and how stand-ins are made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal, TypeAlias

from dicomveil.errors import RecipeError, RecipeProblem
from dicomveil.pseudonyms.dates import ShiftRange
from dicomveil.recipe.options import ProfileOption, contradictions, not_offered
from dicomveil.recipe.targets import RuleTarget, target_of
from dicomveil.recipe.wording import quoted, unknown

__all__ = ["Dates", "Pseudonymisation", "Recipe", "RecipeRule", "RuleTarget", "Verb", "rule_problems"]

Dates: TypeAlias = ShiftRange
"""How far, and which way, dates move: ``min_days``, ``max_days``, ``direction``."""

_FINGERPRINT_CHARS = 16
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


@dataclass(frozen=True, slots=True)
class RecipeRule:
    """What becomes of the elements at an address, and why.

    Parameters
    ----------
    address
        As it was written; ``target`` is what was read from it (see ``target_of``).
    verb
        What to do where the element is present; nothing is added where it is not.
    value
        What ``replace`` puts in; multiple values are separated by a backslash.
    reason
        Why; it stands in reports, and must not hold anything about a patient.
    origin
        Where the rule stands, such as ``recipe basic, line 12``.

    Raises
    ------
    RecipeError
        With every problem of this rule.

    Examples
    --------
    >>> RecipeRule("StudyID", Verb.REPLACE, "1", "the trial has one study a patient").target.tag == 0x00200010
    True
    >>> RecipeRule("StudyID", Verb.REPLACE)
    Traceback (most recent call last):
        ...
    dicomveil.errors.RecipeError: value: replace needs a value
    """

    address: str
    verb: Verb
    value: str | None = None
    reason: str = ""
    origin: str = "recipe made in Python"
    target: RuleTarget = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        target = target_of(self.address)
        problems = rule_problems(target, self.verb, self.value)
        if problems:
            raise RecipeError(tuple(RecipeProblem("", None, key, message) for key, message in problems))
        object.__setattr__(self, "target", target)


@dataclass(frozen=True, slots=True)
class Pseudonymisation:
    """Where stand-ins come from: derived from the project key, drawn at random, or as documented.

    ``prefix`` stands before the stand-in for the Patient ID; ``documented`` puts an underscore between.
    """

    source: Literal["keyed", "random", "documented"] = "keyed"
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to do with every instance of a project; without a rule, Table E.1-1 and the options decide.

    ``fingerprint`` is the first 16 hexadecimal digits of a SHA-256 over everything that changes the output:
    not the name, title, reasons or line numbers.

    Raises
    ------
    RecipeError
        If options contradict each other or cannot be carried out yet.

    Examples
    --------
    >>> recipe = Recipe("trial", options=frozenset({ProfileOption.RETAIN_UIDS}))
    >>> recipe.fingerprint == Recipe("other", title="Another name").fingerprint
    False
    """

    name: str
    title: str = ""
    options: frozenset[ProfileOption] = frozenset()
    rules: tuple[RecipeRule, ...] = ()
    dates: Dates = field(default_factory=ShiftRange)
    pseudonyms: Pseudonymisation = field(default_factory=Pseudonymisation)
    refuse_burned_in: bool = False
    fingerprint: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        _refuse_options(self.options)
        digest = hashlib.sha256(_canonical(self).encode("utf-8", "surrogatepass"))
        object.__setattr__(self, "fingerprint", digest.hexdigest()[:_FINGERPRINT_CHARS])

    def with_options(self, extra: Iterable[ProfileOption | str]) -> Recipe:
        """Return the recipe with more options, given as members or by their words.

        Raises
        ------
        RecipeError
            If a word is no option, an option cannot be carried out yet, or options contradict each other;
            with all such problems.

        Examples
        --------
        >>> sorted(Recipe("trial").with_options(["retain-uids"]).options)
        [<ProfileOption.RETAIN_UIDS: 'retain-uids'>]
        >>> Recipe("trial").with_options(["retain-uid"])
        Traceback (most recent call last):
            ...
        dicomveil.errors.RecipeError: options: unknown option 'retain-uid'; did you mean 'retain-uids'?
        """
        words = list(extra)
        known = frozenset(option for option in ProfileOption if option in words)
        strange = [unknown("option", word, map(str, ProfileOption)) for word in words if word not in known]
        _refuse_options(self.options | known, strange)
        return replace(self, options=self.options | known)

    def rule_for(self, path: tuple[int, ...], tag: int, creator: str | None = None) -> RecipeRule | None:
        """Return the rule that decides on an element, if there is one.

        A path from the root wins over one at any depth, a longer path over a shorter, one attribute over a
        repeating group, and of equals the later rule, which is the user's own after a preset's.

        Parameters
        ----------
        path
            The tags of the enclosing sequences, outermost first.
        tag, creator
            The element; the creator of its block if it is private.

        Examples
        --------
        >>> everywhere = RecipeRule("AccessionNumber", Verb.EMPTY)
        >>> requests = RecipeRule("RequestAttributesSequence.AccessionNumber", Verb.PSEUDONYM)
        >>> recipe = Recipe("trial", rules=(requests, everywhere))
        >>> str(recipe.rule_for((0x00400275,), 0x00080050).verb), str(recipe.rule_for((), 0x00080050).verb)
        ('pseudonym', 'empty')
        >>> recipe.rule_for((), 0x00100010) is None
        True
        """
        best: RecipeRule | None = None
        for rule in self.rules:
            if rule.target.matches(path, tag, creator) and (
                best is None or rule.target.specificity >= best.target.specificity
            ):
                best = rule
        return best


def rule_problems(target: RuleTarget | None, verb: Verb, value: str | None) -> list[tuple[str, str]]:
    """List what is wrong with a rule, as pairs of key and message; without a target, what can be said anyway.

    Examples
    --------
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
        problems.append(("value", f"{quoted(value)} is no value of VR {vr} (PS3.5 6.2)"))
    return problems


def _fits(value: str, vr: str) -> bool:
    if vr in _PLAIN_TEXT and value.isascii() and value.isprintable() and len(value) <= _PLAIN_TEXT_CHARS:
        return True  # the usual case, without loading the codecs
    from dicomveil.dataset.charset import Charset
    from dicomveil.dataset.values import decode_value
    from dicomveil.errors import UnreadableValue

    try:
        decode_value(value.encode("utf-8"), vr, Charset.of(_UTF_8))
    except (UnreadableValue, UnicodeEncodeError):
        return False
    return True


def _refuse_options(options: frozenset[ProfileOption], also: Iterable[str] = ()) -> None:
    unbuilt = [not_offered(option) for option in sorted(options)]
    messages = [*also, *filter(None, unbuilt), *contradictions(options)]
    if messages:
        raise RecipeError(tuple(RecipeProblem("", None, "options", message) for message in messages))


def _canonical(recipe: Recipe) -> str:
    """Spell out all that changes the output, one thing a line, nothing that does not."""
    rules = [(each.target, each.verb.value, each.value) for each in recipe.rules]
    lines = [
        "dicomveil recipe 1",
        f"options {' '.join(sorted(recipe.options))}",
        *(
            f"rule {list(target.path)} {target.anchored} {target.tag:08x} {target.mask:08x} {target.creator!r} "
            f"{verb} {value!r}"
            for target, verb, value in rules
        ),
        f"dates {recipe.dates.min_days} {recipe.dates.max_days} {recipe.dates.direction}",
        f"pseudonyms {recipe.pseudonyms.source} {recipe.pseudonyms.prefix!r}",
        f"refuse_burned_in {recipe.refuse_burned_in}",
    ]
    return "\n".join(lines)
