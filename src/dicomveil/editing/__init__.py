"""Editing: what shall become of which element, said as values; no policy enters."""
