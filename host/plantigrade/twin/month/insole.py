"""An insole without firmware: power, boots, modes, sampling into its log, battery; everything but the link.

It lives only when somebody looks: `advance` makes up for the time since the last look, second by second
where it matters (what is committed, what a loss of power takes).
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from insole_protocol import block, ids
from insole_protocol import settings as table

from plantigrade.twin.clock import ClockRule
from plantigrade.twin.month.battery import Battery
from plantigrade.twin.month.feed import Feed, Foot
from plantigrade.twin.month.log import PageLog
from plantigrade.twin.month.sampling import Made, Sampling

FIRMWARE_VERSION: Final = "0.1.0"
SECOND_US: Final = 1_000_000
BOOT_US: Final = 1_500_000
"""From power to the first sample."""
LOOK_US: Final = 600 * SECOND_US
"""The battery is looked at so often at least; a sleeping insole wakes as often to look for the charger."""
LIVE_BYTES, LIVE_RECORDS = 4096, 64
"""What the firmware holds of the newest records for whoever listens."""


@dataclass
class EncodedInsole:
    """One insole.

    Args:
        foot: which side it is worn on, and set to.
        serial: 8 bytes.
        feed: what its sensors show.
        folder: where its log lies.
        battery: its cell.
        pages: of its log.
        drift_ppb: how much faster its clock runs than true time.
        since_us: from when on it exists.
        on_record: called with each record as it is made.

    Attributes:
        powered: whether it runs.
        powered_us: when it was switched on.
        mode: `ids.MODE_*`.
        dead: broken: no power helps.
        transfer_s: seconds of radio since the battery was looked at last.
    """

    foot: Foot
    serial: bytes
    feed: Feed
    folder: Path
    battery: Battery
    pages: int
    drift_ppb: int = 0
    since_us: int = 0
    on_record: list[Callable[["EncodedInsole"], None]] = field(
        default_factory=list[Callable[["EncodedInsole"], None]]
    )
    powered: bool = False
    powered_us: int = 0
    dead: bool = False
    mode: int = ids.MODE_IDLE
    transfer_s: float = 0.0
    slots_recorded: int = 0
    settings: dict[str, int | str] = field(default_factory=dict[str, "int | str"])

    def __post_init__(self) -> None:
        for row in table.TABLE:
            self.settings.setdefault(row.name, row.default)
        self.settings["side"] = ids.SIDE_LEFT if self.foot == "left" else ids.SIDE_RIGHT
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = PageLog(self.folder / f"{self.foot}.log", self.pages)
        self.live = LiveRecords()
        self.clock = ClockRule(0, 0, self.drift_ppb, 0)
        self.sampling = Sampling(self.foot, self.feed, self.clock, 0, 0)
        self._looked_us = self.since_us
        self._stopped_us: int | None = None
        self._asleep = False

    # Power

    def power_on(self, now_us: int) -> None:
        """Power comes: a new boot, a clock from zero, the mode that is set for boots."""
        if self.powered or self.dead:
            return
        self._pass_time(now_us)
        self.powered, self.powered_us, self._asleep = True, now_us, False
        self.log.keep_oldest = not self.settings["log_full"]
        self.log.begin()
        self.clock = ClockRule(now_us, 0, self.drift_ppb, self.log.boot)
        self.sampling = Sampling(self.foot, self.feed, self.clock, self.log.next_seq, self.log.boot)
        self.live = LiveRecords()
        self.slots_recorded, self._stopped_us, self.mode = 0, None, ids.MODE_IDLE
        mode = int(self.settings["boot_mode"])
        if mode == ids.MODE_IDLE:
            self._stopped_us = now_us + BOOT_US
        self.set_mode(mode, now_us + BOOT_US)

    def power_off(self, now_us: int, orderly: bool) -> None:
        """Power goes: `orderly` after a command or into deep sleep, else at any moment."""
        self.advance(now_us)
        if not self.powered:
            return
        if orderly:
            if self.sampling.running:
                self._take(self.sampling.stop(now_us))
            self.log.close()
        else:
            self.log.lose_power()
        self.powered, self.mode = False, ids.MODE_IDLE

    def charger(self, now_us: int, charging: bool) -> None:
        """It is put on the charger, or taken off."""
        self.advance(now_us)
        self.battery.charging = charging

    def drift(self, now_us: int, drift_ppb: int) -> None:
        """From now on the clock runs at another rate: it is warmer, or colder."""
        self.advance(now_us)
        self.drift_ppb = drift_ppb
        if self.powered:
            rule = self.clock
            self.clock = ClockRule(now_us, round(rule.device_us(now_us)), drift_ppb, rule.boot)
            self.sampling.clock = self.clock

    def overrun(self, now_us: int, slots: int) -> None:
        """The sampler is held up for so many slots."""
        self.advance(now_us)
        if self.powered and self.sampling.running:
            self._take(self.sampling.overrun(now_us, slots))

    # Time

    def device_us(self, now_us: int) -> int:
        """What its clock shows."""
        return int(self.clock.device_us(now_us))

    def advance(self, now_us: int) -> None:
        """Make up for the time that has passed."""
        while self._looked_us < now_us:
            until_us = min(now_us, self._looked_us + LOOK_US)
            if self.powered and until_us > self.powered_us + BOOT_US:
                self._sample(until_us)
            self._pass_time(until_us)
            if self.powered and self.battery.empty:
                self._fall_asleep(until_us)
            elif self._asleep and self.battery.charging:
                self.power_on(until_us)

    def _sample(self, until_us: int) -> None:
        self.sampling.status = self._status()
        second_us = until_us - self.device_us(until_us) % SECOND_US
        if second_us > self._looked_us:
            self._take(self.sampling.advance(second_us))
            self.log.flush()
        self._take(self.sampling.advance(until_us))

    def _pass_time(self, now_us: int) -> None:
        seconds = max(0, now_us - self._looked_us) * 1e-6
        self.battery.pass_time(seconds, self.mode if self.powered else None, self.transfer_s)
        self.transfer_s = 0.0
        self._looked_us = max(now_us, self._looked_us)

    def _fall_asleep(self, now_us: int) -> None:
        self._asleep = True
        if self.sampling.running:
            self._take(self.sampling.stop(now_us))
        self.log.close()
        self.powered, self.mode = False, ids.MODE_IDLE

    def _status(self) -> int:
        status = self.battery.flags
        if self.settings["side"] == ids.SIDE_RIGHT:
            status |= ids.STATUS_RIGHT
        return status | (ids.STATUS_LIVE if self.mode == ids.MODE_LIVE else 0)

    def _take(self, made: Iterable[Made]) -> None:
        for record, slots in made:
            if self.log.append(record):
                self.slots_recorded += slots
            self.live.publish(record)
            for heard in self.on_record:
                heard(self)

    # Modes

    def set_mode(self, mode: int, now_us: int) -> None:
        """Change to another mode, or refresh what the same one takes from the settings."""
        sampling = self.sampling
        if mode == ids.MODE_IDLE:
            if sampling.running:
                self._take(sampling.stop(now_us))
                self._stopped_us = now_us
                self.log.flush()
        else:
            live = mode == ids.MODE_LIVE
            frames = int(self.settings["live_frames" if live else "daily_frames"])
            self._take(sampling.follow(now_us, frames, not live))
        self.mode = mode
        sampling.status = self._status()
        if mode != ids.MODE_IDLE and not sampling.running:
            idle = 0 if self._stopped_us is None else max(0, (now_us - self._stopped_us) // 10_000)
            sampling.start(now_us, idle)
            if idle:
                self.log.skip(sampling.next_seq, ids.GAP_IDLE)

    def change_setting(self, name: str, value: int | str, now_us: int) -> None:
        """Store a setting and put it in force."""
        self.settings[name] = value
        self.log.keep_oldest = not self.settings["log_full"]
        self.set_mode(self.mode, now_us)

    @property
    def next_seq(self) -> int:
        """Number of the first slot that is in no record yet."""
        return self.sampling.next_seq

    @property
    def advertising_s(self) -> float:
        """Time between two advertisements."""
        live = self.mode == ids.MODE_LIVE
        return int(self.settings["live_advertising_ms" if live else "daily_advertising_ms"]) * 1e-3

    @property
    def faults(self) -> int:
        """Fault flags of STATUS."""
        return ids.FAULT_LOG if self.log.full else 0


class LiveRecords:
    """The newest records, numbered from 0, for whoever listens; bounded as in the firmware."""

    def __init__(self) -> None:
        self.oldest = self.next = self._bytes = 0
        self._records: deque[bytes] = deque()

    def publish(self, record: bytes) -> None:
        """Take a record; older ones make room."""
        self._records.append(record)
        self._bytes += len(record)
        self.next += 1
        while self._bytes > LIVE_BYTES or len(self._records) > LIVE_RECORDS:
            self._bytes -= len(self._records.popleft())
            self.oldest += 1

    def get(self, number: int) -> bytes | None:
        """A record by its number; None when it is not here."""
        return self._records[number - self.oldest] if self.oldest <= number < self.next else None


def frames_in(record: bytes) -> int:
    """Frames of a record."""
    return block.frames_of(record)
