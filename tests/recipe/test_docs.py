"""The page on recipes tells the truth."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dicomveil.errors import RecipeError
from dicomveil.recipe.build import PRESETS
from dicomveil.recipe.load import load_recipe
from dicomveil.recipe.options import OFFERED, ProfileOption
from dicomveil.recipe.schema import RecipeFile
from dicomveil.recipe.targets import target_of
from dicomveil.recipe.verbs import Verb

PAGE = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def first_column(heading: str) -> list[str]:
    """The words in code of the first column of the table under a heading."""
    section = PAGE.partition(f"{heading}\n")[2]
    rows = re.findall(r"^\| (`.*?) \|", section.partition("\n#")[0], re.MULTILINE)
    return [word for row in rows for word in re.findall(r"`(.+?)`", row)]


def test_the_example_is_a_recipe(tmp_path: Path) -> None:
    [example] = blocks("toml")
    path = tmp_path / "example.toml"
    path.write_text(example, encoding="utf-8")
    assert len(load_recipe(path).rules) == 4


def test_the_python_runs() -> None:
    [program] = blocks("python")
    names: dict[str, object] = {}
    exec(program, names)
    assert "own" in names


def test_the_errors_shown_are_those_of_such_a_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    [shown] = blocks("text")
    monkeypatch.chdir(tmp_path)
    Path("trial.toml").write_text(
        'title = "x"\noptions = [\n"retain-uid"]\n\n\n\n[[rule]]\naddress = "PatientNam"\nacton = "keep"\n'
        'reason = "r"\n\n[[rule]]\naddress = "StudyID"\naction = "replace"\nreason = "r"\n',
        encoding="utf-8",
    )
    with pytest.raises(RecipeError) as raised:
        load_recipe("trial.toml")
    assert str(raised.value) == shown.strip()


def test_every_preset_option_action_and_key_is_on_the_page() -> None:
    assert tuple(first_column("# Recipes")) == PRESETS
    assert set(first_column("## Options")) == set(map(str, OFFERED))
    assert first_column("## Rules") == list(map(str, Verb))
    keys = {word.partition(".")[0].strip("[]") for word in first_column("## A recipe file")}
    assert keys == set(RecipeFile.model_fields)
    assert all(f"`{option}`" in PAGE for option in ProfileOption)


@pytest.mark.parametrize("address", first_column("### Addresses"))
def test_every_address_on_the_page_can_be_read(address: str) -> None:
    assert target_of(address).specificity
