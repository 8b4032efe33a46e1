"""Which elements a rule is about: the address of a rule, read once and matched often."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from dicomveil.errors import AddressError, RecipeError, RecipeProblem
from dicomveil.recipe.wording import quoted
from dicomveil.standard import EDITION
from dicomveil.standard.dictionary import attribute, nearest_keywords, tag_of, vr_by_tag, vr_of

_EXACT = 0xFFFFFFFF
_PRIVATE = 0xFFFF00FF  # the block byte differs from file to file (PS3.5 7.8.1)
_WHOLE_GROUPS = ("50xxxxxx", "60xxxxxx")
_LONGEST_KEYWORD = 64
_ANYWHERE = "**."


@dataclass(frozen=True, slots=True)
class RuleTarget:
    """The elements that a rule is about.

    ``path`` has the tags of the enclosing sequences, outermost first. An ``anchored`` target stands exactly
    there, in any of their items; one that is not stands at any depth, under those sequences if it names some.
    Bits absent from ``mask`` may be anything, as in repeating groups (PS3.5 7.6). Of a private element,
    ``tag`` and ``mask`` leave out the block, and ``element`` is the low byte.
    """

    path: tuple[int, ...]
    anchored: bool
    tag: int
    mask: int = _EXACT
    creator: str | None = None
    element: int | None = None

    @property
    def specificity(self) -> tuple[bool, int, bool]:
        """What decides between rules that match the same element: the greater one wins."""
        return self.anchored, len(self.path), self.mask == _EXACT or self.creator is not None

    def matches(self, path: tuple[int, ...], tag: int, creator: str | None = None) -> bool:
        """Say whether the target has an element: the tags of its enclosing sequences, its own, its creator.

        Examples
        --------
        >>> any_depth, one_place = target_of("AccessionNumber"), target_of("(0040,0275).AccessionNumber")
        >>> [target.matches((0x00400275,), 0x00080050) for target in (any_depth, one_place)]
        [True, True]
        >>> [target.matches((), 0x00080050) for target in (any_depth, one_place)]
        [True, False]
        """
        if tag & self.mask != self.tag or creator != self.creator:
            return False
        if self.creator is None and tag >> 16 & 1:
            return False
        inner = path if self.anchored else path[len(path) - len(self.path) :]
        return inner == self.path

    def vr(self) -> str | None:
        """The VR that PS3.6 gives the element; None for a private one and for whole groups."""
        return None if self.creator is not None else vr_of(self.tag)


def target_of(address: str) -> RuleTarget:
    """Read the address of a rule.

    One attribute alone is meant at every depth, as the rows of PS3.15 Table E.1-1 are. A path from the root
    with dots is meant exactly there, in all items; after ``**.`` it is meant at any depth.

    Parameters
    ----------
    address
        A keyword, a tag ``(0010,0010)`` or ``00100010``, a repeating group ``60xx3000``, a private element
        by creator ``(0029,"SIEMENS CSA HEADER",10)``, or a path of these.

    Raises
    ------
    RecipeError
        With one problem, which says what is wrong with the address.

    Examples
    --------
    >>> target_of("PatientName").path, target_of("PatientName").anchored
    ((), False)
    >>> target = target_of("RequestAttributesSequence.AccessionNumber")
    >>> [f"{tag:08x}" for tag in (*target.path, target.tag)], target.anchored
    (['00400275', '00080050'], True)
    >>> target_of("PatientNam")
    Traceback (most recent call last):
        ...
    dicomveil.errors.RecipeError: address: unknown attribute 'PatientNam'; did you mean 'PatientName'?
    """
    tag = tag_of(address)
    if tag is not None and tag in vr_by_tag():
        _refuse_untouchable(tag)
        return RuleTarget((), False, tag)
    anywhere = address.startswith(_ANYWHERE)
    at = len(_ANYWHERE) if anywhere else 0
    targets = [_single(part, at + offset) for offset, part in _parts(address[at:])]
    path = tuple(_sequence_tag(target) for target in targets[:-1])
    last = targets[-1]
    return RuleTarget(path, bool(path) and not anywhere, last.tag, last.mask, last.creator, last.element)


def _parts(address: str) -> Iterator[tuple[int, str]]:
    """Split at the dots outside quotation marks: a private creator may hold dots."""
    start, in_quotes, escaped = 0, False, False
    for at, character in enumerate(address):
        if escaped:
            escaped = False
        elif in_quotes and character == "\\":
            escaped = True
        elif character == '"':
            in_quotes = not in_quotes
        elif character == "." and not in_quotes:
            yield start, address[start:at].removesuffix("[*]")
            start = at + 1
    yield start, address[start:]


def _single(part: str, offset: int) -> RuleTarget:
    from dicomveil.dataset.address import parse

    unknown: list[str] = []

    def known_tag(keyword: str) -> int | None:
        tag = tag_of(keyword)
        if tag is None:
            unknown.append(keyword)
        return tag

    try:
        step = parse(part, tag_of=known_tag).steps[0]
    except AddressError as error:
        if unknown:
            raise _wrong(_unknown_keyword(unknown[0])) from None
        at = offset + error.position
        raise _wrong(f"expected {error.expected} at character {at + 1}") from None
    if step.item is not None:
        raise _wrong("a rule is for all items of a sequence: write [*] or nothing after its name, no item")
    if step.creator is not None:
        return RuleTarget((), False, step.tag & _PRIVATE, _PRIVATE, step.creator, step.tag & 0xFF)
    if step.mask != _EXACT:
        return _repeating(step.tag, step.mask)
    if part[0].isalpha() and tag_of(part) == step.tag:
        return _of_keyword(step.tag)
    _refuse_untouchable(step.tag)
    _refuse_unknown(step.tag)
    return RuleTarget((), False, step.tag)


def _of_keyword(tag: int) -> RuleTarget:
    """A keyword of a repeating group stands for all of the group."""
    found = attribute(tag)
    pattern = found.tag.lower() if found else ""
    mask = _mask(pattern) if "x" in pattern else _EXACT
    _refuse_untouchable(tag)
    return RuleTarget((), False, tag & mask, mask)


def _repeating(tag: int, mask: int) -> RuleTarget:
    found = attribute(tag)
    pattern = "".join("x" if not mask >> shift & 0xF else f"{tag >> shift & 0xF:x}" for shift in range(28, -4, -4))
    if pattern not in _WHOLE_GROUPS and (found is None or found.tag.lower() != pattern):
        raise _wrong("x stands only where PS3.6 has a repeating group, as in 60xx3000, 60xxxxxx or 50xxxxxx")
    return RuleTarget((), False, tag & mask, mask)


def _mask(pattern: str) -> int:
    return int("".join("0" if digit == "x" else "f" for digit in pattern), 16)


def _sequence_tag(target: RuleTarget) -> int:
    if target.creator is not None or target.mask != _EXACT:
        raise _wrong("only the last name of a path may be private or of a repeating group")
    vr = target.vr()
    if vr != "SQ":
        raise _wrong(f"{_shown(target.tag)} is {vr}, no sequence: nothing is in it")
    return target.tag


def _refuse_untouchable(tag: int) -> None:
    group = tag >> 16
    if group in {0x0000, 0x0002, 0x0004}:
        raise _wrong("commands, file meta information and directories are built anew; no rule is asked")
    if group == 0xFFFE:
        raise _wrong("items and delimiters are no attributes; no rule is asked")


def _refuse_unknown(tag: int) -> None:
    shown = _shown(tag)
    if tag >> 16 & 1:
        raise _wrong(
            f"{shown} is private and means something else in each file: name its creator, as in "
            f'({tag >> 16:04X},"CREATOR",{tag & 0xFF:02X})'
        )
    if not tag & 0xFFFF:
        raise _wrong(f"{shown} is a group length; these are dropped and no rule is asked")
    if vr_of(tag) is None:
        raise _wrong(f"unknown attribute {shown}: not in PS3.6 {EDITION}; such elements are removed")


def _shown(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _unknown_keyword(keyword: str) -> str:
    near = nearest_keywords(keyword, n=1) if len(keyword) <= _LONGEST_KEYWORD else []
    return f"unknown attribute {quoted(keyword)}" + (f"; did you mean '{near[0]}'?" if near else "")


def _wrong(message: str) -> RecipeError:
    return RecipeError((RecipeProblem("", None, "address", message),))
