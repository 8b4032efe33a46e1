"""Make up patients and studies: all that a corpus says of people, drawn from a seed."""

from __future__ import annotations

import hashlib
from random import Random

UID_ROOT = "1.3.6.1.4.1.99999"

_FAMILIES = (
    "Okafor",
    "Lindgren",
    "Marchesi",
    "Müller",
    "Fernández",
    "Kowalski",
    "Abernethy",
    "Castellano",
    "Petrov",
    "Grünberg",
)
_GIVENS = (
    "Adaeze",
    "Ingrid",
    "Giacomo",
    "Jürgen",
    "Lucía",
    "Zofia",
    "Prudence",
    "Ramona",
    "Artyom",
    "Käthe",
    "Solange",
)
_PHYSICIANS = ("Hargrave", "Nakamura", "ODonnell", "Vanterpool", "Zielinski", "Quintana", "Rasmussen", "Eberhard")
_HOSPITALS = (
    ("Saint Aldhelm Infirmary", "14 Priory Lane, Wexcombe", "STALDHELM"),
    ("Klinikum Oberau", "Am Steinberg 7, Oberau", "KLOBERAU"),
    ("Riverbend Medical Center", "2200 Levee Road, Riverbend", "RIVERBEND"),
)
_CHARACTER_SETS = ("ISO_IR 100", "ISO_IR 192", "")


class Facts(dict[str, str]):
    """What is known of an instance; ``series_uid_3`` is the third UID that its series has or refers to."""

    def __missing__(self, key: str) -> str:
        scope, found, number = key.partition("_uid_")
        if not found:
            raise KeyError(key)
        digest = hashlib.sha256(f"{self[scope + '_scope']}/{number}".encode()).digest()
        digits = str(int.from_bytes(digest[:13], "big"))
        return f"{UID_ROOT}.{self['serial'][2:]}.{digits[:10].lstrip('0')}.1{digits[10:]}"


def randomness(*seeds: object) -> Random:
    """Give a generator of its own to whatever these seeds name."""
    return Random("/".join(str(seed) for seed in seeds))  # text is hashed with SHA-512: the same everywhere


def patient_facts(seed: int, number: int) -> dict[str, str]:
    """Make up a patient."""
    chance = randomness(seed, "patient", number)
    family, given = chance.choice(_FAMILIES), chance.choice(_GIVENS)
    hospital, address, short = _HOSPITALS[number % len(_HOSPITALS)]
    charset = _CHARACTER_SETS[number % len(_CHARACTER_SETS)]
    if not charset and not (family + given).isascii():
        charset = "ISO_IR 100"
    return {
        "charset": charset,
        "family": family,
        "given": given,
        "name": f"{family}^{given}^{chance.choice('ABCDEFGH')}",
        "patient_scope": f"{seed}/patient/{number}",
        "patient_id": f"MRN{chance.randrange(10**8):08d}",
        "other_id": f"NHS{chance.randrange(10**9):09d}",
        "issuer": short,
        "birth_date": _date(chance, 1931, 2010),
        "sex": chance.choice("MF"),
        "age": f"{chance.randrange(18, 89):03d}Y",
        "home": f"{chance.randrange(1, 999)} {chance.choice(_FAMILIES[:3])} Street",
        "phone": f"+1-555-{chance.randrange(10**7):07d}",
        "institution": hospital,
        "address": address,
    }


def study_facts(seed: int, number: int, patient: dict[str, str], modality: str) -> dict[str, str]:
    """Make up a study of a patient."""
    chance = randomness(seed, "study", number)
    referrer = chance.choice(_PHYSICIANS)
    order = f"{chance.randrange(10**7):07d}"
    return {
        "study_scope": f"{seed}/study/{number}",
        "date": _date(chance, 2016, 2025),
        "study_time": f"{chance.randrange(7, 19):02d}{chance.randrange(60):02d}{chance.randrange(60):02d}",
        "accession": f"ACC{chance.randrange(10**9):09d}",
        "order": f"ORD{order}",
        "step": f"SPS{order}",
        "study_id": order[:6],
        "admission": f"ADM{chance.randrange(10**9):09d}",
        "study_description": f"{modality} with contrast",
        "referrer": f"{referrer}^Mortimer^^Dr",
        "referrer_family": referrer,
        "performer": f"{chance.choice(_PHYSICIANS)}^Perdita",
        "reader": f"{chance.choice(_PHYSICIANS)}^Tobias",
        "operator": f"{chance.choice(_PHYSICIANS)}^Winifred",
        "station": f"{patient['issuer']}{chance.randrange(1, 9)}",
        "serial": f"SN{chance.randrange(10**6, 10**7)}",
    }


def _date(chance: Random, first_year: int, last_year: int) -> str:
    return f"{chance.randint(first_year, last_year)}{chance.randint(1, 12):02d}{chance.randint(1, 28):02d}"
