"""A table of random stand-ins that survives kills and company."""

from __future__ import annotations

import multiprocessing
import os
import stat
import threading

import pytest

from dicomveil.errors import StandInTableError
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.random_table import RandomTable

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the table is locked by POSIX means")

KEY = ProjectKey(bytes(range(32)))
FIRST_LINE = f"dicomveil-table-1 {KEY.fingerprint}\n".encode()
LINE_BYTES = 98


@pytest.fixture
def path(tmp_path):
    return tmp_path / "private" / "table"


def test_an_original_keeps_its_value_within_a_run_and_after_it(path):
    table = RandomTable(KEY, path)
    value = table.value_for("uid", b"1.2.3")
    assert table.value_for("uid", b"1.2.3") == value
    assert RandomTable(KEY, path).value_for("uid", b"1.2.3") == value
    assert len(value) == 16


def test_another_purpose_original_or_table_has_another_value(path, tmp_path):
    table = RandomTable(KEY, path)
    values = {table.value_for("uid", b"1"), table.value_for("id", b"1"), table.value_for("uid", b"2")}
    values.add(RandomTable(KEY, tmp_path / "other").value_for("uid", b"1"))
    assert len(values) == 4


def test_the_table_is_private_and_holds_no_original(path):
    before = os.umask(0)
    try:
        RandomTable(KEY, path).value_for("patient-id", b"MRN00123")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    content = path.read_bytes()
    assert len(content) == len(FIRST_LINE) + LINE_BYTES
    assert b"MRN00123" not in content
    assert b"MRN00123".hex().encode() not in content


def test_a_value_is_in_the_file_before_it_is_returned(path):
    table = RandomTable(KEY, path)
    for n in range(3):
        value = table.value_for("uid", b"%d" % n)
        assert path.read_bytes().endswith(value.hex().encode() + b"\n")


@pytest.mark.parametrize("lost", [1, 2, 40, 97])
def test_a_last_line_cut_short_by_a_kill_is_dropped_and_drawn_again(path, lost):
    table = RandomTable(KEY, path)
    kept, torn = table.value_for("uid", b"1"), table.value_for("uid", b"2")
    os.truncate(path, path.stat().st_size - lost)
    again = RandomTable(KEY, path)
    assert again.value_for("uid", b"1") == kept
    drawn = again.value_for("uid", b"2")
    assert drawn != torn
    assert RandomTable(KEY, path).value_for("uid", b"2") == drawn
    assert path.stat().st_size == len(FIRST_LINE) + 2 * LINE_BYTES


@pytest.mark.parametrize("torn", [b"00", b"\0" * 300], ids=["a digit pair", "what a power cut leaves"])
def test_an_unfinished_end_is_cut_off(path, torn):
    RandomTable(KEY, path).value_for("uid", b"1")
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    RandomTable(KEY, path)
    assert path.read_bytes() == whole


@pytest.mark.parametrize("left", [0, 1, 20])
def test_a_first_line_cut_short_by_a_kill_is_written_again(path, left):
    RandomTable(KEY, path)
    os.truncate(path, left)
    RandomTable(KEY, path)
    assert path.read_bytes() == FIRST_LINE


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"something else of yours, without a newline", id="another file"),
        pytest.param(b"dicomveil-table-1 00000000\n", id="another key"),
        pytest.param(b"dicomveil-table-2" + FIRST_LINE[17:], id="another version"),
        pytest.param(FIRST_LINE + b"\n", id="an empty line"),
        pytest.param(FIRST_LINE + b"00" * 32 + b"\n", id="a line without value"),
        pytest.param(FIRST_LINE + b"00" * 32 + b" " + b"00" * 15 + b"\n", id="a short value"),
        pytest.param(FIRST_LINE + b"00" * 31 + b" " + b"00" * 16 + b"\n", id="a short name"),
        pytest.param(FIRST_LINE + b"zz" * 32 + b" " + b"00" * 16 + b"\n", id="no hex digits"),
        pytest.param(FIRST_LINE + b"\xff\n", id="no text"),
    ],
)
def test_a_damaged_or_foreign_table_is_refused_and_left_as_it_is(path, content):
    path.parent.mkdir()
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(StandInTableError) as caught:
        RandomTable(KEY, path)
    assert path.read_bytes() == content
    assert str(path.parent) not in str(caught.value)


def test_a_table_that_others_can_reach_is_refused(path):
    RandomTable(KEY, path)
    path.chmod(0o640)
    with pytest.raises(StandInTableError, match="reached by others"):
        RandomTable(KEY, path)


def test_a_table_that_disappears_or_shrinks_during_a_run_stops_it(path):
    table = RandomTable(KEY, path)
    table.value_for("uid", b"1")
    os.truncate(path, len(FIRST_LINE))
    with pytest.raises(StandInTableError, match="lost lines"):
        table.value_for("uid", b"2")
    path.unlink()
    with pytest.raises(StandInTableError, match="cannot be read or written"):
        table.value_for("uid", b"2")
    assert not path.exists()


def test_a_table_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StandInTableError, match="cannot be read or written"):
        RandomTable(KEY, tmp_path / "file" / "table")


def test_two_open_tables_agree_on_what_either_draws(path):
    one, other = RandomTable(KEY, path), RandomTable(KEY, path)
    assert one.value_for("uid", b"1") == other.value_for("uid", b"1")
    assert other.value_for("uid", b"2") == one.value_for("uid", b"2")
    assert path.stat().st_size == len(FIRST_LINE) + 2 * LINE_BYTES


def values_of(path, originals):
    table = RandomTable(KEY, path)
    return [table.value_for("uid", b"%d" % n) for n in originals]


def test_processes_at_once_end_with_one_value_for_each_original(path):
    with multiprocessing.get_context("fork").Pool(4) as pool:
        answers = pool.starmap(values_of, [(path, range(60))] * 4, chunksize=1)
    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert len(set(answers[0])) == 60
    assert path.stat().st_size == len(FIRST_LINE) + 60 * LINE_BYTES


def test_forked_workers_may_share_a_table_opened_before_the_fork(path):
    table = RandomTable(KEY, path)
    context = multiprocessing.get_context("fork")
    queue = context.SimpleQueue()

    def work():
        queue.put([table.value_for("uid", b"%d" % n) for n in range(60)])

    workers = [context.Process(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    answers = [queue.get() for _ in workers]
    for worker in workers:
        worker.join()
    assert answers[0] == answers[1] == answers[2]
    assert path.stat().st_size == len(FIRST_LINE) + 60 * LINE_BYTES


def test_threads_may_share_a_table(path):
    table = RandomTable(KEY, path)
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append([table.value_for("uid", b"%d" % n) for n in range(60)]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    assert all(answer == answers[0] for answer in answers)
    assert path.stat().st_size == len(FIRST_LINE) + 60 * LINE_BYTES
