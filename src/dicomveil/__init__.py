"""Edit and de-identify DICOM files after PS3.15 Annex E: nothing leaks, nothing else changes."""

__version__ = "0.1.0"
