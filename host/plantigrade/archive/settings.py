"""Numbers of the archive, each with its reason."""

from typing import Final

IN_FLIGHT_PER_WORKER: Final = 16
"""Tasks that a worker has or will have next: enough that tiny ones go out and come back many at a time, few
enough that a million recordings do not lie in the scheduler's memory at once."""
COUNT_WORKERS_EVERY_S: Final = 1.0
"""Workers come and go slowly, and counting them asks the scheduler: not for each of many small tasks."""
ALLOWED_FAILURES: Final = 5
"""A recording whose worker ended so often is named in the report: more likely its fault than the worker's."""
WORKER_MEMORY: Final = "1.5 GB"
"""A day of both feet takes 0.5 GB at its peak, 0.7 GB where kernels are compiled for the first time; a worker
beyond this is begun anew."""
TICK: Final = "500 ms"
"""How often Dask asks its own loops whether they still turn: 50 times a second as it comes, in the client and
in each worker, which beside tasks of seconds tells no more than twice."""
PAGE: Final = 2000
"""Recordings that are looked up in the catalogue at once."""
STORE_WAIT_S: Final = (5.0, 300.0)
"""First and longest wait for a store that does not answer, doubling."""
STORE_PATIENCE_S: Final = 6 * 3600.0
"""So long is waited for a store until the run ends; it goes on where it was when it is begun again."""
WRITE_TOGETHER: Final = 64
"""Results that are written to the catalogue in one transaction."""
WRITE_EVERY_S: Final = 2.0
STORE_NAME: Final = "store"
