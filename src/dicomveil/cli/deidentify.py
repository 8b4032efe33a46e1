"""``dicomveil deidentify``: a file or a folder in, de-identified copies out."""

from __future__ import annotations

import argparse
import gc
import os
from contextlib import ExitStack, nullcontext
from typing import TYPE_CHECKING

from dicomveil.batch.inputs import Inputs
from dicomveil.batch.layout import layout_of
from dicomveil.batch.places import absolute, exists, is_file, is_folder, is_url, names_folder, spelled
from dicomveil.batch.portion import GARBAGE_ALLOCATIONS
from dicomveil.batch.project import Making, Project, check_apart, check_project_apart, unwritable
from dicomveil.batch.run import DONE as ONE_DONE
from dicomveil.batch.run import Run
from dicomveil.cli import DONE, INTERRUPTED, SOME_NOT_DONE
from dicomveil.cli.choices import (
    check_key_outside,
    chosen_key,
    chosen_known,
    chosen_pseudonyms,
    chosen_recipe,
    kept_key,
    key_of,
)
from dicomveil.cli.layouts import OFFERED, check_layout, chosen_layout
from dicomveil.cli.parser import Parser, positive
from dicomveil.cli.stopping import stops_on_signals
from dicomveil.cli.voice import Voice, heading
from dicomveil.engine.deidentify import Deidentifier
from dicomveil.errors import UsageError
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import KeyedPseudonyms

if TYPE_CHECKING:
    from dicomveil.batch.batch import Batch
    from dicomveil.batch.crew import Crew
    from dicomveil.batch.known import KnownFile
    from dicomveil.batch.layout import Layout
    from dicomveil.batch.ledger import Ledger
    from dicomveil.batch.reports import ReportWriter
    from dicomveil.batch.work import Work
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
    known: str | None
    project: str | None
    no_archives: bool
    random: bool
    again: bool
    overwrite: bool
    dry_run: bool
    refuse_burned_in: bool
    hash: bool
    jobs: int | None
    layout: str | None
    dicomdir: bool
    inputs: Inputs
    cluster: str | None
    json: bool
    show_paths: bool
    quiet: bool


def deidentify(words: list[str], *, only: frozenset[bytes] | None = None) -> int:
    """Carry out the command and return its exit code.

    Parameters
    ----------
    only
        Take only inputs with these tokens, also those that an earlier run could not do.
    """
    parser = _parser()
    arguments = parser.read(words, _Arguments())
    arguments.input, arguments.output = spelled(arguments.input), spelled(arguments.output)
    if arguments.cluster is not None:  # workers are in other folders than this process
        arguments.input, arguments.output = absolute(arguments.input), absolute(arguments.output)
    recipe = chosen_recipe(arguments.recipe, arguments.retain, at_random=arguments.random)
    _check_places(arguments)
    project = _project(arguments)
    in_use = chosen_key(arguments.key, project, recipe)
    layout = chosen_layout(arguments.layout, dicomdir=arguments.dicomdir, single=_is_single(arguments))
    check_layout(
        layout,
        recipe,
        key_of(recipe, in_use),
        of_folder=not arguments.inputs.is_single,
        in_storage=is_url(arguments.output),
    )
    known = chosen_known(arguments.known, arguments.output)
    digest = known.digest if known is not None else ""
    project.check(Making.by(recipe, key_of(recipe, in_use), layout, digest), overwrite=arguments.overwrite)
    writes = not arguments.dry_run and (
        os.path.isdir(project.folder) or _anything_can_be_done(arguments, recipe, known)
    )
    crew = _crew(arguments) if writes and not _is_single(arguments) else None
    if writes:
        in_use = kept_key(in_use, project, recipe)
        making = Making.by(recipe, key_of(recipe, in_use), layout, digest)
        project.check(making, overwrite=arguments.overwrite)  # another process may have been first
        project.remember(making)
    with ExitStack() as stack:
        run: Run | Batch
        if crew is not None:
            from dicomveil.batch.ledger import Ledger
            from dicomveil.cli.started import keep_command, write_page

            ledger = stack.enter_context(Ledger(project.ledger_path))
            keep_command(project, parser.options(), arguments, recipe)
            stack.callback(write_page, project)
            run = _batch(arguments, _work(arguments, recipe, in_use, project, layout, digest), crew, ledger, only)
        else:
            pseudonyms = chosen_pseudonyms(recipe, in_use, project, dry_run=not writes)
            dry = not writes and not _is_single(arguments)
            place = layout_of(_work(arguments, recipe, in_use, project, layout, digest)) if dry else None
            run = _run(arguments, recipe, pseudonyms, in_use.key, known, layout=place)
        voice = Voice(run, as_json=arguments.json, show_paths=arguments.show_paths, quiet=arguments.quiet)
        _announce(voice, arguments, recipe, in_use)
        code = _carry_out(run, voice, _report(project, recipe) if writes else None)
    voice.close(recipe, _places(arguments, project, in_use, voice, writes=writes), interrupted=code == INTERRUPTED)
    return code


def _is_single(arguments: _Arguments) -> bool:
    """Tell whether a file is to become a file under a name of its own."""
    return arguments.inputs.is_single and not names_folder(arguments.output)


def _project(arguments: _Arguments) -> Project:
    if arguments.project is None:
        return Project.beside(arguments.output)
    project = Project(arguments.project)
    check_project_apart(project, arguments.input, arguments.output)
    return project


def _crew(arguments: _Arguments) -> Crew:
    from dicomveil.batch.crew import crew_of, jobs_for

    if arguments.cluster is None:
        return crew_of(arguments.jobs or jobs_for(arguments.inputs))
    from dicomveil.batch.clusters import crew_on

    return crew_on(arguments.cluster, shared="" if is_url(arguments.output) else arguments.output)


def _work(
    arguments: _Arguments, recipe: Recipe, in_use: KeyInUse, project: Project, layout: str, known_digest: str
) -> Work:
    from dicomveil.batch.work import Work

    return Work(
        recipe,
        in_use.key,
        os.path.abspath(project.table_path),
        arguments.output,
        without_key=key_of(recipe, in_use) is None,
        layout=layout,
        staging=project.staging_path,
        overwrite=arguments.overwrite,
        dry_run=arguments.dry_run,
        again=arguments.again,
        refuse_burned_in=arguments.refuse_burned_in,
        whole=arguments.hash,
        known_path=os.path.abspath(arguments.known) if arguments.known else "",
        known_digest=known_digest,
    )


def _batch(arguments: _Arguments, work: Work, crew: Crew, ledger: Ledger, only: frozenset[bytes] | None) -> Batch:
    from dicomveil.batch.batch import Batch

    return Batch(work, arguments.inputs, crew, ledger, retried=only is not None, only=only)


def _run(
    arguments: _Arguments,
    recipe: Recipe,
    pseudonyms: Pseudonyms,
    key: ProjectKey,
    known: KnownFile | None,
    *,
    rehearsal: bool = False,
    layout: Layout | None = None,
) -> Run:
    return Run(
        Deidentifier(
            recipe, pseudonyms, again=arguments.again, refuse_burned_in=arguments.refuse_burned_in, known=known
        ),
        arguments.inputs,
        arguments.output,
        key,
        overwrite=arguments.overwrite or rehearsal,
        dry_run=arguments.dry_run or rehearsal,
        layout=layout,
    )


def _anything_can_be_done(arguments: _Arguments, recipe: Recipe, known: KnownFile | None) -> bool:
    """Tell whether there is a file to do, so that no key is made for nothing; mostly the first one tells."""
    key = ProjectKey.generate()
    rehearsal = _run(arguments, recipe, KeyedPseudonyms(key, recipe.dates), key, known, rehearsal=True)
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
    gc.set_threshold(GARBAGE_ALLOCATIONS)
    problems: list[str] = []
    try:
        with nullcontext() if isinstance(run, Run) else stops_on_signals(run, voice):
            for outcome in run:
                if report is not None:
                    report.write(outcome)
                voice.tell(outcome)
        if not isinstance(run, Run):
            _tell_of_earlier(run, voice)
            if run.interrupted:
                return INTERRUPTED
            problems = run.finish()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        voice.important("nobody reads the output any more; stopped. Copies that are there are whole and checked")
        raise
    finally:
        if report is not None:
            report.close()
    for problem in problems:
        voice.important(problem)
    return DONE if voice.tally.all_done and not problems else SOME_NOT_DONE


def _tell_of_earlier(batch: Batch, voice: Voice) -> None:
    voice.tally.add_earlier(batch.before, batch.why)
    if batch.unrecorded:
        voice.important(
            f"the ledger could not be written: {batch.unrecorded} files are not noted in it; make space and run it "
            "again, and their copies are compared"
        )


def _check_places(arguments: _Arguments) -> None:
    """Refuse what cannot work before a key is made; look for the inputs."""
    for what, path in (("input", arguments.input), ("output", arguments.output)):
        if not path:
            raise UsageError(f"the {what} has no name")
        if exists(path) and not (is_file(path) or is_folder(path)):
            raise UsageError(f"the {what} is neither a file nor a folder")
    inputs = arguments.inputs = Inputs(arguments.input, archives=not arguments.no_archives)
    check_apart(inputs.root, arguments.output)
    check_key_outside(arguments.key, arguments.output)
    if not inputs.is_single and is_file(arguments.output):
        raise UsageError("the input is a folder and the output a file; name a folder for the output")
    if is_url(arguments.output):
        if arguments.project is None:
            raise UsageError("an output in a storage needs --project FOLDER: the private folder stays on this machine")
    elif not arguments.dry_run:
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
    parser.add_argument(
        "input", metavar="IN", help="a DICOM file, a folder, a zip or tar archive, or a URL; it is only read"
    )
    parser.add_argument(
        "output",
        metavar="OUT",
        help="where copies go; for a file its copy's name, unless it is a folder or ends with a slash",
    )
    parser.takes_recipe()
    parser.add_argument("--key", metavar="FILE", help="the project key; without it see below")
    parser.add_argument(
        "--known",
        metavar="FILE",
        help="what dicomveil survey --known has learned of the patients: what one file of a patient tells "
        "of him is looked for in all of them",
    )
    parser.add_argument(
        "--project", metavar="FOLDER", help="the private folder, instead of OUT.dicomveil; it stays on this machine"
    )
    workers = parser.add_mutually_exclusive_group()
    workers.add_argument(
        "--jobs",
        "-j",
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
    parser.add_argument(
        "--layout",
        metavar="NAME",
        choices=OFFERED,
        help="pseudonyms (patient/study/series/instance.dcm, without the option), mirror (the folders of IN, all "
        "names replaced), or zip (patient/study.zip)",
    )
    flags = {
        "--dicomdir": "write a DICOMDIR too, and name copies so that it can refer to them",
        "--random": "draw stand-ins at random and remember them in OUT.dicomveil, as Safe Harbor asks, "
        "instead of deriving them with the key",
        "--no-archives": "do not look into zip and tar archives",
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
