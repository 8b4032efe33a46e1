"""``dicomveil edit --undo``: bring back what an edit has overwritten, or look whether that can be done."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dicomveil.batch.faults import code_and_message
from dicomveil.cli import DONE, SOME_NOT_DONE
from dicomveil.cli.tally import table
from dicomveil.cli.voice import MOST_LINES
from dicomveil.engine.undo import undo
from dicomveil.errors import InstanceError, UsageError

if TYPE_CHECKING:
    from dicomveil.cli.edit_words import EditArguments
    from dicomveil.engine.undo import Undone

_WAS_BACK = "as they were before the edit already"
_GOES_WITH = {"undo", "dry_run", "json", "show_paths", "quiet"}


def undo_edits(arguments: EditArguments) -> int:
    """Carry out an undo file, or try it, and return the exit code."""
    if any(value for name, value in vars(arguments).items() if name not in _GOES_WITH):
        raise UsageError("--undo takes an undo file and, of the options, --dry-run, --json, --show-paths and --quiet")
    assert arguments.undo is not None
    done = back = failed = 0
    for undone in undo(arguments.undo, dry_run=arguments.dry_run):
        back += undone.was_back
        done += undone.error is None and not undone.was_back
        failed += undone.error is not None
        if undone.error is not None and not arguments.quiet and failed <= MOST_LINES:
            path = f" {undone.path!r}" if arguments.show_paths else ""
            sys.stderr.write(f"dicomveil: file {undone.number}{path}: {_message(undone.error)}\n")
        if arguments.json:
            _write_json(_as_json(undone, arguments))
    _close(done, back, failed, arguments)
    return DONE if not failed else SOME_NOT_DONE


def _close(done: int, back: int, failed: int, arguments: EditArguments) -> None:
    if failed > MOST_LINES and not arguments.quiet:
        sys.stderr.write(f"dicomveil: ... and {failed - MOST_LINES} more; --json --show-paths names them all\n")
    if arguments.json:
        _write_json(
            {"summary": {"undone": done, "unchanged": back, "not_undone": failed, "dry_run": arguments.dry_run}}
        )
    elif not arguments.quiet:
        rows = [("would be undone" if arguments.dry_run else "undone", "", done, "")]
        rows += [("unchanged", "", back, _WAS_BACK)] if back else []
        rows += [("not undone", "", failed, "")] if failed else []
        sys.stdout.write("\n" + table(rows))
        sys.stdout.write("" if done or failed else "Nothing was left to undo.\n")
        sys.stdout.write("Dry run: nothing was written.\n" if arguments.dry_run else "")


def _as_json(undone: Undone, arguments: EditArguments) -> dict[str, object]:
    told: dict[str, object] = {"number": undone.number, "code": "unchanged" if undone.was_back else "undone"}
    if undone.error is not None:
        told["code"] = undone.error.code if isinstance(undone.error, InstanceError) else "unreadable"
        told["message"] = _message(undone.error)
    if arguments.show_paths:
        told["path"] = undone.path
    return told


def _message(error: InstanceError | OSError) -> str:
    return code_and_message(error)[1]


def _write_json(told: dict[str, object]) -> None:
    import json

    sys.stdout.write(json.dumps(told) + "\n")
