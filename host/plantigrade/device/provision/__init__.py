"""Making an insole out of a flashed board: identity, self-test, bench loads, papers."""
