"""What can be done with an insole that the service looks after: find it, test it, zero it, fetch it now."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import numpy as np
from insole_protocol import ids, replies
from insole_protocol.host_messages import Reply
from insole_protocol.layout import SENSOR_NAMES
from numpy.typing import NDArray

from plantigrade.bridge.insole import Identity, Insole, StampedFrames
from plantigrade.bridge.session import Session
from plantigrade.calibration.model import Calibration
from plantigrade.calibration.nominal import nominal
from plantigrade.calibration.zero import zeroed
from plantigrade.library.catalogue.details import calibration_of
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Device
from plantigrade.link.base import LinkError, now_ns
from plantigrade.service.insoles.settings import (
    BLINK_S,
    CODE_HIGHEST,
    CODE_LOWEST,
    SELF_TEST_S,
    ZERO_FRAMES,
    ZERO_TIMEOUT_S,
)
from plantigrade.service.insoles.state import FAULTS
from plantigrade.service.offload import Offload
from plantigrade.service.status import ServiceError

Counts = NDArray[np.uint16]


class Collector(Protocol):
    """An insole that the service looks after."""

    @property
    def insole(self) -> Insole:
        """What is known of it."""
        ...

    @property
    def session(self) -> Session | None:
        """Of the connection that is open now."""
        ...


@dataclass(frozen=True)
class SelfTest:
    """What an insole found when it tested itself.

    Attributes:
        serial: of the insole.
        at_utc_ns: when.
        faults: as text; empty when all is in order.
        levels: code of each sensor at that moment, by its name.
        text: what the insole says.
    """

    serial: str
    at_utc_ns: int
    faults: tuple[str, ...]
    levels: tuple[tuple[str, int], ...]
    text: str

    def sensors(self) -> list[tuple[str, bool]]:
        """Name of each sensor, and whether its code is within the converter's range: one that is at either
        end has no contact or is shorted."""
        return [(name, CODE_LOWEST < level < CODE_HIGHEST) for name, level in self.levels]


class InsoleCare:
    """Does something with one insole at a time, in the service's loop.

    Args:
        collectors: insoles that the service looks after, by name.
        library: holds the calibrations.
        fetch_now: has all insoles connected now instead of in a quarter of an hour.
        utc_ns: the wall clock.
        offload: runs what would hold up the loop.
        now: the clock of the frames.

    Attributes:
        tests: the newest self-test of each insole, by serial number.
    """

    def __init__(
        self,
        collectors: Mapping[str, Collector],
        library: Library,
        fetch_now: Callable[[], None],
        utc_ns: Callable[[], int],
        offload: Offload,
        now: Callable[[], int] = now_ns,
    ) -> None:
        self.tests: dict[str, SelfTest] = {}
        self._collectors, self._library = collectors, library
        self._fetch_now, self._utc_ns, self._offload, self._now = fetch_now, utc_ns, offload, now
        self._zeroing: dict[str, _Gathering] = {}
        self._storing: set[asyncio.Task[tuple[Calibration, ...]]] = set()

    def on_frames(self, _side: str, insole: Insole, stamped: StampedFrames) -> None:
        """Hear of new frames: those of an insole that is being zeroed are gathered."""
        if self._zeroing and insole.identity is not None:
            gathering = self._zeroing.get(insole.identity.serial)
            if gathering is not None:
                gathering.take(stamped)

    def fetch_now(self) -> None:
        """Have all insoles connected and fetched from now."""
        self._fetch_now()

    async def identify(self, serial: str, seconds: int = BLINK_S) -> None:
        """Let an insole blink.

        Raises:
            ServiceError: it is not connected, or does not answer.
        """
        await self._ask(serial, ids.OP_IDENTIFY, seconds)

    async def self_test(self, serial: str) -> SelfTest:
        """Let an insole test itself.

        Raises:
            ServiceError: it is not connected, or does not answer.
        """
        answer = replies.SelfTestReply(await self._ask(serial, ids.OP_SELF_TEST))
        faults = [text for flag, text in FAULTS if answer.faults & flag]
        known = sum(flag for flag, _ in FAULTS)
        if answer.faults & ~known:
            faults.append(f"fault 0x{answer.faults & ~known:04x}")
        levels = tuple(zip(SENSOR_NAMES, answer.levels, strict=True))
        found = SelfTest(serial, self._utc_ns(), tuple(faults), levels, answer.text)
        self.tests[serial] = found
        return found

    async def zero(self, serial: str) -> Calibration:
        """Measure the unloaded codes of an insole in which no foot is, and use them from now on.

        Raises:
            ServiceError: it is not connected, it is being zeroed already, or no frames come: it must be in
                live mode.
            ZeroError: something presses on it.
            LibraryError: the database fails.
        """
        (made,) = await self.zero_all((serial,))
        return made

    async def zero_all(self, serials: Sequence[str]) -> tuple[Calibration, ...]:
        """Zero several insoles by the same seconds, which begin now: all of them, or none.

        Raises:
            ServiceError, ZeroError, LibraryError: as for one.
        """
        identities = [self._identity(serial) for serial in serials]
        for identity in identities:
            if identity.serial in self._zeroing:
                raise ServiceError(f"the {identity.side} insole is being zeroed already; wait some seconds")
        gathered = [_Gathering(self._now()) for _ in identities]
        self._zeroing |= {one.serial: gathering for one, gathering in zip(identities, gathered, strict=True)}
        try:
            async with asyncio.timeout(ZERO_TIMEOUT_S):
                for gathering in gathered:
                    await gathering.full.wait()
        except TimeoutError as error:
            pairs = zip(identities, gathered, strict=True)
            side = next((one.side for one, gathering in pairs if not gathering.full.is_set()), "")
            raise ServiceError(
                f"the {side} insole sends nothing at the moment; switch live mode on, keep it near"
            ) from error
        finally:
            for identity in identities:
                del self._zeroing[identity.serial]
        counts = [gathering.counts() for gathering in gathered]
        return await self._offload.thread(self._store_zeros, identities, counts)

    def store_zero(self, serial: str, counts: Counts) -> None:
        """Use from now on the unloaded codes (n, 16) of an insole, measured while somebody looked."""
        stored = self._offload.thread(self._store_zeros, [self._identity(serial)], [counts])
        task = asyncio.ensure_future(stored)
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)

    def _store_zeros(
        self, identities: Sequence[Identity], counts: Sequence[Counts]
    ) -> tuple[Calibration, ...]:
        pairs = zip(identities, counts, strict=True)
        made = tuple(self._zeroed(identity, unloaded) for identity, unloaded in pairs)
        for identity, calibration in zip(identities, made, strict=True):
            insole = Device(identity.serial, identity.side, identity.layout, identity.firmware)
            self._library.set_calibration(calibration, insole)
        return made

    def _zeroed(self, identity: Identity, counts: Counts) -> Calibration:
        known = calibration_of(self._library, identity.serial)
        known = replace(nominal(), serial=identity.serial) if known is None else known
        day = datetime.fromtimestamp(self._utc_ns() / 1e9).date()
        return zeroed(known, counts, tuple(SENSOR_NAMES), day)

    def _identity(self, serial: str) -> Identity:
        for collector in self._collectors.values():
            identity = collector.insole.identity
            if identity is not None and identity.serial == serial:
                return identity
        raise ServiceError(f"no insole {serial} is looked after here")

    async def _ask(self, serial: str, op: int, *arguments: int) -> Reply:
        identity = self._identity(serial)
        for collector in self._collectors.values():
            if collector.insole.identity is identity and collector.session is not None:
                try:
                    async with asyncio.timeout(SELF_TEST_S):
                        return (await collector.session.command_client.ask(op, *arguments)).reply
                except TimeoutError as error:
                    raise ServiceError(f"the {identity.side} insole did not answer in time") from error
                except LinkError as error:
                    raise ServiceError(f"the {identity.side} insole did not do it: {error}") from error
        raise ServiceError(
            f"the {identity.side} insole is not connected at the moment; bring it near and fetch it now"
        )


class _Gathering:
    """Frames of one insole until there are enough, of those that were sampled since it began: what is on its
    way, or comes from the log, was sampled while a foot may have been in the shoe.

    Args:
        began_ns: on the clock of the frames.
    """

    def __init__(self, began_ns: int) -> None:
        self.full = asyncio.Event()
        self._began_ns = began_ns
        self._parts: list[Counts] = []

    def take(self, stamped: StampedFrames) -> None:
        if stamped.host_ns is None:
            return
        self._parts.append(stamped.frames.counts[stamped.host_ns >= self._began_ns])
        if sum(len(part) for part in self._parts) >= ZERO_FRAMES:
            self.full.set()

    def counts(self) -> Counts:
        return np.concatenate(self._parts)[-ZERO_FRAMES:]
