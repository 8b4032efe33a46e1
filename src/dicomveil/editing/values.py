"""Check a value against what its VR and attribute allow, and encode it; or say what would be allowed."""

from __future__ import annotations

import re
import unicodedata
from math import isfinite

from dicomveil.dataset.charset import AFFECTED_VRS, Charset
from dicomveil.dataset.values import encode_value, pad
from dicomveil.editing.allowed import ALLOWED, NUMBER_TYPES
from dicomveil.editing.plain import plain_values, values_in
from dicomveil.errors import UnwritableValue, WrongValue
from dicomveil.standard.dictionary import attribute, vr_of

# A data set holds one moment, so the ranges and old forms that PS3.5 6.2 knows for queries do not count.
_FORMS = {"DA": r"[0-9]{8}", "TM": r"[0-9.]+ ?", "AS": r"[0-9]{3}[DWMY]", "UR": r"[!-~]+ *"}


def encoded(
    tag: int, vr: str, value: object, charset: Charset, *, little_endian: bool = True, force: bool = False
) -> bytes:
    r"""Return the whole padded value field of an element.

    Parameters
    ----------
    tag
        The attribute, for the number of values that PS3.6 allows.
    value
        Text, in which backslashes part values unless the VR takes one text only; a number, a Python date or time,
        bytes for OB and the like; a list of these; None or empty text for no value.
    force
        Write whatever can be encoded: any length, form, number of values.

    Raises
    ------
    WrongValue
        Says what the VR allows; never repeats the value.

    Examples
    --------
    >>> ascii_only = Charset.of(b"")
    >>> encoded(0x00080020, "DA", "20240229", ascii_only)
    b'20240229'
    >>> encoded(0x00080020, "DA", "20230229", ascii_only)
    Traceback (most recent call last):
        ...
    dicomveil.errors.WrongValue: no DA: a date is YYYYMMDD, and in the calendar
    >>> encoded(0x00280030, "DS", [0.5, 1 / 3], ascii_only)
    b'0.5\\0.33333333333333'
    """
    given = values_in(value)
    values = plain_values(given, vr, charset, little_endian=little_endian)
    if not force:
        if vr == "AE" and any(isinstance(each, str) and each.isspace() for each in given):
            raise WrongValue(f"no AE: {ALLOWED[vr]}")
        check_multiplicity(tag, len(values))
        form = _FORMS.get(vr)
        if form and not all(isinstance(each, str) and re.fullmatch(form, each) for each in values if each != ""):
            raise WrongValue(f"no {vr}: {ALLOWED[vr]}")
        if vr in ("FL", "FD") and not all(isinstance(each, int | float) and isfinite(each) for each in values):
            raise WrongValue(f"no {vr}: a number, and a finite one")
    try:
        return encode_value(values, vr, charset, little_endian=little_endian)
    except UnwritableValue:
        pass
    if force and all(isinstance(each, str) for each in values) and vr not in NUMBER_TYPES and vr != "AT":
        return _forced("\\".join(map(str, values)), vr, charset)
    raise WrongValue(_reason(values, vr, charset))


def vr_of_new(tag: int, there: str | None, *, is_signed: bool | None, values: object) -> str:
    """Return the VR that an element has, or would have.

    PS3.6 decides; where it leaves a choice (``US or SS``) the element that is there, else Pixel Representation
    (PS3.3 C.7.6.3.1), else the values. Of an element PS3.6 does not know, such as a private one, only the one that is
    there can tell; private creators are LO (PS3.5 7.8.1).

    Raises
    ------
    WrongValue
        If nothing tells the VR.

    Examples
    --------
    >>> vr_of_new(0x00280106, None, is_signed=None, values=-1), vr_of_new(0x00100010, "UN", is_signed=None, values="")
    ('SS', 'PN')
    """
    known = vr_of(tag)
    if known is None:
        if tag >> 16 & 1 and 0x10 <= tag & 0xFFFF <= 0xFF:
            return "LO"
        if there is None:
            raise WrongValue("an element whose VR neither PS3.6 nor the file tells: name it, as in ADDRESS:VR=VALUE")
        return there
    choices = known.split(" or ")
    if len(choices) == 1:
        return known
    if there in choices:
        return there
    single = values_in(values)
    if "OW" in choices and ("SS" not in choices or any(isinstance(each, bytes) for each in single)):
        return "OW"
    if is_signed is None:
        is_signed = any(str(each).strip().startswith("-") for each in single)
    return "SS" if is_signed and "SS" in choices else "US"


def check_multiplicity(tag: int, count: int) -> None:
    """Refuse a number of values that PS3.6 does not allow; none at all is always allowed.

    Raises
    ------
    WrongValue
        With what PS3.6 wants.

    Examples
    --------
    >>> check_multiplicity(0x00200032, 3)
    >>> check_multiplicity(0x00200032, 2)
    Traceback (most recent call last):
        ...
    dicomveil.errors.WrongValue: 2 values where PS3.6 wants 3
    """
    known = attribute(tag)
    if known is None or not count:
        return
    least, _, most = known.vm.partition("-")
    if most.endswith("n"):
        fits = count >= int(least) and count % int(most[:-1] or 1) == 0
    else:
        fits = int(least) <= count <= int(most or least)
    if not fits:
        raise WrongValue(f"{count} values where PS3.6 wants {known.vm}")


def _forced(text: str, vr: str, charset: Charset) -> bytes:
    try:
        return pad(charset.encode(text, vr), vr)
    except UnwritableValue:
        raise WrongValue(_reason((text,), vr, charset)) from None


def _reason(values: tuple[object, ...], vr: str, charset: Charset) -> str:
    if not all(isinstance(each, str | int | float | bytes) for each in values):
        return f"no {vr}: it takes text, numbers, Python dates and times, bytes, or a list of these"
    texts = [each for each in values if isinstance(each, str)]
    for text in texts:
        try:
            charset.encode(text, vr)
        except UnwritableValue:
            if vr in AFFECTED_VRS and "\x1b" not in text:
                return "characters that the character set of the file does not have; --charset utf-8 has them"
            return f"characters that {vr} does not have"
    if vr not in NUMBER_TYPES and any(unicodedata.category(each) == "Cc" for each in "".join(texts)):
        return f"no {vr}: a control character, such as a tab or the end of a line, that it does not take"
    return f"no {vr}: {ALLOWED.get(vr, 'another kind of value')}"
