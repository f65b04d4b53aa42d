"""Tables as people write them, with the truth known: read right, refused, or read wrong and nothing said?

`python -m tools.fuzz_tables --cases 100000 --seed 7` writes that many files, each as some program in some
region would write it and most of them damaged after that, reads them and counts.
`tests/tools/test_fuzz_tables.py` draws its cases from the same generator.
"""
