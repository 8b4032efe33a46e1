"""The data files: whole, stamped, and what the tool makes of the sources."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pytest

from dicomveil import standard
from dicomveil.standard import tables
from standard.sources import CHECKOUT, SOURCES, require_sources

DATA = Path(tables.__file__).parent / "data" / standard.EDITION
NAMES = sorted(path.stem for path in DATA.glob("*.json"))
EVERY_TABLE = [pytest.param(name, id=name) for name in NAMES]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    require_sources()
    spec = importlib.util.spec_from_file_location("build", CHECKOUT / "tools" / "build_standard_tables.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(tool, monkeypatch):
    def run_tool(*arguments: str | Path) -> int:
        monkeypatch.setattr(sys, "argv", ["build_standard_tables.py", *map(str, arguments)])
        return tool.main()

    return run_tool


def test_all_tables_are_there():
    assert NAMES == [
        "attributes",
        "conflicts",
        "keywords",
        "methods",
        "profile",
        "required",
        "safe_private",
        "types",
        "uids",
        "unlisted",
        "vr",
    ]


@pytest.mark.parametrize("name", EVERY_TABLE)
def test_a_table_names_its_edition_its_owner_and_its_sources(name):
    stamp = tables.table(name)["stamp"]

    assert stamp["edition"] == standard.EDITION == "2026d"
    assert stamp["acknowledgement"] == standard.ACKNOWLEDGEMENT == "DICOM PS3.15 2026d, (c) NEMA"
    assert stamp["sources"]
    assert all(len(bytes.fromhex(sha256)) == 32 for sha256 in stamp["sources"].values())


@pytest.mark.parametrize("name", ["types", "required", "conflicts"])
def test_a_table_of_types_names_the_edition_of_its_types(name):
    assert tables.table(name)["stamp"]["types_edition"] == standard.TYPES_EDITION == "2026b"


def test_the_readme_beside_the_tables_says_whose_they_are():
    readme = (DATA / "README.md").read_text("utf-8")

    assert standard.ACKNOWLEDGEMENT in readme
    assert standard.TYPES_EDITION in readme
    assert "not under" in readme
    assert all(f"`{name}.json`" in readme for name in NAMES)


def test_the_tables_stay_small_enough_to_ship():
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 600_000


@pytest.mark.parametrize("name", EVERY_TABLE)
def test_a_table_was_made_from_the_pinned_sources(name):
    require_sources()
    pinned = json.loads((SOURCES / "MANIFEST.json").read_bytes())["files"]
    of_csv = {n: sha for n, sha in tables.table(name)["stamp"]["sources"].items() if ".csv" in n}

    assert of_csv == {n: pinned[n]["sha256"] for n in of_csv}


def test_the_data_files_are_what_the_sources_give(run, capsys):
    assert run("--check") == 0
    assert capsys.readouterr().out == "the data files are what the sources give\n"


def test_a_changed_a_missing_and_a_foreign_file_are_named(run, tmp_path, capsys):
    shutil.copytree(DATA, tmp_path / "data")
    changed = tmp_path / "data" / "profile.json"
    changed.write_bytes(changed.read_bytes().replace(b'"Z"', b'"K"', 1))
    (tmp_path / "data" / "vr.json").unlink()
    (tmp_path / "data" / "extra.json").write_text("{}")

    assert run("--check", "--to", tmp_path / "data") == 1
    assert capsys.readouterr().out.split() == ["extra.json", "profile.json", "vr.json"]


def test_the_same_sources_give_the_same_bytes_in_another_folder(run, tmp_path):
    assert run("--to", tmp_path / "new") == 0
    assert {p.name: p.read_bytes() for p in (tmp_path / "new").iterdir()} == {
        p.name: p.read_bytes() for p in DATA.glob("*.json")
    }


def test_a_source_that_is_not_the_pinned_one_is_refused(run, tmp_path, capsys):
    shutil.copytree(SOURCES, tmp_path / "sources")
    source = tmp_path / "sources" / "confidentiality_profile.csv"
    source.chmod(0o644)
    source.write_bytes(source.read_bytes() + b"\n")

    assert run("--from", tmp_path / "sources", "--to", tmp_path / "data") == 2
    assert "confidentiality_profile.csv" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_another_pydicom_than_the_pinned_one_is_refused(tool, run, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(tool, "PYDICOM", "2.4.4")

    assert run("--to", tmp_path / "data") == 2
    assert "2.4.4" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_a_folder_without_sources_is_refused(run, tmp_path, capsys):
    assert run("--from", tmp_path, "--to", tmp_path / "data") == 2
    assert "MANIFEST.json" in capsys.readouterr().err
