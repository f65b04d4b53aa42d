"""Mutation testing: small deliberate faults in the product, and the tests that must notice them.

`python -m tools.mutants --seed 1 --size 450` draws so many faults from all packages of `packages.toml`, puts
each into a private copy of the project, and runs there the tests that execute the faulty line, cheapest
first, until one fails. Operators come from Cosmic Ray and from `operators`; kernels run uncompiled.
"""
