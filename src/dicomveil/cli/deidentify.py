"""``dicomveil deidentify``: a file or a folder in, de-identified copies out."""

from __future__ import annotations

import argparse
import gc
import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

from dicomveil.batch.batch import Batch
from dicomveil.batch.clusters import crew_on
from dicomveil.batch.crew import crew_of, jobs_for
from dicomveil.batch.inputs import Inputs
from dicomveil.batch.ledger import Ledger
from dicomveil.batch.portion import GARBAGE_ALLOCATIONS
from dicomveil.batch.project import Making, Project, check_apart, unwritable
from dicomveil.batch.run import DONE as ONE_DONE
from dicomveil.batch.run import Run
from dicomveil.batch.work import Work
from dicomveil.cli import DONE, INTERRUPTED, SOME_NOT_DONE
from dicomveil.cli.choices import check_key_outside, chosen_key, chosen_pseudonyms, chosen_recipe, kept_key, key_of
from dicomveil.cli.parser import Parser, positive
from dicomveil.cli.voice import Voice, heading
from dicomveil.engine.deidentify import Deidentifier
from dicomveil.errors import UsageError
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import KeyedPseudonyms

if TYPE_CHECKING:
    from dicomveil.batch.crew import Crew
    from dicomveil.batch.reports import ReportWriter
    from dicomveil.cli.choices import KeyInUse
    from dicomveil.pseudonyms.sources import Pseudonyms
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
  dicomveil deidentify next.dcm next-shared.dcm --key slice-shared.dcm.dicomveil/key

The key is the file of --key, or else of the environment variable DICOMVEIL_KEY, or else it is made on
first use in the private folder OUT.dicomveil. The same key gives the same stand-ins. Whoever has it can
find out who is who. An output takes no copies under another key.

exit codes: 0 all done (what is no DICOM is no failure), 1 some refused or failed, some there already, or
nothing to do, 2 wrong usage, recipe or key, 130 interrupted"""


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
    hash: bool
    jobs: int | None
    cluster: str | None
    json: bool
    show_paths: bool
    quiet: bool


def deidentify(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    arguments = _parser().read(words, _Arguments())
    recipe = chosen_recipe(arguments.recipe, arguments.retain, at_random=arguments.random)
    _check_places(arguments)
    project = Project.beside(arguments.output)
    in_use = chosen_key(arguments.key, project, recipe)
    project.check(Making.by(recipe, key_of(recipe, in_use)), overwrite=arguments.overwrite)
    writes = not arguments.dry_run and (os.path.isdir(project.folder) or _anything_can_be_done(arguments, recipe))
    crew = _cluster(arguments) if arguments.cluster and writes and not _is_single(arguments) else None
    if writes:
        in_use = kept_key(in_use, project, recipe)
        making = Making.by(recipe, key_of(recipe, in_use))
        project.check(making, overwrite=arguments.overwrite)  # another process may have been first
        project.remember(making)
    with ExitStack() as stack:
        run: Run | Batch
        if writes and not _is_single(arguments):
            ledger = stack.enter_context(Ledger(project.ledger_path))
            run = _batch(arguments, recipe, in_use, project, ledger, crew)
        else:
            run = _run(arguments, recipe, chosen_pseudonyms(recipe, in_use, project, dry_run=not writes), in_use.key)
        voice = Voice(run, as_json=arguments.json, show_paths=arguments.show_paths, quiet=arguments.quiet)
        _announce(voice, arguments, recipe, in_use)
        code = _carry_out(run, voice, _report(project, recipe) if writes else None)
    voice.close(recipe, _places(arguments, project, in_use, voice, writes=writes), interrupted=code == INTERRUPTED)
    return code


def _is_single(arguments: _Arguments) -> bool:
    """Tell whether a file is to become a file under a name of its own."""
    output = arguments.output
    return os.path.isfile(arguments.input) and not (os.path.isdir(output) or output.endswith(os.sep))


def _cluster(arguments: _Arguments) -> Crew:
    """Join the cluster; whose workers are in other folders than this process."""
    assert arguments.cluster is not None
    arguments.input, arguments.output = os.path.abspath(arguments.input), os.path.abspath(arguments.output)
    return crew_on(arguments.cluster, shared=arguments.output)


def _batch(
    arguments: _Arguments, recipe: Recipe, in_use: KeyInUse, project: Project, ledger: Ledger, crew: Crew | None
) -> Batch:
    work = Work(
        recipe,
        in_use.key,
        project.table_path,
        arguments.output,
        without_key=key_of(recipe, in_use) is None,
        overwrite=arguments.overwrite,
        again=arguments.again,
        refuse_burned_in=arguments.refuse_burned_in,
        whole=arguments.hash,
    )
    inputs = Inputs(arguments.input)
    return Batch(work, inputs, crew or crew_of(arguments.jobs or jobs_for(inputs)), ledger)


def _run(
    arguments: _Arguments, recipe: Recipe, pseudonyms: Pseudonyms, key: ProjectKey, *, rehearsal: bool = False
) -> Run:
    return Run(
        Deidentifier(recipe, pseudonyms, again=arguments.again, refuse_burned_in=arguments.refuse_burned_in),
        arguments.input,
        arguments.output,
        key,
        overwrite=arguments.overwrite or rehearsal,
        dry_run=arguments.dry_run or rehearsal,
    )


def _anything_can_be_done(arguments: _Arguments, recipe: Recipe) -> bool:
    """Tell whether there is a file to do, so that no key is made for nothing; mostly the first one tells."""
    key = ProjectKey.generate()
    rehearsal = _run(arguments, recipe, KeyedPseudonyms(key, recipe.dates), key, rehearsal=True)
    return any(outcome.code == ONE_DONE for outcome in rehearsal)


def _places(arguments: _Arguments, project: Project, in_use: KeyInUse, voice: Voice, *, writes: bool) -> dict[str, str]:
    places = {"copies": arguments.output} if voice.tally.has_copies else {}
    if writes:
        places["report"] = project.reports_path
        if in_use.path is not None:
            places["key"] = in_use.path
    return places


def _carry_out(run: Run | Batch, voice: Voice, report: ReportWriter | None) -> int:
    gc.freeze()
    # Hardly anything here is garbage in cycles; looking for it costs a tenth.
    gc.set_threshold(GARBAGE_ALLOCATIONS)
    try:
        for outcome in run:
            if report is not None:
                report.write(outcome)
            voice.tell(outcome)
        if isinstance(run, Batch):
            _tell_of_earlier(run, voice)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        voice.important("nobody reads the output any more; stopped. Copies that are there are whole and checked")
        raise
    finally:
        if report is not None:
            report.close()
    return DONE if voice.tally.all_done else SOME_NOT_DONE


def _tell_of_earlier(batch: Batch, voice: Voice) -> None:
    voice.tally.add_earlier(batch.before, batch.why)
    if batch.unrecorded:
        voice.important(
            f"the ledger could not be written: {batch.unrecorded} files are not noted in it; make space and run it "
            "again, and their copies are compared"
        )


def _check_places(arguments: _Arguments) -> None:
    """Refuse what cannot work before a key is made."""
    for what, path in (("input", arguments.input), ("output", arguments.output)):
        if not path:
            raise UsageError(f"the {what} has no name")
        if os.path.exists(path) and not (os.path.isfile(path) or os.path.isdir(path)):
            raise UsageError(f"the {what} is neither a file nor a folder")
    if not os.path.exists(arguments.input):
        raise UsageError("the input does not exist")
    check_apart(arguments.input, arguments.output)
    check_key_outside(arguments.key, arguments.output)
    if os.path.isdir(arguments.input) and os.path.isfile(arguments.output):
        raise UsageError("the input is a folder and the output a file; name a folder for the output")
    if not arguments.dry_run:
        _check_writable(arguments.output)


def _check_writable(output: str) -> None:
    there = os.path.abspath(output)
    if os.path.isfile(there):
        there = os.path.dirname(there)
    while not os.path.lexists(there):
        there = os.path.dirname(there)
    if not os.path.isdir(there):
        raise UsageError("the output cannot be written: a file stands where a folder has to be")
    if not os.access(there, os.W_OK | os.X_OK):
        raise UsageError("the output cannot be written: permission denied")


def _announce(voice: Voice, arguments: _Arguments, recipe: Recipe, in_use: KeyInUse) -> None:
    if in_use.made:
        voice.important(
            f"a project key was made: {in_use.path}\n"
            "keep it private: whoever has it can find out who is who; and safe: without it, later files get "
            "other stand-ins"
        )
        if _is_single(arguments):
            voice.important(f"for the patient's other files: --key {in_use.path}")
    key = key_of(recipe, in_use)
    if key is None:
        voice.important(
            f"stand-ins of the recipe {recipe.name} can be undone with a list of patient numbers, unless "
            "a key is named with --key"
        )
    elif arguments.dry_run and (in_use.path is None or recipe.pseudonyms.source == "random"):
        voice.note("dry run with stand-ins that are thrown away; those of the real run will differ")


def _report(project: Project, recipe: Recipe) -> ReportWriter:
    from dicomveil.batch.reports import ReportWriter
    from dicomveil.pseudonyms.private_file import make_private_folder

    try:
        make_private_folder(project.reports_path)
        return ReportWriter(project.reports_path, heading(recipe, recipe.fingerprint))
    except OSError as error:
        raise UsageError(unwritable(error)) from None


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
    workers = parser.add_mutually_exclusive_group()
    workers.add_argument(
        "-j",
        "--jobs",
        metavar="N",
        type=positive,
        help="so many processes at once; without it as many as there are cores, for a few files one",
    )
    workers.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="let the workers of a cluster do it: ray://HOST:PORT or dask://HOST:PORT; local stands for a cluster of "
        "this machine alone",
    )
    flags = {
        "--random": "draw stand-ins at random and remember them in OUT.dicomveil, as Safe Harbor asks, "
        "instead of deriving them with the key",
        "--again": "also take files that dicomveil has de-identified before",
        "--overwrite": "replace copies that are there already",
        "--dry-run": "decide everything and write nothing: no copy, key, folder or report",
        "--refuse-burned-in": "refuse files that are likely to show text in their pixels",
        "--hash": "tell by all bytes of a file, not by its size and time, whether it changed since an earlier run",
        "--json": "tell every file and the end as JSON, a line each, instead of the table",
        "--show-paths": "name files by their paths too, which may tell who a patient is",
        "--quiet": "only errors that end the run, and the news that a key was made",
    }
    for flag, meaning in flags.items():
        parser.add_argument(flag, action="store_true", help=meaning)
    return parser
