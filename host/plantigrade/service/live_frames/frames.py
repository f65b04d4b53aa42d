"""Live frames of every pair that somebody looks at.

Nothing is calibrated while nobody looks: `watch` begins with the first looker at a pair and ends with the
last. All of it runs in the service's loop.
"""

import asyncio
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.calibration.model import Calibration
from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.details import calibration_of
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.tables import PersonRow
from plantigrade.service.core import BridgeService
from plantigrade.service.events import LinkState
from plantigrade.service.live_frames.foot import FootNow, FootState, LiveFoot, ZeroResult
from plantigrade.service.live_frames.settings import LOOK_S, LOOK_STEP_S, MOST_FEET, STEP_S
from plantigrade.service.live_frames.walking import Contact, StepFigures, Walking
from plantigrade.service.offload import Offload
from plantigrade.service.rehearsing import rehearsed

_S: Final = 1_000_000_000


@dataclass(frozen=True)
class Frame:
    """Both feet at a moment.

    Attributes:
        utc_ns: of now.
        feet: what is known of each.
    """

    utc_ns: int
    feet: dict[Foot, FootNow]


@dataclass(eq=False)
class _Pair:
    """What is followed of a person while somebody looks.

    Attributes:
        lookers: how many look.
        serials: of the insoles by foot.
        changes: counts every new frame.
    """

    lookers: int = 0
    serials: dict[Foot, str] = field(default_factory=dict[Foot, str])
    walking: Walking = field(default_factory=Walking)
    stepped_ns: int = 0
    changes: int = 0


class LiveFrames:
    """Calibrated frames by person.

    A person's pair is that of the insoles which are the person's; where there are none, and for whoever looks
    without a person (at a bench), the insoles that are nobody's.

    Args:
        library: open.
        service: whose insoles are shown.
        offload: runs calls to the database.
        now_ns, utc_ns: the clock of the frames, and the wall clock.

    Attributes:
        on_change: called with the person of each pair of which new frames came.
        on_zeroed: called with the serial number and the unloaded codes (n, 16) of an insole that was zeroed.
    """

    def __init__(
        self,
        library: Library,
        service: BridgeService,
        offload: Offload,
        now_ns: Callable[[], int],
        utc_ns: Callable[[], int],
    ) -> None:
        self.on_change: list[Callable[[str | None], None]] = []
        self.on_zeroed: list[Callable[[str, NDArray[np.uint16]], None]] = []
        self._library, self._service, self._offload = library, service, offload
        self._now_ns, self._utc_ns = now_ns, utc_ns
        self._pairs: dict[str | None, _Pair] = {}
        self._feet: dict[str, LiveFoot] = {}
        self._asked: dict[str, asyncio.Future[Calibration | None]] = {}
        service.on_frames(self.on_frames)

    @contextmanager
    def watch(self, person: str | None) -> Generator[None]:
        """Follow a pair while the context lasts."""
        pair = self._pairs.setdefault(person, _Pair())
        pair.lookers += 1
        self._choose(person, pair)
        try:
            yield
        finally:
            pair.lookers -= 1
            if not pair.lookers:
                del self._pairs[person]
            if not self._pairs:
                self._feet.clear()

    def is_watched(self, person: str | None) -> bool:
        """Whether somebody looks at a pair."""
        return person in self._pairs

    def on_frames(self, side: str, insole: Insole, stamped: StampedFrames) -> None:
        """New frames of an insole."""
        del side
        if not self._pairs or insole.identity is None:
            return
        serial = insole.identity.serial
        pairs = list(self._pairs.items())
        shown = [(person, pair) for person, pair in pairs if serial in self._choose(person, pair)]
        foot = self._foot(serial) if shown else None
        if foot is None:
            return
        piece = foot.take(stamped)
        if piece is None:
            return
        if foot.unloaded is not None:
            codes, foot.unloaded = foot.unloaded, None
            for store in self.on_zeroed:
                store(serial, codes)
        for person, pair in shown:
            pair.changes += 1
            pair.walking.add(Foot(insole.identity.side), piece)
            for handler in self.on_change:
                handler(person)

    def frame(self, person: str | None) -> Frame:
        """Both feet of a pair that is watched, now."""
        pair = self._pairs[person]
        self._choose(person, pair)
        now_ns, utc_ns = self._now_ns(), self._utc_ns()
        found: dict[Foot, FootNow] = {}
        for foot in Foot:
            live = self._feet.get(pair.serials.get(foot, ""))
            found[foot] = FootNow() if live is None else live.now(now_ns, utc_ns - now_ns)
        return Frame(utc_ns, found)

    def utc_minus_now_s(self) -> float:
        """From the clock of the frames to UTC."""
        return (self._utc_ns() - self._now_ns()) / _S

    def changes(self, person: str | None) -> int:
        """A number that grows with each new frame of a pair that is watched."""
        return self._pairs[person].changes

    def step(self, person: str | None) -> list[tuple[Contact, int]]:
        """Contacts of a pair that is watched since the last call, with their times in UTC (ns)."""
        pair, now_ns = self._pairs[person], self._now_ns()
        if now_ns - pair.stepped_ns < STEP_S * _S:
            return []
        pair.stepped_ns = now_ns
        shift_ns = self._utc_ns() - now_ns
        contacts = pair.walking.step(self._silent(pair))
        return [(contact, round(contact.time_s * _S) + shift_ns) for contact in contacts]

    def figures(self, person: str | None) -> StepFigures | None:
        """Of the last ten steps of a pair that is watched; None when nobody has walked lately."""
        pair = self._pairs[person]
        return pair.walking.figures(self._now_ns() * 1e-9, self._silent(pair))

    def feet(self, person: str | None) -> dict[Foot, LiveFoot]:
        """What is followed of a pair that is watched."""
        serials = self._pairs[person].serials
        return {foot: self._feet[serial] for foot, serial in serials.items() if serial in self._feet}

    def zero(self, person: str | None) -> None:
        """Take what the insoles of a pair read in the next seconds as unloaded.

        Raises:
            PlantigradeError: nothing comes of either insole.
        """
        feet = self.feet(person) if person in self._pairs else {}
        if not feet:
            raise PlantigradeError("no insole sends; zeroing needs what it sends")
        for foot in feet.values():
            foot.begin_zeroing(self._now_ns())

    def zeroed(self, person: str | None) -> ZeroResult:
        """How the last zeroing of a pair that is watched ended: what is worse of both feet."""
        return max((foot.zeroed for foot in self.feet(person).values()), default=ZeroResult.NONE)

    async def look(self, person: str | None) -> Frame:
        """Both feet once, for a page without script: waits for the next frame of each insole in reach."""
        with self.watch(person):
            until_ns = self._now_ns() + round(LOOK_S * _S)
            while True:
                frame = self.frame(person)
                serials = self._pairs[person].serials
                here = all(frame.feet[foot].state is not FootState.NOTHING for foot in serials)
                if (serials and here) or self._now_ns() >= until_ns:
                    return frame
                await asyncio.sleep(LOOK_STEP_S)

    def insoles(self, person: str | None) -> dict[Foot, str]:
        """Serial numbers of a person's pair, as far as insoles have introduced themselves."""
        person_of = self._service.wearings.wearers.person_of
        own: dict[Foot, str] = {}
        nobodys: dict[Foot, str] = {}
        for collector in self._service.collectors.values():
            identity = collector.insole.identity
            if identity is None or identity.side not in ("left", "right"):
                continue
            whose, foot = person_of(identity.serial), Foot(identity.side)
            taken = nobodys if whose is None else own if whose == person else None
            if taken is not None and (foot not in taken or collector.link is LinkState.CONNECTED):
                taken[foot] = identity.serial
        return own or nobodys

    def is_own(self, person: str | None) -> bool:
        """Whether the pair that is shown is the person's."""
        person_of = self._service.wearings.wearers.person_of
        return any(person_of(serial) == person for serial in self.insoles(person).values())

    def note_looking(self, person: str) -> None:
        """Log that whoever is at work looks at a person's live frames. Blocks: called in a thread.

        Raises:
            LibraryError: the database fails.
        """
        with self._library.store.read() as session:
            key = session.scalar(sa.select(PersonRow.audit_key).where(PersonRow.code == person))
        if key is not None:
            self._library.read_log.add((key,), "live frames")

    # Inside

    def _choose(self, person: str | None, pair: _Pair) -> tuple[str, ...]:
        serials = self.insoles(person)
        if serials != pair.serials:
            pair.serials, pair.walking = serials, Walking()
        return tuple(serials.values())

    def _silent(self, pair: _Pair) -> frozenset[Foot]:
        """Feet of which nothing comes."""
        now_ns = self._now_ns()
        live = {foot: self._feet.get(serial) for foot, serial in pair.serials.items()}
        gone = (FootState.STALE, FootState.NOTHING)
        return frozenset(
            foot for foot in Foot if (one := live.get(foot)) is None or one.now(now_ns, 0).state in gone
        )

    def _foot(self, serial: str) -> LiveFoot | None:
        """What follows an insole; None until its calibration has been read."""
        if serial in self._feet or len(self._feet) >= MOST_FEET:
            return self._feet.get(serial)
        reading = self._asked.get(serial)
        if reading is None:
            reading = asyncio.ensure_future(self._read_calibration(serial))
            self._asked[serial] = reading
        if not reading.done():
            return None
        del self._asked[serial]
        failed = reading.cancelled() or reading.exception() is not None
        self._feet[serial] = LiveFoot(None if failed else reading.result())
        return self._feet[serial]

    async def _read_calibration(self, serial: str) -> Calibration | None:
        await rehearsed(self._offload)
        return await self._offload.thread(calibration_of, self._library, serial)
