"""Say in a code and a message why a file was not done, without words that might quote a value."""

from __future__ import annotations

import os

from dicomveil.batch.outcome import SKIPPED
from dicomveil.errors import InstanceError, NotDicom

_NO_INSTANCE = "dicomdir"
"""The code of a refusal that is no failure: what it refuses lists instances, and is none."""


def code_and_message(error: Exception) -> tuple[str, str]:
    """Return what a report says of a file, whatever kept it from being done.

    >>> code_and_message(PermissionError(13, "no", "/data/DOE^JANE.dcm"))
    ('unreadable', 'Permission denied')
    >>> code_and_message(MemoryError())
    ('out-of-memory', 'not enough memory for this file')
    """
    if isinstance(error, InstanceError):
        is_none = isinstance(error, NotDicom) or error.code == _NO_INSTANCE
        return SKIPPED if is_none else error.code, str(error)
    if isinstance(error, OSError):
        return "unreadable", os.strerror(error.errno or 0)
    if isinstance(error, MemoryError):
        return "out-of-memory", "not enough memory for this file"
    return "internal-error", fault(error)  # a fault of ours: this file is reported, the rest goes on


def fault(error: Exception) -> str:
    """Return the type and place of an error that nobody foresaw, for a report to us.

    >>> fault(KeyError("DOE^JANE"))
    'KeyError; please report it, without patient data'
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" in {os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
    return f"{type(error).__name__}{where}; please report it, without patient data"
