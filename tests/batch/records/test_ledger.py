from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from dicomveil.batch.outcome import DONE, Outcome
from dicomveil.batch.records.ledger import Ledger
from dicomveil.engine.report import Report
from dicomveil.errors import UsageError

TOKEN = "00112233445566ff"
REPORT = Report("1.2.840.10008.5.1.4.1.1.2", "P-1", "2.25.1", "2.25.2", "2.25.3")
TARGET = "P-1/2.25.1/2.25.2/2.25.3.dcm"


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "private" / "ledger")


def begin(ledger: Ledger, source: bytes = b"source", software: str = "1") -> None:
    ledger.begin(source, started="2024-01-12T09:30:00+00:00", software=software, recipe="r", fingerprint="f", jobs=1)


def outcome(number: int = 1, token: str = TOKEN, code: str = DONE, message: str = "") -> Outcome:
    report = REPORT if code == DONE else None
    return Outcome(number, token, code, message, report, None, "", 100, 7, b"print", 0.25)


def test_what_was_recorded_is_known_when_it_is_opened_again(path: str) -> None:
    with Ledger(path) as ledger:
        begin(ledger)
        ledger.record([(outcome(), TARGET), (outcome(2, "ff" * 8, "malformed", "cut at byte 9"), None)])
    with Ledger(path) as ledger:
        begin(ledger, software="2")
        done, failed = ledger.entry(bytes.fromhex(TOKEN)), ledger.entry(b"\xff" * 8)
        assert done is not None
        assert (done.size, done.changed_ns, done.fingerprint) == (100, 7, b"print")
        assert (done.code, done.target, done.run, done.software) == (DONE, TARGET, 1, "1")
        assert failed is not None
        assert (failed.code, failed.message, failed.target) == ("malformed", "cut at byte 9", None)
        assert ledger.entry(b"\0" * 8) is None


def test_inputs_of_one_name_in_two_folders_are_two(path: str) -> None:
    with Ledger(path) as ledger:
        begin(ledger)
        ledger.record([(outcome(), TARGET)])
        begin(ledger, source=b"another")
        assert ledger.entry(bytes.fromhex(TOKEN)) is None


def test_a_copy_has_one_owner_and_may_pass_to_another(path: str) -> None:
    with Ledger(path) as ledger:
        begin(ledger)
        ledger.record([(outcome(7), TARGET)])
        owner = ledger.owner(TARGET)
        assert owner is not None
        assert (owner.token.hex(), owner.number) == (TOKEN, 7)
        with pytest.raises(sqlite3.IntegrityError):
            ledger.record([(outcome(3, "ab" * 8), TARGET)])
        ledger.hand_over(owner, (outcome(3, "ab" * 8), TARGET), "duplicate", "another has it")
        given_up = ledger.entry(bytes.fromhex(TOKEN))
        assert given_up is not None
        assert (given_up.code, given_up.message) == ("duplicate", "another has it")
        owner = ledger.owner(TARGET)
        assert owner is not None
        assert owner.number == 3


def test_a_record_is_made_whole_or_not_at_all(path: str) -> None:
    with Ledger(path) as ledger:
        begin(ledger)
        ledger.record([(outcome(), TARGET)])
        with pytest.raises(sqlite3.Error):
            ledger.record([(outcome(2, "cd" * 8), "x/other.dcm"), (outcome(3, "ab" * 8), TARGET)])
        assert ledger.entry(bytes.fromhex("cd" * 8)) is None
        ledger.record([(outcome(2, "cd" * 8), "x/other.dcm")])
        entry = ledger.entry(bytes.fromhex("cd" * 8))
        assert entry is not None
        assert entry.target == "x/other.dcm"


def test_it_is_for_its_owner_only(path: str) -> None:
    with Ledger(path) as ledger:
        begin(ledger)
        files = os.listdir(os.path.dirname(path))
        assert {stat.S_IMODE(os.stat(f"{os.path.dirname(path)}/{name}").st_mode) for name in files} == {0o600}


def test_two_runs_at_once_are_refused(path: str) -> None:
    with Ledger(path), pytest.raises(UsageError, match="another run is at work"):
        Ledger(path)
    Ledger(path).close()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"no database at all, whatever its name" * 99, "damaged", id="damaged"),
        pytest.param(None, "another version", id="newer"),
    ],
)
def test_one_that_cannot_be_used_is_told_without_its_path(path: str, content: bytes | None, message: str) -> None:
    os.makedirs(os.path.dirname(path))
    if content is None:
        db = sqlite3.connect(path)
        db.execute("PRAGMA user_version = 99")
        db.close()
    else:
        Path(path).write_bytes(content)
    with pytest.raises(UsageError, match=message) as caught:
        Ledger(path)
    assert path not in str(caught.value)
    Path(path).unlink()
    Ledger(path).close()  # the lock was given back


def test_what_is_gone_in_one_folder_is_not_in_another(path: str) -> None:
    with Ledger(path) as ledger:
        begin(ledger)
        ledger.record([(outcome(), TARGET)])
        begin(ledger, source=b"another")
        ledger.record([(outcome(1, "ab" * 8, "malformed"), None)])
        ledger.mark_gone([])
        assert (ledger.here(), ledger.gone()) == (0, (1, 0))
        owner = ledger.owner(TARGET)
        assert owner is not None
        assert not owner.gone
