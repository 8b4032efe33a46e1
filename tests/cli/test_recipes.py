"""Listing and showing the recipes that come with dicomveil."""

from __future__ import annotations

import tomllib

import pytest

from dicomveil.recipe.build import PRESETS


def test_every_preset_is_listed_with_title_and_options(dicomveil):
    said = dicomveil("recipes")
    assert (said.code, said.err) == (0, "")
    assert [line.split()[0] for line in said.out.splitlines()[::2]] == list(PRESETS)
    assert "options: retain-modified-dates, retain-patient-characteristics" in said.out
    assert "options: none" in said.out


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_shown_as_the_toml_it_is(dicomveil, name):
    said = dicomveil("recipes", name)
    assert said.code == 0
    assert "title" in tomllib.loads(said.out)


def test_a_shown_preset_can_be_used_as_a_file(dicomveil, export, tmp_path):
    (tmp_path / "mine.toml").write_text(dicomveil("recipes", "basic").out)
    said = dicomveil("deidentify", export, tmp_path / "out", "--recipe", tmp_path / "mine.toml")
    assert said.code == 0
    assert "Recipe mine, Basic Application" in said.out


def test_an_unknown_name_gets_the_nearest(dicomveil):
    said = dicomveil("recipes", "reserch")
    assert (said.code, said.err) == (2, "dicomveil: unknown recipe 'reserch'; did you mean 'research'?\n")
