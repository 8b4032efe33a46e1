"""Words that identify nobody by themselves, so that they do not make every other text a finding."""

from __future__ import annotations

# Titles and degrees, as in the prefix and suffix of a PN; half of all names would share a hit on "DR".
_TITLES = """
    dr md mr mrs ms miss mme mlle herr frau prof professor doctor sir dipl ing phd msc bsc rn do jr sr ii iii
    iv
"""

# Particles: parts of very many names and of ordinary prose ("LA" is also the left atrium).
_PARTICLES = """
    van von der den de del della di da dos das du la le el al bin ibn ben abu ter ten zu zum zur and und et of
"""

# What stands where no name is known, or where nobody real is meant; none is anybody's secret.
_NOBODY = """
    anon anonym anonymous anonymized anonymised deidentified removed withheld unknown unnamed noname none null
    nil name patient subject volunteer person phantom test demo dummy case control sample donor doe baby boy
    girl infant newborn male female unidentified na nos other
"""

# Modalities (PS3.3 C.7.3.1.1.1) that also stand in names of phantoms: "CT^HEAD" would hit everything.
_MODALITIES = """
    ct mr us pt nm cr dx mg xa rf ot sc es gm sm io px seg sr pr ko
"""

# An institution or address of one such word names no place.
_PLACES = """
    hospital clinic klinik klinikum hopital krankenhaus radiology radiologie department university center
    centre institute praxis practice medical imaging street road city usa germany
"""

NO_NAME = frozenset((_TITLES + _PARTICLES + _NOBODY + _MODALITIES).split())
NO_IDENTIFIER = NO_NAME | frozenset(_PLACES.split())
