"""The service leaves all insoles alone while somebody else works on one of them, as an update does.

with left_alone(service):
    result = await update_insole(make_link, bundle)
"""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

from plantigrade.service.status import ServiceStatus


class Pausable(Protocol):
    """What is needed of `BridgeService`."""

    def status(self) -> ServiceStatus:
        """How everything stands."""
        ...

    def pause(self) -> None:
        """Leave the insoles alone."""
        ...

    def resume(self) -> None:
        """Look after them again."""
        ...


@contextmanager
def left_alone(service: Pausable) -> Generator[None]:
    """Pause the service; it goes on afterwards, unless somebody had paused it before.

    Insoles go on logging in a pause.
    """
    was_paused = service.status().paused
    service.pause()
    try:
        yield
    finally:
        if not was_paused:
            service.resume()
