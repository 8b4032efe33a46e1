"""What ``dicomveil deidentify`` does once its words are read: the run, what is told of it, the exit code."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing, nullcontext
from typing import TYPE_CHECKING

from dicomveil.batch.garbage import look_seldom
from dicomveil.batch.records.project import unwritable
from dicomveil.batch.run import Run
from dicomveil.cli import DONE, INTERRUPTED, SOME_NOT_DONE
from dicomveil.cli.stopping import stops_on_signals
from dicomveil.cli.undertaking import Undertaking
from dicomveil.cli.voice import Voice, heading
from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from dicomveil.batch.batch import Batch
    from dicomveil.batch.crews.crew import Crew
    from dicomveil.batch.records.ledger import Ledger
    from dicomveil.batch.records.project import Project
    from dicomveil.batch.records.reports import ReportWriter
    from dicomveil.cli.deidentify_words import Arguments
    from dicomveil.cli.parser import Parser
    from dicomveil.recipe.model import Recipe


def carry_out(
    parser: Parser, arguments: Arguments, recipe: Recipe, crew: Crew | None, only: frozenset[bytes] | None
) -> int:
    """Do what was asked for and return the exit code.

    Parameters
    ----------
    crew
        Processes of this machine that do a folder; None for a single file, and a run on a cluster.
    only
        Take only inputs with these tokens, also those that an earlier run could not do.
    """
    undertaking = Undertaking.of(arguments, recipe)
    project = undertaking.project
    writes = not arguments.dry_run and (os.path.isdir(project.folder) or undertaking.can_do_anything())
    if arguments.cluster is not None and writes and not arguments.is_single:
        crew = undertaking.cluster(arguments.cluster)
    may_mix_keys = writes and not arguments.is_single and undertaking.may_mix_keys
    with ExitStack() as stack:
        does_many = crew is not None and (writes or arguments.dry_run)
        ledger = _ledger(project, stack, forgotten=arguments.dry_run) if does_many else None
        if writes:
            undertaking = undertaking.begun()
        run: Run | Batch
        report = stack.enter_context(closing(_report(project, recipe))) if writes else None
        if crew is None or ledger is None:
            run = undertaking.run(writes=writes)
        elif report is None:
            run = undertaking.batch(crew, ledger, only)
        else:
            from dicomveil.cli.started import keep_command, write_page

            keep_command(project, parser.options(), arguments, recipe)
            stack.callback(write_page, project)
            run = undertaking.batch(crew, ledger, only, report.write_through)
            report = None
        voice = Voice(run, as_json=arguments.json, show_paths=arguments.show_paths, quiet=arguments.quiet)
        _announce(voice, undertaking)
        if may_mix_keys:
            voice.important(
                "the output holds files already, and its private folder does not know them: if they are copies made "
                "under another key, one patient becomes two"
            )
        code = _carry_out(run, voice, report)
    voice.close(recipe, _places(undertaking, voice, writes=writes), interrupted=code == INTERRUPTED)
    return code


def _ledger(project: Project, stack: ExitStack, *, forgotten: bool) -> Ledger:
    """Open the ledger, and with it keep other runs away, before anything of the project is changed.

    Parameters
    ----------
    forgotten
        Take one that knows nothing and is written nowhere instead.
    """
    from dicomveil.batch.records.ledger import Ledger
    from dicomveil.batch.records.ledger_file import IN_MEMORY

    return stack.enter_context(Ledger(IN_MEMORY if forgotten else project.ledger_path))


def _places(undertaking: Undertaking, voice: Voice, *, writes: bool) -> dict[str, str]:
    places = {"copies": undertaking.arguments.output} if voice.tally.has_copies else {}
    if writes:
        places["report"] = undertaking.project.reports_path
        if undertaking.in_use.path is not None:
            places["key"] = undertaking.in_use.path
    return places


def _carry_out(run: Run | Batch, voice: Voice, report: ReportWriter | None) -> int:
    look_seldom()
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
    except OSError as error:
        voice.important(
            f"what is told of files cannot be written: {os.strerror(error.errno or 0)}; stopped. Copies that are there "
            "are whole and checked: see to it and run it again, or say dicomveil resume"
        )
        return SOME_NOT_DONE
    for problem in problems:
        voice.important(problem)
    return DONE if voice.tally.all_done and not problems else SOME_NOT_DONE


def _tell_of_earlier(batch: Batch, voice: Voice) -> None:
    voice.tally.add_earlier(batch)
    if batch.unrecorded:
        voice.important(
            f"the ledger could not be written: {batch.unrecorded} files are not noted in it; make space and run it "
            "again, and their copies are compared"
        )


def _announce(voice: Voice, undertaking: Undertaking) -> None:
    recipe, in_use = undertaking.recipe, undertaking.in_use
    if in_use.made:
        voice.important(
            f"a project key was made: {in_use.path}\n"
            "keep it private: whoever has it can find out who is who; and safe: without it, later files get "
            "other stand-ins"
        )
        if undertaking.arguments.is_single:
            voice.important(f"for the patient's other files: --key {in_use.path}")
    if undertaking.key is None:
        voice.important(
            f"stand-ins of the recipe {recipe.name} can be undone with a list of patient numbers, unless "
            "a key is named with --key"
        )
    elif undertaking.arguments.dry_run and (in_use.path is None or recipe.pseudonyms.source == "random"):
        voice.note("dry run with stand-ins that are thrown away; those of the real run will differ")


def _report(project: Project, recipe: Recipe) -> ReportWriter:
    from dicomveil.batch.records.reports import ReportWriter
    from dicomveil.pseudonyms.private_file import make_private_folder

    try:
        make_private_folder(project.reports_path)
        return ReportWriter(project.reports_path, heading(recipe, recipe.fingerprint))
    except OSError as error:
        raise UsageError(unwritable(error)) from None
