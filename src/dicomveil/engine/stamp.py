"""The marks that say what was done: who reads the output must not take it for an original (PS3.15 E.1.1, E.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.actions.dummy_items import COMMENT_CODE
from dicomveil.actions.outcome import padded
from dicomveil.recipe.options import ProfileOption
from dicomveil.standard import EDITION
from dicomveil.standard.methods import method_code
from dicomveil.version import VERSION

if TYPE_CHECKING:
    from dicomveil.dataset.syntax import Encoding
    from dicomveil.recipe.model import Recipe

PATIENT_IDENTITY_REMOVED = 0x00120062
METHOD = 0x00120063
METHOD_CODES = 0x00120064
DATES_MODIFIED = 0x00280303

OURS = "dicomveil"
"""The first word of our De-identification Method; an instance that has it has been here before."""


def method_texts(recipe: Recipe) -> list[str]:
    """Return the values of De-identification Method: at most 64 characters each (LO)."""
    profile = f"PS3.15 {EDITION} Basic Application Confidentiality Profile"
    return [f"{OURS} {VERSION}", profile, *sorted(option.value for option in recipe.options)]


def dates_mark(recipe: Recipe) -> str:
    """Return the value of Longitudinal Temporal Information Modified (E.2, E.3.6)."""
    if ProfileOption.RETAIN_FULL_DATES in recipe.options:
        return "UNMODIFIED"
    return "MODIFIED" if ProfileOption.RETAIN_MODIFIED_DATES in recipe.options else "REMOVED"


def method_items(recipe: Recipe, encoding: Encoding, present: bytes = b"") -> bytes:
    """Encode the items of De-identification Method Code Sequence that ``present`` items do not hold yet (CID 7050)."""
    codes = [method_code("basic"), *(method_code(option.column) for option in recipe.options if option.column)]
    items = []
    for code in sorted(codes, key=lambda each: each.code_value):
        if padded(code.code_value, "SH") in present:
            continue
        items.append(
            encoding.item(
                encoding.element(0x00080100, "SH", padded(code.code_value, "SH"))
                + encoding.element(0x00080102, "SH", padded(code.scheme, "SH"))
                + encoding.element(0x00080104, "LO", padded(code.meaning, "LO"))
            )
        )
    return b"".join(items)


def own_elements(recipe: Recipe, encoding: Encoding) -> tuple[bytes, ...]:
    """Encode the elements inside our items: words and codes of the standard's that a patient may have for his own."""
    codes = [method_code("basic"), *(method_code(option.column) for option in recipe.options if option.column)]
    values = (COMMENT_CODE, *(padded(code.code_value, "SH") for code in codes))
    return (
        *(encoding.element(0x00080100, "SH", value) for value in values),
        *(encoding.element(0x00080104, "LO", padded(code.meaning, "LO")) for code in codes),
    )


def stamps(recipe: Recipe, encoding: Encoding) -> tuple[tuple[int, bytes], ...]:
    """Encode the marks, in the order of their tags, for a data set that has none of them."""
    method = padded("\\".join(method_texts(recipe)), "LO")
    return (
        (PATIENT_IDENTITY_REMOVED, encoding.element(PATIENT_IDENTITY_REMOVED, "CS", padded("YES", "CS"))),
        (METHOD, encoding.element(METHOD, "LO", method)),
        (METHOD_CODES, encoding.element(METHOD_CODES, "SQ", method_items(recipe, encoding))),
        (DATES_MODIFIED, encoding.element(DATES_MODIFIED, "CS", padded(dates_mark(recipe), "CS"))),
    )
