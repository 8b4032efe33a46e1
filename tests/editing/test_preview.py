"""What an edit changes is told before and after, each read in the character set that was, or is, in force there."""

from __future__ import annotations

import pytest

from builders import dicom_file, element, sequence
from dicomveil.dataset.source import Source
from dicomveil.editing.edits import Edit, InsertItem, Put, Remove, RemoveItem
from dicomveil.editing.preview import changes
from dicomveil.engine.edit import Editor

LATIN, GREEK = (element(0x00080005, "CS", term) for term in ("ISO_IR 100", "ISO_IR 126"))
UID = element(0x00080018, "UI", "2.25.1")
MULLER = element(0x00100010, "PN", "Müller".encode("latin-1"))
MU = element(0x00100010, "PN", "μ ".encode("iso8859-7"))
UTF_8 = Put("SpecificCharacterSet", "ISO_IR 192")


def told(data: bytes, *edits: Edit) -> list[tuple[str, str | None, str | None]]:
    instance = Editor(edits).prepare(Source.in_memory(data)).instance
    return [(change.place, change.before, change.after) for change in changes(instance)]


@pytest.mark.parametrize(
    ("before", "edits", "wanted"),
    [
        pytest.param(
            [LATIN, MULLER],
            [UTF_8],
            [("SpecificCharacterSet", "ISO_IR 100", "ISO_IR 192"), ("PatientName", "Müller", "Müller")],
            id="another-character-set",
        ),
        pytest.param(
            [LATIN, sequence(0x00081110, [GREEK, MU])],
            [Put("ReferencedStudySequence[0].PatientName", "Ω")],
            [("ReferencedStudySequence[*].PatientName", "μ", "Ω")],
            id="that-of-an-item",
        ),
        pytest.param(
            [LATIN, sequence(0x00081110, [GREEK, MU])],
            [UTF_8],
            [
                ("SpecificCharacterSet", "ISO_IR 100", "ISO_IR 192"),
                ("ReferencedStudySequence[*].SpecificCharacterSet", "ISO_IR 126", "ISO_IR 192"),
                ("ReferencedStudySequence[*].PatientName", "μ", "μ"),
            ],
            id="another-in-an-item",
        ),
        pytest.param(
            [sequence(0x00081110, [UID], [UID])],
            [RemoveItem("ReferencedStudySequence[0]"), InsertItem("ReferencedStudySequence[1]")],
            [
                ("ReferencedStudySequence[*]", "an item of 1 element", None),
                ("ReferencedStudySequence[*]", None, "an item of 0 elements"),
            ],
            id="items",
        ),
        pytest.param([LATIN, MULLER], [Remove("PatientName")], [("PatientName", "Müller", None)], id="removed"),
        pytest.param(
            [element(0x60003000, "OW", [1, 2])], [Remove("60xx3000")], [("OverlayData", "<4 bytes>", None)], id="bytes"
        ),
    ],
)
def test_values_are_told_as_they_are_read(before, edits, wanted):
    assert (
        told(dicom_file([UID, *before] if before[0].tag > UID.tag else [before[0], UID, *before[1:]]), *edits) == wanted
    )


def test_what_follows_in_the_file_meta_is_told_too():
    assert told(dicom_file([UID]), Put("SOPInstanceUID", "2.25.7")) == [
        ("MediaStorageSOPInstanceUID", "2.25.1", "2.25.7"),
        ("SOPInstanceUID", "2.25.1", "2.25.7"),
    ]
