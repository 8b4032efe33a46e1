"""Elements of HTML and SVG, with everything escaped that is not an element itself."""

from __future__ import annotations

from html import escape


class Markup(str):
    """Text that is markup already; made by `element`, never from anything that was read."""

    __slots__ = ()


_VOID = frozenset({"br", "hr", "meta", "rect", "line", "circle", "path"})


def element(name: str, /, *children: str, **attributes: object) -> Markup:
    """Make an element.

    Parameters
    ----------
    children
        Texts, which are escaped, and elements.
    attributes
        An underscore at the end of a name is dropped, others become hyphens; one that is None is left out.

    Examples
    --------
    >>> element("td", "a < b", element("b", "!"), class_="code")
    '<td class="code">a &lt; b<b>!</b></td>'
    >>> element("line", x1=0, aria_hidden="true")
    '<line x1="0" aria-hidden="true"/>'
    """
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{told}/>")
    return Markup(f"<{name}{told}>{joined(*children)}</{name}>")


def joined(*children: str) -> Markup:
    """Put texts, which are escaped, and elements one after the other."""
    return Markup("".join(child if isinstance(child, Markup) else escape(child) for child in children))


def with_code(text: str) -> Markup:
    """Escape a text, with what stands in backquotes as code, and without the asterisks around words.

    Examples
    --------
    >>> with_code("give it `--again`")
    'give it <code>--again</code>'
    """
    parts = text.replace("*", "").split("`")
    return joined(*(element("code", part) if index % 2 else part for index, part in enumerate(parts)))
