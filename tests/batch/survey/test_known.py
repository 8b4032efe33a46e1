"""The private file of what identifies patients: written whole, for its owner alone, and read by patient."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from dicomveil.batch.survey import known as known_module
from dicomveil.batch.survey.known import KnownFile, write_known
from dicomveil.engine.known import KnownValue
from dicomveil.errors import UsageError

NAME, ACCESSION, REQUEST = 0x00100010, 0x00080050, 0x00400275
VALUES = [
    ("WA-55", b"", NAME, True, "Wimpleton^Zoë".encode()),
    ("WA-55", REQUEST.to_bytes(4, "big"), ACCESSION, False, b"ACC-1"),
    ("\0Quux^Ben\x0019330221", b"", NAME, True, b"Quux^Ben"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pri?vate 100%" / "known#1"


def test_each_patient_has_what_was_written_of_him(path: Path) -> None:
    write_known(path, VALUES)
    known = KnownFile(path)
    assert known.values_of("WA-55") == (
        KnownValue((), NAME, True, "Wimpleton^Zoë"),
        KnownValue((REQUEST,), ACCESSION, False, "ACC-1"),
    )
    assert known.values_of("\0Quux^Ben\x0019330221") == (KnownValue((), NAME, True, "Quux^Ben"),)
    assert known.values_of("nobody") == ()


def test_the_digest_tells_contents_apart_and_not_their_order(tmp_path: Path) -> None:
    write_known(tmp_path / "one", VALUES)
    write_known(tmp_path / "same", [*reversed(VALUES), VALUES[0]])
    write_known(tmp_path / "less", VALUES[:2])
    one, same, less = (KnownFile(tmp_path / name).digest for name in ("one", "same", "less"))
    assert one == same != less


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
def test_it_is_for_its_owner_alone(path: Path) -> None:
    write_known(path, VALUES)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o640)
    with pytest.raises(UsageError, match="can be reached by others"):
        KnownFile(path)


def test_one_that_is_there_is_replaced_only_when_asked(path: Path) -> None:
    write_known(path, VALUES[:1])
    with pytest.raises(UsageError, match="there already"):
        write_known(path, VALUES)
    assert len(KnownFile(path).values_of("WA-55")) == 1
    write_known(path, VALUES, overwrite=True)
    assert len(KnownFile(path).values_of("WA-55")) == 2
    assert os.listdir(path.parent) == ["known#1"]


def test_a_survey_that_fails_half_way_leaves_no_file(path: Path) -> None:
    def values() -> object:
        yield VALUES[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_known(path, values())  # type: ignore[arg-type]
    assert os.listdir(path.parent) == []


def test_reading_changes_nothing(path: Path) -> None:
    write_known(path, VALUES)
    before = path.read_bytes()
    known = KnownFile(path)
    known.values_of("WA-55")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        known._db.execute("DELETE FROM known")
    known.close()
    assert (path.read_bytes(), os.listdir(path.parent)) == (before, ["known#1"])


def test_of_an_id_that_stands_for_many_the_names_come_first(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_module, "MOST_VALUES", 2)
    many = [("0", b"", ACCESSION, False, b"ACC-%d" % number) for number in range(3)]
    write_known(path, [*many, ("0", b"", NAME, True, b"Quux^Ben")])
    assert [value.is_name for value in KnownFile(path).values_of("0")] == [True, False]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(None, "cannot be read: No such file", id="absent"),
        pytest.param(b"Wimpleton", "not made by dicomveil survey", id="text"),
        pytest.param(b"", "not made by dicomveil survey", id="empty"),
    ],
)
def test_what_is_no_such_file_is_refused_without_its_path(path: Path, content: bytes | None, why: str) -> None:
    if content is not None:
        path.parent.mkdir()
        path.touch(0o600)
        path.write_bytes(content)
    with pytest.raises(UsageError, match=why) as caught:
        KnownFile(path)
    assert str(path) not in str(caught.value)
