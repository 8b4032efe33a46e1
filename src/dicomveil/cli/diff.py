"""``dicomveil diff``: what differs between two files or two folders."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING

from dicomveil.batch.edits.compare import DIFFERENT, ONLY_LEFT, ONLY_RIGHT, SAME, Comparison
from dicomveil.batch.kinds import archives_told
from dicomveil.cli import DONE, SOME_NOT_DONE
from dicomveil.cli.element_lines import shown
from dicomveil.cli.parser import Parser
from dicomveil.cli.tally import table
from dicomveil.dataset.source import Source
from dicomveil.editing.addresses import read_address, spelled
from dicomveil.engine.compare import differences, digest, is_large
from dicomveil.engine.edit import Editor
from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from dicomveil.batch.edits.compare import Pair
    from dicomveil.dataset.address import Address
    from dicomveil.editing.instance import Instance
    from dicomveil.engine.compare import Difference
    from dicomveil.engine.contents import Entry

_DESCRIPTION = """\
Compare two DICOM files, or the files of two folders, element by element, at every depth: what was added (+),
removed (-) or changed (~). Values are compared, not how they are encoded. Pixel data is compared by hash.
Values are shown, so keep the output where the files are, or say --no-values. Files of folders are named by
their number in the order of names."""

_EPILOG = """\
examples:
  dicomveil diff before.dcm after.dcm
  dicomveil diff before.dcm after.dcm --ignore InstanceCreationTime --ignore '**.PatientName'
  dicomveil diff export edited
  dicomveil diff export edited --by name --details --no-values
  dicomveil diff before.dcm after.dcm --quiet || echo different

exit codes: 0 the same, 1 different, or some could not be compared, 2 wrong usage"""


class _Arguments(argparse.Namespace):
    left: str
    right: str
    ignore: list[str]
    by: str
    details: bool
    no_values: bool
    json: bool
    show_paths: bool
    quiet: bool


def diff(words: list[str]) -> int:
    """Carry out the command and return its exit code."""
    arguments = _parser().read(words, _Arguments())
    ignored = [read_address(each) for each in arguments.ignore]
    for path in (arguments.left, arguments.right):
        if not os.path.exists(path):
            raise UsageError("one of the two does not exist")
    if os.path.isdir(arguments.left) != os.path.isdir(arguments.right):
        raise UsageError("two files or two folders, not one of each")
    if os.path.isdir(arguments.left):
        return _folders(arguments, ignored)
    editor = Editor(())
    with (
        Source.open(arguments.left) as left,
        Source.open(arguments.right) as right,
        archives_told(left),
        archives_told(right),
    ):
        return _files(editor.open(left), editor.open(right), ignored, arguments)


def _files(left: Instance, right: Instance, ignored: list[Address], arguments: _Arguments) -> int:
    syntaxes = left.part10.syntax.uid, right.part10.syntax.uid
    if syntaxes[0] != syntaxes[1] and not arguments.json and not arguments.quiet:
        sys.stdout.write(f"transfer syntaxes {' and '.join(syntaxes)}\n")
    count = 0
    for difference in differences(left, right, ignored):
        if _is_mute(arguments):
            return SOME_NOT_DONE
        count += 1
        _tell(difference, arguments)
    return SOME_NOT_DONE if count else DONE


def _folders(arguments: _Arguments, ignored: list[Address]) -> int:
    editor = Editor(())
    comparison = Comparison(editor, arguments.left, arguments.right, ignored, by_name=arguments.by == "name")
    codes: Counter[str] = Counter()
    for pair in comparison:
        codes[pair.code] += 1
        if pair.code == SAME or _is_mute(arguments):
            continue
        if arguments.json:
            told = _numbers(pair, arguments)
            _write_json({"code": pair.code, **told, "differences": pair.differences})
        else:
            sys.stdout.write(f"{_named(pair, arguments)}: {_outcome(pair)}\n")
        if arguments.details and pair.code == DIFFERENT:
            for difference in comparison.details(pair):
                _tell(difference, arguments, indent="    ", pair=pair)
    if not arguments.json and not arguments.quiet:
        rows = [(code, "", count, "") for code, count in sorted(codes.items())] or [(SAME, "", 0, "")]
        rows += [("skipped", "", count, reason) for reason, count in sorted(comparison.skipped.items())]
        sys.stdout.write("\n" + table(rows))
    return DONE if set(codes) == {SAME} else SOME_NOT_DONE


def _is_mute(arguments: _Arguments) -> bool:
    return arguments.quiet and not arguments.json


def _named(pair: Pair, arguments: _Arguments) -> str:
    """Name a pair by the file of the first folder, or by that of the second if there is no other."""
    file, of = (pair.left, "") if pair.left is not None else (pair.right, " of the second")
    assert file is not None
    return f"file {file.number}{of}" + (f" {file.name!r}" if arguments.show_paths else "")


def _outcome(pair: Pair) -> str:
    if pair.code == DIFFERENT:
        return f"{pair.differences} difference{'' if pair.differences == 1 else 's'}"
    return pair.code if pair.code in (ONLY_LEFT, ONLY_RIGHT) else f"{pair.message} ({pair.code})"


def _numbers(pair: Pair, arguments: _Arguments) -> dict[str, object]:
    told: dict[str, object] = {
        side: file and file.number for side, file in (("left", pair.left), ("right", pair.right))
    }
    if arguments.show_paths:
        told["left_path"], told["right_path"] = (file and file.name for file in (pair.left, pair.right))
    return told


def _tell(difference: Difference, arguments: _Arguments, indent: str = "", pair: Pair | None = None) -> None:
    left, right = difference.left, difference.right
    entries = [each for each in (left, right) if each is not None]
    sign = "+" if left is None else "-" if right is None else "~"
    if arguments.json:
        told: dict[str, object] = {
            "address": spelled(difference.address),
            "what": {"+": "added", "-": "removed"}.get(sign, "changed"),
        }
        told["vr"] = [each.vr for each in entries]
        if pair is not None:
            told = {**_numbers(pair, arguments), **told}
        if not arguments.no_values:
            told["values"] = [_value(each) for each in entries]
        _write_json(told)
        return
    vrs = " -> ".join(dict.fromkeys(each.vr for each in entries))
    values = "" if arguments.no_values else "  " + " -> ".join(map(_value, entries))
    sys.stdout.write(f"{indent}{sign} {spelled(difference.address)}  {vrs}{values}".rstrip() + "\n")


def _value(entry: Entry) -> str:
    return f"<{entry.length} bytes, SHA-256 {digest(entry)[:12]}>" if is_large(entry) else shown(entry)


def _write_json(told: dict[str, object]) -> None:
    import json

    sys.stdout.write(json.dumps(told) + "\n")


def _parser() -> Parser:
    parser = Parser("diff", _DESCRIPTION, _EPILOG)
    parser.add_argument("left", metavar="A", help="a DICOM file, or a folder")
    parser.add_argument("right", metavar="B", help="another of the same kind")
    parser.add_argument(
        "--ignore", metavar="ADDRESS", action="append", default=[], help="leave this out; can be given again"
    )
    parser.add_argument(
        "--by", choices=("uid", "name"), default="uid", help="pair the files of folders by SOP Instance UID or by name"
    )
    parser.add_argument("--details", action="store_true", help="for folders, tell every difference")
    parser.add_argument("--no-values", action="store_true", help="tell where, not what")
    parser.add_argument("--json", action="store_true", help="a line of JSON for each difference, or pair of files")
    parser.add_argument("--show-paths", action="store_true", help="name files of folders by their paths too")
    parser.add_argument("--quiet", action="store_true", help="only the exit code, and errors")
    return parser
