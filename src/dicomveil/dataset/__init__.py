"""The data as it lies: read without decoding, changed without touching the rest (PS3.5, PS3.10)."""
