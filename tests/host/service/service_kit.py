"""Insoles for the service in virtual time: their logs hold a frame a second, so that a day takes a moment.

Every byte is built and parsed by `insole_protocol`.
"""

import asyncio
import struct
import zlib
from array import array
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from insole_protocol import block, ids, messages
from insole_protocol.codec import Encoder
from insole_protocol.host_messages import build_log_block
from plantigrade.bridge.journal.entries import Damage, Kind, scan
from plantigrade.bridge.journal.file import Sync
from plantigrade.bridge.slot_ranges import SlotSet
from plantigrade.library.catalogue.library import Library
from plantigrade.library.recordings.container import read_manifest
from plantigrade.library.recordings.verify import verify
from plantigrade.link.base import Channel, LinkError
from plantigrade.service.bus import EventBus
from plantigrade.service.core import BridgeService
from plantigrade.service.events import Event, RecordingEvent
from plantigrade.service.offload import Offload
from plantigrade.service.settings import ServiceSettings

from tests.host.bridge_kit.scripted_link import Fields, ScriptedLink
from tests.host.bridge_kit.virtual_time import run_virtually, virtual_now_ns

PERIOD_US = 10_000
SLOTS_A_FRAME = 100
FRAMES = 60
RECORD_SLOTS = SLOTS_A_FRAME * FRAMES
RECORD_US = RECORD_SLOTS * PERIOD_US
SERIALS = {"left": "00000A50477A3F01", "right": "00000A50477A3F02"}
SETTINGS = ServiceSettings(linger_s=90.0, status_period_s=3600.0, status_at_least_s=86400.0)
SIDES = {"left": ids.SIDE_LEFT, "right": ids.SIDE_RIGHT}
EMPTY, STANDING = 330, 900

Worn = Callable[[datetime], bool]


@cache
def _template(count: int, frames: int) -> bytes:
    ring = array("H", [count] * 16 * frames)
    out = bytearray(2048)
    length = Encoder().encode(out, ring, 0, frames, 0, 0, 1, PERIOD_US, SLOTS_A_FRAME, 1, 0)
    return bytes(out[:length])


def record_of(seq: int, time_us: int, boot: int, count: int, frames: int = FRAMES) -> bytes:
    """A block record of a frame a second, all channels at one count."""
    record = bytearray(_template(count, frames))
    struct.pack_into("<IQH", record, block.SEQ_AT, seq, time_us, boot)
    struct.pack_into("<I", record, len(record) - block.CRC_BYTES, zlib.crc32(record[: -block.CRC_BYTES]))
    return bytes(record)


def between(*spans: tuple[str, str]) -> Worn:
    """Worn between these times, in UTC, written as "2026-03-01T07:00"."""
    times = [tuple(datetime.fromisoformat(at).replace(tzinfo=UTC) for at in span) for span in spans]
    return lambda at: any(first <= at < last for first, last in times)


@dataclass
class World:
    """True time, the wall clock, and what the host's disk does."""

    start: datetime
    wall_step_s: float = 0.0
    disk_full: bool = False
    now: Callable[[], int] = virtual_now_ns

    def __post_init__(self) -> None:
        self.began_ns = self.now()

    def utc_ns(self) -> int:
        """What the wall clock says."""
        return self.true_ns() + round(self.wall_step_s * 1e9)

    def true_ns(self) -> int:
        """True UTC."""
        return round(self.start.timestamp() * 1e9) + self.now() - self.began_ns

    def true(self) -> datetime:
        """True UTC."""
        return datetime.fromtimestamp(self.true_ns() / 1e9, UTC)

    async def until(self, at: str) -> None:
        """Sleep until a time in UTC."""
        due = datetime.fromisoformat(at).replace(tzinfo=UTC).timestamp()
        await asyncio.sleep(due - self.true_ns() / 1e9)

    def sync(self, descriptor: int) -> None:
        """Stands in for `fsync`."""
        if self.disk_full:
            raise OSError(28, "No space left on device")


@dataclass
class DayInsole:
    """An insole that logs a frame a second for as long as it has power.

    Attributes:
        worn: whether a foot stands on it at a time.
        reachable, refuses: of its radio.
        acknowledged: slots that it may forget.
        log: (first slot, record) of what it holds.
        forgotten: slots that were acknowledged and deleted.
        faults: that it finds when it tests itself.
        blinked_s: for how long it was asked to blink, each time.
    """

    world: World
    side: str
    worn: Worn
    serial: str = ""
    reachable: bool = True
    refuses_log: bool = False
    boot: int = 1
    drift_ppm: float = 20.0
    next_seq: int = 0
    acknowledged: int = 0
    mode: int = ids.MODE_IDLE
    used_pages: int = 10
    log: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    lost: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    modes: list[int] = field(default_factory=list[int])
    links: list[ScriptedLink] = field(default_factory=list[ScriptedLink])
    faults: int = 0
    blinked_s: list[int] = field(default_factory=list[int])

    def __post_init__(self) -> None:
        self.serial = self.serial or SERIALS[self.side]
        self.boot_ns = self.world.true_ns()
        self.boot_seq = self.next_seq

    def device_us(self) -> int:
        """Its clock."""
        return round((self.world.true_ns() - self.boot_ns) * (1 + self.drift_ppm * 1e-6) / 1000)

    def sample(self) -> None:
        """Log all that is complete by now."""
        while (time_us := (self.next_seq - self.boot_seq) * PERIOD_US) + RECORD_US <= self.device_us():
            at_ns = self.boot_ns + round(time_us * 1000 / (1 + self.drift_ppm * 1e-6))
            at = datetime.fromtimestamp(at_ns / 1e9 + RECORD_US * 1e-6, UTC)
            record = record_of(self.next_seq, time_us, self.boot, STANDING if self.worn(at) else EMPTY)
            self.log.append((self.next_seq, record))
            self.next_seq += RECORD_SLOTS

    def reboot(self) -> None:
        """Power has been away: a new boot, a new clock, numbers that jump."""
        self.sample()
        self.lost.append((self.next_seq, self.next_seq + 25_600, ids.GAP_OFF))
        self.next_seq += 25_600
        self.boot += 1
        self.boot_ns, self.boot_seq = self.world.true_ns(), self.next_seq

    def lose(self, first: int, end: int) -> None:
        """Records of these slots are gone."""
        self.sample()
        self.log = [(seq, record) for seq, record in self.log if not first <= seq < end]
        self.lost.append((first, end, ids.GAP_OVERWRITTEN))

    async def make_link(self) -> ScriptedLink:
        """A link to it, if it is in reach."""
        if not self.reachable:
            raise LinkError(f"no insole {self.side} in reach")
        link = ScriptedLink(
            {
                ids.OP_HELLO: lambda _: self._hello(),
                ids.OP_TIME: self._time,
                ids.OP_STATUS: lambda _: (self.mode, 80, 3900, 5, *(0,) * 11),
                ids.OP_SET_MODE: self._set_mode,
                ids.OP_STREAM: self._stream,
                ids.OP_LOG_INFO: lambda _: self._log_info(),
                ids.OP_LOG_READ: self._read,
                ids.OP_LOG_ACK: self._acknowledge,
                ids.OP_IDENTIFY: self._identify,
                ids.OP_SELF_TEST: lambda _: (self.faults, *range(16)),
            },
            delay_s=0.01,
            name=self.side,
        )
        self.links.append(link)
        return link

    @property
    def _link(self) -> ScriptedLink:
        return self.links[-1]

    def _hello(self) -> Fields:
        self.sample()
        serial = bytes.fromhex(self.serial)
        return 1, SIDES[self.side], 1, ids.CAPABILITY_LOG, self.boot, PERIOD_US, self.next_seq, serial

    def _time(self, command: messages.Command) -> Fields:
        now_us = self.device_us()
        return command.arguments[0], self.boot, now_us + 10_000, now_us + 10_000

    def _set_mode(self, command: messages.Command) -> Fields:
        self.mode = command.arguments[0]
        self.modes.append(self.mode)
        return (self.mode,)

    def _stream(self, command: messages.Command) -> Fields:
        self.sample()
        if command.arguments[0]:
            asyncio.get_running_loop().create_task(self._send(self._link))
        return (self.next_seq,)

    async def _send(self, link: ScriptedLink) -> None:
        while not link.closed.is_set():
            before = self.next_seq
            await asyncio.sleep(1.0)
            self.sample()
            for seq, record in self.log:
                if seq >= before:
                    link.bring(Channel.STREAM, record)

    def _log_info(self) -> Fields:
        self.sample()
        return self.boot, 100, self.next_seq, self.acknowledged, 100, self.used_pages, 0, 0

    def _read(self, command: messages.Command) -> Fields | bytes:
        if self.refuses_log:
            return messages.build_refusal(command.op, command.tag, ids.RESULT_STORAGE, "flash refused")
        first, end, _ = command.arguments
        for seq, record in self.log:
            if seq < end and seq + RECORD_SLOTS > first:
                self._link.bring(Channel.LOG, build_log_block(1, record))
        for lost_first, lost_end, reason in self.lost:
            low, high = max(first, lost_first), min(end, lost_end)
            if low < high:
                self._link.bring(Channel.LOG, messages.build_log_gap(1, low, high, reason))
        self._link.bring(Channel.LOG, messages.build_log_end(1, end - first, ids.END_COMPLETE))
        return (1,)

    def _identify(self, command: messages.Command) -> Fields:
        self.blinked_s.append(command.arguments[0])
        return ()

    def _acknowledge(self, command: messages.Command) -> Fields:
        self.acknowledged = max(self.acknowledged, command.arguments[0])
        self.log = [(seq, record) for seq, record in self.log if seq + RECORD_SLOTS > self.acknowledged]
        return (self.acknowledged,)


class Living:
    """A service on a library of its own, in virtual time; `restart` begins another life of it."""

    def __init__(
        self,
        data: Path,
        world: World,
        insoles: dict[str, DayInsole],
        settings: ServiceSettings = SETTINGS,
        sync: Sync | None = None,
        offload: Offload = Offload.inline(),  # noqa: B008 (frozen)
    ) -> None:
        self.offload = offload
        self.data, self.world, self.insoles, self.settings = data, world, insoles, settings
        self.library = Library(data)
        self.events: list[Event] = []
        self.sync = sync or world.sync

    async def __aenter__(self) -> "Living":
        self.begin()
        return self

    async def __aexit__(self, *failure: object) -> None:
        if not self.task.done():
            self.service.stop()
            await self.task
        self.library.close()

    def begin(self) -> None:
        """Start."""
        bus = EventBus()
        bus.call_on_event(self.events.append)
        links: dict[str, Callable[[], Awaitable[ScriptedLink]]] = {
            name: insole.make_link for name, insole in self.insoles.items()
        }
        self.service = BridgeService(
            self.library,
            links,
            bus,
            self.settings,
            now=self.world.now,
            utc_ns=self.world.utc_ns,
            offload=self.offload,
            sync=self.sync,
        )
        self.task = asyncio.create_task(self.service.run())

    async def restart(self, kill: bool = False) -> None:
        """End, in good order or not, and begin again."""
        if kill:
            self.service.kill()
        else:
            self.service.stop()
        await self.task
        self.begin()

    def recorded(self, stage: str | None = None) -> list[RecordingEvent]:
        """What was told of recordings."""
        found = [event for event in self.events if isinstance(event, RecordingEvent)]
        return [event for event in found if stage is None or event.stage == stage]


Story = Callable[[Living], Awaitable[None]]


def live(
    data: Path,
    start: str,
    worn: Worn,
    story: Story,
    settings: ServiceSettings = SETTINGS,
    prepare: Callable[[dict[str, DayInsole]], None] = lambda insoles: None,
) -> None:
    """A story of a service and two insoles that are worn alike."""

    async def main() -> None:
        world = World(datetime.fromisoformat(start).replace(tzinfo=UTC))
        insoles = {side: DayInsole(world, side, worn) for side in ("left", "right")}
        prepare(insoles)
        async with Living(data, world, insoles, settings) as living:
            await story(living)

    run_virtually(main())


@dataclass(frozen=True)
class Recorded:
    """A recording as it lies in the library: its span to the minute, slots recorded and missing by foot."""

    id: str
    first: str
    last: str
    frames: dict[str, tuple[int, int]]
    missing: dict[str, dict[str, int]]


def recordings(data: Path) -> list[Recorded]:
    """All recordings, sound ones, in order."""
    found: list[Recorded] = []
    for folder in (data / "recordings").glob("2*"):
        assert not verify(folder).problems
        manifest = read_manifest(folder)
        assert manifest.start_utc_ns is not None and manifest.duration_s is not None
        start = datetime.fromtimestamp(round(manifest.start_utc_ns / 60e9) * 60, UTC)
        end_s = manifest.start_utc_ns * 1e-9 + manifest.duration_s + 1
        last = datetime.fromtimestamp(round(end_s / 60) * 60, UTC)
        frames = {foot.foot: (foot.frames_recorded, foot.frames_missing) for foot in manifest.feet}
        missing = {foot.foot: foot.missing_by_reason for foot in manifest.feet}
        found.append(Recorded(folder.name, f"{start:%dT%H:%M}", f"{last:%dT%H:%M}", frames, missing))
    return sorted(found, key=lambda recording: recording.first)


def held(data: Path, side: str) -> SlotSet:
    """Slots of one insole that are durable on the host; none is in two recordings."""
    found = SlotSet()
    for folder in (data / "recordings").glob("2*"):
        for foot in read_manifest(folder).feet:
            if foot.insole["serial"] == SERIALS[side]:
                for first, end in foot.requested:
                    assert found.common(first, end) == [], "slots of two recordings"
                    found.add(first, end)
                for gap in foot.gaps:
                    assert gap.reason != "unexplained"
    for path in (data / "journal").glob("*.journal"):
        numbers: dict[int, str] = {}
        for entry in scan(path.read_bytes(), Damage()):
            if entry.kind is Kind.INSOLE:
                numbers[entry.insole] = entry.json()["serial"]
            elif entry.kind is Kind.RECORD and numbers[entry.insole] == SERIALS[side]:
                first = int.from_bytes(entry.record()[1][4:8], "little")
                found.add(first, first + 6000)
    return found
