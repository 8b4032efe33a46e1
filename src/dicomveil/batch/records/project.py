"""The private folder beside an output: its key, its table of random stand-ins, its reports, how its copies are made."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dicomveil.batch.storage.places import is_url, lies_in, resolved, spelled
from dicomveil.errors import UsageError

if TYPE_CHECKING:
    from typing import Self

    from dicomveil.pseudonyms.key import ProjectKey
    from dicomveil.recipe.model import Recipe

SUFFIX = ".dicomveil"

_ANOTHER_OUTPUT = "choose another output, or do as the earlier run did"


@dataclass(frozen=True, slots=True)
class Making:
    """How the copies of an output are made; no secret and no value.

    ``stand_ins`` is the source of stand-ins: ``keyed``, ``random`` or ``documented``; ``key`` the fingerprint of their
    key, empty for the documented ones without a key; ``recipe`` a name, ``fingerprint`` the recipe's. ``layout`` is one
    of `dicomveil.batch.layouts.layout.LAYOUTS`; ``known`` the digest of what a survey had learned of the patients,
    empty if none was asked.
    """

    stand_ins: str
    key: str
    recipe: str
    fingerprint: str
    layout: str = "pseudonyms"
    known: str = ""

    @classmethod
    def by(cls, recipe: Recipe, key: ProjectKey | None, layout: str = "pseudonyms", known: str = "") -> Self:
        """Return how a recipe makes copies under a key, which is None where stand-ins are made without."""
        fingerprint = key.fingerprint if key else ""
        return cls(recipe.pseudonyms.source, fingerprint, recipe.name, recipe.fingerprint, layout, known)


@dataclass(frozen=True, slots=True)
class Project:
    """Paths of what belongs to an output but must never be in it; ``folder`` is for its owner's eyes only (0700)."""

    folder: str

    @classmethod
    def beside(cls, output: str | os.PathLike[str]) -> Project:
        """Return the project of an output folder or file: ``OUT.dicomveil`` beside ``OUT``, spelled as that is.

        Where ``OUT`` is a link and there is none beside that, it is the one beside what the link leads to, if there is.
        """
        spelled = os.fspath(output).rstrip(os.sep)
        if os.path.basename(spelled) in ("", os.curdir, os.pardir):
            spelled = os.path.abspath(output).rstrip(os.sep)
        beside, meant = spelled + SUFFIX, os.path.realpath(spelled) + SUFFIX
        return cls(meant if not os.path.lexists(beside) and os.path.isdir(meant) else beside)

    @property
    def key_path(self) -> str:
        """The project key."""
        return os.path.join(self.folder, "key")

    @property
    def table_path(self) -> str:
        """Random stand-ins by keyed digest, for runs that derive nothing from the patient's data."""
        return os.path.join(self.folder, "stand-ins")

    @property
    def reports_path(self) -> str:
        """One line an instance."""
        return os.path.join(self.folder, "report.jsonl")

    @property
    def ledger_path(self) -> str:
        """What is known of each input."""
        return os.path.join(self.folder, "ledger")

    @property
    def staging_path(self) -> str:
        """De-identified copies that wait to be packed."""
        return os.path.join(self.folder, "staging")

    @property
    def making_path(self) -> str:
        """How the copies are made, so that no later run adds others to them."""
        return os.path.join(self.folder, "project.json")

    @property
    def command_path(self) -> str:
        """How the last run over a folder was started, so that it can be gone on with; it names the input."""
        return os.path.join(self.folder, "command.json")

    @property
    def page_path(self) -> str:
        """The page for people about all of it."""
        return os.path.join(self.folder, "report.html")

    @property
    def output(self) -> str:
        """Where the copies are."""
        return self.folder.removesuffix(SUFFIX)

    @classmethod
    def named(cls, word: str) -> Project:
        """Return the project that is meant by an output, or by the private folder beside it.

        Raises
        ------
        UsageError
            If no run over a folder has been made there.
        """
        spelled = word.rstrip(os.sep)
        if os.path.basename(spelled) in ("", os.curdir, os.pardir):
            spelled = os.path.abspath(word)
        for project in (cls.beside(spelled), cls(spelled)):
            if os.path.isfile(project.ledger_path):
                return project
        raise UsageError(
            "there is no ledger: no run over a folder has been made there; name the output of dicomveil deidentify, "
            "or the private folder beside it"
        )

    def check(self, making: Making, *, overwrite: bool = False) -> None:
        """See to it that new copies go with those that are there; an output that nothing is known of takes all.

        Raises
        ------
        UsageError
            If the copies there have stand-ins from another source or under another key: one patient would become two.
            If they are laid out otherwise: the new ones would not be found among them. If they were made with another
            recipe or other knowledge of the patients, unless they are to be overwritten.
        """
        earlier = self._remembered()
        if earlier is None:
            return
        if making.stand_ins != earlier.stand_ins:
            raise UsageError(
                f"the output has copies with {earlier.stand_ins} stand-ins, and these would be {making.stand_ins}: "
                f"one patient would become two; {_ANOTHER_OUTPUT}"
            )
        if making.key != earlier.key:
            raise UsageError(
                f"the output has copies made {_under(earlier.key)}, and these would be made {_under(making.key)}: "
                f"one patient would become two; {_ANOTHER_OUTPUT}"
            )
        if making.layout != earlier.layout:
            raise UsageError(
                f"the output has copies in the layout {earlier.layout}, and these would be in the layout "
                f"{making.layout}; {_ANOTHER_OUTPUT}"
            )
        if making.fingerprint != earlier.fingerprint and not overwrite:
            raise UsageError(
                f"the output holds copies made with another recipe ({earlier.recipe} {earlier.fingerprint}, "
                f"now {making.recipe} {making.fingerprint}); choose another output, or make them anew with --overwrite"
            )
        if making.known != earlier.known and not overwrite:
            raise UsageError(
                f"the output holds copies made {_knowing(earlier.known)}, and these would be made "
                f"{_knowing(making.known)}: they would not be cleaned alike; choose another output, or make them anew "
                "with --overwrite"
            )

    def remember(self, making: Making) -> None:
        """Write down how the copies are made, for its owner's eyes only (0600), whole or not at all.

        Raises
        ------
        UsageError
            If it cannot be written.
        """
        import json

        from dicomveil.batch.storage.whole_file import whole_file
        from dicomveil.pseudonyms.private_file import make_private_folder

        told = {name: getattr(making, name) for name in Making.__slots__}
        try:
            make_private_folder(self.making_path)
            with whole_file(self.making_path, replace=True) as stream:
                stream.write(json.dumps(told) + "\n")
        except OSError as error:
            raise UsageError(unwritable(error)) from None

    def _remembered(self) -> Making | None:
        try:
            with open(self.making_path, encoding="utf-8") as file:
                text = file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, UnicodeDecodeError):
            text = ""
        import json

        try:
            told = json.loads(text)
            return Making(*(str(told[name]) for name in Making.__slots__))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            raise UsageError(
                "project.json in the private folder beside the output cannot be read: how the copies there were made "
                "is not known; choose another output"
            ) from None


def unwritable(error: OSError) -> str:
    """Say that the private folder beside an output cannot be written, without its path."""
    return f"the private folder beside the output cannot be written: {os.strerror(error.errno or 0)}"


def check_project_apart(project: Project, source: object, target: object) -> None:
    """See to it that a private folder that was chosen is neither in input nor output, nor one of them in it.

    Raises
    ------
    UsageError
        If it is: whoever gets the copies would get the key. Or if it is a URL.
    """
    folder = spelled(project.folder)
    if is_url(folder):
        raise UsageError("the private folder has to be on this machine; name a local folder with --project")
    private = resolved(folder)
    for what, place in (("input", source), ("output", target)):
        other = resolved(spelled(place))
        if lies_in(private, other) or (lies_in(other, private) and not is_url(other)):
            raise UsageError(f"the private folder and the {what} are not apart; choose another folder with --project")


def _knowing(digest: str) -> str:
    return f"with the file of --known {digest[:8]}" if digest else "without --known"


def _under(fingerprint: str) -> str:
    return f"under the key {fingerprint}" if fingerprint else "without a key"
