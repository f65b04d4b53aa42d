"""Live view in the terminal."""
