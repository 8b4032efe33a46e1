"""``dicomveil explain``: what would become of every element of a file, and why."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING

from dicomveil.batch.kinds import archives_told
from dicomveil.cli import DONE, SOME_NOT_DONE
from dicomveil.cli.choices import chosen_known, chosen_recipe
from dicomveil.cli.parser import Parser
from dicomveil.dataset.source import Source
from dicomveil.engine.explain import explain as explained
from dicomveil.errors import InstanceError, UsageError
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import KeyedPseudonyms

if TYPE_CHECKING:
    from dicomveil.engine.explain import Line

_DESCRIPTION = """\
Say for every element of a DICOM file, at every depth, what would become of it, and why. Nothing is written.

A line has the address, the VR, what is done, the length of the value in bytes, and the reason: the row
and edition of the table, the option, or the line of the recipe. Values are masked, so the list can be
shown to others."""

_EPILOG = """\
examples:
  dicomveil explain slice.dcm
  dicomveil explain slice.dcm --recipe research --changes-only
  dicomveil explain slice.dcm --known private/known

exit codes: 0 explained, 1 the file cannot be read or would be refused, 2 wrong usage or recipe"""


class _Arguments(argparse.Namespace):
    file: str
    recipe: str
    retain: list[str]
    known: str | None
    show_values: bool
    changes_only: bool
    json: bool


def explain(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    arguments = _parser().read(words, _Arguments())
    recipe = chosen_recipe(arguments.recipe, arguments.retain)
    if os.path.isdir(arguments.file):
        raise UsageError("a folder; explain takes one file")
    known = chosen_known(arguments.known)
    pseudonyms = KeyedPseudonyms(ProjectKey.generate(), recipe.dates)  # no stand-in is shown: any key will do
    counts: Counter[str] = Counter()
    try:
        with Source.open(arguments.file) as file, archives_told(file):
            for line in explained(arguments.file, recipe, pseudonyms, known):
                counts[line.action] += 1
                if not (arguments.changes_only and line.action == "keep"):
                    shown = _as_json if arguments.json else _as_text
                    sys.stdout.write(f"{shown(line, show_value=arguments.show_values)}\n")
    except InstanceError as error:
        sys.stderr.write(f"dicomveil: it would not be done: {error} ({error.code})\n")
        return SOME_NOT_DONE
    except FileNotFoundError:
        raise UsageError("there is no such file") from None
    if arguments.show_values:
        sys.stderr.write("dicomveil: values of the original are shown; keep this list where the original is\n")
    if not arguments.json:
        done = ", ".join(f"{count} {action}" for action, count in counts.most_common())
        sys.stdout.write(f"\n{counts.total()} elements: {done}\n")
    return DONE


def _as_text(line: Line, *, show_value: bool) -> str:
    value = f"  {line.value!r}" if show_value and line.value is not None else ""
    facts = f"{line.address:<44}  {line.vr}  {line.action:<10}  {line.length:>6} bytes"
    return f"{facts}{value}  {line.reason}".rstrip()


def _as_json(line: Line, *, show_value: bool) -> str:
    import json

    told = line._asdict()
    if not show_value:
        del told["value"]
    return json.dumps(told)


def _parser() -> Parser:
    parser = Parser("explain", _DESCRIPTION, _EPILOG)
    parser.add_argument("file", metavar="FILE", help="a DICOM file")
    parser.takes_recipe()
    parser.takes_known()
    flags = {
        "--show-values": "show the values too, shortened: the list is then as private as the file",
        "--changes-only": "leave out what is kept as it is",
        "--json": "a line of JSON for each element",
    }
    for flag, meaning in flags.items():
        parser.add_argument(flag, action="store_true", help=meaning)
    return parser
