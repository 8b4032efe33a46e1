from __future__ import annotations

import pytest

from actions.worlds import world
from dicomveil.actions.dummy import DUMMY_BY_VR, dummy
from dicomveil.actions.outcome import Replaced
from dicomveil.dataset.syntax import LONG_LENGTH_VRS, SHORT_LENGTH_VRS

VRS = sorted({*SHORT_LENGTH_VRS, *LONG_LENGTH_VRS} - {"SQ"})


def test_every_vr_but_sequences_has_a_dummy() -> None:
    assert sorted(DUMMY_BY_VR) == VRS


@pytest.mark.parametrize("vr", VRS)
def test_a_dummy_is_a_valid_value_of_its_vr_and_not_empty(vr: str) -> None:
    from pydicom.config import RAISE
    from pydicom.dataelem import RawDataElement, convert_raw_data_element
    from pydicom.tag import Tag
    from pydicom.valuerep import validate_value

    raw = DUMMY_BY_VR[vr]
    element = convert_raw_data_element(RawDataElement(Tag(0x00091001), vr, len(raw), raw, 0, False, True))
    assert len(raw) % 2 == 0
    assert element.value not in ("", None, b"")
    validate_value(vr, str(element.value) if vr in ("IS", "DS", "PN") else element.value, RAISE)


@pytest.mark.parametrize("vr", VRS)
def test_a_dummy_does_not_depend_on_the_original(vr: str) -> None:
    first, second = dummy(b"one", vr, world()), dummy(b"another", vr, world(patient="8"))
    assert isinstance(first, Replaced)
    assert first == second
