from __future__ import annotations

import pytest

from dicomveil.recipe.decision import PASS
from dicomveil.recipe.model import Verb
from dicomveil.recipe.options import ProfileOption
from dicomveil.recipe.unlisted import decide_unlisted
from dicomveil.standard.dictionary import vr_by_tag
from dicomveil.standard.profile import row
from standard.sources import require_sources, rows_of

NOTHING: frozenset[ProfileOption] = frozenset()
ROLE_UNDER = {  # what becomes of a role: without options, and with the one that retains it
    "structural": (PASS, ProfileOption.RETAIN_UIDS, PASS),
    "instance": (Verb.NEW_UID, ProfileOption.RETAIN_UIDS, Verb.KEEP),
    "container": (Verb.NEW_UID, ProfileOption.RETAIN_UIDS, Verb.KEEP),
    "organization": (Verb.NEW_UID, ProfileOption.RETAIN_INSTITUTION_IDENTITY, Verb.KEEP),
    "device": (Verb.NEW_UID, ProfileOption.RETAIN_DEVICE_IDENTITY, Verb.KEEP),
    "address": (Verb.REMOVE, ProfileOption.RETAIN_UIDS, Verb.REMOVE),
    "date": (Verb.REMOVE, ProfileOption.RETAIN_MODIFIED_DATES, Verb.SHIFT_DATE),
    "person": (Verb.EMPTY, ProfileOption.RETAIN_PATIENT_CHARACTERISTICS, Verb.EMPTY),
}


def test_every_attribute_that_identifies_by_its_vr_is_treated_by_its_role() -> None:
    require_sources()
    for line in rows_of("unlisted_by_vr.csv"):
        tag = int(line["tag"].replace("x", "0"), 16)
        alone, option, retained = ROLE_UNDER[line["role"]]
        assert decide_unlisted(tag, NOTHING).verb == alone
        assert decide_unlisted(tag, frozenset({option})).verb == retained


def test_dates_stay_only_where_full_dates_are_retained() -> None:
    full = frozenset({ProfileOption.RETAIN_FULL_DATES})
    dates = [tag for tag, vr in vr_by_tag().items() if vr in ("DA", "DT", "TM") and row(tag) is None and tag >> 16 > 8]
    assert dates
    assert {decide_unlisted(tag, NOTHING).verb for tag in dates} == {Verb.REMOVE}
    assert {decide_unlisted(tag, full).verb for tag in dates} == {Verb.KEEP}


def test_every_other_attribute_of_the_dictionary_is_checked_if_it_can_hold_words_and_passed_if_not() -> None:
    passed = {vr for tag, vr in vr_by_tag().items() if row(tag) is None and decide_unlisted(tag, NOTHING).verb == PASS}
    prose = {"AE", "AS", "CS", "DS", "IS", "LO", "LT", "PN", "SH", "ST", "UC", "UR", "UT", "DA", "DT", "TM"}
    assert not passed & prose
    checked = {
        vr for tag, vr in vr_by_tag().items() if row(tag) is None and decide_unlisted(tag, NOTHING).verb == Verb.CHECK
    }
    assert checked >= {"CS", "DS", "IS", "LO", "LT", "SH", "ST", "UT"}


def test_text_that_cannot_stay_gets_a_dummy_and_a_number_is_emptied() -> None:
    assert decide_unlisted(0x00181210, NOTHING).strict is Verb.DUMMY
    assert decide_unlisted(0x00180050, NOTHING).strict is Verb.EMPTY


@pytest.mark.parametrize("tag", [0x0ACE0001, 0x00080FFE, 0x00120FFF])
def test_what_no_dictionary_knows_goes(tag: int) -> None:
    decision = decide_unlisted(tag, NOTHING)
    assert decision.verb is Verb.REMOVE
    assert "PS3.6" in decision.reason


def test_a_sequence_without_a_row_is_gone_into() -> None:
    assert decide_unlisted(0x00089215, NOTHING).verb == PASS


def test_the_creator_of_a_hanging_protocol_is_a_person() -> None:
    assert decide_unlisted(0x00720008, NOTHING).verb is Verb.DUMMY
