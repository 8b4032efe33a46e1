"""``dicomveil survey``: who and what is in a folder, told without a value, before anything is done to it."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING

from dicomveil.batch.crews.crew import crew_of, jobs_for
from dicomveil.batch.sources.inputs import Inputs
from dicomveil.batch.storage.places import lies_in, resolved
from dicomveil.batch.survey.census import Census
from dicomveil.batch.survey.survey import Survey
from dicomveil.cli import DONE, INTERRUPTED, SOME_NOT_DONE
from dicomveil.cli.choices import read_key
from dicomveil.cli.parser import Parser, positive
from dicomveil.cli.survey_voice import SurveyVoice
from dicomveil.errors import UsageError
from dicomveil.pseudonyms.sources import KeyedPseudonyms

if TYPE_CHECKING:
    from dicomveil.pseudonyms.sources import Pseudonyms

_DESCRIPTION = """\
Read the headers of every DICOM file in a folder, and the folders in it, and tell which patients, studies
and series there are, how many files and bytes, and what is odd: duplicates, a patient with several IDs,
an ID with several names, missing IDs and UIDs, files that cannot be read. Nothing is written, but for
--known. Patients are numbered; no value of theirs is shown unless it is asked for."""

_EPILOG = """\
examples:
  dicomveil survey export
  dicomveil survey export --csv > series.csv
  mkdir -m 700 private
  dicomveil survey export --known private/known
  dicomveil deidentify export shared --known private/known

The file of --known holds names, IDs, addresses and the like of every patient, as they are in the
originals: it is as private as these. It lies outside the input, in a folder that is there.

exit codes: 0 all DICOM files were read, whatever is odd about them, 1 some could not be read, or there
is none, 2 wrong usage or key, or the file of --known cannot be written, 130 interrupted"""


class _Arguments(argparse.Namespace):
    folder: str
    known: str | None
    key: str | None
    jobs: int | None
    overwrite: bool
    json: bool
    csv: bool
    show_values: bool
    show_paths: bool
    quiet: bool


def survey(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    arguments = _parser().read(words, _Arguments())
    _check(arguments)
    stand_ins = _stand_ins(arguments.key)
    inputs = Inputs(arguments.folder)
    if arguments.known is not None:
        _check_known(arguments.known, inputs.root)
    with Census() as census:
        run = Survey(inputs, crew_of(arguments.jobs or jobs_for(inputs)), census)
        form = "json" if arguments.json else "csv" if arguments.csv else "table"
        voice = SurveyVoice(
            run,
            form,
            stand_ins,
            show_values=arguments.show_values,
            show_paths=arguments.show_paths,
            quiet=arguments.quiet,
        )
        code = _carry_out(run, voice)
        if arguments.known is not None and code != INTERRUPTED:
            _write_known(arguments, census, voice)
        voice.close(census.counted(), interrupted=code == INTERRUPTED)
    return code


def _carry_out(run: Survey, voice: SurveyVoice) -> int:
    try:
        for looked in run:
            voice.tell(looked)
    except KeyboardInterrupt:
        return INTERRUPTED
    return DONE if voice.all_seen else SOME_NOT_DONE


def _write_known(arguments: _Arguments, census: Census, voice: SurveyVoice) -> None:
    from dicomveil.batch.survey.known import write_known

    assert arguments.known is not None
    write_known(arguments.known, census.known(), overwrite=arguments.overwrite)
    voice.note(
        "what is known of the patients is in the file of --known: it is as private as the originals; hand it on "
        "with dicomveil deidentify --known"
    )


def _check(arguments: _Arguments) -> None:
    """Refuse what cannot work before any file is read."""
    if arguments.json and arguments.csv:
        raise UsageError("--json and --csv are two forms of one list: choose one")
    if arguments.key == "":
        raise UsageError("--key names no file")
    if arguments.known == "":
        raise UsageError("--known names no file")
    if arguments.known is not None and os.path.lexists(arguments.known) and not arguments.overwrite:
        raise UsageError("the file of --known is there already; name another, or replace it with --overwrite")


def _check_known(known: str, root: str) -> None:
    """See to it that the file of --known can lie where it is to lie: a new file among originals would be surveyed."""
    if lies_in(resolved(known), resolved(root)):
        raise UsageError("the file of --known would lie in the input; choose a place outside it")
    if not os.path.isdir(os.path.dirname(known) or os.curdir):
        raise UsageError(
            "the folder that the file of --known is to lie in does not exist; make it first, for yourself only"
        )


def _stand_ins(option: str | None) -> Pseudonyms | None:
    key = read_key(option)
    return None if key is None else KeyedPseudonyms(key)


def _parser() -> Parser:
    parser = Parser("survey", _DESCRIPTION, _EPILOG)
    parser.add_argument("folder", metavar="FOLDER", help="a folder, or a file; it is only read")
    parser.add_argument(
        "--known",
        metavar="FILE",
        help="write what identifies each patient, from all of his files, into a private file for deidentify --known",
    )
    parser.add_argument(
        "--key",
        metavar="FILE",
        help="a project key (or DICOMVEIL_KEY): patients, studies and series are also named by their stand-ins",
    )
    parser.add_argument(
        "-j",
        "--jobs",
        metavar="N",
        type=positive,
        help="so many processes at once; without it as many as there are cores, for a few files one",
    )
    flags = {
        "--overwrite": "replace the file of --known",
        "--json": "a line of JSON for each series, each oddity and the end, instead of the table",
        "--csv": "a row for each series, instead of the table",
        "--show-values": "show Patient IDs and names: the list is then as private as the files",
        "--show-paths": "name files by their paths too, which may tell who a patient is",
        "--quiet": "only the list, and errors that end the run",
    }
    for flag, meaning in flags.items():
        parser.add_argument(flag, action="store_true", help=meaning)
    return parser
