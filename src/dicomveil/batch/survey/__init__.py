"""A first look at many files: who and what is in them, and what is known of each patient."""
