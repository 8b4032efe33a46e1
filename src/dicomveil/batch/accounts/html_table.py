"""A table of a page: with a caption, headings of columns, and headings of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.batch.accounts.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """Lay out rows; the first cell of each is its heading, numbers stand to the right.

    A column whose name ends in ``#`` holds numbers; the sign is not shown.
    """
    numeric = [name.endswith("#") for name in columns]
    head = [
        element("th", name.rstrip("#"), scope="col", class_="n" if is_number else None)
        for name, is_number in zip(columns, numeric, strict=True)
    ]
    body = [element("tr", *(_cell(cell, index, numeric[index]) for index, cell in enumerate(row))) for row in rows]
    whole = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *head)),
        element("tbody", *body),
    )
    return element("div", whole, class_="wide", role="region", aria_label=caption, tabindex="0")


def _cell(cell: object, index: int, is_number: bool) -> Markup:
    text = cell if isinstance(cell, str) else f"{cell:,}"
    kind = "n" if is_number else None
    return element("td", text, class_=kind) if index else element("th", text, scope="row", class_=kind)
