"""Is the output what it must be? Checks that share no code with what they check."""
