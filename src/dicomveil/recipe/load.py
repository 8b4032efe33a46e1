"""Read a recipe by its name or from a TOML file; a wrong one tells all its errors at once."""

from __future__ import annotations

import os.path
import tomllib
from os import PathLike, fspath
from typing import TYPE_CHECKING, Any, NoReturn

from dicomveil.errors import RecipeError, RecipeProblem
from dicomveil.recipe.build import PRESETS, preset, recipe_from
from dicomveil.recipe.model import Recipe
from dicomveil.recipe.wording import unknown

if TYPE_CHECKING:
    from dicomveil.recipe.lines import KeyPath

MOST_BYTES = 1 << 20

_QUOTED = '; texts and tags stand in quotation marks, as in "PatientName" or "00100010"'


def load_recipe(name_or_path: str | PathLike[str]) -> Recipe:
    """Read a preset by its name, or a recipe file by its path.

    The name of a preset comes first: a file called ``basic`` is ``./basic``. Only for files is the
    checking machinery loaded, so that a run with a preset starts fast.

    Raises
    ------
    RecipeError
        With everything that is wrong with the recipe: each problem with the file as it was named, the line,
        the key and, for a misspelled word, the nearest right one.

    Examples
    --------
    >>> load_recipe("research").name
    'research'
    >>> load_recipe("reserach")
    Traceback (most recent call last):
        ...
    dicomveil.errors.RecipeError: reserach: no such file; unknown preset 'reserach'; did you mean 'research'?
    """
    name = fspath(name_or_path)
    return preset(name) if name in PRESETS else _checked_file(name)


def _checked_file(name: str) -> Recipe:
    text = _text_of(name)
    content, lines = _parsed(name, text)
    from dicomveil.recipe.checks import wrong_in

    problems = [
        RecipeProblem(name, _line_of(path, lines), _spelled(path), message) for path, message in wrong_in(content)
    ]
    if problems:
        raise RecipeError(tuple(sorted(problems, key=lambda problem: (problem.line or 0, problem.key))))
    stem = os.path.splitext(os.path.basename(name))[0]
    return recipe_from(stem, content, lambda index: _line_of(("rule", index), lines))


def _text_of(name: str) -> str:
    try:
        with open(name, "rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        looks_like_name = not os.path.dirname(name) and not os.path.splitext(name)[1]
        _refuse(name, f"no such file{'; ' + unknown('preset', name, PRESETS) if looks_like_name else ''}")
    except IsADirectoryError:
        _refuse(name, "a folder, not a recipe file")
    except OSError as error:
        _refuse(name, f"cannot be read: {error.strerror}")
    except ValueError:
        _refuse(name, "no name of a file")
    if len(raw) > MOST_BYTES:
        _refuse(name, f"larger than {MOST_BYTES} bytes: no recipe")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        _refuse(name, "not UTF-8, which TOML is written in", raw.count(b"\n", 0, error.start) + 1)


def _parsed(name: str, text: str) -> tuple[dict[str, Any], dict[KeyPath, int]]:
    from dicomveil.recipe.lines import lines_of

    try:
        return tomllib.loads(text), lines_of(text)
    except tomllib.TOMLDecodeError as error:
        _refuse(name, *_toml_message(str(error), text))
    except ValueError:
        _refuse(name, "not TOML: a number has too many digits")
    except RecursionError:
        _refuse(name, "lists or tables are nested too deep")


def _toml_message(error: str, text: str) -> tuple[str, int]:
    """What tomllib says, which puts the place at the end of its message, and the line."""
    what, _, place = error.rpartition(" (at ")
    if not place.startswith("line "):
        return f"not TOML: {what} at the end of the file", text.count("\n") + 1
    number = int(place.removeprefix("line ").partition(",")[0])
    first = text.split("\n")[number - 1].partition("=")[2].strip()[:1]
    hint = _QUOTED if first.isalnum() or first == "(" else ""
    return f"not TOML: {what}{hint}", number


def _line_of(path: KeyPath, lines: dict[KeyPath, int]) -> int | None:
    """The line of a key, or of the table that it is missing from."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def _spelled(path: KeyPath) -> str:
    """Keys joined by dots; places in lists are counted from 1, as people do."""
    spelled = "".join(f"[{key + 1}]" if isinstance(key, int) else f".{key}" for key in path)
    return spelled.removeprefix(".")


def _refuse(name: str, message: str, line: int | None = None) -> NoReturn:
    raise RecipeError((RecipeProblem(name, line, "", message),)) from None
