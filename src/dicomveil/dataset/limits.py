"""What is accepted of a file before it is refused."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What a walk is willing to take on, so that a hostile file costs bounded time and memory."""

    depth: int = 64
    elements: int = 4_000_000
    inflated_bytes: int = 1 << 29
