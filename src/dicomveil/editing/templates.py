"""Templates: a text with the values of other attributes in it, changed by filters on the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dicomveil.editing.addresses import read_address, spelled
from dicomveil.editing.filters import FILTERS, Filter
from dicomveil.errors import EditError, EditRefused

if TYPE_CHECKING:
    from dicomveil.dataset.address import Address
    from dicomveil.editing.lookup import KeyedTools, Lookup


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a template: an attribute, and the filters its value goes through."""

    address: Address
    filters: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Template:
    """Texts and fields, in order."""

    parts: tuple[str | Field, ...]

    @property
    def needs_key(self) -> bool:
        """Tell whether a filter needs a key."""
        return any(each.needs_key for part in self.parts if isinstance(part, Field) for each in part.filters)

    def fill(self, lookup: Lookup, tools: KeyedTools | None) -> str:
        """Return the text for an instance.

        Raises
        ------
        EditError
            If a filter needs a key and ``tools`` is None.
        EditRefused
            If an attribute is not there, or has no value, and no default is given; or its value does not fit a filter.
        """
        if tools is None and self.needs_key:
            raise EditError("a template with hash or shift needs a key")
        return "".join(part if isinstance(part, str) else _filled(part, lookup, tools) for part in self.parts)


def parse_template(text: str) -> Template:
    r"""Read a template.

    ``{ADDRESS}`` stands for a value, several parted by backslashes; ``{ADDRESS|filter|filter:argument}`` for a value
    that goes through filters; ``{{`` and ``}}`` for braces. The filters are ``upper``, ``lower``, ``strip``,
    ``slice:START:END``, ``pad:WIDTH``, ``replace:OLD:NEW``, ``default:TEXT``, ``hash`` or ``hash:LENGTH``, and
    ``shift`` (the patient's days) or ``shift:DAYS``. In arguments a backslash takes the meaning from ``|``, ``:``,
    ``}`` and itself.

    Raises
    ------
    EditError
        Says what is wrong.

    Examples
    --------
    >>> first, _, _ = parse_template("{PatientID|slice:0:4}-{Modality|lower}").parts
    >>> str(first.address), [each.name for each in first.filters]
    ('(0010,0020)', ['slice'])
    >>> parse_template("{PatientID|uper}")
    Traceback (most recent call last):
        ...
    dicomveil.errors.EditError: the template: no such filter; did you mean upper?
    """
    parts: list[str | Field] = []
    plain = ""
    at = 0
    while at < len(text):
        pair = text[at : at + 2]
        if pair in ("{{", "}}"):
            plain += pair[0]
            at += 2
        elif text[at] == "}":
            raise EditError(f"the template: a brace that closes nothing at character {at + 1}; }}}} is a brace")
        elif text[at] == "{":
            pieces, at = _pieces(text, at + 1)
            parts += [plain, _field(pieces)] if plain else [_field(pieces)]
            plain = ""
        else:
            plain += text[at]
            at += 1
    return Template((*parts, plain) if plain else tuple(parts))


def _pieces(text: str, at: int) -> tuple[list[list[str]], int]:
    """Cut a field at ``|`` and each piece at ``:``, but for what stands in quotation marks or behind a backslash."""
    start = at
    pieces = [[""]]
    quoted = False
    while at < len(text):
        character = text[at]
        if character == "\\" and at + 1 < len(text):
            pieces[-1][-1] += text[at : at + 2] if quoted else text[at + 1]
            at += 2
            continue
        if character == '"' and len(pieces) == 1:
            quoted = not quoted
        if character == "}" and not quoted:
            return pieces, at + 1
        if character == "|" and not quoted:
            pieces.append([""])
        elif character == ":" and not quoted and len(pieces) > 1:
            pieces[-1].append("")
        else:
            pieces[-1][-1] += character
        at += 1
    raise EditError(f"the template: a brace that is never closed at character {start}")


def _field(pieces: list[list[str]]) -> Field:
    (address,), *filters = pieces
    return Field(read_address(address.strip()), tuple(_filter(*each) for each in filters))


def _filter(name: str, *arguments: str) -> Filter:
    make = FILTERS.get(name.strip())
    if make is None:
        from difflib import get_close_matches

        near = get_close_matches(name.strip(), FILTERS, 1)
        offer = f"did you mean {near[0]}?" if near else f"there are: {', '.join(FILTERS)}"
        raise EditError(f"the template: no such filter; {offer}")
    return make(arguments)


def _filled(field: Field, lookup: Lookup, tools: KeyedTools | None) -> str:
    text = "\\".join(lookup.texts(field.address) or ())
    for each in field.filters:
        if not text and each.gives is None:
            continue
        found = each.apply(text, tools)
        if found is None:
            raise EditRefused(spelled(field.address), f"its value does not fit the filter {each.name}")
        text = found
    if not text and not any(each.gives is not None for each in field.filters):
        raise EditRefused(spelled(field.address), "not there, or without a value, and the template gives no default")
    return text
