"""What is decided on one attribute at one place, and why."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from dicomveil.recipe.model import Verb

PASS: Final = "pass"
"""Kept as it lies: it can hold no prose. A sequence is gone into."""


class Decision(NamedTuple):
    """A rule met an address.

    ``verb`` says what is done, ``value`` with what; ``strict`` what is done where that is impossible for a value.
    ``reason`` is the table row and edition, the option, the house rule or the recipe line, in words for a report.
    ``vr`` is the VR of a private attribute that is known to be safe, as PS3.6 does not have it.
    """

    verb: Verb | Literal["pass"]
    reason: str
    value: str | None = None
    strict: Verb = Verb.REMOVE
    vr: str | None = None
