"""Say where an error nobody foresaw came up, without its own words, which might quote a value."""

from __future__ import annotations

import os


def fault(error: Exception) -> str:
    """Return its type and place, for a report to us.

    >>> fault(KeyError("DOE^JANE"))
    'KeyError; please report it, without patient data'
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" in {os.path.basename(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}"
    return f"{type(error).__name__}{where}; please report it, without patient data"
