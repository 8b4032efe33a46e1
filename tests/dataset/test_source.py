"""A source is read by position: windows and values agree with the bytes, however the reads fall."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dicomveil.dataset import source as module
from dicomveil.dataset.source import FIRST_WINDOW_BYTES, LARGEST_WINDOW_BYTES, MOST_WINDOWS, Source
from dicomveil.errors import LimitExceeded, NotDicom

BYTES = bytes(range(256)) * 4096  # 1 MiB in which every position within 256 bytes differs


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "file"
    made.write_bytes(BYTES)
    return made


@pytest.fixture(params=["file", "memory"])
def source(request: pytest.FixtureRequest, path: Path):
    made = Source.open(path) if request.param == "file" else Source.in_memory(BYTES)
    with made:
        yield made


def test_a_window_holds_the_bytes_from_the_offset_asked_for(source: Source):
    for offset in (0, FIRST_WINDOW_BYTES - 16, FIRST_WINDOW_BYTES - 15, 100_000, 300_000, 900_000):
        window, base = source.window(offset)
        here = offset - base
        assert window[here : here + 16] == BYTES[offset : offset + 16]


def test_a_window_at_the_end_holds_what_is_left(source: Source):
    window, base = source.window(len(BYTES) - 3)
    assert window[len(BYTES) - 3 - base :] == BYTES[-3:]
    window, base = source.window(len(BYTES))
    assert window[len(BYTES) - base :] == b""


def test_no_window_is_larger_than_the_bound(source: Source):
    offset, sizes = 0, []
    while offset < len(BYTES):
        window, base = source.window(offset)
        sizes.append(len(window))
        offset = base + len(window)
    assert len(sizes) > 1
    assert max(sizes) <= LARGEST_WINDOW_BYTES


def test_the_windows_of_a_long_data_set_do_not_pile_up(tmp_path: Path):
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.truncate(100 * LARGEST_WINDOW_BYTES)
    with Source.open(sparse) as source:
        for offset in range(0, source.size, LARGEST_WINDOW_BYTES):
            source.window(offset)
        assert len(source._windows) <= MOST_WINDOWS
        assert source.window(0)[0].startswith(bytes(16))


@pytest.mark.parametrize("after", [0, 70_000, 500_000])
def test_values_are_the_same_bytes_wherever_the_last_window_was(source: Source, after: int):
    source.window(after)
    for start in (0, 5, FIRST_WINDOW_BYTES - 4, 69_000, 70_000, 499_990, 1_000_000):
        for length in (0, 8, 100, 70_000):
            end = min(start + length, len(BYTES))
            assert source.read(start, end) == BYTES[start:end]


def test_values_are_read_where_windows_have_been_given_up(path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "LARGEST_WINDOW_BYTES", 40_000)
    with Source.open(path) as source:
        for offset in range(0, 1_000_000, 40_000):
            source.window(offset)
        for start in range(0, 1_000_000, 39_999):
            assert source.read(start, start + 50) == BYTES[start : start + 50]


def test_a_value_longer_than_anybody_should_hold_is_a_limit(tmp_path: Path):
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.truncate(1 << 30)
    with Source.open(sparse) as source, pytest.raises(LimitExceeded):
        source.read(100, 1 << 30)


def test_a_file_that_shrinks_gives_fewer_bytes(path: Path):
    with Source.open(path) as source:
        os.truncate(path, 200_000)
        assert source.read(199_000, 201_000) == BYTES[199_000:200_000]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are not known here")
def test_a_pipe_is_no_file_and_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(NotDicom):
        Source.open(tmp_path / "pipe")


def test_a_folder_is_no_file(tmp_path: Path):
    with pytest.raises(NotDicom):
        Source.open(tmp_path)


def test_a_file_that_is_not_there_is_the_systems_error(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        Source.open(tmp_path / "absent")


def test_a_descriptor_is_given_back_also_when_the_file_is_refused(path: Path, tmp_path: Path):
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    with Source.open(path):
        pass
    with pytest.raises(NotDicom):
        Source.open(tmp_path)
    after = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    assert after == before


def test_a_closed_source_still_has_its_first_window(path: Path):
    source = Source.open(path)
    source.close()
    source.close()
    assert source.read(10, 20) == BYTES[10:20]
