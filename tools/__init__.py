"""What engineers of this repository run: tests, benchmarks, validation, generation, release."""
