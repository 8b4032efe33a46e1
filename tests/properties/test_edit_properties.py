"""What no edit names is byte-equal; an undo restores the bytes; a list that fails changes nothing."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import FORMS, Form, Plain, dicom_file, sequence
from dicomveil import edit
from dicomveil.batch.edits.run import EditRun
from dicomveil.dataset.address import Address, Step
from dicomveil.dataset.replace import Manner
from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import spliced
from dicomveil.editing.edits import EditAt, Empty, Put, Remove, RemoveItem, Replace
from dicomveil.engine.edit import Editor
from dicomveil.engine.undo import UndoWriter, undo
from dicomveil.errors import EditRefused, MalformedDataSet
from leaves import unnamed_leaves
from trees import SEQUENCES, Tree, data_sets

NAME = "PatientComments"
edits = st.lists(
    st.one_of(
        st.text("abc ", max_size=5).map(lambda text: Put(NAME, text)),
        st.sampled_from(SEQUENCES).map(lambda tag: Remove(f"{tag:08X}")),
        st.sampled_from(SEQUENCES).map(lambda tag: RemoveItem(f"{tag:08X}[0]")),
        st.sampled_from(["**.00080010", "000C0010", "**.00200010"]).map(Remove),
        st.sampled_from(["**.00140010", "00180010"]).map(Empty),
        st.just(Replace("PatientName", "never there")),
        st.just(Put("ReferencedStudySequence[0].PatientID", "1")),
    ),
    max_size=4,
)


def built_file(built: tuple[Form, Tree]) -> bytes:
    form, tree = built
    if not tree:
        tree = (Plain(0x00080010, "AE", b"AB"),)
    return dicom_file(tree, form)


def carried_out(data: bytes, these: list[EditAt]) -> bytes:
    made = Editor(these).prepare(Source.in_memory(data))
    return spliced(data, 0, made.splices)


@given(data_sets(), st.text("abc", min_size=1, max_size=9))
def test_what_no_edit_names_is_byte_equal(built, text):
    data = built_file(built)
    made = Editor([Put(NAME, text)]).prepare(Source.in_memory(data))
    (splice,) = made.splices
    start, end, new = splice
    assert start == end
    assert spliced(data, 0, made.splices) == data[:start] + new + data[start:]


@given(data_sets(), edits)
def test_what_none_of_many_edits_names_is_byte_equal(built, these):
    data = now = built_file(built)
    try:
        for each in these:
            after = carried_out(now, [each])
            place = each.place
            if isinstance(each, RemoveItem):  # the items behind it move up: none of them is known by its number
                place = Address((*place.steps[:-1], Step(place.steps[-1].tag)))
            assert unnamed_leaves(after, place) == unnamed_leaves(now, place)
            now = after
    except (EditRefused, MalformedDataSet):
        return
    assert carried_out(data, these) == now


@settings(max_examples=settings.default.max_examples * 50 // 100)
@given(data_sets(), edits)
def test_an_undo_restores_the_bytes_of_the_source(built, these):
    data = built_file(built)
    with TemporaryDirectory() as folder:
        path, notes = Path(folder, "one.dcm"), str(Path(folder, "undo"))
        path.write_bytes(data)
        with UndoWriter(notes) as writer:
            (outcome,) = EditRun(Editor(these), path, manner=Manner(backup=False), undo=writer)
        assert outcome.code in ("edited", "unchanged", "edit-refused", "malformed")
        assert (path.read_bytes() == data) == (outcome.code != "edited")
        assert all(undone.error is None for undone in undo(notes))
        assert path.read_bytes() == data


@settings(max_examples=settings.default.max_examples * 50 // 100)
@given(data_sets(), edits)
def test_a_list_that_fails_leaves_no_target(built, these):
    with TemporaryDirectory() as folder:
        path = Path(folder, "one.dcm")
        path.write_bytes(built_file(built))
        with pytest.raises((EditRefused, MalformedDataSet)):
            edit(path, [*these, Put("ReferencedStudySequence[7].PatientID", "1")], Path(folder, "out.dcm"))
        assert [each.name for each in Path(folder).iterdir()] == ["one.dcm"]


@given(st.lists(st.text("abc^ 1", max_size=6), max_size=3), st.sampled_from(FORMS))
def test_files_bytes_and_data_sets_are_edited_alike(texts, form):
    pydicom = pytest.importorskip("pydicom")
    names = [Plain(0x00100010, "PN", texts[0])] if texts else []
    inside = [[Plain(0x00081155, "UI", "2.25.2"), Plain(0x00081150, "UI", f"2.25.{len(text)}")] for text in texts]
    data = dicom_file([Plain(0x00080018, "UI", "2.25.1"), sequence(0x00081110, *inside), *names], form)
    these = [Put("PatientID", "4711"), Remove("PatientName"), Remove("**.ReferencedSOPClassUID")]
    source = pydicom.dcmread(BytesIO(data))
    ds = edit(source, these)
    assert ds == pydicom.dcmread(BytesIO(edit(data, these)))
    assert ds.PatientID == "4711"
    assert "PatientName" not in ds
    assert source == pydicom.dcmread(BytesIO(data))
