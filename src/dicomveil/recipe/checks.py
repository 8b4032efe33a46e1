"""Everything that is wrong with a recipe file, at once: form first, then meaning."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dicomveil.errors import RecipeError, UsageError
from dicomveil.pseudonyms.dates import MOST_DAYS, ShiftRange
from dicomveil.pseudonyms.identifiers import check_prefix
from dicomveil.recipe.build import PRESETS, preset
from dicomveil.recipe.lines import KeyPath
from dicomveil.recipe.model import Recipe
from dicomveil.recipe.options import OFFERED, ProfileOption, contradictions, not_offered
from dicomveil.recipe.schema import DatesTable, Direction, PseudonymsTable, RecipeFile, RuleTable, Source
from dicomveil.recipe.targets import target_of
from dicomveil.recipe.verbs import Verb, rule_problems
from dicomveil.recipe.wording import nearest, unknown

_TABLES: dict[str, type[BaseModel]] = {
    "": RecipeFile,
    "dates": DatesTable,
    "pseudonyms": PseudonymsTable,
    "rule": RuleTable,
}
_WORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "action": ("action", tuple(map(str, Verb))),
    "options": ("option", tuple(map(str, ProfileOption))),
    "extends": ("preset", PRESETS),
    "direction": ("direction", get_args(Direction)),
    "source": ("source", get_args(Source)),
}
_EXPECTED = {
    "string_type": "a text in quotation marks",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list in square brackets",
    "model_type": "a table",
}
_BARE_NUMBER = 'a tag is a text: write it in quotation marks with all its zeros, as in "00100010"'

Wrong = tuple[KeyPath, str]
"""Where something is wrong, and what."""


def wrong_in(content: dict[str, Any]) -> list[Wrong]:
    """List everything that is wrong with parsed TOML as a recipe; empty if it is one.

    Examples
    --------
    >>> for path, message in wrong_in({"options": ["retain-uid"], "refuse_burned_in": 1}):
    ...     print(path, message)
    ('options', 0) unknown option 'retain-uid'; did you mean 'retain-uids'?
    ('refuse_burned_in',) expected true or false, found a number
    """
    return [*_wrong_form(content), *_wrong_meaning(content)]


def _wrong_form(content: dict[str, Any]) -> list[Wrong]:
    try:
        RecipeFile.model_validate(content)
    except ValidationError as error:
        details = error.errors(include_url=False)
        guesses = {(*each["loc"][:-1], near) for each in details for near in _nearest_keys(each)}
        return [
            (each["loc"], _form_message(each))
            for each in details
            if not (each["type"] == "missing" and each["loc"] in guesses)
        ]
    return []


def _form_message(error: ErrorDetails) -> str:
    kind, path, found = error["type"], error["loc"], error["input"]
    simple = {
        "missing": f"every rule needs {'a' if path[-1] == 'reason' else 'an'} {path[-1]}",
        "string_too_short": "must not be empty",
        "greater_than_equal": f"must be from 1 to {MOST_DAYS}",
        "less_than_equal": f"must be from 1 to {MOST_DAYS}",
    }
    if kind == "extra_forbidden":
        return unknown("key", str(path[-1]), _keys_beside(path))
    if kind in {"enum", "literal_error"} and isinstance(found, str):
        return _unknown_word(next(key for key in reversed(path) if isinstance(key, str)), found)
    return simple.get(kind) or _wrong_kind(path, _EXPECTED.get(kind, "a text in quotation marks"), found)


def _unknown_word(key: str, found: str) -> str:
    kind, words = _WORDS[key]
    return unknown(kind, found, words)


def _wrong_kind(path: KeyPath, expected: str, found: object) -> str:
    if path[-1] == "address" and type(found) is int:
        return _BARE_NUMBER
    if path == ("rule",) and isinstance(found, dict):
        return "rules are a list of tables: write [[rule]], not [rule]"
    return f"expected {expected}, found {_kind_of(found)}"


def _nearest_keys(error: ErrorDetails) -> list[str]:
    """The key that a misspelled one was likely meant to be; that this one is missing goes without saying."""
    if error["type"] != "extra_forbidden":
        return []
    keys = _keys_beside(error["loc"])
    return [near for near in [nearest(str(error["loc"][-1]), keys)] if near]


def _keys_beside(path: tuple[int | str, ...]) -> list[str]:
    table = str(path[0]) if len(path) > 1 else ""
    return list(_TABLES[table].model_fields)


def _kind_of(value: object) -> str:
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (str, "a text"),
        (bool, "true or false"),
        ((int, float), "a number"),
        (list, "a list"),
        (dict, "a table"),
        ((datetime.date, datetime.time), "a date or time"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "something else")


def _wrong_meaning(content: dict[str, Any]) -> Iterator[Wrong]:
    extends = content.get("extends")
    base = preset(extends) if isinstance(extends, str) and extends in PRESETS else Recipe("")
    yield from _wrong_options(content.get("options"), base)
    yield from _wrong_dates(content.get("dates"), base)
    yield from _wrong_prefix(content.get("pseudonyms"), base)
    rules = content.get("rule")
    for index, rule in enumerate(rules if isinstance(rules, list) else ()):
        if isinstance(rule, dict):
            yield from ((("rule", index, key), message) for key, message in _wrong_rule(rule))


def _wrong_options(options: object, base: Recipe) -> Iterator[Wrong]:
    if not isinstance(options, list):
        return
    words = _members(ProfileOption)
    places = [
        (ProfileOption(word), index) for index, word in enumerate(options) if isinstance(word, str) and word in words
    ]
    for option, index in places:
        if option not in OFFERED:
            yield ("options", index), not_offered(option)
    own = {option for option, _ in places}
    for message in contradictions(own | base.options):
        inherited = "" if contradictions(own) else f"; one comes from extends = '{base.name}'"
        yield ("options",), message + inherited


def _wrong_dates(dates: object, base: Recipe) -> Iterator[Wrong]:
    if not isinstance(dates, dict):
        return
    days = [dates.get(key, getattr(base.dates, key)) for key in ("min_days", "max_days")]
    try:
        ShiftRange(*days)
    except UsageError:
        if all(type(each) is int for each in days) and days[0] > days[1]:
            key = "max_days" if "max_days" in dates else "min_days"
            yield ("dates", key), f"max_days ({days[1]}) is less than min_days ({days[0]})"


def _wrong_prefix(pseudonyms: object, base: Recipe) -> Iterator[Wrong]:
    if not isinstance(pseudonyms, dict):
        return
    prefix = pseudonyms.get("prefix", base.pseudonyms.prefix)
    documented = pseudonyms.get("source", base.pseudonyms.source) == "documented"
    if not isinstance(prefix, str):
        return
    try:
        check_prefix(f"{prefix}_" if documented and prefix else prefix)
    except UsageError as error:
        yield ("pseudonyms", "prefix"), f"{error}{', one for the underscore' if documented else ''}"


def _wrong_rule(rule: dict[str, Any]) -> Iterator[tuple[str, str]]:
    address, action, value = rule.get("address"), rule.get("action"), rule.get("value")
    target = None
    if isinstance(address, str):
        try:
            target = target_of(address)
        except RecipeError as error:
            yield "address", error.problems[0].message
    if isinstance(action, str) and action in _members(Verb):
        yield from rule_problems(target, Verb(action), value if isinstance(value, str | None) else "")


def _members(words: type[Verb] | type[ProfileOption]) -> frozenset[str]:
    return frozenset(map(str, words))
