"""Is the output what it must be? Checks that know nothing of recipes, actions and the engine."""
