"""``dicomveil deidentify``: a file or a folder in, de-identified copies out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dicomveil.cli.choices import chosen_recipe
from dicomveil.cli.deidentify_words import check_places, make_parser, read_words

if TYPE_CHECKING:
    from dicomveil.batch.crews.crew import Crew
    from dicomveil.cli.deidentify_words import Arguments


def deidentify(words: list[str], *, only: frozenset[bytes] | None = None) -> int:
    """Carry out the command and return its exit code.

    Parameters
    ----------
    only
        Take only inputs with these tokens, also those that an earlier run could not do.
    """
    parser = make_parser()
    arguments = read_words(parser, words)
    recipe = chosen_recipe(arguments.recipe, arguments.retain, at_random=arguments.random)
    check_places(arguments)
    crew = _crew_here(arguments)

    from dicomveil.cli.deidentify_run import carry_out  # beside the processes that are starting, which import the same

    return carry_out(parser, arguments, recipe, crew, only)


def _crew_here(arguments: Arguments) -> Crew | None:
    if arguments.is_single or (arguments.cluster is not None and not arguments.dry_run):
        return None
    from dicomveil.batch.crews.crew import crew_of, jobs_for

    return crew_of(arguments.jobs or jobs_for(arguments.inputs))
