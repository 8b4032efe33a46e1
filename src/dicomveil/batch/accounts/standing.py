"""How a project stands: whether its last run came to its end, how far it is, and whether anything is left to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dicomveil.batch.accounts.accounts import NO_QUARANTINE, Accounts, RunAccount
from dicomveil.batch.outcome import DONE, SKIPPED
from dicomveil.batch.records.ledger_file import has_writer
from dicomveil.batch.sources.inputs import Inputs
from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from dicomveil.batch.records.command import Command
    from dicomveil.batch.records.project import Project

ENDED = "ended"
AT_WORK = "at work"
INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Standing:
    """What a ledger says in sum.

    ``state`` is that of the last run. ``known`` is how many files of its input are known, ``files`` how many there are:
    counted only when the run has not come to its end, and None where they cannot be. ``gone`` is how many inputs are
    not there any more, which ``by_code`` does not count, ``gone_copies`` how many of them have left copies.
    """

    state: str
    runs: tuple[RunAccount, ...]
    by_code: dict[str, int]
    pixels_not_checked: int
    known: int
    files: int | None
    gone: int = 0
    gone_copies: int = 0

    @classmethod
    def of(cls, accounts: Accounts, project: Project, command: Command | None) -> Standing:
        """Ask the ledger; the files of the input are listed if the last run has not come to its end."""
        runs = tuple(accounts.runs())
        state = state_of(runs, project)
        return cls(
            state,
            runs,
            accounts.by_code(),
            accounts.pixels_not_checked(),
            accounts.known_of(runs[-1].source) if runs else 0,
            None if state == ENDED or command is None else _counted(command.input),
            *accounts.gone(),
        )

    @property
    def quarantined(self) -> int:
        """Return how many inputs could not be done."""
        return sum(count for code, count in self.by_code.items() if code not in NO_QUARANTINE)

    @property
    def problems(self) -> tuple[str, ...]:
        """Return what was wrong at the end of the last run, other than with single inputs."""
        return self.runs[-1].problems if self.runs else ()

    @property
    def all_done(self) -> bool:
        """Tell whether a run came to its end, with nothing wrong, and every DICOM file has a copy of its own.

        There has to be one at least.
        """
        others = set(self.by_code) - {DONE, SKIPPED}
        return self.state == ENDED and not others and DONE in self.by_code and not self.problems


def state_of(runs: tuple[RunAccount, ...], project: Project) -> str:
    """Return whether the last run came to its end, is at work, or was interrupted, perhaps before it had begun."""
    if runs and runs[-1].ended is not None and not runs[-1].interrupted:
        return ENDED
    is_open = not runs or runs[-1].ended is None
    return AT_WORK if is_open and has_writer(project.ledger_path) else INTERRUPTED


def _counted(root: str) -> int | None:
    try:
        return Inputs(root).count()
    except UsageError:
        return None
