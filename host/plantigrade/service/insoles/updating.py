"""An insole updated while the service runs: the service leaves all insoles alone meanwhile.

result = await update_beside(service, lambda: targets.find(serial), bundle, show)
"""

from typing import Protocol

from plantigrade.device.update.progress import ProgressHandler, ignore_progress
from plantigrade.device.update.result import MakeLink, UpdateResult, Wishes
from plantigrade.device.update.updating import update_insole
from plantigrade.firmware_image.bundle import Bundle
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


async def update_beside(
    service: Pausable,
    make_link: MakeLink,
    bundle: Bundle,
    on_progress: ProgressHandler = ignore_progress,
    wishes: Wishes | None = None,
) -> UpdateResult:
    """`update_insole`, with the service paused; it goes on afterwards, unless somebody had paused it before.

    Insoles go on logging in a pause, but for the one that is updated.

    Raises:
        UpdateError: the insole runs what it ran before, and why.
        LinkError: it is out of reach.
    """
    was_paused = service.status().paused
    service.pause()
    try:
        return await update_insole(make_link, bundle, on_progress, wishes)
    finally:
        if not was_paused:
            service.resume()
