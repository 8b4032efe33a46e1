"""Read one table of the standard from the data files beside this package."""

from __future__ import annotations

import json
import os.path
from collections.abc import Mapping
from typing import Any

from dicomveil.standard import EDITION

_FOLDER = os.path.join(os.path.dirname(__file__), "data", EDITION)


def table(name: str) -> dict[str, Any]:
    """The content of one data file, freshly parsed; its readers keep what they make of it.

    Every table has a ``stamp``: the edition, the acknowledgement that NEMA asks for, and the SHA-256 of each
    source that ``tools/build_standard_tables.py`` made it from.

    Parameters
    ----------
    name
        The file's name without its ending.

    Raises
    ------
    FileNotFoundError
        If there is no such table: the installation is damaged.

    Examples
    --------
    >>> table("methods")["stamp"]["acknowledgement"]
    'DICOM PS3.15 2026d, (c) NEMA'
    """
    with open(os.path.join(_FOLDER, f"{name}.json"), "rb") as file:
        content: dict[str, Any] = json.loads(file.read().decode("utf-8"))
    return content


def of_sop_class(content: Mapping[str, Any], sop_class_uid: str) -> list[dict[str, list[Any]]]:
    """The groups ``{value: [keys]}`` of a table that hold for one SOP class; none if it is unknown.

    Such a table keeps each set of SOP classes once, as bits over its list ``sop_classes``, since most
    attributes come with modules that many SOP classes share.

    Examples
    --------
    >>> content = {"sop_classes": ["1.2", "1.3"], "groups": [["1", {"D": ["A"]}], ["3", {"X": ["B"]}]]}
    >>> of_sop_class(content, "1.3")
    [{'X': ['B']}]
    >>> of_sop_class(content, "9.9")
    []
    """
    classes: list[str] = content["sop_classes"]
    if sop_class_uid not in classes:
        return []
    bit = 1 << classes.index(sop_class_uid)
    return [keys for bits, keys in content["groups"] if int(bits, 16) & bit]
