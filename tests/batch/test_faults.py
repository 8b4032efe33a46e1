"""Whatever keeps a file from being done has a code and a message that quotes nothing."""

from __future__ import annotations

import pytest

from dicomveil.batch.faults import code_and_message
from dicomveil.errors import EditRefused, NotDicom, Refused, TargetExists

SECRET = "Quillfeather"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        pytest.param(NotDicom(), "skipped", id="no-dicom"),
        pytest.param(Refused("dicomdir", "a listing"), "skipped", id="listing-of-instances"),
        pytest.param(EditRefused("PatientID", "too long"), "edit-refused", id="refused"),
        pytest.param(TargetExists(), "target-exists", id="instance-error"),
        pytest.param(PermissionError(13, SECRET, SECRET), "unreadable", id="system"),
        pytest.param(OSError(SECRET), "unreadable", id="system-without-a-number"),
        pytest.param(MemoryError(SECRET), "out-of-memory", id="memory"),
        pytest.param(KeyError(SECRET), "internal-error", id="fault-of-ours"),
    ],
)
def test_every_error_has_a_code_and_a_message_without_a_value(error, code):
    told, message = code_and_message(error)
    assert told == code
    assert message
    assert SECRET not in message
