"""What describes the pixels, or follows the data set, is touched by force alone, at every depth."""

from __future__ import annotations

import pytest

from dicomveil.editing.addresses import read_address
from dicomveil.editing.edits import Replace
from dicomveil.editing.guard import GUARDED, check_edit
from dicomveil.errors import EditError

FILE_META = 0x0002


@pytest.mark.parametrize("tag", sorted(GUARDED), ids=lambda tag: f"{tag:08X}")
def test_what_is_guarded_is_touched_by_force_alone(tag):
    addresses = [f"{tag:08X}"]
    if tag >> 16 != FILE_META:
        addresses += [f"IconImageSequence[0].{tag:08X}", f"**.{tag:08X}", f"(0088,0200)[*].{tag:08X}"]
    for address in addresses:
        with pytest.raises(EditError, match="force it if you must"):
            check_edit(Replace(address, 1), force=False)
        check_edit(Replace(address, 1), force=True)


@pytest.mark.parametrize(
    "address",
    [
        "Rows",
        "BitsAllocated",
        "PixelData",
        "RedPaletteColorLookupTableDescriptor",
        "BluePaletteColorLookupTableData",
        "SegmentedGreenPaletteColorLookupTableData",
        "(0002,0003)",
        "TransferSyntaxUID",
        "NumberOfFrames",
    ],
)
def test_these_are_guarded(address):
    assert read_address(address).steps[0].tag in GUARDED


@pytest.mark.parametrize(
    "address",
    ["PatientName", "60xx3000", '(0029,"ACME",10)', "(0002,0016)", "IconImageSequence[0]", "(0028,1050)"],
)
def test_everything_else_is_not(address):
    check_edit(Replace(address, 1), force=False)


@pytest.mark.parametrize(
    "address", ["(0010,0000)", "60xx0000", "**.50xx0000", "(FFFE,E000)", "PatientName[0]", "PatientName[0].PatientID"]
)
def test_what_no_data_set_has_is_not_touched_by_force_either(address):
    with pytest.raises(EditError):
        check_edit(Replace(address, 1), force=True)
