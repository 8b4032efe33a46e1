"""What the program says of a code is what the page about the command line says."""

from __future__ import annotations

import re
from pathlib import Path

from dicomveil.batch.accounts.advice import ADVICE, advice_on

PAGE = Path(__file__).parents[3] / "docs" / "command-line.md"


def test_the_program_and_the_page_give_the_same_advice():
    _, _, part = PAGE.read_text(encoding="utf-8").partition("### What became of a file")
    rows = re.findall(r"^\| `([a-z-]+)` \| ([^|]+) \| ([^|]+) \|$", part.partition("\n### ")[0], re.MULTILINE)
    assert {code: (meaning, to_do) for code, meaning, to_do in rows} == ADVICE


def test_a_code_of_another_version_is_no_error():
    assert "documentation" in advice_on("from-the-future").to_do
