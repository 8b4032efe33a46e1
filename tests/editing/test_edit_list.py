"""Each edit does what its name says, in order, and touches nothing else; all of a list are carried out, or none."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from builders import (
    BIG_ENDIAN,
    DEFLATED,
    EXPLICIT,
    FORMS,
    IMPLICIT,
    PIXEL_DATA,
    Form,
    Item,
    Sequenced,
    dicom_file,
    element,
    encapsulated,
    encode,
    meta_elements,
    sequence,
)
from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import spliced
from dicomveil.editing import writing
from dicomveil.editing.edit_list import EditList
from dicomveil.editing.edits import (
    Copy,
    Edit,
    Empty,
    Format,
    InsertItem,
    NewUID,
    Put,
    PutIfAbsent,
    Recode,
    Remove,
    RemoveItem,
    RemovePrivate,
    Replace,
    Substitute,
)
from dicomveil.editing.means import Customs
from dicomveil.engine.edit import Editor
from dicomveil.errors import EditError, EditRefused

every_form = pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)

UID = element(0x00080018, "UI", "2.25.1")
DATE = element(0x00080020, "DA", "20240229")
NAME = element(0x00100010, "PN", "Doe^Jane")
ID = element(0x00100020, "LO", "4711")
ROWS = element(0x00280010, "US", 2)
PIXELS = element(PIXEL_DATA, "OW", [1, 2])
STUDIES = 0x00081110
REQUESTS = 0x00400275
REFERENCE = element(0x00081155, "UI", "2.25.2")


class StandIns:
    """Stand-ins that can be foreseen."""

    def uid(self, original: str) -> str:
        return f"{original}.9"

    def tools(self, instance: object) -> StandIns:
        return self

    def digest(self, text: str) -> str:
        return f"H{len(text):015}"

    def days(self) -> int:
        return -1


def edited(data: bytes, *edits: Edit, force: bool = False) -> bytes:
    made = Editor(edits, force=force, stand_ins=StandIns()).prepare(Source.in_memory(data))
    return spliced(data, 0, made.splices)


def the(*elements: object, form: Form = FORMS[1]) -> bytes:
    return dicom_file(sorted(elements, key=lambda each: each.tag), form)


@every_form
@pytest.mark.parametrize(
    ("edits", "before", "after"),
    [
        pytest.param([Put("PatientName", "Roe^Ann")], [NAME], [element(0x00100010, "PN", "Roe^Ann")], id="put-there"),
        pytest.param([Put("PatientID", "4711")], [NAME], [NAME, ID], id="put-new"),
        pytest.param([Put("PatientName", None)], [NAME], [element(0x00100010, "PN", "")], id="put-nothing"),
        pytest.param([PutIfAbsent("PatientName", "X")], [NAME], [NAME], id="put-if-absent-there"),
        pytest.param([PutIfAbsent("PatientID", "4711")], [NAME], [NAME, ID], id="put-if-absent-new"),
        pytest.param(
            [PutIfAbsent("PatientID", "4711")],
            [element(0x00100020, "LO", "")],
            [element(0x00100020, "LO", "")],
            id="empty",
        ),
        pytest.param([Replace("PatientID", "4711")], [NAME], [NAME], id="replace-absent"),
        pytest.param([Replace("PatientID", "4711")], [element(0x00100020, "LO", "1")], [ID], id="replace-there"),
        pytest.param([Empty("PatientName")], [NAME, ID], [element(0x00100010, "PN", ""), ID], id="empty-there"),
        pytest.param([Empty("PatientName")], [ID], [ID], id="empty-absent"),
        pytest.param([Remove("PatientName")], [NAME, ID], [ID], id="remove"),
        pytest.param([Remove("PatientComments")], [NAME], [NAME], id="remove-absent"),
        pytest.param(
            [Copy("PatientComments", "PatientID")],
            [ID],
            [ID, element(0x00104000, "LT", "4711")],
            id="copy-to-another-vr",
        ),
        pytest.param([Copy("PatientID", "PatientComments")], [ID], [ID], id="copy-of-nothing"),
        pytest.param(
            [Copy("ReferencedPatientSequence", "ReferencedStudySequence")],
            [sequence(STUDIES, [NAME], [REFERENCE])],
            [sequence(STUDIES, [NAME], [REFERENCE]), sequence(0x00081120, [NAME], [REFERENCE])],
            id="copy-sequence",
        ),
        pytest.param(
            [Copy("ReferencedPatientSequence", "ReferencedStudySequence")],
            [sequence(STUDIES, [NAME], undefined=True)],
            [
                sequence(STUDIES, [NAME], undefined=True),
                Sequenced(0x00081120, (Item((NAME,), undefined=True),)),
            ],
            id="copy-sequence-of-undefined-length",
        ),
        pytest.param(
            [Copy("ReferencedPatientSequence", "ReferencedStudySequence")],
            [sequence(STUDIES)],
            [sequence(STUDIES), sequence(0x00081120)],
            id="copy-sequence-without-items",
        ),
        pytest.param(
            [Copy("(6002,3000)", "(6000,3000)")],
            [element(0x60003000, "OW", [1, 2])],
            [element(0x60003000, "OW", [1, 2]), element(0x60023000, "OW", [1, 2])],
            id="copy-bytes",
        ),
        pytest.param(
            [Put("ReferencedStudySequence[*].PatientID", "4711"), Put("RequestAttributesSequence[*].PatientID", "1")],
            [sequence(STUDIES)],
            [sequence(STUDIES)],
            id="every-item-of-none",
        ),
        pytest.param(
            [Format("PatientComments", "{PatientID|slice:0:2}-{StudyDate|shift:-60}")],
            [ID, DATE],
            [ID, DATE, element(0x00104000, "LT", "47-20231231")],
            id="format",
        ),
        pytest.param(
            [Substitute("PatientName", "(.*)\\^(.*)", "\\2^\\1")],
            [NAME],
            [element(0x00100010, "PN", "Jane^Doe")],
            id="sub",
        ),
        pytest.param([Substitute("PatientName", "X", "Y")], [NAME], [NAME], id="sub-finds-nothing"),
        pytest.param(
            [Put("PatientID", "1"), Copy("PatientComments", "PatientID"), Remove("PatientID")],
            [NAME],
            [NAME, element(0x00104000, "LT", "1")],
            id="in-order",
        ),
        pytest.param(
            [Put("ReferencedStudySequence[0].ReferencedSOPInstanceUID", "2.25.2")],
            [NAME],
            [NAME, sequence(STUDIES, [REFERENCE])],
            id="makes-sequence-and-item",
        ),
        pytest.param(
            [Put("ReferencedStudySequence[1].ReferencedSOPInstanceUID", "2.25.2")],
            [sequence(STUDIES, [NAME])],
            [sequence(STUDIES, [NAME], [REFERENCE])],
            id="makes-the-next-item",
        ),
        pytest.param(
            [Put("ReferencedStudySequence[*].PatientID", "4711")],
            [sequence(STUDIES, [NAME], [])],
            [sequence(STUDIES, [NAME, ID], [ID])],
            id="every-item",
        ),
        pytest.param(
            [Remove("**.PatientName")],
            [sequence(STUDIES, [NAME, sequence(REQUESTS, [NAME, ID])]), NAME],
            [sequence(STUDIES, [sequence(REQUESTS, [ID])])],
            id="at-any-depth",
        ),
        pytest.param(
            [InsertItem("ReferencedStudySequence[0]"), Put("ReferencedStudySequence[0].PatientID", "4711")],
            [sequence(STUDIES, [NAME])],
            [sequence(STUDIES, [ID], [NAME])],
            id="insert-item-before",
        ),
        pytest.param(
            [InsertItem("ReferencedStudySequence[0]")],
            [NAME],
            [NAME, sequence(STUDIES, [])],
            id="insert-item-new-sequence",
        ),
        pytest.param(
            [RemoveItem("ReferencedStudySequence[0]")],
            [sequence(STUDIES, [NAME], [ID])],
            [sequence(STUDIES, [ID])],
            id="remove-item",
        ),
        pytest.param(
            [Remove("ReferencedStudySequence[*]")],
            [sequence(STUDIES, [NAME], [ID])],
            [sequence(STUDIES)],
            id="all-items",
        ),
        pytest.param(
            [Empty("ReferencedStudySequence[1]")],
            [sequence(STUDIES, [NAME], [ID])],
            [sequence(STUDIES, [NAME], [])],
            id="empty-item",
        ),
        pytest.param(
            [Empty("60xx3000")],
            [element(0x60003000, "OW", [1]), element(0x60023000, "OW", [2])],
            [element(0x60003000, "OW", b""), element(0x60023000, "OW", b"")],
            id="repeating-group",
        ),
        pytest.param(
            [Put('(0029,"ACME",10)', "new", vr="LO")],
            [element(0x00290010, "LO", "OTHER"), element(0x00290011, "LO", "ACME")],
            [element(0x00290010, "LO", "OTHER"), element(0x00290011, "LO", "ACME"), element(0x00291110, "LO", "new")],
            id="private-in-its-block",
        ),
        pytest.param(
            [Put('(0029,"ACME",10)', "new", vr="LO")],
            [element(0x00290010, "LO", "OTHER")],
            [element(0x00290010, "LO", "OTHER"), element(0x00290011, "LO", "ACME"), element(0x00291110, "LO", "new")],
            id="private-block-reserved",
        ),
    ],
)
def test_an_edit_does_what_its_name_says_and_nothing_else(form, edits, before, after):
    assert edited(the(UID, *before, PIXELS, form=form), *edits) == the(UID, *after, PIXELS, form=form)


@every_form
def test_undefined_lengths_stay_undefined(form):
    before = the(UID, sequence(STUDIES, [NAME, sequence(REQUESTS, [NAME], undefined=True)], undefined=True), form=form)
    after = the(
        UID, sequence(STUDIES, [NAME, sequence(REQUESTS, [NAME, ID], undefined=True)], undefined=True), form=form
    )
    address = "ReferencedStudySequence[0].RequestAttributesSequence[0].PatientID"
    assert edited(before, Put(address, "4711")) == after


def test_encapsulated_pixels_and_what_follows_them_stay():
    data = dicom_file([UID, NAME, encapsulated(b"", b"frame")], trailing=b"\0\0\0")
    assert edited(data, Put("PatientName", "Roe^Ann")) == data.replace(b"\x08\0Doe^Jane", b"\x08\0Roe^Ann ")


def test_a_new_sop_instance_uid_stands_in_the_file_meta_too():
    data = edited(the(UID, NAME), Put("SOPInstanceUID", "2.25.12345"))
    assert data == the(element(0x00080018, "UI", "2.25.12345"), NAME)
    assert data.count(b"2.25.12345") == 2


@every_form
def test_sop_uids_in_the_file_meta_follow_whatever_encodes_the_data_set(form):
    edits = Put("SOPClassUID", "1.2.840.10008.5.1.4.1.1.4"), Put("SOPInstanceUID", "2.25.12345")
    new = element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.4"), element(0x00080018, "UI", "2.25.12345")
    assert edited(the(element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2"), UID, form=form), *edits) == the(
        *new, form=form
    )


def test_the_file_meta_of_a_deflated_file_is_edited_with_its_data_set_or_without():
    before, after = the(UID, form=DEFLATED), the(UID, NAME, form=DEFLATED)
    title = element(0x00020016, "AE", "TITLE")
    meta = [*meta_elements(DEFLATED.uid), title]
    assert edited(before, Put("(0002,0016)", "TITLE")) == dicom_file([UID], DEFLATED, meta=meta)
    assert edited(after, Put("(0002,0016)", "TITLE"), Remove("PatientName")) == dicom_file([UID], DEFLATED, meta=meta)


def test_a_value_that_no_length_can_tell_is_refused(monkeypatch):
    class Huge(bytes):
        def __len__(self) -> int:
            return 0xFFFFFFFF

    monkeypatch.setattr(writing, "_raw", lambda *arguments, **options: Huge())
    with pytest.raises(EditRefused, match="longer than an element can be"):
        edited(the(UID), Put("PixelData", b""), force=True)


def test_group_lengths_follow():
    inside = [UID, DATE]
    length = element(0x00080000, "UL", len(encode(inside)))
    grown = [UID, DATE, element(0x00081030, "LO", "abdomen")]
    wanted = the(element(0x00080000, "UL", len(encode(grown))), *grown, NAME)
    assert edited(the(length, *inside, NAME), Put("StudyDescription", "abdomen")) == wanted


@pytest.mark.parametrize("form", FORMS[:3], ids=lambda form: form.name)
def test_numbers_take_the_byte_order_of_the_file(form):
    data = edited(the(UID, ROWS, form=form), Put("SmallestImagePixelValue", -2), Put("Rows", "512"), force=True)
    signed = element(0x00280106, "SS", -2)
    assert data == the(UID, element(0x00280010, "US", 512), signed, form=form)


def test_a_repeated_element_becomes_one():
    data = dicom_file([UID, NAME, NAME, ID])
    assert edited(data, Put("PatientName", "Roe^Ann")) == dicom_file([UID, element(0x00100010, "PN", "Roe^Ann"), ID])


def test_new_uids_are_followed_by_references_in_every_file_of_the_call():
    first = the(UID, sequence(STUDIES, [REFERENCE]))
    second = the(element(0x00080018, "UI", "2.25.2"), sequence(STUDIES, [element(0x00081155, "UI", "2.25.1")]))
    editor = Editor([NewUID("SOPInstanceUID")], stand_ins=StandIns())
    sources = [Source.in_memory(data) for data in (first, second)]
    for source in sources:
        editor.prepare(source)
    made = [
        spliced(data, 0, editor.prepare(source).splices) for data, source in zip((first, second), sources, strict=True)
    ]
    new = [element(0x00080018, "UI", f"2.25.{number}.9") for number in (1, 2)]
    references = [sequence(STUDIES, [element(0x00081155, "UI", f"2.25.{number}.9")]) for number in (2, 1)]
    assert made == [the(uid, reference) for uid, reference in zip(new, references, strict=True)]


def test_a_new_uid_is_there_for_the_edits_behind_it():
    data = edited(the(UID), NewUID("SOPInstanceUID"), Copy("PatientComments", "SOPInstanceUID"))
    assert data == the(element(0x00080018, "UI", "2.25.1.9"), element(0x00104000, "LT", "2.25.1.9"))


def test_a_uid_that_is_new_already_stays():
    item = sequence(STUDIES, [element(0x00081155, "UI", "2.25.1")])
    new = element(0x00080018, "UI", "2.25.1.9")
    data = edited(the(UID, item), NewUID("SOPInstanceUID"), NewUID("SOPInstanceUID"))
    assert data == the(new, sequence(STUDIES, [element(0x00081155, "UI", "2.25.1.9")]))


def test_references_stored_as_unknown_follow():
    data = edited(the(UID, element(0x00081155, "UN", b"2.25.1\0\0"), form=EXPLICIT), NewUID("SOPInstanceUID"))
    assert data == the(element(0x00080018, "UI", "2.25.1.9"), element(0x00081155, "UN", b"2.25.1.9"))


def test_uids_of_the_standard_never_change():
    data = the(UID, element(0x00080016, "UI", "1.2.840.10008.5.1.4.1.1.2"))
    assert edited(data, NewUID("SOPClassUID")) == data


TO_UTF_8 = Put("SpecificCharacterSet", "ISO_IR 192")
LATIN, GREEK, UTF_8 = (element(0x00080005, "CS", term) for term in ("ISO_IR 100", "ISO_IR 126", "ISO_IR 192"))


def described(text: str, codec: str) -> object:
    raw = text.encode(codec)
    return element(0x00081030, "LO", raw + b" " * (len(raw) % 2))


def test_a_copy_is_written_in_the_character_set_of_where_it_goes():
    item = sequence(STUDIES, [LATIN, described("Größe", "latin-1")])
    data = edited(the(UID, UTF_8, item), Copy("StudyDescription", "ReferencedStudySequence[0].StudyDescription"))
    assert data == the(UID, UTF_8, item, described("Größe", "utf-8"))


def test_a_copy_with_escape_sequences_is_read_before_it_is_written():
    kanji = element(0x00080005, "CS", "\\ISO 2022 IR 87")
    item = sequence(STUDIES, [kanji, element(0x00081030, "LO", b"\x1b$B;3ED\x1b(B")])
    data = edited(the(UID, UTF_8, item), Copy("StudyDescription", "ReferencedStudySequence[0].StudyDescription"))
    assert data == the(UID, UTF_8, item, described("山田", "utf-8"))


@every_form
def test_items_are_copied_into_another_character_set_but_for_those_that_have_one_of_their_own(form):
    def inside(codec: str) -> object:
        own = [GREEK, described("μ", "iso8859-7")]
        return sequence(REQUESTS, [described("Größe", codec)], own, [sequence(0x00081120, [described("ß", codec)])])

    item = sequence(STUDIES, [LATIN, inside("latin-1")])
    copy = Copy("RequestAttributesSequence", "ReferencedStudySequence[0].RequestAttributesSequence")
    assert edited(the(UID, UTF_8, item, form=form), copy) == the(UID, UTF_8, item, inside("utf-8"), form=form)


def test_a_uid_of_the_file_meta_is_copied_whatever_encodes_the_data_set():
    for form in (IMPLICIT, BIG_ENDIAN):
        data = edited(the(UID, form=form), Copy("SOPInstanceUIDOfConcatenationSource", "(0002,0003)"))
        assert data == the(UID, element(0x00200242, "UI", "2.25.1"), form=form)


def test_an_unknown_value_of_undefined_length_is_copied_without_its_delimiter():
    unknown = sequence(0x00091001, [NAME], undefined=True, vr="UN", form=IMPLICIT)
    creator = element(0x00110010, "LO", "ACME")
    data = edited(the(UID, unknown, creator), Copy("(0011,1001)", "(0009,1001)"))
    (inside,) = (item.encoded(IMPLICIT) for item in unknown.items)
    assert data == the(UID, unknown, creator, element(0x00111001, "UN", inside))


@pytest.mark.parametrize(
    ("copy", "reason"),
    [
        pytest.param(Copy("PatientName", "ReferencedStudySequence"), "cannot be copied into", id="items-into-a-name"),
        pytest.param(Copy("ReferencedStudySequence", "PatientName"), "cannot be copied into", id="name-into-items"),
        pytest.param(Copy("PatientName", "RequestAttributesSequence"), "copied into", id="no-items-into-a-name"),
        pytest.param(Copy("PatientName", "(6000,3000)"), "cannot be read", id="bytes-into-a-name"),
        pytest.param(Copy("(6000,3000)", "PixelData"), "encapsulated", id="frames"),
        pytest.param(Copy("ReferencedStudySequence", "DoseReferenceSequence"), "another way", id="items-in-unknown"),
        pytest.param(
            Copy("StudyDescription", "ReferencedStudySequence[0].StudyDescription"), "character set", id="character"
        ),
        pytest.param(
            Copy("ReferencedPatientSequence", "ReferencedStudySequence[0].ReferencedPatientSequence"),
            "new character set does not have",
            id="character-in-an-item",
        ),
    ],
)
def test_what_cannot_be_copied_is_refused_instead_of_emptying_the_target(copy, reason):
    german = [LATIN, described("Größe", "latin-1"), sequence(0x00081120, [described("Größe", "latin-1")])]
    unknown = sequence(0x300A0010, [ID], vr="UN", form=IMPLICIT)
    data = the(
        UID,
        NAME,
        sequence(STUDIES, german),
        sequence(REQUESTS),
        unknown,
        element(0x60003000, "OW", [1]),
        encapsulated(b"", b"frame"),
    )
    with pytest.raises(EditRefused, match=reason):
        edited(data, copy)


def test_a_copy_has_one_source():
    with pytest.raises(EditError, match="an item, where an element has to be"):
        EditList([Copy("ReferencedPatientSequence", "ReferencedStudySequence[0]")])


def test_another_character_set_rewrites_every_text():
    latin = [element(0x00080005, "CS", "ISO_IR 100"), element(0x00100010, "PN", "Müller".encode("latin-1"))]
    inside = sequence(STUDIES, [element(0x00081030, "LO", "Größe".encode("latin-1") + b" ")])
    data = edited(the(UID, *latin, inside), Put("SpecificCharacterSet", "ISO_IR 192"), Put("PatientID", "ø"))
    utf8 = [
        element(0x00080005, "CS", "ISO_IR 192"),
        element(0x00100010, "PN", "Müller"),
        element(0x00100020, "LO", "ø"),
    ]
    assert data == the(UID, *utf8, sequence(STUDIES, [element(0x00081030, "LO", "Größe")]))


LATIN = element(0x00080005, "CS", "ISO_IR 100")
MUELLER = element(0x00100010, "PN", "Müller".encode("latin-1"))


@pytest.mark.parametrize("force", [False, True], ids=["unforced", "forced"])
def test_text_is_written_anew_also_by_force(force):
    data = edited(the(UID, LATIN, MUELLER), Recode("utf-8"), force=force)
    assert data == the(UID, element(0x00080005, "CS", "ISO_IR 192"), element(0x00100010, "PN", "Müller"))


@pytest.mark.parametrize("force", [False, True], ids=["unforced", "forced"])
def test_ascii_is_declared_nowhere_and_text_that_it_cannot_say_is_refused_also_by_force(force):
    inside = sequence(STUDIES, [LATIN, NAME])
    assert edited(the(UID, LATIN, inside, NAME), Recode("ascii"), force=force) == the(
        UID, sequence(STUDIES, [NAME]), NAME
    )
    with pytest.raises(EditRefused, match="PatientName: a text that the new character set does not have"):
        edited(the(UID, LATIN, MUELLER), Recode("ascii"), force=force)


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(Remove("SpecificCharacterSet"), id="remove"),
        pytest.param(Empty("SpecificCharacterSet"), id="empty"),
        pytest.param(Put("SpecificCharacterSet", None), id="put-nothing"),
        pytest.param(Remove("**.SpecificCharacterSet"), id="at-any-depth"),
        pytest.param(Copy("SpecificCharacterSet", "Modality"), id="copy"),
    ],
)
def test_text_is_not_left_to_be_read_in_another_character_set(edit):
    english = the(UID, LATIN, element(0x00080060, "CS", "ISO_IR 144"), NAME)
    german = the(UID, LATIN, element(0x00080060, "CS", "ISO_IR 144"), sequence(STUDIES, [MUELLER]))
    assert edited(english, edit) != english
    with pytest.raises(EditRefused, match="misread"):
        edited(german, edit)
    assert edited(german, edit, force=True) != german


@pytest.mark.parametrize("tag", [0x00100010, 0x00291010], ids=["known", "unknown"])
def test_text_stored_as_un_is_not_left_to_be_misread_either(tag):
    data = the(UID, LATIN, element(tag, "UN", "Müller".encode("latin-1")))
    with pytest.raises(EditRefused, match="misread"):
        edited(data, Remove("SpecificCharacterSet"))


def test_an_item_with_a_character_set_of_its_own_is_not_misread_either():
    data = the(UID, sequence(STUDIES, [LATIN, MUELLER]))
    with pytest.raises(EditRefused, match="misread"):
        edited(data, Put("ReferencedStudySequence[0].SpecificCharacterSet", "ISO_IR 144"))
    assert edited(data, Remove("ReferencedStudySequence[0]")) == the(UID, sequence(STUDIES))


def test_a_private_creator_in_use_is_not_taken_away():
    creator, private = element(0x00290010, "LO", "ACME"), element(0x00291001, "LO", "x")
    for edit in (Remove("(0029,0010)"), Empty("(0029,0010)")):
        with pytest.raises(EditRefused, match="block"):
            edited(the(UID, creator, private), edit)
        edited(the(UID, creator, private), edit, force=True)
        edited(the(UID, creator), edit)
    assert edited(the(UID, creator, private), Remove("0029xxxx")) == the(UID)
    assert edited(the(UID, creator, private), RemovePrivate()) == the(UID)


def test_a_private_element_wants_its_creator():
    creator = element(0x00290010, "LO", "ACME")
    edit = Put("(0029,1001)", "x", vr="LO")
    assert edited(the(UID, creator), edit) == the(UID, creator, element(0x00291001, "LO", "x"))
    with pytest.raises(EditRefused, match=r'\(0029,"CREATOR",01\)'):
        edited(the(UID), edit)
    assert edited(the(UID), edit, force=True) == the(UID, element(0x00291001, "LO", "x"))


def test_an_item_without_a_number_comes_behind_the_last():
    data = the(UID, sequence(STUDIES, [NAME]))
    assert edited(data, InsertItem("ReferencedStudySequence")) == the(UID, sequence(STUDIES, [NAME], []))


def test_one_edit_needs_no_list():
    assert EditList(Put("PatientID", "1")).edits == (Put("PatientID", "1"),)
    for edits in (["PatientID"], "PatientID", 5):
        with pytest.raises(EditError, match=r"such as Put or Remove"):
            EditList(edits)


def test_items_that_declare_a_character_set_declare_the_new_one():
    inside = sequence(STUDIES, [GREEK, described("μ", "iso8859-7")])
    data = edited(the(UID, LATIN, inside), Put("SpecificCharacterSet", "ISO_IR 192"))
    assert data == the(UID, UTF_8, sequence(STUDIES, [UTF_8, described("μ", "utf-8")]))


def test_escape_sequences_are_read_as_text_though_their_bytes_are_ascii():
    kanji = [element(0x00080005, "CS", "\\ISO 2022 IR 87"), element(0x00081030, "LO", b"\x1b$B;3ED\x1b(B")]
    data = edited(the(UID, *kanji), Put("SpecificCharacterSet", "ISO_IR 192"))
    assert data == the(UID, UTF_8, described("山田", "utf-8"))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        pytest.param("A\\B", "2 values where PS3.6 wants 1", id="two-values"),
        pytest.param("x" * 65, "no LO: at most 64 characters", id="too-long"),
    ],
)
def test_a_copy_is_checked_like_a_value_that_is_given_unless_forced(value, reason):
    others = element(0x00101000, "LO", value)
    with pytest.raises(EditRefused, match=reason):
        edited(the(others), Copy("PatientID", "OtherPatientIDs"))
    data = edited(the(others), Copy("PatientID", "OtherPatientIDs"), force=True)
    assert data == the(others, element(0x00100020, "LO", value))


@pytest.mark.parametrize(
    "pattern", ["(" * 5000 + ")" * 5000, "a{99999999999999}", "(", "(?<=a*)b"], ids=["deep", "huge", "open", "behind"]
)
def test_what_is_no_regular_expression_is_told_before_any_file_is_read(pattern):
    with pytest.raises(EditError, match="PatientName: no regular expression"):
        EditList([Substitute("PatientName", pattern, "x")])


def test_a_pattern_that_python_warns_of_is_taken_as_it_is_read_now():
    assert edited(the(NAME), Substitute("PatientName", "[[a]ne", "ne")) == the(element(0x00100010, "PN", "Doe^Jne"))


COMMENTS = 0x00104000
TWICE = [element(COMMENTS, "LT", "Doe one "), element(COMMENTS, "LT", "Doe two ")]


@pytest.mark.parametrize(
    ("edit", "values"),
    [
        pytest.param(Substitute("PatientComments", "Doe", "Roe"), ["Roe one ", "Roe two "], id="sub"),
        pytest.param(Empty("PatientComments"), ["", ""], id="empty"),
        pytest.param(Replace("PatientComments", "new "), ["new "], id="replace-leaves-one"),
        pytest.param(Put("PatientComments", "new "), ["new "], id="put-leaves-one"),
        pytest.param(Format("PatientComments", "new "), ["new "], id="format-leaves-one"),
    ],
)
def test_of_an_element_that_is_repeated_none_is_lost_that_is_not_replaced(edit, values):
    assert edited(the(NAME, *TWICE), edit) == the(NAME, *(element(COMMENTS, "LT", value) for value in values))


def test_what_a_substitution_does_not_touch_keeps_its_spaces():
    before, after = element(0x00101000, "LO", " A \\ Doe\\ C"), element(0x00101000, "LO", " A \\Roe\\ C")
    assert edited(the(before), Substitute("OtherPatientIDs", "Doe", "Roe")) == the(after)


def test_a_vr_that_is_named_is_that_of_a_private_element_too():
    creator = element(0x00290010, "LO", "ACME")
    data = edited(the(creator, element(0x00291001, "SH", "ab")), Put('(0029,"ACME",01)', "5", vr="US"))
    assert data == the(creator, element(0x00291001, "US", 5))


def test_items_of_an_empty_sequence_stored_as_un_are_in_implicit_vr():
    data = edited(
        the(element(STUDIES, "UN", b"")), Put("ReferencedStudySequence[0].ReferencedSOPInstanceUID", "2.25.2")
    )
    assert data == the(sequence(STUDIES, [REFERENCE], vr="UN", form=FORMS[0]))


def test_thousands_of_repeated_sequences_take_no_time_to_speak_of():
    data = the(NAME, *[sequence(STUDIES)] * 20_000)
    before_s = time.process_time()
    assert edited(data, Remove("**.PatientID")) == data
    assert time.process_time() - before_s < 5


@pytest.mark.parametrize(
    "edit",
    [Put("ReferencedStudySequence[9999999999].PatientID", "1"), PutIfAbsent("ReferencedStudySequence[99999]", None)],
    ids=["in-an-item", "an-item"],
)
def test_items_are_not_filled_up_without_end(edit):
    editor = Editor([edit], customs=Customs(fill_items=True))
    with pytest.raises(EditRefused, match="more than 10000 items behind the last"):
        editor.prepare(Source.in_memory(the(NAME)))


UNKNOWN_VR = replace(element(0x00291001, "SH", "ab"), code=b"ZZ")


def test_an_element_of_a_vr_nobody_knows_keeps_its_kind_of_header():
    creator = element(0x00290010, "LO", "ACME")
    data = edited(the(creator, UNKNOWN_VR, NAME), Empty("(0029,1001)"))
    assert data == the(creator, replace(UNKNOWN_VR, value=""), NAME)


def test_a_new_creator_does_not_take_a_block_of_elements_without_one():
    orphans = [element(0x00291005, "LO", "stays"), element(0x00291205, "LO", "stays")]
    data = edited(the(NAME, *orphans), Put('(0029,"ACME",05)', "new", vr="LO"))
    assert data == the(NAME, *orphans, element(0x00290011, "LO", "ACME"), element(0x00291105, "LO", "new"))


def test_text_stored_as_un_is_rewritten_by_the_vr_that_the_standard_gives_it():
    data = edited(the(UID, LATIN, element(0x00100010, "UN", "Müller".encode("latin-1"))), TO_UTF_8)
    assert data == the(UID, UTF_8, element(0x00100010, "UN", "Müller".encode() + b" "))


@pytest.mark.parametrize("form", [FORMS[0], FORMS[1]], ids=["implicit", "stored-as-un"])
def test_what_may_be_text_of_a_vr_nobody_knows_is_not_left_in_the_old_character_set(form):
    private = [element(0x00290010, "LO", "ACME"), element(0x00291010, "UN", "Müller".encode("latin-1"))]
    with pytest.raises(EditRefused, match=r"\(0029,1010\): it may be text") as error:
        edited(the(UID, LATIN, *private, form=form), TO_UTF_8)
    assert "ller" not in str(error.value)


@pytest.mark.parametrize("raw", [b"\xff\xff", b"\0\x01\xff\xe9\x02\x80", b"\0\0\xa0A"], ids=["two", "more", "float"])
def test_bytes_of_a_vr_nobody_knows_that_are_no_text_stay_when_text_is_rewritten(raw):
    private = [element(0x00290010, "LO", "ACME"), element(0x00291010, "UN", raw)]
    assert edited(the(UID, LATIN, *private), TO_UTF_8) == the(UID, UTF_8, *private)


def test_a_value_is_written_in_the_character_set_of_its_item():
    item = [element(0x00080005, "CS", "ISO_IR 100")]
    data = edited(the(UID, sequence(STUDIES, item)), Put("ReferencedStudySequence[0].PatientName", "Müller"))
    assert data == the(UID, sequence(STUDIES, [*item, element(0x00100010, "PN", "Müller".encode("latin-1"))]))


@pytest.mark.parametrize(
    ("edit", "address", "reason"),
    [
        pytest.param(Put("PatientName", "Müller"), "PatientName", "character set", id="not-in-the-character-set"),
        pytest.param(
            Put("ReferencedStudySequence[2].PatientID", "1"),
            "ReferencedStudySequence[2].PatientID",
            r"item \[2\] of a sequence of 1",
            id="item-too-far",
        ),
        pytest.param(Put('(0009,"ACME",01)', "1"), '(0009,"ACME",01)', "ADDRESS:VR=VALUE", id="unknown-vr"),
        pytest.param(Put("(0009,1001)", "1"), "(0009,1001)", "no private creator has reserved", id="no-creator"),
        pytest.param(
            Put("(0009,1002)[0].PatientID", "1"), "(0009,1002)[0].PatientID", "no sequence", id="into-no-sequence"
        ),
        pytest.param(
            Format("PatientComments", "{AccessionNumber}"),
            "AccessionNumber",
            "not there",
            id="template-without-default",
        ),
        pytest.param(
            Format("PatientID", "{PatientName|pad:64}x"), "PatientID", "64 characters", id="template-too-long"
        ),
        pytest.param(Substitute("StudyDate", "2024", "2023"), "StudyDate", "date", id="sub-makes-no-date"),
    ],
)
def test_what_a_file_cannot_take_leaves_it_whole_and_names_the_address(edit, address, reason):
    data = the(UID, DATE, sequence(STUDIES, [REFERENCE]), element(0x00091002, "OB", b"\1\2"), NAME)
    with pytest.raises(EditRefused, match=reason) as caught:
        edited(data, Put("PatientID", "4711"), edit)
    assert caught.value.address == address


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: Put("PatientID", "x", vr="XX"), id="put"),
        pytest.param(lambda: Replace("PatientID", "x", vr="XX"), id="replace"),
        pytest.param(lambda: Format("PatientID", "x", vr="XX"), id="format"),
    ],
)
def test_what_is_no_vr_is_never_written(make):
    with pytest.raises(EditError, match="PatientID: XX is no VR"):
        make()


def test_groups_that_no_data_set_has_can_still_be_taken_out():
    EditList([Remove("(0001,0010)"), Empty("(0007,0010)")])


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        pytest.param(Put("StudyDate", "20230229"), "StudyDate: .*YYYYMMDD", id="no-date"),
        pytest.param(Put("Modality", "ct"), "Modality: .*capitals", id="no-code-string"),
        pytest.param(Put("ImagePositionPatient", "1\\2"), "2 values where PS3.6 wants 3", id="multiplicity"),
        pytest.param(Put("SpecificCharacterSet", "ISO_IR 4711"), "there are: utf-8, latin-1", id="no-character-set"),
        pytest.param(Remove("SOPInstanceUID"), "no file is read without it", id="remove-identity"),
        pytest.param(Put("SOPClassUID", ""), "no file is read without it", id="put-no-identity"),
        pytest.param(Put("ReferencedStudySequence[0].(0002,0016)", "X"), "stands in no item", id="meta-in-an-item"),
        pytest.param(Put("(0000,0900)", 0, vr="US"), "no data set has the group 0000", id="command"),
        pytest.param(Put("(0001,0010)", "X", vr="LO"), "no data set has the group 0001", id="group-1"),
        pytest.param(Put("(FFFF,0010)", "X", vr="LO"), "no data set has the group ffff", id="group-ffff"),
        pytest.param(Put('(0029," ",10)', "X", vr="LO"), "creator without a name", id="nameless-creator"),
        pytest.param(Put("(0029,0010)", ""), "creator without a name", id="creator-without-value"),
        pytest.param(Put("(0029,0201)", "X", vr="LO"), "no private creator can reserve", id="in-no-block"),
        pytest.param(Put("RealWorldValueSlope", "nan"), "finite", id="not-a-number"),
        pytest.param(Put("StudyDescription", "a\tb"), "control character", id="control-character"),
        pytest.param(NewUID("PatientName"), "holds no UID", id="new-uid-for-a-name"),
        pytest.param(Copy("PatientID", "**.PatientID"), "copy from one", id="copy-from-anywhere"),
        pytest.param(Copy("PatientID", "ReferencedStudySequence[*].PatientID"), "copy from one", id="copy-from-items"),
        pytest.param(InsertItem("PatientName"), "no sequence", id="item-in-a-name"),
        pytest.param(Put("Rows", 512), "force", id="describes-the-pixels"),
        pytest.param(Remove("PixelData"), "force", id="the-pixels"),
        pytest.param(Put("TransferSyntaxUID", "1.2"), "force", id="transfer-syntax"),
        pytest.param(Put("(0002,0003)", "1.2"), "force", id="follows-the-data-set"),
        pytest.param(Put("**.PatientName", "X"), "no place to add to", id="no-place"),
        pytest.param(Put("(0010,0000)", 4), "group lengths", id="group-length"),
        pytest.param(Put("ReferencedStudySequence", "x"), "insert items", id="sequence-with-a-value"),
        pytest.param(Put("PatientName", "X", vr="LO"), "PS3.6 gives it the VR PN", id="another-vr"),
        pytest.param(Substitute("PatientName", "(", "x"), "regular expression", id="no-pattern"),
        pytest.param(Format("PatientName", "{PatientNam}"), "did you mean PatientName", id="template"),
    ],
)
def test_what_no_file_can_take_is_refused_before_any_file(edit, reason):
    with pytest.raises(EditError, match=reason):
        EditList([edit], stand_ins=StandIns())


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(EditError) as caught:
        EditList([Put("StudyDate", "x"), Put("PatientID", "1"), Put("Rows", 1)])
    assert len(caught.value.problems) == 2


def test_force_writes_what_is_not_valid():
    data = edited(the(UID, DATE, ROWS), Put("StudyDate", "never"), Put("Rows", 3), force=True)
    assert data == the(UID, element(0x00080020, "DA", "never "), element(0x00280010, "US", 3))


def test_no_error_repeats_a_value():
    secret = "Quillfeather" * 6
    for edit in (
        Put("PatientID", secret),
        Put("StudyDate", secret),
        Put("Rows", secret),
        Put("SOPInstanceUID", secret),
    ):
        with pytest.raises(EditError) as caught:
            EditList([edit])
        assert "Quill" not in str(caught.value)


def test_a_directory_is_not_broken():
    record = sequence(0x00041220, [element(0x00041430, "CS", "PATIENT"), NAME])
    with pytest.raises(EditRefused, match="byte offsets"):
        edited(the(UID, record), Replace("**.PatientName", "Roe"))
    with pytest.raises(EditRefused, match="byte offsets"):
        edited(the(UID, record), Put("(0002,0016)", "TITLE"))
    data = the(UID, record)
    assert edited(data, Replace("**.PatientName", "Roe^Jane")) == data.replace(b"Doe^", b"Roe^")
