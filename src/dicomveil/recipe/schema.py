"""The form of a recipe file: which keys and kinds of values, for checking and for editors (JSON Schema)."""

from __future__ import annotations

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

from dicomveil.pseudonyms.dates import MOST_DAYS
from dicomveil.recipe.options import OFFERED, ProfileOption
from dicomveil.recipe.verbs import Verb

_STRICT = ConfigDict(extra="forbid", strict=True)
_VALUE_WITH_REPLACE: JsonDict = {
    "if": {"properties": {"action": {"const": Verb.REPLACE.value}}},
    "then": {"required": ["value"]},
    "else": {"not": {"required": ["value"]}},
}
_OFFERED_WORDS = {"type": "string", "enum": [option.value for option in ProfileOption if option in OFFERED]}
_VERBS = {"type": "string", "enum": [verb.value for verb in Verb]}

Preset = Literal["basic", "research", "documented"]
Direction = Literal["past", "future", "either"]
Source = Literal["keyed", "random", "documented"]
Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]
Option = Annotated[ProfileOption, Field(strict=False), WithJsonSchema(_OFFERED_WORDS)]
Action = Annotated[Verb, Field(strict=False), WithJsonSchema(_VERBS)]


class RuleTable(BaseModel):
    """What becomes of one attribute."""

    model_config = ConfigDict(extra="forbid", strict=True, json_schema_extra=_VALUE_WITH_REPLACE)

    address: Annotated[
        str,
        Field(
            description="A keyword, tag, repeating group or private element by creator, or a path of these.",
            examples=["PatientName", "(0010,0010)", "60xx3000", '(0029,"SIEMENS CSA HEADER",10)'],
        ),
    ]
    action: Annotated[Action, Field(description="What to do with the attribute where it is present.")]
    value: Annotated[str, Field(description="What replace puts in; no other action takes a value.")] = ""
    reason: Annotated[str, Field(min_length=1, description="Why; it stands in reports.")]


class DatesTable(BaseModel):
    """How far, and which way, dates move."""

    model_config = _STRICT

    min_days: Annotated[Days, Field(description="Least distance in whole days.")] = 1
    max_days: Annotated[Days, Field(description="Greatest distance in whole days.")] = 3650
    direction: Annotated[Direction, Field(description="Which way dates move.")] = "past"


class PseudonymsTable(BaseModel):
    """Where stand-ins come from."""

    model_config = _STRICT

    source: Annotated[Source, Field(description="Derived from the project key, drawn at random, or as documented.")] = (
        "keyed"
    )
    prefix: Annotated[str, Field(description="Put before the stand-in for the Patient ID.")] = ""


class RecipeFile(BaseModel):
    """A recipe of dicomveil: what to do with the attributes of DICOM files, and why."""

    model_config = _STRICT

    title: Annotated[str, Field(description="What the recipe is for, in a line.")] = ""
    extends: Annotated[
        Preset | None,
        Field(description="The preset to start from; without one, the Basic Profile alone."),
        WithJsonSchema({"type": "string", "enum": list(get_args(Preset))}),
    ] = None
    options: Annotated[list[Option], Field(description="Options of the profile (PS3.15 E.3).")] = []
    refuse_burned_in: Annotated[
        bool, Field(description="Refuse instances that are likely to show text in their pixels.")
    ] = False
    dates: DatesTable = DatesTable()
    pseudonyms: PseudonymsTable = PseudonymsTable()
    rule: Annotated[list[RuleTable], Field(description="Rules for single addresses.")] = []


def recipe_schema() -> dict[str, Any]:
    """Return the JSON Schema of recipe files, for editors that check and complete TOML.

    Examples
    --------
    >>> sorted(recipe_schema()["properties"])
    ['dates', 'extends', 'options', 'pseudonyms', 'refuse_burned_in', 'rule', 'title']
    """
    schema = RecipeFile.model_json_schema()
    _drop_defaults(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """Return the JSON Schema as the file ``docs/recipe.schema.json`` has it."""
    import json

    return json.dumps(recipe_schema(), indent=2, ensure_ascii=False) + "\n"


def _drop_defaults(schema: dict[str, Any]) -> None:
    """With ``extends``, what is left out comes from the preset: a default would tell editors otherwise."""
    for table in (schema, *schema["$defs"].values()):
        for key in table["properties"].values():
            key.pop("default", None)


if __name__ == "__main__":
    import sys

    sys.stdout.write(schema_text())
