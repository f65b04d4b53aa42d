"""The always-on bridge: insoles through bursts or live streams into journals, and journals into recordings.

Everything runs in one event loop. Pages call the methods of `BridgeService` from that loop.
"""

import os
import time
from collections.abc import Callable, Mapping

from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.journal.file import Sync
from plantigrade.bridge.reconnecting import LinkFactory
from plantigrade.library.catalogue.library import Library
from plantigrade.link.base import now_ns
from plantigrade.service.bus import EventBus
from plantigrade.service.offload import Offload
from plantigrade.service.settings import ServiceSettings
from plantigrade.service.status import ServiceStatus
from plantigrade.service.wearing.news import WearingNews

FramesHandler = Callable[[str, Insole, StampedFrames], None]
"""Foot side ("left", "right", "unset"), the insole, its new frames in order (late ones are marked)."""
WearingHandler = Callable[[WearingNews], None]


class BridgeService:
    """The service.

    Args:
        library: open; the service alone writes journals beside it.
        links: by name of an insole, what makes a link to it for each attempt; `watch_insole` adds more.
        bus: where events go.
        settings: how to behave.
        now: the host's monotonic clock in ns.
        utc_ns: the wall clock in ns.
        offload: runs what would hold up the loop; `Offload.inline()` in virtual time.
        sync: makes a file descriptor's data durable.

    Raises:
        ServiceRunningError: (from `run`) another service looks after this library.
    """

    def __init__(
        self,
        library: Library,
        links: Mapping[str, LinkFactory],
        bus: EventBus,
        settings: ServiceSettings = ServiceSettings(),  # noqa: B008 (frozen)
        now: Callable[[], int] = now_ns,
        utc_ns: Callable[[], int] = time.time_ns,
        offload: Offload = Offload(),  # noqa: B008 (frozen)
        sync: Sync = os.fsync,
    ) -> None:
        self.library = library
        self.bus = bus
        self.settings = settings
        self.insoles: dict[str, Insole] = {}

    async def run(self) -> None:
        """Look after the insoles until `stop`.

        Raises:
            ServiceRunningError: another service looks after this library.
        """
        raise NotImplementedError

    def stop(self) -> None:
        """End in good order: commit, acknowledge, disconnect; `run` returns then. The insoles keep the rest."""
        raise NotImplementedError

    def kill(self) -> None:
        """End as `kill -9` ends a process: nothing in memory survives. For tests."""
        raise NotImplementedError

    def watch_insole(self, name: str, make_link: LinkFactory) -> None:
        """Look after one more insole from now on."""
        raise NotImplementedError

    def on_frames(self, handler: FramesHandler) -> None:
        """Call with each batch of new frames, before it goes to the journals."""
        raise NotImplementedError

    def on_wearing(self, handler: WearingHandler) -> None:
        """Call when a wearing begins, ends, or becomes a recording."""
        raise NotImplementedError

    def request_live(self, minutes: float) -> None:
        """Keep connected in live mode for so long, at most `MAX_LIVE_MIN`; asking again makes it longer."""
        raise NotImplementedError

    def end_live(self) -> None:
        """Go back to daily mode."""
        raise NotImplementedError

    def pause(self) -> None:
        """Leave the insoles alone until `resume`; they go on logging."""
        raise NotImplementedError

    def resume(self) -> None:
        """End a pause."""
        raise NotImplementedError

    def start_recording(self, title: str, seconds: float | None = None) -> None:
        """Begin a finite recording of its own; it ends after `seconds`, or at `stop_recording`.

        Raises:
            ServiceError: one is under way, or no insole has been heard of.
        """
        raise NotImplementedError

    def stop_recording(self) -> None:
        """End the finite recording; it becomes a recording when its frames have been fetched.

        Raises:
            ServiceError: none is under way.
        """
        raise NotImplementedError

    def status(self) -> ServiceStatus:
        """How everything stands."""
        raise NotImplementedError
