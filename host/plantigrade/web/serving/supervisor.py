"""Keeps worker processes running: one that ends, by whatever, is begun again."""

import asyncio
from multiprocessing import get_context
from typing import Any, Final

from plantigrade.web.serving.worker import Place, work

RESTART_S: Final = 5.0
"""Before a worker that ended begins again, so that one which cannot start takes no whole core."""
LOOK_S: Final = 0.5
END_S: Final = 20.0
"""How long a worker may take to finish what it does."""


class Supervisor:
    """Some worker processes.

    Args:
        place: how they open the library.
        count: how many.

    Attributes:
        restarts: how often one was begun again.
    """

    def __init__(self, place: Place, count: int) -> None:
        self._places = [
            Place(place.data_dir, place.url, place.key_file, sweeps=number == 0) for number in range(count)
        ]
        self._workers: list[Any] = []
        self.restarts = 0

    @property
    def pids(self) -> list[int]:
        """Of the workers that run."""
        return [worker.pid for worker in self._workers if worker.is_alive()]

    async def run(self) -> None:
        """Until cancelled; then the workers finish what they do."""
        self._workers = [_start(place) for place in self._places]
        try:
            while True:
                for number, worker in enumerate(self._workers):
                    if not worker.is_alive():
                        self.restarts += 1
                        await asyncio.sleep(RESTART_S)
                        self._workers[number] = _start(self._places[number])
                await asyncio.sleep(LOOK_S)
        finally:
            for worker in self._workers:
                worker.terminate()
            for worker in self._workers:
                await asyncio.shield(asyncio.to_thread(worker.join, END_S))
                if worker.is_alive():
                    worker.kill()


def _start(place: Place) -> Any:
    process = get_context("spawn").Process(target=work, args=(place,), daemon=True)
    process.start()
    return process
