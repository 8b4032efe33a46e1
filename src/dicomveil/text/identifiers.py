"""The known identifiers of an instance, and whether a text holds one of them, however it is spelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from dicomveil.text.dates import looks_like_a_day, mentions_day
from dicomveil.text.folding import folded, has_unspaced_script, without_digits, written_out
from dicomveil.text.needles import needles_of
from dicomveil.text.numbers import long_numbers
from dicomveil.text.stopwords import NO_IDENTIFIER, NO_NAME

_SHORTEST_IN_WORDS = 4  # letters of a name that count inside a longer word ("SMITHJOHN")
_SHORTEST_ANYWHERE = 6  # letters of a name that count across separators too ("MC DONALD")
_SHORTEST_IDENTIFIER = 3  # below, it is a code like "CT" or "1" and names nobody
_SHORTEST_PHRASE = 5  # identifiers below count as whole words only
_LONG_PHRASE = 16  # a phrase beyond is an address or an institution; its parts count too
_SHORTEST_PART = 8
_SUBSCRIBER_DIGITS = 7  # of a telephone number, whatever way the country and area are written


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class KnownIdentifiers:
    """What is known to identify the patient and others of one instance, made ready to be looked for.

    Everything is folded: lower case, no accents, separators levelled. The representation shows counts only.
    """

    names: tuple[str, ...]
    identifiers: tuple[str, ...]
    words: frozenset[str]
    inside: tuple[str, ...]
    joined: tuple[str, ...]
    numbered: tuple[str, ...]
    days: tuple[str, ...]

    @staticmethod
    def of(names: Iterable[str], identifiers: Iterable[str]) -> KnownIdentifiers:
        """Make them ready from decoded values.

        Parameters
        ----------
        names
            Names of persons, as in PN or in prose. Each word counts by itself, but for titles and the like.
        identifiers
            Values that count as a whole: numbers, addresses, telephones, institutions, and days of birth
            (``YYYYMMDD``), which are then found in any common form. Backslashes separate values.

        Examples
        --------
        >>> known = KnownIdentifiers.of(["Müller^Ida"], ["MRN 123-456", "19580412"])
        >>> [known.found_in(text) for text in ("mueller", "mrn123456", "born 12 Apr 1958", "CHEST 1.25")]
        [True, True, True, False]
        >>> known
        KnownIdentifiers(1 names, 2 identifiers)
        """
        return _known(tuple(names), tuple(identifiers))

    def found_in(self, text: str) -> bool:
        """Say whether a text holds one of them, in any order, case, accents or separators.

        Names count as whole words from two letters, within words from four and across separators from six;
        identifiers without their separators from five characters, shorter ones as whole words. The numbers of six
        digits or more within identifiers are found by themselves.
        It prefers to find too much: a name that is also a word ("Chest") is found in the word.
        """
        spaced = folded(text)
        words = spaced.split()
        if not self.words.isdisjoint(words):
            return True
        compact = "".join(words)
        line = " ".join(("", *words, ""))
        for needle in self.inside:
            if needle in line:
                return True
        for needle in self.joined:
            if needle in compact:
                return True
        return not compact.isalpha() and self._found_with_digits(line, compact)

    def has_word_of(self, code: str) -> bool:
        """Say whether a code holds one of them: a number or day anywhere, a name of four letters or more as a word.

        Examples
        --------
        >>> known = KnownIdentifiers.of(["Mono^Hu"], ["4711123"])
        >>> [known.has_word_of(code) for code in ("MONOCHROME2", "HU", "ORIGINAL MONO", "ID_4711123")]
        [False, False, True, True]
        """
        words = folded(code).split()
        if any(word in kind for word in words for kind in (self.inside, self.joined)):
            return True
        compact, line = "".join(words), " ".join(("", *words, ""))
        if compact.isalpha():
            return False
        return any(each in compact for each in self.numbered) or any(
            mentions_day(line, compact, day) for day in self.days
        )

    def has_number(self, digits: str) -> bool:
        """Say whether digits are or hold a number known, whatever day they could also be.

        Examples
        --------
        >>> known = KnownIdentifiers.of([], ["MRN-121401", "20060211"])
        >>> [known.has_number(digits) for digits in ("121401", "110206")]
        [True, False]
        """
        return digits in self.words or any(each in digits for each in self.numbered)

    def needles(self) -> tuple[bytes, ...]:
        """Return the strong ones as bytes to search for in an encoded data set after ``bytes.lower``.

        Words of names, whole identifiers of at least five bytes and the long numbers within them, in ASCII, UTF-8 and
        Latin-1, as they were spelled and without their separators.

        Examples
        --------
        >>> KnownIdentifiers.of(["Li^Johanna"], ["MRN 12-3"]).needles()
        (b'li^johanna', b'johanna', b'mrn 12-3', b'mrn123')
        """
        return needles_of(self.names, self.identifiers)

    def _found_with_digits(self, line: str, compact: str) -> bool:
        if self.words and not self.words.isdisjoint(without_digits(line).split()):  # "LEE01"
            return True
        for needle in self.numbered:
            if needle in compact:
                return True
        return bool(self.days) and any(mentions_day(line, compact, day) for day in self.days)

    def __repr__(self) -> str:
        return f"KnownIdentifiers({len(self.names)} names, {len(self.identifiers)} identifiers)"


@lru_cache(maxsize=16)  # files of one patient come together, and say the same
def _known(names: tuple[str, ...], identifiers: tuple[str, ...]) -> KnownIdentifiers:
    kinds = _Sorter()
    for name in names:
        kinds.add_name(name)
    for identifier in identifiers:
        kinds.add_identifier(identifier)
    return KnownIdentifiers(
        names,
        identifiers,
        frozenset(kinds.words),
        tuple(kinds.inside),
        tuple(kinds.joined),
        tuple(kinds.numbered),
        tuple(kinds.days),
    )


class _Sorter:
    """Puts each folded word or phrase where ``found_in`` looks for its kind."""

    __slots__ = ("days", "inside", "joined", "numbered", "words")

    def __init__(self) -> None:
        self.words: set[str] = set()
        self.inside: dict[str, None] = {}  # dictionaries as sets that keep their order
        self.joined: dict[str, None] = {}
        self.numbered: dict[str, None] = {}
        self.days: dict[str, None] = {}

    def add_name(self, name: str) -> None:
        if not name.isascii():
            self._add_foreign_name(name)
            return
        spaced = folded(name)
        for word in spaced.split():
            if word not in NO_NAME:
                self._add_name_word(word)
        if "ue" in spaced or "oe" in spaced or "ae" in spaced:
            self._add_collapsed(spaced.split())
        self._add_short_pair(spaced.split())

    def add_identifier(self, value: str) -> None:
        if "\\" in value:
            for single in value.split("\\"):
                self.add_identifier(single)
            return
        spaced = folded(value)
        words = spaced.split()
        compact = "".join(words)
        if len(compact) < _SHORTEST_IDENTIFIER or compact in NO_IDENTIFIER:
            return
        if compact.isdigit():
            self._add_number(compact, words, has_country=value.lstrip()[:1] == "+")
        elif len(compact) < _SHORTEST_PHRASE:
            self._add_short(compact, words)
        else:
            self._add_phrase(compact)
            if len(compact) > _LONG_PHRASE:
                self._add_parts(value)
        for number in long_numbers(spaced):
            self._add_number(number, [number], has_country=False)
        if not value.isascii():
            self._add_phrase("".join(folded(written_out(value)).split()))

    def _add_name_word(self, word: str) -> None:
        if not word.isalpha():  # a code among the name's words, as in "BRAIN01"
            if len(word) >= _SHORTEST_IDENTIFIER:
                self._add_short(word, [word]) if len(word) < _SHORTEST_PHRASE else self._add_phrase(word)
        elif len(word) >= _SHORTEST_ANYWHERE:
            self.joined[word] = None
        elif len(word) >= _SHORTEST_IN_WORDS:
            self.inside[word] = None
        elif len(word) > 1:
            self.words.add(word)

    def _add_foreign_name(self, name: str) -> None:
        for group in name.split("="):
            if group.isascii():
                self.add_name(group)
                continue
            words = folded(group).split()
            for word in dict.fromkeys((*words, *folded(written_out(group)).split())):
                if word not in NO_NAME:
                    self._add_foreign_word(word)
            self._add_short_pair(words)

    def _add_foreign_word(self, word: str) -> None:
        if not has_unspaced_script(word):
            self._add_name_word(word)
        elif len(word) > 1:
            self.joined[word] = None
        else:
            self.words.add(word)

    def _add_collapsed(self, words: list[str]) -> None:
        """Let "Mueller" find "Muller", which is also what folding makes of "Müller"."""
        for word in words:
            collapsed = word.replace("ue", "u").replace("oe", "o").replace("ae", "a")
            if collapsed != word and len(collapsed) >= _SHORTEST_IN_WORDS:
                self._add_name_word(collapsed)

    def _add_short_pair(self, words: list[str]) -> None:
        """Let "Lee^Ann" find "LEEANN": two words too short to count inside others."""
        if len(words) > 1 and words[0] in self.words and words[1] in self.words:
            for pair in (words[0] + words[1], words[1] + words[0]):
                if has_unspaced_script(pair):
                    self.joined[pair] = None
                elif len(pair) >= _SHORTEST_IN_WORDS:
                    self.inside[pair] = None

    def _add_number(self, compact: str, words: list[str], *, has_country: bool) -> None:
        significant = compact.lstrip("0")
        if not significant:
            return
        if len(compact) < _SHORTEST_PHRASE or not compact.strip(compact[:1]):  # short, or one digit repeated
            self._add_short(compact, words)
        elif len(significant) >= _SHORTEST_PHRASE:
            self.numbered[significant] = None
        else:
            self.numbered[compact] = None
        if looks_like_a_day(compact):
            self.days[compact] = None
        if has_country and len(compact) > _SUBSCRIBER_DIGITS:
            self.numbered[compact[-_SUBSCRIBER_DIGITS:]] = None

    def _add_short(self, compact: str, words: list[str]) -> None:
        self.words.add(compact)
        if len(words) > 1:
            self.inside[" ".join(("", *words, ""))] = None

    def _add_phrase(self, compact: str) -> None:
        kind = self.joined if compact.isalpha() else self.numbered
        kind[compact] = None

    def _add_parts(self, value: str) -> None:
        for separator in ";\n^=":
            value = value.replace(separator, ",")
        for part in value.split(","):
            words = folded(part).split()
            compact = "".join(words)
            if len(words) > 1 and len(compact) >= _SHORTEST_PART:
                self._add_phrase(compact)
