"""``dicomveil deidentify``: a file or a folder in, de-identified copies out."""

from __future__ import annotations

import argparse
import gc
import os
import sys
from typing import TYPE_CHECKING

from dicomveil.batch.project import Project, check_apart
from dicomveil.batch.run import Run
from dicomveil.cli import DONE, INTERRUPTED, SOME_NOT_DONE
from dicomveil.cli.choices import (
    can_be_guessed,
    check_key_outside,
    chosen_key,
    chosen_pseudonyms,
    chosen_recipe,
)
from dicomveil.cli.parser import Parser
from dicomveil.cli.voice import Voice
from dicomveil.dataset.discover import files_under
from dicomveil.engine.deidentify import Deidentifier
from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from dicomveil.batch.reports import ReportWriter
    from dicomveil.cli.choices import KeyInUse
    from dicomveil.recipe.model import Recipe

_DESCRIPTION = """\
Write a de-identified copy of a DICOM file, or of every DICOM file in a folder and the folders in it.

DICOM files are told by their content, whatever they are called; other files are skipped. The copies of
a folder are laid out as patient/study/series/instance.dcm, all named by stand-ins. One bad file stops
nothing."""

_EPILOG = """\
examples:
  dicomveil deidentify export shared
  dicomveil deidentify export shared --recipe research --refuse-burned-in
  dicomveil deidentify slice.dcm slice-shared.dcm --retain modified-dates

The key is the file of --key, or else of the environment variable DICOMVEIL_KEY, or else it is made on
first use in the private folder OUT.dicomveil. The same key gives the same stand-ins. Whoever has it can
find out who is who.

exit codes: 0 all done (what is no DICOM is no failure), 1 some refused or failed, or nothing to do,
2 wrong usage, recipe or key, 130 interrupted"""


class _Arguments(argparse.Namespace):
    input: str
    output: str
    recipe: str
    retain: list[str]
    key: str | None
    random: bool
    again: bool
    overwrite: bool
    dry_run: bool
    refuse_burned_in: bool
    json: bool
    show_paths: bool
    quiet: bool


_GARBAGE_ALLOCATIONS = 100_000


def deidentify(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    arguments = _parser().read(words, _Arguments())
    recipe = chosen_recipe(arguments.recipe, arguments.retain)
    _check_places(arguments)
    if os.path.isdir(arguments.input) and next(files_under(arguments.input), None) is None:
        sys.stderr.write("dicomveil: the input has no files\n")
        return SOME_NOT_DONE
    project = Project.beside(arguments.output)
    in_use = chosen_key(arguments.key, project, dry_run=arguments.dry_run)
    pseudonyms = chosen_pseudonyms(recipe, in_use, project, at_random=arguments.random, dry_run=arguments.dry_run)
    run = Run(
        Deidentifier(recipe, pseudonyms, again=arguments.again),
        arguments.input,
        arguments.output,
        in_use.key,
        overwrite=arguments.overwrite,
        dry_run=arguments.dry_run,
        refuse_burned_in=arguments.refuse_burned_in or recipe.refuse_burned_in,
    )
    voice = Voice(run, as_json=arguments.json, show_paths=arguments.show_paths, quiet=arguments.quiet)
    _announce(voice, arguments, recipe, in_use)
    report = None if arguments.dry_run else _report(project, recipe)
    code = _carry_out(run, voice, report)
    places = {"copies": arguments.output}
    if report is not None:
        places |= {"report": project.reports_path, "key": in_use.path or ""}
    voice.close(recipe, places, interrupted=code == INTERRUPTED)
    return code


def _carry_out(run: Run, voice: Voice, report: ReportWriter | None) -> int:
    gc.freeze()
    # Hardly anything here is garbage in cycles; looking for it costs a tenth.
    gc.set_threshold(_GARBAGE_ALLOCATIONS)
    try:
        for outcome in run:
            if report is not None:
                report.write(outcome)
            voice.tell(outcome)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        voice.important("nobody reads the output any more; stopped. Copies that are there are whole and checked")
        raise
    finally:
        if report is not None:
            report.close()
    return SOME_NOT_DONE if voice.tally.failures or voice.tally.found_nothing else DONE


def _check_places(arguments: _Arguments) -> None:
    """Refuse what cannot work before a key is made."""
    if not os.path.exists(arguments.input):
        raise UsageError("the input does not exist")
    check_apart(arguments.input, arguments.output)
    check_key_outside(arguments.key, arguments.output)
    if os.path.isdir(arguments.input) and os.path.isfile(arguments.output):
        raise UsageError("the input is a folder and the output a file; name a folder for the output")


def _announce(voice: Voice, arguments: _Arguments, recipe: Recipe, in_use: KeyInUse) -> None:
    if in_use.made:
        voice.important(
            f"a project key was made: {in_use.path}\n"
            "keep it private: whoever has it can find out who is who; and safe: without it, later files get "
            "other stand-ins"
        )
    if can_be_guessed(recipe, in_use, at_random=arguments.random):
        voice.important(
            f"stand-ins of the recipe {recipe.name} can be undone with a list of patient numbers, unless "
            "a key is named with --key"
        )
    if arguments.dry_run and (in_use.path is None or arguments.random):
        voice.note("dry run with stand-ins that are thrown away; those of the real run will differ")


def _report(project: Project, recipe: Recipe) -> ReportWriter:
    from dicomveil.batch.reports import ReportWriter
    from dicomveil.pseudonyms.private_file import make_private_folder

    make_private_folder(project.reports_path)
    return ReportWriter(project.reports_path, f"{recipe.name} {recipe.fingerprint}")


def _parser() -> Parser:
    parser = Parser("deidentify", _DESCRIPTION, _EPILOG)
    parser.add_argument("input", metavar="IN", help="a DICOM file, or a folder; it is only read")
    parser.add_argument(
        "output",
        metavar="OUT",
        help="where copies go; for a file its copy's name, unless it is a folder or ends with a slash",
    )
    parser.takes_recipe()
    parser.add_argument("--key", metavar="FILE", help="the project key; without it see below")
    flags = {
        "--random": "draw stand-ins at random and remember them in OUT.dicomveil, as Safe Harbor asks, "
        "instead of deriving them with the key",
        "--again": "also take files that dicomveil has de-identified before",
        "--overwrite": "replace copies that are there already",
        "--dry-run": "decide everything and write nothing: no copy, key, folder or report",
        "--refuse-burned-in": "refuse files that are likely to show text in their pixels",
        "--json": "tell every file and the end as JSON, a line each, instead of the table",
        "--show-paths": "name files by their paths too, which may tell who a patient is",
        "--quiet": "only errors that end the run, and the news that a key was made",
    }
    for flag, meaning in flags.items():
        parser.add_argument(flag, action="store_true", help=meaning)
    return parser
