"""Names of character sets as people write them, and the defined terms of DICOM (PS3.3 C.12.1.1.2)."""

from __future__ import annotations

from dicomveil.dataset.charset import MULTI_BYTE, SINGLE_BYTE, STAND_ALONE
from dicomveil.errors import EditError

_NAMES = {
    "UTF 8": "ISO_IR 192",
    "UTF8": "ISO_IR 192",
    "LATIN 1": "ISO_IR 100",
    "LATIN1": "ISO_IR 100",
    "ISO 8859 1": "ISO_IR 100",
    "ASCII": "",
    "US ASCII": "",
    "ISO IR 6": "",
}
_SINGLE = {f"ISO IR {number}": f"ISO_IR {number}" for number in SINGLE_BYTE}
_ALONE = {term: term.replace("ISO IR", "ISO_IR") for term in STAND_ALONE}
_EXTENDED = {term: term for term in (f"ISO 2022 IR {number}" for number in ("6", *SINGLE_BYTE, *sorted(MULTI_BYTE)))}
_EXTENDABLE = {**_EXTENDED, "": ""}
_ACCEPTED = f"utf-8, latin-1, ascii, {', '.join((*_SINGLE.values(), *_ALONE.values(), *_EXTENDED))}"


def defined_terms(written: str) -> str:
    r"""Return the value of Specific Character Set that is meant, several terms parted by backslashes; empty for ASCII.

    Capitals, hyphens and underscores do not count.

    Raises
    ------
    EditError
        If there is no such character set; names all that there are.

    Examples
    --------
    >>> [defined_terms(each) for each in ("utf-8", "gb18030", "iso_ir 144", "ascii", r"\iso 2022 ir 87")]
    ['ISO_IR 192', 'GB18030', 'ISO_IR 144', '', '\\ISO 2022 IR 87']
    """
    if not isinstance(written, str):
        raise EditError("SpecificCharacterSet: its terms as one text, parted by backslashes")
    first, *others = [_levelled(each) for each in written.split("\\")]
    if not others:
        term = {**_NAMES, **_SINGLE, **_ALONE, **_EXTENDED, "": ""}.get(first)
        if term is None:
            raise EditError(f"SpecificCharacterSet: no character set that DICOM defines; there are: {_ACCEPTED}")
        return term
    terms = [_EXTENDABLE.get(each.replace("ISO IR", "ISO 2022 IR")) for each in (first, *others)]
    if None in terms or "" in terms[1:]:
        raise EditError(f"SpecificCharacterSet: of several terms all are of the form {', '.join(_EXTENDED)}")
    return "\\".join(map(str, terms))


def _levelled(term: str) -> str:
    return " ".join(term.upper().replace("_", " ").replace("-", " ").split())
