"""Known answers for scheme 1, made by openssl and the shell, recomputed here."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from dicomveil.pseudonyms.dates import ShiftRange, days_from_digest
from dicomveil.pseudonyms.derive import SCHEME, derive
from dicomveil.pseudonyms.identifiers import identifier_from_digest
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import DOCUMENTED_ROOT, KeyedPseudonyms
from dicomveil.pseudonyms.uids import uid_from_digest, uid_under

VECTORS = Path(__file__).parent.parent / "vectors"
TABLE = VECTORS / f"scheme_{SCHEME}.tsv"
SCRIPT = VECTORS / "make_vectors.sh"
TOOLS = ("bash", "openssl", "base32", "sed", "tr", "cut")


def known_answers() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_the_table_has_every_key_purpose_and_original():
    rows = known_answers()
    assert len(rows) == 75
    assert len({(row["key"], row["purpose"], row["original"]) for row in rows}) == 75
    assert len({row["digest"] for row in rows}) == 75


@pytest.mark.parametrize("row", known_answers(), ids=[f"row-{n}" for n in range(75)])
def test_our_stand_ins_are_those_another_implementation_makes(row):
    digest = derive(ProjectKey(bytes.fromhex(row["key"])), row["purpose"], row["original"].encode())
    assert digest.hex() == row["digest"]
    assert uid_from_digest(digest) == row["uid"]
    assert uid_under(DOCUMENTED_ROOT, digest) == row["uid_under_root"]
    assert identifier_from_digest(digest) == row["identifier"]
    assert days_from_digest(digest, ShiftRange()) == int(row["days"])


def test_keyed_pseudonyms_use_the_purposes_of_the_table():
    for row in known_answers():
        stand_ins = KeyedPseudonyms(ProjectKey(bytes.fromhex(row["key"])))
        if row["purpose"] == "uid":
            assert stand_ins.uid(row["original"]) == row["uid"]
        elif row["purpose"] == "date-shift":
            assert stand_ins.days(row["original"]) == int(row["days"])
        else:
            assert stand_ins.identifier(row["purpose"], row["original"]) == row["identifier"]


@pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in TOOLS),
    reason=f"the other implementation needs {', '.join(TOOLS)}",
)
def test_the_script_still_makes_the_table():
    made = subprocess.run(["bash", str(SCRIPT)], capture_output=True, check=True, timeout=60)
    assert made.stdout == TABLE.read_bytes()
