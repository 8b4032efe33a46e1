"""``dicomveil show``: what is in a file, or certain attributes of many."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dicomveil.batch.edits.inputs import Inputs
from dicomveil.batch.faults import code_and_message
from dicomveil.batch.kinds import archives_told
from dicomveil.batch.outcome import SKIPPED
from dicomveil.cli import DONE, SOME_NOT_DONE
from dicomveil.cli.element_lines import line_of
from dicomveil.cli.leftovers import NO_DICOM, of_leftovers
from dicomveil.cli.parser import Parser
from dicomveil.dataset.source import Source
from dicomveil.editing.addresses import read_address
from dicomveil.engine.contents import contents
from dicomveil.engine.edit import Editor
from dicomveil.errors import EditError, EditRefused, UsageError

if TYPE_CHECKING:
    from dicomveil.dataset.address import Address
    from dicomveil.editing.instance import Instance
    from dicomveil.engine.contents import Entry

_DESCRIPTION = """\
Show what is in a DICOM file: tag, VR, keyword and value, a line an element; items of sequences are indented.
With ADDRESSes, only these. Values are shown, so keep the output where the file is."""

_EPILOG = """\
An ADDRESS is a keyword, (0010,0010), nested (ReferencedStudySequence[0].ReferencedSOPInstanceUID, [*]), at
any depth (**.PatientName), a repeating group (60xx3000) or private ((0029,"ACME 1.0",10)).

examples:
  dicomveil show slice.dcm
  dicomveil show slice.dcm PatientName '**.CodeMeaning'
  dicomveil show slice.dcm StudyInstanceUID --value
  dicomveil show slice.dcm --json
  dicomveil show export PatientID Modality SeriesDescription --csv > list.csv

exit codes: 0 shown, 1 a file cannot be read or has none of the addresses, or there is no DICOM file,
2 wrong usage"""


class _Arguments(argparse.Namespace):
    words: list[str]
    value: bool
    json: bool
    tree: bool
    csv: bool
    full: bool
    bulk_limit: int


def show(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    arguments = _parser().read(words, _Arguments())
    places = [word for word in arguments.words if os.path.lexists(word)]
    addresses = _addresses(arguments.words, places)
    if not places:
        raise UsageError("which file?\nsee dicomveil show --help")
    if sum((arguments.value, arguments.json, arguments.tree, arguments.csv)) > 1:
        raise UsageError("--value, --json, --tree and --csv do not go together")
    editor = Editor(())
    if arguments.csv:
        return _table(editor, places, addresses)
    if len(places) > 1 or os.path.isdir(places[0]):
        raise UsageError("one file; for many, name ADDRESSes and say --csv")
    return _one(editor, places[0], addresses, arguments)


def _addresses(words: list[str], places: list[str]) -> list[Address]:
    """Return what is no file that is there as addresses; a path may be private, so none is repeated."""
    found = []
    for number, word in enumerate(words):
        if word in places:
            continue
        try:
            found.append(read_address(word))
        except EditError as error:
            if os.sep in word or not (places or number):
                raise UsageError("there is no such file") from None
            raise UsageError(f"{error}; and there is no such file") from None
    return found


def _one(editor: Editor, path: str, addresses: list[Address], arguments: _Arguments) -> int:
    with Source.open(path) as file, archives_told(file):
        instance = editor.open(file)
        if arguments.value:
            return _values(instance, addresses)
        if arguments.json:
            import json

            from dicomveil.engine.dicom_json import json_model

            model = json_model(instance, arguments.bulk_limit, addresses)
            sys.stdout.write(json.dumps(model, ensure_ascii=False) + "\n")
            return DONE if model or not addresses else SOME_NOT_DONE
        if arguments.tree:
            _tree(instance)
            return DONE
        found = False
        for entry in _chosen(instance, addresses):
            found = True
            sys.stdout.write(line_of(entry, full=arguments.full) + "\n")
    return DONE if found or not addresses else SOME_NOT_DONE


def _chosen(instance: Instance, addresses: list[Address]) -> Iterator[Entry]:
    """Yield the elements that an address stands for, each with all that is in it; all elements without addresses."""
    wanted: dict[tuple[int, int], int | str | None] = {}
    for address in filter(instance.exists, addresses):
        for spot in instance.spots(address):
            if spot.lying is not None:
                wanted[id(spot.lying.source), spot.lying.start] = address.steps[-1].item
    depth, item = -1, None
    for entry in contents(instance):
        key = id(entry.lying.source), entry.lying.start
        if not addresses or (0 <= depth < entry.depth and item in (None, "*", entry.address.steps[depth].item)):
            yield entry
        elif key in wanted:
            depth, item = entry.depth, wanted[key]
            yield entry
        elif entry.depth <= depth:
            depth = -1


def _values(instance: Instance, addresses: list[Address]) -> int:
    if len(addresses) != 1:
        raise UsageError("--value shows one address")
    texts = instance.texts(addresses[0])
    if texts is None:
        return SOME_NOT_DONE
    sys.stdout.write("\\".join(texts) + "\n")
    return DONE


def _tree(instance: Instance) -> None:
    for entry in contents(instance):
        if entry.items is not None:
            sys.stdout.write(line_of(entry) + "\n")


def _table(editor: Editor, places: list[str], addresses: list[Address]) -> int:
    import csv

    from dicomveil.editing.addresses import spelled

    if not addresses:
        raise UsageError("--csv needs ADDRESSes for its columns")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["path", *map(spelled, addresses)])
    all_read, found = True, False
    left: Counter[str] = Counter()
    for number, (path, _, leftover) in enumerate(Inputs(places), 1):
        if leftover is not None:
            left[leftover] += 1
            continue
        try:
            with Source.open(path) as file, archives_told(file):
                instance = editor.open(file)
                cells = [_cell(instance, address) for address in addresses]
        except Exception as error:  # whatever is wrong with this file, the rest goes on
            code, message = code_and_message(error)
            if code == SKIPPED:
                if message != NO_DICOM:
                    left[message] += 1
            else:
                all_read = False
                sys.stderr.write(f"dicomveil: file {number}: {message} ({code})\n")
        else:
            writer.writerow([path, *cells])
            found = True
    sys.stderr.write(of_leftovers(left))
    if all_read and not found:
        sys.stderr.write("dicomveil: no DICOM file was found\n")
    return DONE if all_read and found else SOME_NOT_DONE


def _cell(instance: Instance, address: Address) -> str:
    try:
        return "\\".join(instance.texts(address) or ())
    except EditRefused:
        return ""


def _parser() -> Parser:
    parser = Parser("show", _DESCRIPTION, _EPILOG)
    parser.add_argument(
        "words", metavar="FILE|ADDRESS", nargs="+", help="a file, and addresses; with --csv also folders"
    )
    flags = {
        "--value": "the value of one address alone, for scripts",
        "--json": "the DICOM JSON Model (PS3.18 F), without file meta",
        "--tree": "only the sequences, and how many items they have",
        "--csv": "a row a file, a column an address",
        "--full": "do not cut long text",
    }
    for flag, meaning in flags.items():
        parser.add_argument(flag, action="store_true", help=meaning)
    parser.add_argument(
        "--bulk-limit",
        metavar="BYTES",
        type=int,
        default=64 * 1024,
        help="with --json, tell binary values longer than this by where they stand; 65536 without it",
    )
    return parser
