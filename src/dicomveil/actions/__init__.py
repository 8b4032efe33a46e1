"""How a value is made: one verb a file, pure; the plan says when (PS3.15 Table E.1-1a)."""
