"""What holds of stand-ins for every original, key and date."""

from __future__ import annotations

import datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from dicomveil.errors import UnreadableDate
from dicomveil.pseudonyms.dates import ShiftRange, days_from_digest, shift_date, shift_datetime
from dicomveil.pseudonyms.derive import derive
from dicomveil.pseudonyms.identifiers import identifier_from_digest
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import DOCUMENTED_ROOT, PATIENT_ID, DocumentedPseudonyms, KeyedPseudonyms
from dicomveil.pseudonyms.uids import uid_from_digest, uid_under

keys = st.binary(min_size=32, max_size=32).map(ProjectKey)
digests = st.binary(min_size=16, max_size=32)
originals = st.text(st.characters(), max_size=70)
purposes = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=20)
shift_ranges = st.builds(
    lambda ends, direction: ShiftRange(min(ends), max(ends), direction),
    st.tuples(st.integers(1, 36500), st.integers(1, 36500)),
    st.sampled_from(["past", "future", "either"]),
)
dates = st.dates(datetime.date(200, 1, 1), datetime.date(9800, 12, 31))
days_of_shift = st.integers(-36500, 36500)
no_deadline = settings(deadline=None)


def is_valid_uid(uid: str) -> bool:
    parts = uid.split(".")
    return len(uid) <= 64 and all(part.isdecimal() and str(int(part)) == part for part in parts)


@no_deadline
@given(keys, originals)
def test_the_same_key_gives_the_same_stand_ins(key, original):
    one, other = KeyedPseudonyms(key), KeyedPseudonyms(ProjectKey(bytes(key.secret)))
    assert one.uid(original) == one.uid(original) == other.uid(original)
    assert one.identifier(PATIENT_ID, original) == other.identifier(PATIENT_ID, original)
    assert one.days(original) == other.days(original)


@no_deadline
@given(keys, keys, purposes, purposes, st.binary(max_size=70), st.binary(max_size=70))
def test_digests_agree_only_where_key_purpose_and_original_do(key, key_2, purpose, purpose_2, original, original_2):
    same = (key, purpose, original) == (key_2, purpose_2, original_2)
    assert (derive(key, purpose, original) == derive(key_2, purpose_2, original_2)) is same
    if purpose != purpose_2:
        assert derive(key, purpose, original) != derive(key, purpose_2, original)
    if key != key_2:
        assert derive(key, purpose, original) != derive(key_2, purpose, original)


@no_deadline
@given(digests)
def test_every_uid_is_valid(digest):
    assert is_valid_uid(uid_from_digest(digest))
    assert len(uid_from_digest(digest)) <= 44
    assert is_valid_uid(uid_under(DOCUMENTED_ROOT, digest))


@no_deadline
@given(digests, st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\\"), max_size=48))
def test_every_identifier_fits_its_vr(digest, prefix):
    assert len(identifier_from_digest(digest)) == 16
    identifier = identifier_from_digest(digest, prefix)
    assert identifier == prefix + identifier_from_digest(digest)
    assert len(identifier) <= 64


@no_deadline
@given(digests, shift_ranges)
def test_days_are_in_range_and_never_zero(digest, shift_range):
    days = days_from_digest(digest, shift_range)
    assert shift_range.min_days <= abs(days) <= shift_range.max_days
    assert shift_range.direction == "either" or (days < 0) is (shift_range.direction == "past")


@no_deadline
@given(dates, dates, days_of_shift)
def test_intervals_between_dates_are_kept(one, other, days):
    def moved(day: datetime.date) -> datetime.date:
        return datetime.datetime.strptime(shift_date(f"{day:%Y%m%d}".zfill(8), days=days), "%Y%m%d").date()

    assert moved(one) - moved(other) == one - other
    assert moved(one) - one == datetime.timedelta(days)


@no_deadline
@given(dates, days_of_shift)
def test_there_and_back_is_the_same_date_in_its_form(day, days):
    for value in (f"{day:%Y%m%d}".zfill(8), f"{day:%Y.%m.%d}".zfill(10)):
        there = shift_date(value, days=days)
        assert len(there) == len(value)
        assert shift_date(there, days=-days) == value


times_of_day = st.from_regex(r"(([01][0-9]|2[0-3])(([0-5][0-9])([0-5][0-9](\.[0-9]{1,6})?)?)?)?", fullmatch=True)
zones = st.sampled_from(["", "+0000", "+0100", "-0500", "+1400", "-1200", "+0545"])


@no_deadline
@given(dates, times_of_day.filter(str.isascii), zones, days_of_shift)
def test_time_of_day_zone_and_precision_are_kept(day, time_of_day, zone, days):
    value = f"{day:%Y%m%d}".zfill(8) + time_of_day + zone
    moved = shift_datetime(value, days=days)
    assert moved[8:] == time_of_day + zone
    assert moved[:8] == shift_date(value[:8], days=days)


@no_deadline
@given(dates, st.sampled_from([4, 6]), zones, days_of_shift)
def test_a_date_time_without_day_moves_by_as_much_as_its_precision_tells(day, precision, zone, days):
    value = f"{day:%Y%m%d}".zfill(8)[:precision]
    moved = shift_datetime(value + zone, days=days)
    assert len(moved) == precision + len(zone)
    assert moved.endswith(zone)
    months = [int(text[:4]) * 12 + int(text[4:precision] or "6") for text in (value, moved)]
    assert abs((months[1] - months[0]) - days / 30.44) <= (7 if precision == 4 else 1.5)


@no_deadline
@given(st.text(max_size=30), days_of_shift)
def test_any_text_is_moved_or_refused_without_being_repeated(value, days):
    for shift in (shift_date, shift_datetime):
        try:
            moved = shift(value, days=days)
        except UnreadableDate as refusal:
            told, expected = str(refusal), f"unreadable date value of {len(value)} bytes"
        else:
            told, expected = str(len(moved)), str(len(value.rstrip(" ")))
        assert told == expected


@no_deadline
@given(originals)
def test_the_documented_stand_ins_are_valid_for_every_original(original):
    stand_ins = DocumentedPseudonyms()
    assert is_valid_uid(stand_ins.uid(original))
    assert stand_ins.days(original) in range(-3650, 0)
    assert set(stand_ins.identifier("other", original)) <= set("0123456789ABCDEF")
