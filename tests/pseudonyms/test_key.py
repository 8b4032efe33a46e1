"""The project key and its private file."""

from __future__ import annotations

import copy
import multiprocessing
import os
import pickle
import stat

import pytest

from dicomveil.errors import ProjectKeyError
from dicomveil.pseudonyms.key import ProjectKey

SECRET = bytes(range(100, 132))
posix_only = pytest.mark.skipif(os.name != "posix", reason="file modes are a POSIX matter")


def mode_of(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.parametrize("shown", [repr, str, "{}".format, "{!r}".format, "%s".__mod__], ids=str)
def test_a_key_that_is_printed_shows_its_fingerprint_only(shown):
    text = shown(ProjectKey(SECRET))
    assert text == f"ProjectKey(fingerprint='{ProjectKey(SECRET).fingerprint}')"
    assert SECRET.hex() not in text
    assert str(SECRET)[2:12] not in text


def test_fingerprints_tell_keys_apart_and_are_eight_hex_digits():
    one, other = ProjectKey(SECRET).fingerprint, ProjectKey(bytes(32)).fingerprint
    assert one != other
    assert len(bytes.fromhex(one)) == 4
    assert one not in SECRET.hex()


def test_two_generated_keys_differ():
    assert ProjectKey.generate() != ProjectKey.generate()


def test_a_key_reaches_worker_processes_whole():
    key = ProjectKey(SECRET)
    assert pickle.loads(pickle.dumps(key)) == key
    assert copy.deepcopy(key) == key


@pytest.mark.parametrize("secret", [b"", SECRET[:31], SECRET + b"x", "x" * 32], ids=["empty", "short", "long", "text"])
def test_a_secret_of_another_size_or_kind_is_no_key(secret):
    with pytest.raises(ProjectKeyError):
        ProjectKey(secret)


def test_a_key_comes_back_from_its_file(tmp_path):
    ProjectKey(SECRET).write(tmp_path / "key")
    assert ProjectKey.read(tmp_path / "key") == ProjectKey(SECRET)
    assert (tmp_path / "key").read_text() == f"dicomveil-key-1\n{SECRET.hex()}\n"
    assert os.listdir(tmp_path) == ["key"]


@posix_only
def test_the_file_and_a_folder_made_for_it_are_for_their_owner_only(tmp_path):
    path = tmp_path / "private" / "key"
    before = os.umask(0)
    try:
        ProjectKey(SECRET).write(path)
    finally:
        os.umask(before)
    assert mode_of(path) == 0o600
    assert mode_of(path.parent) == 0o700


def test_a_key_is_never_written_over_anything(tmp_path):
    path = tmp_path / "key"
    ProjectKey(SECRET).write(path)
    with pytest.raises(ProjectKeyError, match="never written over"):
        ProjectKey(bytes(32)).write(path)
    assert ProjectKey.read(path) == ProjectKey(SECRET)
    assert os.listdir(tmp_path) == ["key"]


def test_a_key_is_written_where_the_file_system_has_no_hard_links(tmp_path, monkeypatch):
    def no_links(*_):
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "key"
    ProjectKey(SECRET).write(path)
    assert ProjectKey.read(path) == ProjectKey(SECRET)
    with pytest.raises(ProjectKeyError, match="never written over"):
        ProjectKey(bytes(32)).write(path)
    assert os.listdir(tmp_path) == ["key"]


@posix_only
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601], ids=oct)
def test_a_key_that_others_can_reach_is_refused(tmp_path, mode):
    path = tmp_path / "key"
    ProjectKey(SECRET).write(path)
    path.chmod(mode)
    with pytest.raises(ProjectKeyError, match="reached by others"):
        ProjectKey.read(path)


DIGITS = SECRET.hex()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param(f"{DIGITS}\n", id="no version"),
        pytest.param(f"dicomveil-key-2\n{DIGITS}\n", id="another version"),
        pytest.param("dicomveil-key-1\n", id="no secret"),
        pytest.param(f"dicomveil-key-1\n{DIGITS[:-1]}\n", id="a digit lost"),
        pytest.param(f"dicomveil-key-1\n{DIGITS[:-2]}\n", id="a byte lost"),
        pytest.param(f"dicomveil-key-1\n{DIGITS[:-1]}x\n", id="no hex digit"),
        pytest.param(f"dicomveil-key-1\n{DIGITS[:-1]}é\n", id="no ASCII"),
        pytest.param(f"dicomveil-key-1\n{DIGITS}\n{DIGITS}\n", id="two secrets"),
    ],
)
def test_a_damaged_key_file_is_refused_without_showing_it(tmp_path, content):
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ProjectKeyError) as caught:
        ProjectKey.read(path)
    assert DIGITS[:20] not in str(caught.value)
    assert str(tmp_path) not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_a_missing_key_is_said_to_be_missing(tmp_path):
    with pytest.raises(ProjectKeyError, match="missing"):
        ProjectKey.read(tmp_path / "key")


@posix_only
def test_a_folder_or_a_pipe_is_no_key_and_does_not_block(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(ProjectKeyError, match="not a regular file"):
            ProjectKey.read(path)


def test_a_place_that_cannot_be_written_is_a_key_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ProjectKeyError, match="cannot be written"):
        ProjectKey(SECRET).write(tmp_path / "file" / "key")


def test_the_first_run_makes_a_key_and_the_second_reads_it(tmp_path):
    path = tmp_path / "private" / "key"
    made, is_new = ProjectKey.read_or_make(path)
    again, is_new_again = ProjectKey.read_or_make(path)
    assert (is_new, is_new_again) == (True, False)
    assert made == again


def test_a_damaged_key_is_not_replaced_by_a_new_one(tmp_path):
    path = tmp_path / "key"
    path.touch(mode=0o600)
    with pytest.raises(ProjectKeyError):
        ProjectKey.read_or_make(path)
    assert path.read_bytes() == b""


def test_the_loser_of_a_race_takes_the_winners_key(tmp_path, monkeypatch):
    path = tmp_path / "key"
    ProjectKey(SECRET).write(path)
    monkeypatch.setattr(os.path, "lexists", lambda asked: os.fspath(asked) != os.fspath(path))
    assert ProjectKey.read_or_make(path) == (ProjectKey(SECRET), False)


def fingerprint_of_key_at(path):
    key, is_new = ProjectKey.read_or_make(path)
    return key.fingerprint, is_new


def test_processes_that_race_end_with_one_key(tmp_path):
    with multiprocessing.get_context("fork").Pool(4) as pool:
        answers = pool.map(fingerprint_of_key_at, [tmp_path / "private" / "key"] * 12, chunksize=1)
    assert len({fingerprint for fingerprint, _ in answers}) == 1
    assert sum(is_new for _, is_new in answers) == 1
