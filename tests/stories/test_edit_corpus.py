"""In every real file beside the checkout, what no edit names stays the bytes it was, and an edit can be read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from dicomveil.dataset.source import Source
from dicomveil.dataset.splice import spliced
from dicomveil.editing.edits import EditAt, Empty, Put, Remove
from dicomveil.engine.edit import Editor
from dicomveil.errors import InstanceError
from leaves import unnamed_leaves

CORPUS = Path(__file__).parents[2].parent / "shared" / "corpus"
EDITS: list[EditAt] = [
    Put("PatientComments", "seen"),
    Put("ReferencedStudySequence[0].PatientComments", "seen"),
    Remove("**.CodeMeaning"),
    Empty("PatientName"),
]
REFUSALS = {"not-dicom", "malformed", "limit-exceeded", "unknown-transfer-syntax", "edit-refused"}
LARGEST_BYTES = 5_000_000


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of real files is not on this machine")
def test_what_no_edit_names_is_byte_equal_in_real_files():
    edited = 0
    refused = set()
    for path in sorted(path for path in CORPUS.rglob("*") if path.is_file() and path.stat().st_size < LARGEST_BYTES):
        data = path.read_bytes()
        for each in EDITS:
            try:
                before = unnamed_leaves(data, each.place)
                made = Editor([each]).prepare(Source.in_memory(data))
            except InstanceError as error:
                refused.add(error.code)
                continue
            after = spliced(data, 0, made.splices)
            assert unnamed_leaves(after, each.place) == before, path.name
            if isinstance(each, Put):
                assert Editor(()).open(Source.in_memory(after)).texts(each.place) == ["seen"], path.name
            edited += after != data
    assert edited
    assert refused <= REFUSALS
