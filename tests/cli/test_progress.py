"""Progress is seen on a terminal, when it takes long, and says nothing of whom."""

from __future__ import annotations

import io

from dicomveil.cli.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def progress_on(stream, total: int = 400) -> tuple[Progress, Clock, list[int]]:
    clock, asked = Clock(), []

    def count() -> int:
        asked.append(total)
        return total

    return Progress(stream, count, clock), clock, asked


def test_nothing_is_drawn_in_the_first_second_nor_files_counted():
    stream = Terminal()
    progress, clock, asked = progress_on(stream)
    clock.now += 0.9
    progress.at(50)
    progress.clear()
    assert (stream.getvalue(), asked) == ("", [])


def test_a_long_run_shows_share_rate_and_time_left():
    stream = Terminal()
    progress, clock, _ = progress_on(stream)
    clock.now += 2
    progress.at(100)
    assert stream.getvalue() == "\r\x1b[K[######------------------] 100 of 400  50 files/s  6 s left"


def test_files_are_counted_once_and_lines_drawn_now_and_then():
    stream = Terminal()
    progress, clock, asked = progress_on(stream)
    for number in range(1, 101):
        clock.now += 1 / 16
        progress.at(number)
    assert len(asked) == 1
    assert stream.getvalue().count("\r") == 43


def test_more_files_than_counted_are_no_trouble():
    stream = Terminal()
    progress, clock, _ = progress_on(stream, total=0)
    clock.now += 5000
    progress.at(10)
    assert "10 of 0" in stream.getvalue()
    assert "0 s left" in stream.getvalue()


def test_long_times_are_spelled_in_minutes_and_hours():
    stream = Terminal()
    progress, clock, _ = progress_on(stream, total=100_000)
    clock.now += 10
    progress.at(1000)
    clock.now += 100
    progress.at(1100)
    assert "16 min 30 s left" in stream.getvalue()
    assert "2 h 44 min left" in stream.getvalue()


def test_a_line_is_taken_away_once():
    stream = Terminal()
    progress, clock, _ = progress_on(stream)
    clock.now += 2
    progress.at(1)
    before = stream.getvalue()
    progress.clear()
    progress.clear()
    assert stream.getvalue() == before + "\r\x1b[K"


def test_what_is_no_terminal_gets_nothing():
    for stream in (io.StringIO(), None):
        progress, clock, asked = progress_on(stream)
        clock.now += 10
        progress.at(1)
        progress.clear()
        assert asked == []
        assert stream is None or stream.getvalue() == ""
