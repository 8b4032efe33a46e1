"""What an edit says as it goes on and at its end; no value but in a dry run over one file, no path unasked."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from dicomveil.batch.edits.run import DONE_BEFORE, EDITED, NOT_MATCHED, UNCHANGED
from dicomveil.batch.outcome import SKIPPED
from dicomveil.cli.progress import Progress
from dicomveil.cli.tally import table
from dicomveil.cli.voice import MOST_LINES
from dicomveil.editing.addresses import spelled
from dicomveil.errors import TargetExists

if TYPE_CHECKING:
    from dicomveil.batch.edits.run import EditOutcome, EditRun
    from dicomveil.editing.preview import Change

_LONGEST_VALUE = 64
_NO_FAILURES = (EDITED, UNCHANGED, NOT_MATCHED, DONE_BEFORE, SKIPPED)
_DONE_BEFORE_MEANS = "there already, the same"
_UNCHANGED_MEANS = "as they were: the edits change nothing in them"


class Wishes(Protocol):
    """How an edit is to be told."""

    dry_run: bool
    json: bool
    show_paths: bool
    quiet: bool


class EditVoice:
    """Speaks for one run of edits.

    Parameters
    ----------
    names
        What to call each edit.
    """

    def __init__(self, run: EditRun, names: list[str], wishes: Wishes) -> None:
        self._run = run
        self._names = names
        self._wishes = wishes
        self._codes: Counter[str] = Counter()
        self._messages: dict[str, Counter[str]] = {}
        self._met = [0] * len(names)
        self._places: Counter[str] = Counter()
        self._is_file = run.is_one_file
        self._progress = Progress(None if wishes.quiet else sys.stderr, run.count)

    @property
    def all_done(self) -> bool:
        """Tell whether there was a DICOM file and all were edited or needed no edit."""
        return bool(self._looked_at() + self._codes[NOT_MATCHED]) and not self._failures()

    def tell(self, outcome: EditOutcome) -> None:
        """Count one file and say what is to be said of it now."""
        self._codes[outcome.code] += 1
        self._met = (
            [known + met for known, met in zip(self._met, outcome.met, strict=True)] if outcome.met else self._met
        )
        self._messages.setdefault(outcome.code, Counter())[outcome.message] += 1
        if outcome.code not in _NO_FAILURES:
            self._tell_failure(outcome)
        if self._wishes.json:
            self._write_json(self._as_json(outcome))
        elif outcome.changes and self._is_file:
            sys.stdout.write("".join(map(line_of, outcome.changes)))
        self._places.update({change.place for change in outcome.changes})
        self._progress.at(outcome.number)

    def close(self, *, interrupted: bool) -> None:
        """Say how it ended."""
        self._progress.clear()
        more = sum(self._failures().values()) - MOST_LINES
        if more > 0 and not self._wishes.quiet:
            self._say(f"... and {more} more; --json --show-paths names them all")
        if self._wishes.json:
            self._write_json({"summary": self._summary(interrupted=interrupted)})
        elif not self._wishes.quiet:
            sys.stdout.write(self._closing())
        if self._run.is_full:
            self._say("no space is left; stopped, with whole files only. Make space, and run it again")
        if interrupted:
            self._say("interrupted; every file is either as it was or edited as a whole")

    def _tell_failure(self, outcome: EditOutcome) -> None:
        if not self._wishes.quiet and sum(self._failures().values()) <= MOST_LINES:
            self._progress.clear()
            path = f" {outcome.path!r}" if self._wishes.show_paths else ""
            which = "" if self._is_file and not path else f"file {outcome.number}{path}: "
            self._say(f"{which}{outcome.message} ({outcome.code})")

    def _closing(self) -> str:
        text = ""
        if self._wishes.dry_run and not self._is_file:
            width = max((len(place) for place in self._places), default=0)
            text += "".join(
                f"  {place:<{width}}  changes in {count}\n" for place, count in sorted(self._places.items())
            )
        rows = [("would be edited" if self._wishes.dry_run else EDITED, "", self._codes[EDITED], "")]
        if self._codes[UNCHANGED]:
            rows.append((UNCHANGED, "", self._codes[UNCHANGED], _UNCHANGED_MEANS))
        if self._codes[DONE_BEFORE]:
            rows.append(("done before", "", self._codes[DONE_BEFORE], _DONE_BEFORE_MEANS))
        for code, before in ((NOT_MATCHED, "as they were: "), (SKIPPED, "")):
            reasons = sorted(self._messages.get(code, {}).items())
            rows += [(code.replace("-", " "), "", count, before + reason) for reason, count in reasons]
        for code, count in sorted(self._failures().items()):
            messages = self._messages[code]
            rows.append(("not done", code, count, next(iter(messages)) if len(messages) == 1 else ""))
        text += "\n" + table(rows)
        if self._codes[TargetExists.code]:
            text += "  Other copies that are there were left as they are; --overwrite replaces them\n"
        files = self._looked_at()
        for name in self._idle():
            text += f"  {name}: met nothing in {files} file{'' if files == 1 else 's'}\n"
        if unused := self._unused():
            lines, them = ("line", "it") if len(unused) == 1 else ("lines", "them")
            text += f"  {lines} {_listed(unused)} of the table: no file matches {them}\n"
        if self._wishes.dry_run:
            text += "Dry run: nothing was written.\n"
        elif self._run.manner.patch and self._codes[EDITED]:
            text += (
                "Patched: values were written over the old ones; had the run been killed, some might have been left.\n"
            )
        return text

    def _idle(self) -> list[str]:
        if not self._looked_at():
            return []
        return [name for name, met in zip(self._names, self._met, strict=True) if not met]

    def _looked_at(self) -> int:
        return self._codes[EDITED] + self._codes[UNCHANGED] + self._codes[DONE_BEFORE]

    def _unused(self) -> list[int]:
        return self._run.table.unused if self._run.table is not None else []

    def _failures(self) -> dict[str, int]:
        return {code: count for code, count in self._codes.items() if code not in _NO_FAILURES}

    def _summary(self, *, interrupted: bool) -> dict[str, object]:
        return {
            "edited": self._codes[EDITED],
            "unchanged": self._codes[UNCHANGED],
            "done_before": self._codes[DONE_BEFORE],
            "not_matched": self._codes[NOT_MATCHED],
            "skipped": self._codes[SKIPPED],
            "not_done": self._failures(),
            "met": dict(zip(self._names, self._met, strict=True))
            if len({*self._names}) == len(self._names)
            else self._met,
            "unused_rows": self._unused(),
            "dry_run": self._wishes.dry_run,
            "no_space": self._run.is_full,
            "interrupted": interrupted,
        }

    def _as_json(self, outcome: EditOutcome) -> dict[str, object]:
        told: dict[str, object] = {"number": outcome.number, "code": outcome.code}
        if outcome.message:
            told["message"] = outcome.message
        if outcome.changes:
            told["changes"] = (
                [_change_as_json(change) for change in outcome.changes]
                if self._is_file
                else sorted({change.place for change in outcome.changes})
            )
        if self._wishes.show_paths:
            told["path"] = outcome.path
        return told

    def _write_json(self, told: dict[str, object]) -> None:
        import json

        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()

    def _say(self, message: str) -> None:
        sys.stderr.write("".join(f"dicomveil: {line}\n" for line in message.splitlines()))


def line_of(change: Change) -> str:
    """Show one change: before and after, shortened."""
    sign = "+" if change.before is None else "-" if change.after is None else "~"
    values = [_shown(value) for value in (change.before, change.after) if value is not None]
    return f"{sign} {spelled(change.address)}  {change.vr}  {' -> '.join(values)}\n"


def _change_as_json(change: Change) -> dict[str, object]:
    address = spelled(change.address)
    return {"address": address, "vr": change.vr, "before": change.before, "after": change.after}


def _shown(value: str) -> str:
    shown = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in value[: _LONGEST_VALUE + 1])
    return shown if len(value) <= _LONGEST_VALUE else f"{shown[:_LONGEST_VALUE]}..."


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:MOST_LINES]))
    return shown if len(numbers) <= MOST_LINES else f"{shown} and {len(numbers) - MOST_LINES} more"
