"""New UIDs, keyed digests and days for edits: the same for the same original wherever the key is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dicomveil.editing.instance import Instance
    from dicomveil.pseudonyms.sources import Pseudonyms

_PATIENT_ID = 0x00100020
_PURPOSE = "edit-hash"


class EditStandIns:
    """What `EditList` asks for, from a source of pseudonyms."""

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms

    def uid(self, original: str) -> str:
        """Return the new UID for an old one."""
        return self._pseudonyms.uid(original)

    def tools(self, instance: Instance) -> PatientTools:
        """Return what a template needs for one instance; its patient is the one that Patient ID named at first."""
        return PatientTools(self._pseudonyms, instance)


class PatientTools:
    """Digests, and the days that the dates of an instance's patient are moved by."""

    def __init__(self, pseudonyms: Pseudonyms, instance: Instance) -> None:
        self._pseudonyms = pseudonyms
        self._instance = instance

    def digest(self, text: str) -> str:
        """Return the 16 characters that stand for a text."""
        return self._pseudonyms.identifier(_PURPOSE, text)

    def days(self) -> int:
        """Return by how many days to move the patient's dates, whoever earlier edits have made of the patient."""
        return self._pseudonyms.days("\\".join(self._instance.texts_before(_PATIENT_ID) or []))
