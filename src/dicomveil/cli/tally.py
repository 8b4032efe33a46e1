"""Count what became of the files of a run, and say it at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.batch.outcome import THERE_ALREADY

if TYPE_CHECKING:
    from dicomveil.batch.batch import Batch
    from dicomveil.batch.run import Outcome

_AS_BEFORE = "as in an earlier run, and unchanged since"
_THERE = "left as they are; --overwrite makes them anew"
_PIXELS = "likely to show text, which is not searched for yet; look at them before you share them"


class Tally:
    """Numbers of files by what became of them; no value, token or path."""

    def __init__(self) -> None:
        self.done = 0
        self.done_before = 0
        self.why: dict[str, int] = {}
        self.pixels_not_checked = 0
        self.there_already = 0
        self.not_done: dict[str, int] = {}
        self.skipped: dict[str, int] = {}
        self.gone = self.gone_copies = 0
        self._messages: dict[str, str] = {}

    def add(self, outcome: Outcome) -> bool:
        """Count one file; return whether it was refused or failed, other than by its copy being there already."""
        if outcome.corrects is not None:
            self.done -= 1
            self.pixels_not_checked -= outcome.corrects.pixels_not_checked
        if outcome.code == "done":
            self.done += 1
            self.pixels_not_checked += outcome.report is not None and outcome.report.pixels_not_checked
            return False
        if outcome.code == "skipped":
            self.skipped[outcome.message] = self.skipped.get(outcome.message, 0) + 1
            return False
        if outcome.code == THERE_ALREADY:
            self.there_already += 1
            return False
        self.not_done[outcome.code] = self.not_done.get(outcome.code, 0) + 1
        self._note(outcome.code, outcome.message)
        return True

    def _note(self, code: str, message: str) -> None:
        """Keep what is said of all files with a code; nothing if that is not always the same."""
        if self._messages.setdefault(code, message) != message:
            self._messages[code] = ""

    def add_earlier(self, batch: Batch) -> None:
        """Count files that an earlier run has seen to, by code, and why others were taken, by reason."""
        self.why = dict(batch.why)
        self.pixels_not_checked += batch.pixels_not_checked_before
        self.gone, self.gone_copies = batch.gone, batch.gone_copies
        for message, count in batch.skipped_before.items():
            self.skipped[message] = self.skipped.get(message, 0) + count
        before = batch.before
        for code, count in before.items():
            if code == "done":
                self.done_before += count
            else:
                self.not_done[code] = self.not_done.get(code, 0) + count
                self._note(code, _AS_BEFORE)

    @property
    def failures(self) -> int:
        """Return how many files were refused or failed; those there already are not among them."""
        return sum(self.not_done.values())

    @property
    def found_nothing(self) -> bool:
        """Tell whether there was no DICOM file at all."""
        return not self.done and not self.done_before and not self.there_already and not self.not_done

    @property
    def all_done(self) -> bool:
        """Tell whether every DICOM file is done, by this run or an earlier one, and at least one."""
        return not self.not_done and not self.there_already and bool(self.done or self.done_before)

    @property
    def has_copies(self) -> bool:
        """Tell whether there are copies, of this run or an earlier one."""
        return bool(self.done or self.done_before or self.there_already)

    @property
    def has_files(self) -> bool:
        """Tell whether there were any files at all."""
        return not self.found_nothing or bool(self.skipped)

    def rows(self, *, dry_run: bool = False) -> list[tuple[str, str, int, str]]:
        """Return the closing table: what became, why, how many, and what that means."""
        reasons = ", ".join(f"{count} {why}" for why, count in sorted(self.why.items()))
        told = f"taken: {reasons}" if set(self.why) - {"new"} else ""
        rows = [("would be done" if dry_run else "done", "", self.done, told)]
        if self.done_before:
            rows.append(("done before", "", self.done_before, "unchanged since"))
        if self.there_already:
            rows.append(("there already", "", self.there_already, _THERE))
        for code, count in sorted(self.not_done.items()):
            rows.append(("not done", code, count, self._messages[code]))
        rows += [("skipped", "", count, reason) for reason, count in sorted(self.skipped.items())]
        if self.gone:
            rows.append(("no longer in the input", "", self.gone, still_there(self.gone_copies)))
        if self.pixels_not_checked:
            rows.append(("pixels not checked", "", self.pixels_not_checked, _PIXELS))
        return rows

    def as_json(self) -> dict[str, object]:
        """Return the same numbers by name."""
        return {
            "done": self.done,
            "done_before": self.done_before,
            "why": dict(sorted(self.why.items())),
            "there_already": self.there_already,
            "not_done": dict(sorted(self.not_done.items())),
            "skipped": dict(sorted(self.skipped.items())),
            "gone": self.gone,
            "gone_copies": self.gone_copies,
            "pixels_not_checked": self.pixels_not_checked,
        }


def still_there(copies: int) -> str:
    """Say how many copies of inputs that are gone there are.

    >>> still_there(0), still_there(1)
    ('none of them has a copy', 'of them 1 has a copy, which is still in the output')
    """
    if not copies:
        return "none of them has a copy"
    have, which = ("has a copy", "is") if copies == 1 else ("have copies", "are")
    return f"of them {copies} {have}, which {which} still in the output"


def table(rows: list[tuple[str, str, int, str]]) -> str:
    """Lay out the closing table, a line a row.

    Examples
    --------
    >>> print(table([("done", "", 12, ""), ("not done", "malformed", 1, "item length past the end")]), end="")
      done                   12
      not done  malformed     1  item length past the end
    """
    what = max(len(row[0]) for row in rows)
    why = max(len(row[1]) for row in rows)
    number = max(4, *(len(str(row[2])) for row in rows))
    lines = [f"  {a:<{what}}  {b:<{why}}  {count:>{number}}  {c}".rstrip() for a, b, count, c in rows]
    return "".join(f"{line}\n" for line in lines)
