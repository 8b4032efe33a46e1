"""Who is made up for the demo, and what of them must not be in an output."""

from __future__ import annotations

from dataclasses import dataclass

UID_DIGITS = "31415926535897"  # in every UID of this hospital


@dataclass(frozen=True, slots=True)
class Patient:
    """One made-up person, and what the hospital wrote down: none of it may be in an output."""

    number: int
    name: str
    patient_id: str
    birth_date: str
    address: str
    phone: str
    physician: str
    accession: str
    study_date: str
    sex: str

    @property
    def folder(self) -> str:
        """The name of the patient's folder, as hospitals give it."""
        return f"{self.name.replace('^', '_')}_{self.patient_id}"

    @property
    def planted(self) -> tuple[str, ...]:
        """Everything that tells who this is."""
        parts = (part for part in self.name.split("^") if part)
        doctor = self.physician.partition("^")[0]
        return (*parts, self.patient_id, self.birth_date, self.address, self.phone, doctor, self.accession)

    def uid(self, *suffix: int) -> str:
        """Return one of the hospital's UIDs for this patient."""
        return f"2.25.{UID_DIGITS}{self.number}{''.join(f'{step:02}' for step in suffix)}"


PATIENTS = (
    Patient(
        1,
        "Quillfeather^Rosalind",
        "QF-7730412",
        "19580317",
        "12 Larkspur Crescent",
        "+44 1632 960117",
        "Harrowgate^Benedict",
        "ACC8812045",
        "20240112",
        "F",
    ),
    Patient(
        2,
        "Østerbrückner^Ignatius",
        "OB-2290867",
        "19710904",
        "Kastanienallee 404",
        "+49 30 5550142",
        "Ravensworth^Cordelia",
        "ACC9034471",
        "20240305",
        "M",
    ),
)
HOSPITAL = "St Swithin Infirmary"
STATION = "SWITHCT03"


def planted() -> tuple[str, ...]:
    """Return every text that must not be found in any output, nor in its name."""
    return (*(text for patient in PATIENTS for text in patient.planted), HOSPITAL, STATION, UID_DIGITS)
