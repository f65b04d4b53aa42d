"""A site as it is after some weeks, and one on the first day: for tests, pictures and fuzzing."""
