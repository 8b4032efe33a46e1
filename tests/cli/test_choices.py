"""Which key is used and made, and where stand-ins come from."""

from __future__ import annotations

import pytest

from dicomveil.batch.records.project import Project
from dicomveil.cli.choices import check_key_outside, chosen_key, chosen_pseudonyms, chosen_recipe, kept_key
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


@pytest.mark.parametrize(
    ("word", "nearest"),
    [
        ("retain-uid", "retain-uids"),
        ("Retain_UID", "retain-uids"),
        ("uid", "uids"),
        ("modified-date", "modified-dates"),
        ("patient-characteristic", "patient-characteristics"),
    ],
)
def test_a_word_that_is_no_option_is_refused_with_the_nearest(word, nearest):
    with pytest.raises(RecipeError, match=f"--retain: unknown option '{word}'; did you mean '{nearest}'"):
        chosen_recipe("basic", [word])


@pytest.mark.parametrize("word", ["clean-graphic", "descriptors", "clean-pixels", "?"])
def test_only_options_that_are_built_are_offered(word):
    with pytest.raises(RecipeError) as caught:
        chosen_recipe("basic", [word])
    assert "clean" not in str(caught.value).partition(";")[2]
    assert "there are: safe-private, uids, " in str(caught.value)


def test_all_that_is_wrong_with_options_is_told_at_once():
    with pytest.raises(RecipeError) as caught:
        chosen_recipe("basic", ["uid", "full-dates", "modified-dates", "clean-graphics"])
    assert len(caught.value.problems) == 3


def chosen_and_kept(option, project, recipe=None):
    recipe = recipe or chosen_recipe("basic", [])
    return kept_key(chosen_key(option, project, recipe), project, recipe)


def test_the_project_s_key_is_made_once(project):
    first, second = (chosen_and_kept(None, project) for _ in range(2))
    assert (first.made, second.made) == (True, False)
    assert first.key == second.key
    assert first.path == project.key_path


def test_an_option_goes_before_the_environment_and_that_before_the_project(project, tmp_path, monkeypatch):
    keys = {name: ProjectKey.generate() for name in ("option", "variable")}
    for name, key in keys.items():
        key.write(tmp_path / name)
    monkeypatch.setenv("DICOMVEIL_KEY", str(tmp_path / "variable"))
    assert chosen_and_kept(str(tmp_path / "option"), project).key == keys["option"]
    assert chosen_and_kept(None, project).key == keys["variable"]
    monkeypatch.setenv("DICOMVEIL_KEY", "")
    assert chosen_and_kept(None, project).made


def test_a_key_that_is_named_but_missing_is_not_made(project, tmp_path):
    with pytest.raises(ProjectKeyError):
        chosen_and_kept(str(tmp_path / "none"), project)
    assert not (tmp_path / "none").exists()


def test_what_is_wrong_with_a_key_is_told_with_where_it_is_from(project, tmp_path, monkeypatch):
    (tmp_path / "damaged").write_text("no key")
    (tmp_path / "damaged").chmod(0o600)
    with pytest.raises(ProjectKeyError, match=r"^the file of --key: the project key file does not begin"):
        chosen_and_kept(str(tmp_path / "damaged"), project)
    monkeypatch.setenv("DICOMVEIL_KEY", str(tmp_path / "none"))
    with pytest.raises(ProjectKeyError, match=r"^the file of DICOMVEIL_KEY: the project key file is missing"):
        chosen_and_kept(None, project)
    monkeypatch.delenv("DICOMVEIL_KEY")
    chosen_and_kept(None, project)
    (tmp_path / "shared.dicomveil" / "key").chmod(0o644)
    with pytest.raises(ProjectKeyError, match=r"^the private folder beside the output: .* reached by others"):
        chosen_and_kept(None, project)


def test_a_key_that_cannot_be_kept_is_told_with_where_it_would_lie(project, tmp_path):
    (tmp_path / "shared.dicomveil").write_text("in the way")
    with pytest.raises(ProjectKeyError, match=r"^the private folder beside the output: .* cannot be written"):
        chosen_and_kept(None, project)


def test_a_new_key_lies_nowhere_until_it_is_kept(project, tmp_path):
    in_use = chosen_key(None, project, chosen_recipe("basic", []))
    assert (in_use.path, in_use.made, list(tmp_path.iterdir())) == (None, False, [])


def test_a_key_that_another_process_has_made_meanwhile_is_taken(project):
    recipe = chosen_recipe("basic", [])
    ours = chosen_key(None, project, recipe)
    theirs = chosen_and_kept(None, project)
    kept = kept_key(ours, project, recipe)
    assert (kept.key, kept.made) == (theirs.key, False)


def test_documented_stand_ins_without_a_key_make_none(project, tmp_path):
    in_use = chosen_and_kept(None, project, chosen_recipe("documented", []))
    assert (in_use.path, in_use.made, list(tmp_path.iterdir())) == (None, False, [])


def test_an_option_that_names_no_key_is_refused_and_an_empty_variable_is_none(tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="--key names no file"):
        check_key_outside("", str(tmp_path / "shared"))
    monkeypatch.setenv("DICOMVEIL_KEY", "")
    check_key_outside(None, str(tmp_path / "shared"))


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
    own = chosen_and_kept(None, project)
    named = chosen_key(own.path, project, recipe)
    ids = [
        chosen_pseudonyms(recipe, in_use, project, dry_run=False).identifier("patient-id", "12345")
        for in_use in (chosen_key(None, project, recipe), named)
    ]
    assert ids[0] == "ANON_5994471ABB01112A"
    assert ids[1].startswith("ANON_")
    assert ids[0] != ids[1]


def test_dates_move_as_the_recipe_says(project, tmp_path):
    (tmp_path / "near.toml").write_text('extends = "research"\n[dates]\nmin_days = 3\nmax_days = 3\n')
    for at_random in (False, True):
        recipe = chosen_recipe(str(tmp_path / "near.toml"), [], at_random=at_random)
        pseudonyms = chosen_pseudonyms(recipe, chosen_and_kept(None, project), project, dry_run=False)
        assert pseudonyms.days("12345") == -3
