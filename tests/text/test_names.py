from __future__ import annotations

import pytest

from dicomveil.text.names import levelled_name


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param("WIMPLETON^ZOE", id="case"),
        pytest.param("Zoë Wimpleton", id="order"),
        pytest.param("Wimpleton, Zoe", id="comma"),
        pytest.param("Wimpleton^Zoë^^Dr.^", id="title"),
        pytest.param("=Wimpleton^Zoë", id="no-alphabetic-group"),
    ],
)
def test_one_name_stays_one_however_it_is_spelled(spelling: str) -> None:
    assert levelled_name(spelling) == levelled_name("Wimpleton^Zoë") != ""


@pytest.mark.parametrize(
    "other", ["Wimpleton^Ida", "Wimpleton^Zoë^K", "Wimple^Zoë"], ids=["given", "initial", "family"]
)
def test_another_name_is_another(other: str) -> None:
    assert levelled_name(other) != levelled_name("Wimpleton^Zoë")


@pytest.mark.parametrize("nobody", ["", "^^^^", "ANONYMOUS", "Dr."])
def test_what_names_nobody_is_no_name(nobody: str) -> None:
    assert levelled_name(nobody) == ""
