"""How `plantigrade archive analyze` scales: days a minute with 1 and 2 workers, beside a process pool, with a
worker killed every some seconds; and the limits beyond.

    python -m tools.measure_archive --days 40 --hours 24 --made 2

`--made` days of virtual people are made (`twin.body`), the others are copies of them under other names, so
that the disk holds them; the analysis reads and computes each anew. Workers have analysed one recording when
the clock starts. On a busy computer use the CPU seconds: of the workers, and of the client, in which the
scheduler runs.
"""
