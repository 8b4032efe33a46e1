"""A recipe: options of the profile, rules for single addresses, and how stand-ins are made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from dicomveil.errors import RecipeError, RecipeProblem
from dicomveil.pseudonyms.dates import ShiftRange
from dicomveil.recipe.options import ProfileOption, contradictions, not_offered
from dicomveil.recipe.targets import RuleTarget, target_of
from dicomveil.recipe.verbs import Verb, rule_problems
from dicomveil.recipe.wording import unknown

__all__ = ["Dates", "Pseudonymisation", "Recipe", "RecipeRule", "RuleTarget", "Verb"]

Dates: TypeAlias = ShiftRange
"""How far, and which way, dates move: ``min_days``, ``max_days``, ``direction``."""

_FINGERPRINT_CHARS = 16


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


def _refuse_options(options: frozenset[ProfileOption], also: Iterable[str] = ()) -> None:
    unbuilt = [not_offered(option) for option in sorted(options)]
    messages = [*also, *filter(None, unbuilt), *contradictions(options)]
    if messages:
        raise RecipeError(tuple(RecipeProblem("", None, "options", message) for message in messages))


def _canonical(recipe: Recipe) -> str:
    """Spell out all that changes the output, one thing a line, nothing that does not."""
    lines = [
        "dicomveil recipe 1",
        f"options {' '.join(sorted(recipe.options))}",
        *(f"rule {_spelled(rule.target)} {rule.verb} {rule.value!r}" for rule in recipe.rules),
        f"dates {recipe.dates.min_days} {recipe.dates.max_days} {recipe.dates.direction}",
        f"pseudonyms {recipe.pseudonyms.source} {recipe.pseudonyms.prefix!r}",
        f"refuse_burned_in {recipe.refuse_burned_in}",
    ]
    return "\n".join(lines)


def _spelled(target: RuleTarget) -> str:
    path = ".".join(f"{tag:08x}" for tag in target.path)
    return f"{target.anchored} {path} {target.tag:08x} {target.mask:08x} {target.creator!r}"
