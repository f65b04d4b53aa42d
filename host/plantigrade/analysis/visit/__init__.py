"""What is found in the short recordings of a visit: quiet standing, one-leg stance."""
