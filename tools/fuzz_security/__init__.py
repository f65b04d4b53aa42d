"""Damaged and made-up bytes for every parser that a stranger's bytes reach since insoles have keys.

`python -m tools.fuzz_security --inputs 10000000` throws so many at each; `tests/tools/test_fuzz_security.py`
draws a few from the same generators.
"""
