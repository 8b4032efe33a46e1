"""What became of one input of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from dicomveil.batch.action_lists import ActionList
    from dicomveil.engine.report import Report

DONE = "done"
SKIPPED = "skipped"
"""The code of what is no DICOM instance."""
DUPLICATE = "duplicate"
THERE_ALREADY = "target-exists"
QUARANTINED = "worker-died"
QUARANTINED_MESSAGE = "a worker died of it, also when it was done alone"

MAY_PASS = frozenset({"unreadable", "not-written", "out-of-memory", "internal-error", "source-changed"})
"""Codes of failures that may be gone at the next run, without the file having changed."""

DUPLICATE_MESSAGE = "another file with the same SOP Instance UID has the copy"


class Corrected(NamedTuple):
    """What was told too early of an input: that it was done, and perhaps that its pixels were not checked."""

    pixels_not_checked: bool


class Other(NamedTuple):
    """The input that has the copy which a duplicate wanted.

    ``number`` is 0 if it is of another input folder; ``path`` is not for anything that leaves the house.
    """

    number: int
    path: str


class Outcome(NamedTuple):
    """What became of one input.

    ``number`` counts inputs from 1 in the order of names; ``token`` stands for the input's path and tells nothing of
    it without the key. ``code`` is "done", "skipped", or the code of the error. ``path`` is the input's own: not for
    anything that leaves the house. ``target`` is where the copy is, or would be were it not there already.
    ``fingerprint`` is a hash of the input (16 bytes; empty if it was not read so far), ``seconds`` the time it took,
    ``actions`` what was done to it, ``copy_bytes`` the size of its copy. ``is_same`` says whether the fingerprint is
    the one it had when it was done before, None if that was not asked; ``other`` has the copy that a duplicate wanted.
    ``corrects`` tells of an input that this run has told to be done before another turned out to have its place.
    """

    number: int
    token: str
    code: str
    message: str
    report: Report | None
    target: str | None
    path: str
    size: int = 0
    changed_ns: int = 0
    fingerprint: bytes = b""
    seconds: float = 0.0
    actions: ActionList | None = None
    corrects: Corrected | None = None
    is_same: bool | None = None
    copy_bytes: int = 0
    other: Other | None = None
