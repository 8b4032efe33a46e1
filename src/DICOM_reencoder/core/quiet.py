"""Keep pydicom's warnings and log lines, which quote values, from being shown."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_ONE_AT_A_TIME = threading.RLock()  # warning filters belong to the process, not to a thread


@contextmanager
def pydicom_kept_quiet() -> Iterator[list[warnings.WarningMessage]]:
    """Catch what pydicom would warn of or log, and hand it over; everything is put back at the end.

    >>> with pydicom_kept_quiet() as caught:
    ...     warnings.warn("invalid value: DOE^JOHN")
    >>> len(caught)
    1
    """
    logger = logging.getLogger("pydicom")
    with _ONE_AT_A_TIME, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        was_disabled, logger.disabled = logger.disabled, True
        try:
            yield caught
        finally:
            logger.disabled = was_disabled
