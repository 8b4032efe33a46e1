"""Many files edited, compared, found."""
