"""Which UIDs are the standard's, and how its transfer syntaxes encode a data set."""

from __future__ import annotations

import pytest
from pydicom import _uid_dict as pydicom_registry
from pydicom.uid import UID

from dicomveil.standard import tables, uids

DATA_SET_SYNTAXES = [
    uid
    for uid, entry in pydicom_registry.UID_dictionary.items()
    if entry[1] == "Transfer Syntax" and not uid.startswith("1.2.840.10008.1.2.6.")
]
# pydicom takes these for encapsulated or not deflated. By PS3.5 Annex A no Pixel Data is in a JPIP or video
# data set, the second kind of JPIP is deflated, and Papyrus 3 is named for its Implicit VR.
OTHERWISE_THAN_PYDICOM = {
    *(f"1.2.840.10008.1.2.4.{n}" for n in (94, 95, 204, 205)),
    *(f"1.2.840.10008.1.2.7.{n}" for n in (1, 2, 3)),
    "1.2.840.10008.1.20",
}


@pytest.mark.parametrize(
    "uid",
    [
        pytest.param("1.2.840.10008.5.1.4.1.1.2", id="sop-class"),
        pytest.param("1.2.840.10008.1.2", id="transfer-syntax"),
        pytest.param(b"1.2.840.10008.1.2.1\0", id="bytes-with-padding"),
        pytest.param("1.2.840.10008.1.4.1.1", id="well-known-frame-of-reference"),
        pytest.param("1.2.840.10008.6.1.1412", id="context-group"),
        pytest.param("1.2.840.10008.5.1.4.1.1.9999", id="not-registered-yet"),
    ],
)
def test_a_uid_under_the_root_of_dicom_is_the_standards(uid):
    assert uids.is_standard_uid(uid)


@pytest.mark.parametrize(
    "uid",
    [
        pytest.param("", id="empty"),
        pytest.param("1.2.840.10008", id="the-root-itself"),
        pytest.param("1.2.840.10008.", id="nothing-below-the-root"),
        pytest.param("1.2.840.100081.5", id="another-root-that-begins-alike"),
        pytest.param("9.1.2.840.10008.5", id="the-root-inside"),
        pytest.param("2.25.3", id="another-root"),
        pytest.param("1.2.840.10008.1.20240229.101500", id="instance-made-from-a-date"),
        pytest.param("1.2.840.10008.5.1.4.1.1.2.12345", id="instance-made-from-a-sop-class"),
        pytest.param("1.2.840.10008.5.DOE", id="letters"),
        pytest.param("1.2.840.10008.5.²", id="digits-that-are-not-ascii"),
        pytest.param(b"1.2.840.10008.5\\1.2.3", id="two-values"),
    ],
)
def test_any_other_uid_is_an_instances_and_may_be_replaced(uid):
    assert not uids.is_standard_uid(uid)


def test_every_registered_uid_is_the_standards():
    assert [uid for uid in pydicom_registry.UID_dictionary if not uids.is_standard_uid(uid)] == []


@pytest.mark.parametrize(
    ("uid", "name"),
    [
        pytest.param("1.2.840.10008.5.1.4.1.1.2", "CT Image Storage", id="ct"),
        pytest.param("1.2.840.10008.1.3.10", "Media Storage Directory Storage", id="dicomdir"),
        pytest.param("1.2.840.10008.5.1.4.1.1.6", "Ultrasound Image Storage", id="retired"),
        pytest.param("1.2.840.10008.5.1.4.1.1.66.7", "Label Map Segmentation Storage", id="new"),
        pytest.param("1.2.840.10008.5.1.1.27", "Stored Print Storage", id="without-the-words-sop-class"),
        pytest.param("1.2.840.10008.5.1.4.34.7", "RT Beams Delivery Instruction Storage", id="other-branch"),
        pytest.param("1.2.840.10008.1.20.1", None, id="storage-commitment-stores-nothing"),
        pytest.param("1.2.840.10008.1.1", None, id="verification"),
        pytest.param("1.2.840.10008.5.1.4.1.2.1.1", None, id="query"),
        pytest.param("1.2.840.113619.4.26", None, id="private"),
    ],
)
def test_storage_sop_classes_of_the_standard_have_a_name(uid, name):
    assert uids.sop_class_name(uid) == name
    assert uids.is_standard_sop_class(uid) == (name is not None)


def test_every_sop_class_with_types_is_a_standard_one_and_not_retired():
    with_types = tables.table("types")["sop_classes"]

    assert len(with_types) > 170
    assert [u for u in with_types if not uids.is_standard_sop_class(u) or uids.is_retired(u)] == []


def test_retired_sop_classes_are_told_apart():
    assert uids.is_retired("1.2.840.10008.5.1.4.1.1.3")
    assert not uids.is_retired("1.2.840.10008.5.1.4.1.1.3.1")
    assert not uids.is_retired("1.2.840.113619.4.26")


@pytest.mark.parametrize(
    "uid", [pytest.param(uid, id=uid) for uid in DATA_SET_SYNTAXES if uid not in OTHERWISE_THAN_PYDICOM]
)
def test_a_transfer_syntax_encodes_as_pydicom_says(uid):
    ours, theirs = uids.transfer_syntax(uid), UID(uid)

    assert ours.name == theirs.name
    assert ours.implicit_vr == theirs.is_implicit_VR
    assert ours.little_endian == theirs.is_little_endian
    assert ours.deflated == theirs.is_deflated
    assert ours.encapsulated == theirs.is_encapsulated


@pytest.mark.parametrize(
    ("uid", "flags"),
    [
        pytest.param("1.2.840.10008.1.2.4.94", (False, True, False, False), id="jpip"),
        pytest.param("1.2.840.10008.1.2.4.95", (False, True, True, False), id="jpip-deflate"),
        pytest.param("1.2.840.10008.1.2.4.204", (False, True, False, False), id="jpip-htj2k"),
        pytest.param("1.2.840.10008.1.2.4.205", (False, True, True, False), id="jpip-htj2k-deflate"),
        pytest.param("1.2.840.10008.1.2.4.110", (False, True, False, True), id="jpeg-xl-lossless"),
        pytest.param("1.2.840.10008.1.2.4.111", (False, True, False, True), id="jpeg-xl-recompression"),
        pytest.param("1.2.840.10008.1.2.4.112", (False, True, False, True), id="jpeg-xl"),
        pytest.param("1.2.840.10008.1.2.8.1", (False, True, False, True), id="frames-deflated-not-data-set"),
        pytest.param("1.2.840.10008.1.2.7.1", (False, True, False, False), id="video-kept-elsewhere"),
        pytest.param("1.2.840.10008.1.20", (True, True, False, False), id="papyrus"),
    ],
)
def test_a_transfer_syntax_that_pydicom_lacks_or_misreads_is_known(uid, flags):
    syntax = uids.transfer_syntax(uid)

    assert (syntax.implicit_vr, syntax.little_endian, syntax.deflated, syntax.encapsulated) == flags


@pytest.mark.parametrize(
    "uid",
    [
        pytest.param("1.2.840.113619.5.2", id="private"),
        pytest.param("1.2.840.10008.1.2.6.2", id="xml-is-no-data-set"),
        pytest.param("1.2.840.10008.1.2.4.999", id="not-registered-yet"),
        pytest.param("1.2.840.10008.5.1.4.1.1.2", id="a-sop-class"),
        pytest.param("", id="empty"),
    ],
)
def test_an_unknown_transfer_syntax_is_left_to_the_caller(uid):
    assert uids.transfer_syntax(uid) is None
