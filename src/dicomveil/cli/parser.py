"""Read a command's words; wrong ones are answered in one line that repeats nothing but options."""

from __future__ import annotations

import argparse
from types import MappingProxyType
from typing import TYPE_CHECKING, NoReturn, TypeVar

from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Arguments = TypeVar("Arguments", bound=argparse.Namespace)

HELP_WIDTH = 100
_NOWHERE: Mapping[str, str] = MappingProxyType({})


class Parser(argparse.ArgumentParser):
    """A parser of one command that raises instead of leaving.

    Options may stand anywhere, also between other words. Words that are no options may be names of folders, and these
    names of patients: no message repeats them. ``elsewhere`` has what other programs call our options.
    """

    def __init__(
        self, command: str, description: str, epilog: str = "", elsewhere: Mapping[str, str] = _NOWHERE
    ) -> None:
        self._elsewhere = elsewhere
        super().__init__(
            prog=f"dicomveil {command}",
            description=description,
            epilog=epilog,
            formatter_class=_Layout,
            allow_abbrev=False,
        )

    def read(self, words: list[str], into: Arguments) -> Arguments:
        """Read all words into a namespace.

        Raises
        ------
        UsageError
            If a word is missing, unknown or too many.
        """
        found, rest = self.parse_known_intermixed_args(words, into)
        if rest:
            self.error(self._about(rest[0]))
        return found

    def options(self) -> Sequence[argparse.Action]:
        """Return the options and other words there are."""
        return tuple(self._actions)

    def error(self, message: str) -> NoReturn:
        """Raise what argparse would print."""
        if "ignored explicit argument" in message:
            message = message.partition(":")[0] + " takes no value"
        raise UsageError(f"{message}\nsee {self.prog} --help")

    def _about(self, word: str) -> str:
        if not word.startswith("-"):
            return "more words than expected"
        from dicomveil.recipe.wording import unknown

        option = word.partition("=")[0]
        if option in self._elsewhere:
            return f"no option {option}; here it is {self._elsewhere[option]}"
        return unknown("option", option, self._option_string_actions)

    def takes_known(self) -> None:
        """Add the option that names what a survey has learned."""
        self.add_argument(
            "--known",
            metavar="FILE",
            help="what dicomveil survey --known has learned of the patients: what one file of a patient tells "
            "of him is looked for in all of them",
        )

    def takes_recipe(self) -> None:
        """Add the options that say what is to be done."""
        self.add_argument(
            "--recipe",
            metavar="NAME|FILE",
            default="basic",
            help="a recipe of dicomveil's (see dicomveil recipes) or a TOML file; without it, basic",
        )
        self.add_argument(
            "--retain",
            metavar="OPTION",
            action="append",
            default=[],
            help="also carry out an option of the profile, such as --retain modified-dates; can be given "
            "again: safe-private, uids, device-identity, institution-identity, patient-characteristics, "
            "full-dates, modified-dates",
        )


def positive(text: str) -> int:
    """Read a number from 1 on, as an argument's type; argparse tells of what is none."""
    number = int(text)
    if number < 1:
        raise ValueError
    return number


class _Layout(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=HELP_WIDTH, max_help_position=26)  # asking the terminal costs 8 ms
