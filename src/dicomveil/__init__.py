"""De-identify DICOM files after PS3.15 Annex E, touching only what the recipe touches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dicomveil.version import VERSION

if TYPE_CHECKING:
    from dicomveil.batch.run import Outcome, Run
    from dicomveil.engine.deidentify import Deidentifier
    from dicomveil.engine.edit import Editor
    from dicomveil.engine.edit_anything import edit
    from dicomveil.engine.explain import explain
    from dicomveil.engine.report import Report
    from dicomveil.engine.stand_ins import stand_ins
    from dicomveil.errors import DicomveilError, EditError, EditRefused, InstanceError, RecipeError
    from dicomveil.pseudonyms.key import ProjectKey
    from dicomveil.pseudonyms.sources import KeyedPseudonyms, RandomPseudonyms
    from dicomveil.recipe.load import load_recipe

__version__ = VERSION

__all__ = [
    "Deidentifier",
    "DicomveilError",
    "EditError",
    "EditRefused",
    "Editor",
    "InstanceError",
    "KeyedPseudonyms",
    "Outcome",
    "ProjectKey",
    "RandomPseudonyms",
    "RecipeError",
    "Report",
    "Run",
    "__version__",
    "edit",
    "explain",
    "load_recipe",
    "stand_ins",
]

_HOMES = {
    "Deidentifier": "engine.deidentify",
    "DicomveilError": "errors",
    "EditError": "errors",
    "EditRefused": "errors",
    "Editor": "engine.edit",
    "InstanceError": "errors",
    "KeyedPseudonyms": "pseudonyms.sources",
    "Outcome": "batch.run",
    "ProjectKey": "pseudonyms.key",
    "RandomPseudonyms": "pseudonyms.sources",
    "RecipeError": "errors",
    "Report": "engine.report",
    "Run": "batch.run",
    "edit": "engine.edit_anything",
    "explain": "engine.explain",
    "load_recipe": "recipe.load",
    "stand_ins": "engine.stand_ins",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that `dicomveil --help` need not import them all."""
    if name not in _HOMES:
        raise AttributeError(f"module 'dicomveil' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"dicomveil.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return list(__all__)
