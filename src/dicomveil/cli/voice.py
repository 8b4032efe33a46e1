"""What a run says as it goes on and at its end, for people or as JSON: no value and, unasked, no path."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from dicomveil.cli.progress import Progress
from dicomveil.cli.tally import Tally, table

if TYPE_CHECKING:
    from dicomveil.batch.batch import Batch
    from dicomveil.batch.outcome import Other
    from dicomveil.batch.run import Outcome, Run
    from dicomveil.recipe.model import Recipe

MOST_LINES = 20


def heading(recipe: Recipe, after_name: str = "") -> str:
    """Say which recipe is carried out, with all options in force.

    Examples
    --------
    >>> from dicomveil.recipe.load import load_recipe
    >>> heading(load_recipe("basic").with_options(["retain-uids"]))
    'basic, Basic Application Confidentiality Profile (PS3.15 E.2), with retain-uids'
    """
    name = f"{recipe.name} {after_name}".rstrip()
    options = ", ".join(sorted(recipe.options))
    return ", ".join(filter(None, (name, recipe.title, options and f"with {options}")))


class Voice:
    """Speaks for one run: news of files and progress on standard error, results on standard output.

    Parameters
    ----------
    as_json
        A line of JSON for each file and one for the end, instead of the table.
    show_paths
        Name inputs by their paths too, not by number and token alone.
    quiet
        Nothing but what is important.
    """

    def __init__(self, run: Run | Batch, *, as_json: bool, show_paths: bool, quiet: bool) -> None:
        self.tally = Tally()
        self._run = run
        self._as_json = as_json
        self._show_paths = show_paths
        self._quiet = quiet
        self._progress = Progress(None if quiet else sys.stderr, run.count)

    def important(self, message: str) -> None:
        """Say what must be heard even when quiet."""
        sys.stderr.write("".join(f"dicomveil: {line}\n" for line in message.splitlines()))

    def note(self, message: str) -> None:
        """Say what helps."""
        if not self._quiet:
            self.important(message)

    def tell(self, outcome: Outcome) -> None:
        """Count one file and say what is to be said of it now."""
        if self.tally.add(outcome) and self.tally.failures <= MOST_LINES and not self._quiet:
            self._progress.clear()
            path = f" {outcome.path!r}" if self._show_paths else ""
            message = f"{outcome.message}{self._of_other(outcome.other)}"
            self.note(f"file {outcome.number} ({outcome.token}){path}: {message} ({outcome.code})")
        if self._as_json:
            self._write_json(self._file(outcome))
        self._progress.at(outcome.number)

    def _of_other(self, other: Other | None) -> str:
        """Say which file has the copy that a duplicate wanted."""
        if other is None:
            return ""
        if not other.number:
            return ": one of another input"
        return f": file {other.number}" + (f" {other.path!r}" if self._show_paths and other.path else "")

    def close(self, recipe: Recipe, places: dict[str, str], *, interrupted: bool) -> None:
        """Say how it ended.

        Parameters
        ----------
        places
            Paths by what lies there: copies, and the report and the key if they were written or used.
        """
        self._progress.clear()
        more = self.tally.failures - MOST_LINES
        if more > 0:
            self.note(f"... and {more} more; --json --show-paths names them all")
        if self._as_json:
            self._write_json({"summary": self._summary(recipe, places, interrupted=interrupted)})
        elif not self._quiet and (self.tally.has_files or self.tally.gone):
            sys.stdout.write(self._closing(recipe, places))
        if self.tally.found_nothing and not interrupted:
            self.important(self._nothing())
        if interrupted:
            self.important(
                "interrupted; every copy that is there is whole and checked. Run it again to go on, or say "
                "dicomveil resume: nothing is overwritten unasked, and only what is missing is done"
            )

    def _nothing(self) -> str:
        return "no DICOM file was found" if self.tally.has_files else "the input has no files"

    def _closing(self, recipe: Recipe, places: dict[str, str]) -> str:
        text = f"\nRecipe {heading(recipe)}\n\n" + table(self.tally.rows(dry_run=self._run.dry_run)) + "\n"
        if self._run.dry_run:
            return f"{text}Dry run: nothing was written.\n"
        for what, path in places.items():
            private = "" if what == "copies" else "  (private)"
            text += f"  {what:<7} {path}{private}\n"
        return text

    def _summary(self, recipe: Recipe, places: dict[str, str], *, interrupted: bool) -> dict[str, object]:
        return {
            **self.tally.as_json(),
            "recipe": recipe.name,
            "options": sorted(recipe.options),
            "fingerprint": recipe.fingerprint,
            "dry_run": self._run.dry_run,
            "interrupted": interrupted,
            **places,
        }

    def _file(self, outcome: Outcome) -> dict[str, object]:
        told: dict[str, object] = {"number": outcome.number, "token": outcome.token, "code": outcome.code}
        if outcome.message:
            told["message"] = outcome.message
        if outcome.report is not None and outcome.target is not None:
            told["target"] = self._stand_in_name(outcome.target)
            told["pixels_not_checked"] = outcome.report.pixels_not_checked
            told["actions"] = outcome.actions.elements if outcome.actions is not None else 0
        if self._show_paths:
            told["path"] = outcome.path
        if outcome.other is not None:
            told["duplicate_of"] = outcome.other.number or None
            if self._show_paths:
                told["duplicate_of_path"] = outcome.other.path or None
        return told

    def _stand_in_name(self, target: str) -> str:
        name = os.path.relpath(target, self._run.target)
        return os.path.basename(target) if name == "." else name

    def _write_json(self, told: dict[str, object]) -> None:
        import json

        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
