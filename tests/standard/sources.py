"""The CSV files that the tables of the standard are built from, where a checkout has them beside it."""

from __future__ import annotations

import csv
import gzip
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCES = CHECKOUT.parent / "shared" / "standard"


def require_sources() -> None:
    if not (SOURCES / "MANIFEST.json").is_file():
        pytest.skip("the sources of the tables are not beside this checkout, in ../shared/standard")


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    raw = (SOURCES / name).read_bytes()
    text = (gzip.decompress(raw) if name.endswith(".gz") else raw).decode("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def rows_of(name: str) -> tuple[dict[str, str], ...]:
    """The rows of one source file; skips the test where the sources are absent."""
    require_sources()
    return _rows(name)
