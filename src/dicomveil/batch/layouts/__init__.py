"""How copies are laid out in the output, and what is left to do when all are there."""
