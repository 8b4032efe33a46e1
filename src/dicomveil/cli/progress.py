"""A line on a terminal that says how far a long run is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from collections.abc import Callable

BEFORE_FIRST_S = 1.0
BETWEEN_S = 0.1
_BAR_CHARS = 24


class Progress:
    """Draws a bar, the rate and the time left; nothing where there is no terminal, or in the first second.

    Parameters
    ----------
    stream
        Standard error; None for no progress at all.
    count
        Tells how many files there are; asked once, when the first line is drawn.
    clock
        Seconds.
    """

    def __init__(
        self, stream: TextIO | None, count: Callable[[], int], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream if stream is not None and stream.isatty() else None
        self._count = count
        self._clock = clock
        self._begin = clock()
        self._next = self._begin + BEFORE_FIRST_S
        self._total: int | None = None
        self._drawn = False

    def at(self, number: int) -> None:
        """Say that so many files have been taken; draws now and then."""
        if self._stream is None or (now := self._clock()) < self._next:
            return
        if self._total is None:
            self._total = self._count()
        self._stream.write(f"\r\x1b[K{_line(number, self._total, now - self._begin)}")
        self._stream.flush()
        self._drawn = True
        self._next = now + BETWEEN_S

    def clear(self) -> None:
        """Take the line away, so that other lines can be written."""
        if self._drawn and self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False


def _line(number: int, total: int, seconds: float) -> str:
    rate = number / seconds
    share = min(1.0, number / total) if total else 1.0
    bar = "#" * int(share * _BAR_CHARS)
    left = max(0, total - number) / rate
    return f"[{bar:-<{_BAR_CHARS}}] {number} of {total}  {rate:.0f} files/s  {_spelled(left)} left"


def _spelled(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"
