"""Which key is used and made, and where stand-ins come from."""

from __future__ import annotations

import pytest

from dicomveil.batch.project import Project
from dicomveil.cli.choices import check_key_outside, chosen_key, chosen_pseudonyms, chosen_recipe
from dicomveil.errors import ProjectKeyError, RecipeError, UsageError
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.recipe.options import ProfileOption


@pytest.fixture
def project(tmp_path):
    return Project.beside(tmp_path / "shared")


def test_options_come_on_top_of_the_recipe_s():
    recipe = chosen_recipe("research", ["uids", "retain-device-identity"])
    assert recipe.options - chosen_recipe("research", []).options == {
        ProfileOption.RETAIN_UIDS,
        ProfileOption.RETAIN_DEVICE_IDENTITY,
    }


def test_a_word_that_is_no_option_is_refused_with_the_nearest():
    with pytest.raises(RecipeError, match="did you mean 'retain-uids'"):
        chosen_recipe("basic", ["retain-uid"])


def test_the_project_s_key_is_made_once(project):
    first, second = (chosen_key(None, project, dry_run=False) for _ in range(2))
    assert (first.made, second.made) == (True, False)
    assert first.key == second.key
    assert first.path == project.key_path


def test_an_option_goes_before_the_environment_and_that_before_the_project(project, tmp_path, monkeypatch):
    keys = {name: ProjectKey.generate() for name in ("option", "variable")}
    for name, key in keys.items():
        key.write(tmp_path / name)
    monkeypatch.setenv("DICOMVEIL_KEY", str(tmp_path / "variable"))
    assert chosen_key(str(tmp_path / "option"), project, dry_run=False).key == keys["option"]
    assert chosen_key(None, project, dry_run=False).key == keys["variable"]
    monkeypatch.setenv("DICOMVEIL_KEY", "")
    assert chosen_key(None, project, dry_run=False).made


def test_a_key_that_is_named_but_missing_is_not_made(project, tmp_path):
    with pytest.raises(ProjectKeyError):
        chosen_key(str(tmp_path / "none"), project, dry_run=False)
    assert not (tmp_path / "none").exists()


def test_a_dry_run_throws_its_key_away(project, tmp_path):
    in_use = chosen_key(None, project, dry_run=True)
    assert (in_use.path, in_use.made, list(tmp_path.iterdir())) == (None, False, [])


@pytest.mark.parametrize("inside", ["key", "deep/key"])
def test_a_key_among_the_copies_is_refused_through_links_too(tmp_path, inside, monkeypatch):
    (tmp_path / "shared").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "shared")
    with pytest.raises(UsageError):
        check_key_outside(str(tmp_path / "link" / inside), str(tmp_path / "shared"))
    monkeypatch.setenv("DICOMVEIL_KEY", str(tmp_path / "shared" / inside))
    with pytest.raises(UsageError):
        check_key_outside(None, str(tmp_path / "shared"))
    check_key_outside(str(tmp_path / "shared-key"), str(tmp_path / "shared"))


def test_documented_stand_ins_are_keyed_only_with_a_key_that_was_named(project, tmp_path):
    recipe = chosen_recipe("documented", [])
    own = chosen_key(None, project, dry_run=False)
    named = chosen_key(project.key_path, project, dry_run=False)
    ids = [
        chosen_pseudonyms(recipe, in_use, project, at_random=False, dry_run=False).identifier("patient-id", "12345")
        for in_use in (own, named)
    ]
    assert ids[0] == "ANON_5994471ABB01112A"
    assert ids[1].startswith("ANON_")
    assert ids[0] != ids[1]


def test_dates_move_as_the_recipe_says(project, tmp_path):
    (tmp_path / "near.toml").write_text('extends = "research"\n[dates]\nmin_days = 3\nmax_days = 3\n')
    recipe = chosen_recipe(str(tmp_path / "near.toml"), [])
    for at_random in (False, True):
        in_use = chosen_key(None, project, dry_run=False)
        pseudonyms = chosen_pseudonyms(recipe, in_use, project, at_random=at_random, dry_run=False)
        assert pseudonyms.days("12345") == -3
