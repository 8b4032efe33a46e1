"""Tell whether two spellings are one name."""

from __future__ import annotations

from dicomveil.text.folding import folded, written_out
from dicomveil.text.stopwords import NO_NAME


def levelled_name(name: str) -> str:
    """Return a name without what comes and goes between spellings: case, accents, order, separators, titles.

    Of a PN with several component groups (PS3.5 6.2.1) the first that says something counts. Empty if nobody is
    named. A name with a further given name or initial is another name: that may be another person.

    Examples
    --------
    >>> levelled_name("MÜLLER^Ida^^Dr.") == levelled_name("ida mueller") == levelled_name("Muller, Ida")
    True
    >>> levelled_name("Yamada^Tarou=山田^太郎") == levelled_name("YAMADA TAROU")
    True
    >>> levelled_name("Miller^Ida^K") == levelled_name("Miller^Ida"), levelled_name("ANONYMOUS")
    (False, '')
    """
    for group in name.split("="):
        words = set(folded(written_out(group)).split()) - NO_NAME
        if words:
            return " ".join(sorted(map(_collapsed, words)))
    return ""


def _collapsed(word: str) -> str:
    """Level the ways to write an umlaut: with its dots, as two letters, or as the bare vowel."""
    return word.replace("ue", "u").replace("oe", "o").replace("ae", "a")
