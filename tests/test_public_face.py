"""The names that `import dicomveil` gives, and what it does not cost."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import dicomveil


@pytest.mark.parametrize("name", sorted(set(dicomveil.__all__) - {"__version__"}))
def test_each_public_name_leads_home(name: str) -> None:
    assert getattr(dicomveil, name).__module__.startswith("dicomveil.")


def test_the_public_names_and_their_homes_are_the_same_list() -> None:
    assert sorted([*dicomveil._HOMES, "__version__"]) == sorted(dicomveil.__all__)
    assert set(dir(dicomveil)) == set(dicomveil.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nobody"):
        dicomveil.nobody  # noqa: B018


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys; before = set(sys.modules); import dicomveil; print(*sorted(set(sys.modules) - before))"
    environment = os.environ | {"PYTHONPATH": str(Path(dicomveil.__file__).parents[1])}
    found = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split())
    assert {"dicomveil", "dicomveil.version"} <= loaded
    assert not [
        name
        for name in loaded
        if name.startswith(("pydicom", "pydantic", "dicomveil.", "argparse")) and name != "dicomveil.version"
    ]
