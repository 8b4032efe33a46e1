"""Regular expressions as users write them."""

from __future__ import annotations

import re
import warnings
from functools import lru_cache

from dicomveil.errors import EditError


@lru_cache(maxsize=256)
def compiled(pattern: str, replacement: str = "") -> re.Pattern[str]:
    r"""Return a regular expression that goes with a replacement.

    Raises
    ------
    EditError
        If it is none, or names groups that it does not have; says nothing of its text.

    Examples
    --------
    >>> compiled("(a)b", r"\1").sub(r"\1", "xaby")
    'xay'
    >>> compiled("a{99999999999999}")
    Traceback (most recent call last):
        ...
    dicomveil.errors.EditError: no regular expression, or no replacement for it
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of what another version of Python may read differently
            found = re.compile(pattern)
        found.sub(replacement, "")
    except (re.error, IndexError, OverflowError, RecursionError, MemoryError):
        raise EditError("no regular expression, or no replacement for it") from None
    return found
