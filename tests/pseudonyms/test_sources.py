"""Stand-ins that are derived, drawn, or as documented."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest

from dicomveil.errors import UsageError
from dicomveil.pseudonyms import spelled_digests
from dicomveil.pseudonyms.dates import ShiftRange, days_from_digest
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import (
    DOCUMENTED_ROOT,
    PATIENT_ID,
    DocumentedPseudonyms,
    KeyedPseudonyms,
    Pseudonyms,
    RandomPseudonyms,
    documented_id,
)

KEY = ProjectKey(bytes(range(32)))
OTHER_KEY = ProjectKey(bytes(32))

every_source = pytest.mark.parametrize("source", ["keyed", "random", "documented", "documented with a key"])


@pytest.fixture
def stand_ins(source, tmp_path) -> Pseudonyms:
    if os.name != "posix" and source == "random":
        pytest.skip("the table is locked by POSIX means")
    made: dict[str, Pseudonyms] = {
        "keyed": KeyedPseudonyms(KEY),
        "documented": DocumentedPseudonyms(),
        "documented with a key": DocumentedPseudonyms(KEY),
    }
    return made[source] if source in made else RandomPseudonyms(KEY, tmp_path / "table")


@every_source
def test_an_original_has_one_stand_in_and_two_originals_have_two(stand_ins):
    assert stand_ins.uid("1.2.3") == stand_ins.uid("1.2.3") != stand_ins.uid("1.2.4")
    ids = [stand_ins.identifier(PATIENT_ID, original) for original in ("4711", "4711", "4712")]
    assert ids[0] == ids[1] != ids[2]
    assert stand_ins.days("4711") == stand_ins.days("4711")
    assert len({stand_ins.days(str(n)) for n in range(40)}) > 30


@every_source
def test_padding_makes_no_second_patient(stand_ins):
    assert stand_ins.uid("1.2.3\0") == stand_ins.uid("1.2.3")
    assert stand_ins.identifier(PATIENT_ID, " 4711 ") == stand_ins.identifier(PATIENT_ID, "4711")
    assert stand_ins.days("4711 ") == stand_ins.days("4711")


@every_source
def test_dates_move_into_the_past_by_at_most_ten_years_unless_told_otherwise(stand_ins):
    assert all(-3650 <= stand_ins.days(str(n)) <= -1 for n in range(200))


@every_source
def test_text_that_utf_8_cannot_hold_has_a_stand_in_too(stand_ins):
    assert stand_ins.identifier(PATIENT_ID, "\udcff") != stand_ins.identifier(PATIENT_ID, "?")


@every_source
@pytest.mark.parametrize("purpose", ["uid", "date-shift", "fingerprint"])
def test_an_identifier_never_shows_a_digest_used_elsewhere(stand_ins, purpose):
    stand_ins.uid("4711")
    with pytest.raises(UsageError):
        stand_ins.identifier(purpose, "4711")


@every_source
def test_a_full_memory_forgets_and_gives_the_same_again(stand_ins, monkeypatch):
    monkeypatch.setattr(spelled_digests, "_CACHED_AT_MOST", 3)
    first = [stand_ins.uid(f"1.{n}") for n in range(10)]
    assert [stand_ins.uid(f"1.{n}") for n in range(10)] == first
    assert len(stand_ins._cache) <= 3


def test_another_key_gives_other_stand_ins():
    for one, other in (
        (KeyedPseudonyms(KEY), KeyedPseudonyms(OTHER_KEY)),
        (DocumentedPseudonyms(KEY), DocumentedPseudonyms(OTHER_KEY)),
        (DocumentedPseudonyms(KEY), DocumentedPseudonyms()),
    ):
        assert one.uid("1.2.3") != other.uid("1.2.3")
        assert one.identifier(PATIENT_ID, "4711") != other.identifier(PATIENT_ID, "4711")
        assert [one.days(str(n)) for n in range(5)] != [other.days(str(n)) for n in range(5)]


def test_purposes_are_worlds_of_their_own():
    stand_ins = KeyedPseudonyms(KEY)
    assert stand_ins.identifier(PATIENT_ID, "4711") != stand_ins.identifier("accession-number", "4711")


def test_only_patient_ids_carry_the_prefix_so_that_others_fit_short_strings():
    for stand_ins, prefix in (
        (KeyedPseudonyms(KEY, prefix="P-"), "P-"),
        (DocumentedPseudonyms(prefix="STUDY1"), "STUDY1_"),
        (DocumentedPseudonyms(prefix=""), ""),
    ):
        patient, accession = (
            stand_ins.identifier(PATIENT_ID, "4711"),
            stand_ins.identifier("accession-number", "1"),
        )
        assert patient.startswith(prefix)
        assert len(patient) == len(prefix) + 16
        assert len(accession) == 16


def test_a_prefix_that_spoils_values_is_refused_before_any_file_is_read(tmp_path):
    for make in (
        lambda: KeyedPseudonyms(KEY, prefix="A\\B"),
        lambda: DocumentedPseudonyms(prefix="A" * 48),
        lambda: RandomPseudonyms(KEY, tmp_path / "table", prefix="Ä"),
    ):
        with pytest.raises(UsageError):
            make()
    assert not (tmp_path / "table").exists()


def test_range_and_direction_of_the_shift_are_settings(tmp_path):
    future = ShiftRange(10, 12, "future")
    for stand_ins in (
        KeyedPseudonyms(KEY, future),
        RandomPseudonyms(KEY, tmp_path / "table", future),
        DocumentedPseudonyms(shift_range=future),
    ):
        assert {stand_ins.days(str(n)) for n in range(60)} == {10, 11, 12}


def test_random_stand_ins_cannot_be_derived_again_from_the_same_key(tmp_path):
    one, other = (RandomPseudonyms(KEY, tmp_path / name) for name in ("one", "other"))
    assert one.uid("1.2.3") != other.uid("1.2.3")
    assert one.identifier(PATIENT_ID, "4711") != other.identifier(PATIENT_ID, "4711")


def test_random_stand_ins_are_remembered_by_the_next_run(tmp_path):
    one, other = (RandomPseudonyms(KEY, tmp_path / "table") for _ in range(2))
    assert one.uid("1.2.3") == other.uid("1.2.3")
    assert one.identifier(PATIENT_ID, "4711") == other.identifier(PATIENT_ID, "4711")
    assert one.days("4711") == other.days("4711")


def test_the_documented_id_is_the_documented_one():
    digest = hashlib.sha256("PÄT 12345".encode()).hexdigest()
    assert documented_id("PÄT 12345") == digest[:16].upper()
    assert DocumentedPseudonyms().identifier(PATIENT_ID, "PÄT 12345") == f"ANON_{digest[:16].upper()}"


def test_the_documented_id_under_a_key_is_the_one_of_the_source():
    assert DocumentedPseudonyms(KEY).identifier(PATIENT_ID, "1") == f"ANON_{documented_id('1', KEY)}"
    assert documented_id("1", KEY) != documented_id("1")


def test_documented_uids_stand_under_the_documented_root():
    for stand_ins in (DocumentedPseudonyms(), DocumentedPseudonyms(KEY)):
        uid = stand_ins.uid("1.2.3")
        assert uid.startswith(DOCUMENTED_ROOT)
        assert len(uid) <= 64
        assert not uid.removeprefix(DOCUMENTED_ROOT).startswith("0")


def test_a_documented_stand_in_does_not_give_away_the_days():
    digest = hashlib.sha256(b"12345").digest()
    assert DocumentedPseudonyms().days("12345") != days_from_digest(digest, ShiftRange())


def test_another_process_gives_the_same_stand_ins():
    script = (
        "from dicomveil.pseudonyms.key import ProjectKey\n"
        "from dicomveil.pseudonyms.sources import *\n"
        "for made in KeyedPseudonyms(ProjectKey(bytes(range(32)))), DocumentedPseudonyms():\n"
        "    print(made.uid('1.2.3'), made.identifier('patient-id', '4711'), made.days('4711'))\n"
    )
    there = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "7"},
    ).stdout
    here = "".join(
        f"{made.uid('1.2.3')} {made.identifier('patient-id', '4711')} {made.days('4711')}\n"
        for made in (KeyedPseudonyms(KEY), DocumentedPseudonyms())
    )
    assert there == here
