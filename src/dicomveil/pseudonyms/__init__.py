"""Stand-ins: a new UID, identifier or number of days for each original, the same wherever it stands."""
