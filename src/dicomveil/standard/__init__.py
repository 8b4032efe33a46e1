"""The standard as it reads: tables of PS3.15 Annex E, PS3.6, PS3.3 and PS3.16, of one edition."""

EDITION = "2026d"
TYPES_EDITION = "2026b"  # of PS3.3, where the Types are from; no compound code changed between the two
ACKNOWLEDGEMENT = "DICOM PS3.15 2026d, (c) NEMA"
