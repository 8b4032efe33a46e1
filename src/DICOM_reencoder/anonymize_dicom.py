"""De-identify one file as the documented API promises."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, TypeAlias

from dicomveil.pseudonyms.key import ProjectKey
from dicomveil.pseudonyms.sources import DocumentedPseudonyms, documented_id

if TYPE_CHECKING:
    from dicomveil.engine.deidentify import Deidentifier

Key: TypeAlias = ProjectKey | bytes | str | os.PathLike[str] | None

KEY_VARIABLE = "DICOM_REENCODER_KEY"
"""The environment variable that may name a project key file."""

_RECIPE = "documented"


def anonymize_dicom(
    input_path: str | os.PathLike[str],
    output_path: str | os.PathLike[str] | None = None,
    patient_prefix: str = "ANON",
    *,
    key: Key = None,
) -> str:
    """De-identify one DICOM file; the input stays as it is.

    Patient's Name becomes ``ANONYMOUS^PATIENT`` and Patient ID ``<prefix>_`` with
    :func:`generate_anonymous_id` of it; a file without Patient ID gets a stable one from its other
    identifiers. Birth date, addresses, telephone numbers and age are emptied, institution and physicians
    become ``ANONYMIZED``, instance UIDs are new, all dates of a patient move by the same number of days,
    private elements are gone. All else follows the Basic Application Level Confidentiality Profile
    (PS3.15 Annex E) at every depth; pixel data and geometry are kept as the bytes they were.

    Without a key, **IDs, UIDs and dates can be undone by guessing**: patient numbers are few, and whoever
    has a list of them computes every stand-in. With a key only its owner can; another key gives other
    IDs, UIDs and dates.

    Parameters
    ----------
    input_path
        A DICOM file, with or without pixel data.
    output_path
        Where the result goes; missing folders are made, an existing file is replaced. Without it,
        ``<stem>_anonymized<suffix>`` beside the input, which carries the input's name on.
    patient_prefix
        Put before Patient IDs, with an underscore.
    key
        A secret of 32 bytes, the path of a key file, or a ``ProjectKey``. If None, the environment variable
        ``DICOM_REENCODER_KEY`` may name a key file.

    Returns
    -------
    str
        The path of the result.

    Raises
    ------
    FileNotFoundError
        If there is no such input.
    ValueError
        If the output would replace the input.
    dicomveil.errors.InstanceError
        If the file is no DICOM, damaged, or cannot be made safe (an encapsulated document, for example).
        Nothing is written then.
    dicomveil.errors.ProjectKeyError, dicomveil.errors.UsageError
        If the key, or the prefix, cannot be used.
    """
    source = os.fspath(input_path)
    target = _beside(source) if output_path is None else os.fspath(output_path)
    os.stat(source)
    if os.path.exists(target) and os.path.samefile(source, target):
        raise ValueError("the output would replace the input")
    os.makedirs(os.path.dirname(os.path.abspath(target)), exist_ok=True)
    deidentifier_for(patient_prefix, key).deidentify(source, target, overwrite=True)
    return target


def generate_anonymous_id(original_id: str, *, key: Key = None) -> str:
    """Make the 16 characters that stand for an ID.

    Without a key these are the first 16 of the SHA-256 hex digest of the ID in UTF-8, upper case. Anyone
    with a list of IDs can find which one was meant; with a key nobody else can.

    Parameters
    ----------
    original_id
        The original ID, taken as it is.
    key
        As for :func:`anonymize_dicom`, the environment variable included.

    Raises
    ------
    dicomveil.errors.ProjectKeyError
        If the key cannot be used.

    Examples
    --------
    >>> import unittest.mock
    >>> with unittest.mock.patch.dict("os.environ", clear=True):
    ...     generate_anonymous_id("12345")
    '5994471ABB01112A'
    """
    return documented_id(original_id, _project_key(key))


def deidentifier_for(patient_prefix: str, key: Key) -> Deidentifier:
    """Return what de-identifies files under a prefix and a key; it can be used again and again."""
    from dicomveil.engine.deidentify import Deidentifier
    from dicomveil.recipe.load import load_recipe

    pseudonyms = DocumentedPseudonyms(key=_project_key(key), prefix=patient_prefix)
    return Deidentifier(load_recipe(_RECIPE), pseudonyms)


def _project_key(key: Key) -> ProjectKey | None:
    if key is None:
        key = os.environ.get(KEY_VARIABLE) or None
    if key is None or isinstance(key, ProjectKey):
        return key
    return ProjectKey(key) if isinstance(key, bytes) else ProjectKey.read(key)


def _beside(source: str) -> str:
    stem, suffix = os.path.splitext(source)
    return f"{stem}_anonymized{suffix}"
