"""Numbers as conditions compare them: exactly, to the last digit."""

from __future__ import annotations

import re
from functools import cache

TYPE_CHECKING = False  # type checkers take it for typing's, which is slow to import
if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,9})?")


def number_in(text: str) -> Decimal | None:
    """Return the number a text is, if it is one; what Python alone takes for one (``1_0``, ``inf``, ``nan``) is none.

    >>> number_in("0012") == number_in("12.0"), number_in("1_0")
    (True, None)
    >>> number_in("12345678901234567890") == number_in("12345678901234567891")
    False
    """
    return _decimal()(text) if _NUMBER.fullmatch(text) else None


@cache
def _decimal() -> Callable[[str], Decimal]:
    from decimal import Decimal  # slow to import, seldom needed

    return Decimal
