"""What a code of Table E.1-1 comes to where the attribute's Type in the SOP class decides (Table E.1-1a)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from dicomveil.standard.tables import of_sop_class, table


class Conflict(NamedTuple):
    """A row whose code would break an IOD if obeyed: ``type`` is the strongest Type that the attribute has.

    ``iods`` counts the IODs where it is so, ``top_level_iods`` those where it is so outside of any sequence.
    """

    tag: str
    name: str
    basic: str
    type: str
    iods: int
    top_level_iods: int
    example_iod: str
    example_path: str


@cache
def resolution(sop_class_uid: str) -> Mapping[str, str]:
    """The action at each path of a SOP class where the row's code alone does not say it.

    A path is keywords joined by dots, from the top level through sequences. The action is one of

    - ``X`` ``Z`` ``D`` ``U`` for a compound code, by the strongest Type that any module of the IOD gives the
      attribute there; ``U`` means to keep the sequence and map the UIDs inside (also for the three paths
      where ``X/Z`` meets Type 1);
    - ``D`` or ``Z`` for a plain ``X`` on Type 1 or 2, and ``D`` for a plain ``Z`` on Type 1: the standard
      leaves it to the de-identifier to keep the IOD whole (E.1.1).

    1C and 2C count as 1 and 2, as the condition held when the attribute is there. A path that is missing is
    of Type 3 or not in the IOD: a simple code means itself, a compound code its weakest reading (X for
    ``X/...``, Z for ``Z/D``). An unknown SOP class, private, retired or newer, has no paths.

    Examples
    --------
    >>> pet, ct = "1.2.840.10008.5.1.4.1.1.128", "1.2.840.10008.5.1.4.1.1.2"
    >>> resolution(pet)["SeriesDate"], resolution(ct)["SeriesDate"]
    ('D', 'X')
    >>> "StudyDescription" in resolution(ct)
    False
    >>> len(resolution("1.2.3"))
    0
    """
    return MappingProxyType(
        {
            path: action
            for group in of_sop_class(_resolutions(), sop_class_uid)
            for action, paths in group.items()
            for path in paths
        }
    )


@cache
def required(sop_class_uid: str) -> Mapping[int, int]:
    """Attributes of Table E.1-1 that a mandatory module demands at the top: 1 with a value, 2 perhaps empty.

    Conditional types (1C, 2C) and the attributes that the table does not name are not in it: it is for
    checking that de-identification has left the IOD whole (PS3.15 E.1.1), not for judging the source.

    Examples
    --------
    >>> ct = required("1.2.840.10008.5.1.4.1.1.2")
    >>> ct[0x00080018], ct[0x00100010]
    (1, 2)
    >>> len(required("1.2.3"))
    0
    """
    return MappingProxyType(
        {
            tag: int(type_)
            for group in of_sop_class(table("required"), sop_class_uid)
            for type_, tags in group.items()
            for tag in tags
        }
    )


@cache
def conflicts() -> tuple[Conflict, ...]:
    """The rows of Table E.1-1 whose code meets a Type that forbids it somewhere, in order of tags.

    Overlay Data (60xx,3000) is one of them: as the whole group 60xx goes, nothing is left to break.

    Examples
    --------
    >>> [c.name for c in conflicts() if c.top_level_iods == 12]
    ['Presentation Creation Date', 'Presentation Creation Time']
    """
    return tuple(Conflict(*cells) for cells in table("conflicts")["rows"])


@cache
def _resolutions() -> dict[str, Any]:
    return table("types")
