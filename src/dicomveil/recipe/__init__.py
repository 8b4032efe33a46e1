"""What happens to each attribute, and why: recipes as they are written, read and checked."""
