"""Ctrl-C, and the end that a scheduler asks for, end a run after what is in hand."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dicomveil.batch.batch import Batch
    from dicomveil.cli.voice import Voice


@contextmanager
def stops_on_signals(batch: Batch, voice: Voice) -> Iterator[None]:
    """Let the first SIGINT or SIGTERM end the run in good order; a second one ends it at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ask(number: int, frame: object) -> None:
        if batch.interrupted:
            raise KeyboardInterrupt
        batch.stop()
        voice.note("stopping when what is in hand is done; once more stops at once")

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
