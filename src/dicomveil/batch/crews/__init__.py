"""Portions of a run, and who does them."""
