"""Character sets are known by the names people write, and by no others."""

from __future__ import annotations

import pytest

from dicomveil.editing.charset_names import defined_terms
from dicomveil.errors import EditError


@pytest.mark.parametrize(
    ("written", "terms"),
    [
        pytest.param("UTF-8", "ISO_IR 192", id="utf-8"),
        pytest.param("gb18030", "GB18030", id="case"),
        pytest.param("iso-ir 100", "ISO_IR 100", id="hyphen"),
        pytest.param("ISO_IR 6", "", id="ascii-is-no-term"),
        pytest.param("ISO 2022 IR 6\\iso_ir 87", "ISO 2022 IR 6\\ISO 2022 IR 87", id="several"),
        pytest.param("\\ISO 2022 IR 149", "\\ISO 2022 IR 149", id="first-left-out"),
    ],
)
def test_names_become_defined_terms(written, terms):
    assert defined_terms(written) == terms


@pytest.mark.parametrize("written", ["klingon", "ISO_IR 4711", "utf-8\\ISO 2022 IR 87", "ISO 2022 IR 87\\", None])
def test_others_are_refused(written):
    with pytest.raises(EditError, match="SpecificCharacterSet: "):
        defined_terms(written)
