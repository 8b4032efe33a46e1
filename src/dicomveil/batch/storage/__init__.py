"""Places by path or URL, and how files come to stand there whole."""
