"""One instance in, a new instance and its report out."""
