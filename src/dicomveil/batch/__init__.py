"""Many instances: which files, where their copies go, what became of each."""
