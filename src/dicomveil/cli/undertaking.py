"""What ``dicomveil deidentify`` is about to do: the recipe, the key, the places, and what carries it out."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dicomveil.batch.records.project import Making, Project, check_project_apart
from dicomveil.batch.run import DONE, Run
from dicomveil.batch.storage.places import holds_files, is_url
from dicomveil.cli.choices import chosen_key, chosen_known, chosen_pseudonyms, kept_key, key_of
from dicomveil.cli.layouts import check_layout, chosen_layout
from dicomveil.engine.deidentify import Deidentifier
from dicomveil.errors import UsageError
from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import KeyedPseudonyms

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from dicomveil.batch.batch import Batch
    from dicomveil.batch.crews.crew import Crew
    from dicomveil.batch.layouts.layout import Layout
    from dicomveil.batch.outcome import Outcome
    from dicomveil.batch.records.ledger import Ledger
    from dicomveil.batch.survey.known import KnownFile
    from dicomveil.batch.work import Work
    from dicomveil.cli.choices import KeyInUse
    from dicomveil.cli.deidentify_words import Arguments
    from dicomveil.pseudonyms.sources import Pseudonyms
    from dicomveil.recipe.model import Recipe


@dataclass(frozen=True, slots=True)
class Undertaking:
    """All that was chosen; nothing is made, read or written yet but for the recipe, the key and the known file."""

    arguments: Arguments
    recipe: Recipe
    project: Project
    in_use: KeyInUse
    layout: str
    known: KnownFile | None

    @classmethod
    def of(cls, arguments: Arguments, recipe: Recipe) -> Self:
        """Work out what a call asks for.

        Raises
        ------
        UsageError, ProjectKeyError
            If it cannot be done, or copies that are there were made otherwise.
        """
        project = _project(arguments)
        in_use = chosen_key(arguments.key, project, recipe)
        layout = chosen_layout(arguments.layout, dicomdir=arguments.dicomdir, single=arguments.is_single)
        check_layout(
            layout,
            recipe,
            key_of(recipe, in_use),
            of_folder=not arguments.inputs.is_single,
            in_storage=is_url(arguments.output),
        )
        made = cls(arguments, recipe, project, in_use, layout, chosen_known(arguments.known, arguments.output))
        made.check()
        if not arguments.dry_run:
            made.check_no_key_is_missing()
        return made

    @property
    def key(self) -> ProjectKey | None:
        """The key that stand-ins are made with; None for the documented ones without one."""
        return key_of(self.recipe, self.in_use)

    @property
    def making(self) -> Making:
        """How copies are going to be made."""
        known = self.known.digest if self.known is not None else ""
        return Making.by(self.recipe, self.key, self.layout, known)

    def check(self) -> None:
        """See to it that new copies go with those that are there."""
        self.project.check(self.making, overwrite=self.arguments.overwrite)

    def check_no_key_is_missing(self) -> None:
        """See to it that no new key is made for an output that has copies under another one.

        Raises
        ------
        UsageError
            If there are files in it and the key they may have been made with is not there.
        """
        if self.in_use.path is None and self.key is not None and holds_files(self.arguments.output):
            raise UsageError(
                "the output holds files already, and its private folder is not there: under a new key one patient "
                "would become two; name that folder with --project or its key with --key, or choose another output"
            )

    @property
    def may_mix_keys(self) -> bool:
        """Tell whether a key is named for an output that has files, which nothing tells what key they are under."""
        known = os.path.exists(self.project.making_path)
        return self.arguments.key is not None and not known and holds_files(self.arguments.output)

    def begun(self) -> Self:
        """Return it with a key that is kept, and have the private folder remember how copies are made.

        Raises
        ------
        UsageError, ProjectKeyError
            If the private folder cannot be written, or another process was first and does it otherwise.
        """
        kept = replace(self, in_use=kept_key(self.in_use, self.project, self.recipe))
        kept.check()
        self.project.remember(kept.making)
        return kept

    def can_do_anything(self) -> bool:
        """Tell whether there is a file to do, so that no key is made for nothing; mostly the first one tells."""
        key = ProjectKey.generate()
        rehearsal = self._run(KeyedPseudonyms(key, self.recipe.dates), key, rehearsal=True)
        return any(outcome.code == DONE for outcome in rehearsal)

    def cluster(self, address: str) -> Crew:
        """Join a cluster's workers.

        Raises
        ------
        UsageError, ClusterError
            If it cannot be joined.
        """
        from dicomveil.batch.crews.clusters import crew_on

        output = self.arguments.output
        return crew_on(address, shared="" if is_url(output) else output)

    def work(self) -> Work:
        """Return what a worker needs to know."""
        from dicomveil.batch.work import Work

        arguments = self.arguments
        return Work(
            self.recipe,
            self.in_use.key,
            os.path.abspath(self.project.table_path),
            arguments.output,
            without_key=self.key is None,
            layout=self.layout,
            staging=os.path.abspath(self.project.staging_path),
            overwrite=arguments.overwrite,
            dry_run=arguments.dry_run,
            again=arguments.again,
            refuse_burned_in=arguments.refuse_burned_in,
            whole=arguments.hash,
            known_path=os.path.abspath(arguments.known) if arguments.known else "",
            known_digest=self.known.digest if self.known is not None else "",
        )

    def batch(
        self,
        crew: Crew,
        ledger: Ledger,
        only: frozenset[bytes] | None,
        tell: Callable[[list[Outcome]], None] | None = None,
    ) -> Batch:
        """Return a run over many files."""
        from dicomveil.batch.batch import Batch

        retried = only is not None
        return Batch(self.work(), self.arguments.inputs, crew, ledger, retried=retried, only=only, tell=tell)

    def run(self, *, writes: bool) -> Run:
        """Return a run in this process that remembers nothing: of a single file, or one that has nothing to do."""
        from dicomveil.batch.layouts.layout import layout_of

        pseudonyms = chosen_pseudonyms(self.recipe, self.in_use, self.project, dry_run=not writes)
        layout = layout_of(self.work()) if not writes and not self.arguments.is_single else None
        return self._run(pseudonyms, self.in_use.key, layout=layout)

    def _run(
        self, pseudonyms: Pseudonyms, key: ProjectKey, *, layout: Layout | None = None, rehearsal: bool = False
    ) -> Run:
        arguments = self.arguments
        deidentifier = Deidentifier(
            self.recipe,
            pseudonyms,
            again=arguments.again,
            refuse_burned_in=arguments.refuse_burned_in,
            known=self.known,
        )
        return Run(
            deidentifier,
            arguments.inputs,
            arguments.output,
            key,
            overwrite=arguments.overwrite or rehearsal,
            dry_run=arguments.dry_run or rehearsal,
            layout=layout,
        )


def _project(arguments: Arguments) -> Project:
    project = Project.beside(arguments.output) if arguments.project is None else Project(arguments.project)
    if arguments.project is not None or os.path.islink(project.folder):
        check_project_apart(project, arguments.input, arguments.output)
    return project
