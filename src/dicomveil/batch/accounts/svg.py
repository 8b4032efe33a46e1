"""Small pictures for a page: bars of a histogram, and days on a line; each says in words what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.batch.accounts.markup import Markup, element

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

_BARS_WIDTH, _BARS_HEIGHT = 720, 200
_FOOT, _HEAD = 26, 20
_LINE_WIDTH, _LINE_HEIGHT, _LINE_MARGIN = 220, 18, 8


def bars(title: str, labels: Sequence[str], numbers: Sequence[int]) -> Markup:
    """Draw a bar for each number, with its label below and the number above."""
    most = max(numbers, default=0) or 1
    slot = _BARS_WIDTH / max(1, len(numbers))
    height = _BARS_HEIGHT - _FOOT - _HEAD
    drawn = []
    for index, (label, number) in enumerate(zip(labels, numbers, strict=True)):
        tall = max(2.0, height * number / most) if number else 0.0
        left, middle, top = index * slot + slot * 0.12, (index + 0.5) * slot, _HEAD + height - tall
        drawn += [
            element("rect", class_="bar", x=_px(left), y=_px(top), width=_px(slot * 0.76), height=_px(tall), rx=2),
            element("text", f"{number:,}" if number else "", x=_px(middle), y=_px(top - 6), class_="number"),
            element("text", label, x=_px(middle), y=_BARS_HEIGHT - 8, class_="label"),
        ]
    foot = _HEAD + height + 0.5
    drawn.append(element("line", class_="axis", x1=0, x2=_BARS_WIDTH, y1=foot, y2=foot))
    told = "; ".join(f"{label}: {number}" for label, number in zip(labels, numbers, strict=True) if number)
    return _picture(f"{title}: {told}", _BARS_WIDTH, _BARS_HEIGHT, drawn, "bars")


def days(title: str, on: Sequence[date], first: date, last: date) -> Markup:
    """Draw a dot for each day on a line from the first day to the last; days outside stand at its ends."""
    span = max(1, (last - first).days)
    wide, middle = _LINE_WIDTH - 2 * _LINE_MARGIN, _LINE_HEIGHT / 2
    drawn = [element("line", class_="axis", x1=_LINE_MARGIN, x2=_LINE_WIDTH - _LINE_MARGIN, y1=middle, y2=middle)]
    for day in sorted(set(on)):
        x = _LINE_MARGIN + wide * min(max((day - first).days / span, 0), 1)
        drawn.append(element("circle", class_="bar", cx=_px(x), cy=middle, r=4.5))
    told = ", ".join(day.isoformat() for day in sorted(set(on)))
    return _picture(f"{title}: {told}", _LINE_WIDTH, _LINE_HEIGHT, drawn, "days")


def share(part: int, whole: int, kind: str) -> Markup:
    """Draw how large a part is of the whole; beside the number, so it is not told a second time."""
    width = 100 * part / whole if whole else 0
    bar = element("rect", class_=f"bar {kind}", x=0, y=0, width=_px(max(width, 1.0)), height=8, rx=1)
    back = element("rect", class_="back", x=0, y=0, width=100, height=8, rx=1)
    return element(
        "svg", back, bar, class_="share", viewBox="0 0 100 8", preserveAspectRatio="none", aria_hidden="true"
    )


def _picture(told: str, width: int, height: int, drawn: Sequence[Markup], kind: str) -> Markup:
    return element("svg", *drawn, class_=kind, viewBox=f"0 0 {width} {height}", role="img", aria_label=told)


def _px(length: float) -> str:
    return f"{length:.1f}".removesuffix(".0")
