"""The time of one slot: scan, encode, log and radio, by mode, processor clock and speed of the converter."""

import runpy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

from tools.chip_time.cost import Cost
from tools.chip_time.model import ROOT, Model, load_figures, load_paths

SLOT_US = 10000
CLOCKS_MHZ = (160, 240)
CONVERTERS = ("adc_fast", "adc_usual", "adc_slow")
# The least share of a slot that must be free in each mode at 240 MHz and the usual converter, with all cycles
# at the upper end of their band: for collections, housekeeping, commands and what was not thought of.
RESERVE_SHARE = 0.15
PATHS = ("scan", "encode", "log", "radio")
LIVE_ROWS = 5
CHUNK_ROWS = 80

_TICK = "insole.sampler.Sampler._tick"
_DRAIN = "insole.blocks.BlockBuilder.drain"
_APPEND = "insole.recorder.fallback.FallbackLog.append"
_PUBLISH = "insole.live.LiveQueue.publish"
_ROUND = "insole.tx_scheduler.TxScheduler.round"
_BEGIN = "insole.ble_link.BleLink.begin"
_PUSH = "insole.ble_link.BleLink.push"
_APART = frozenset({_APPEND, "insole.recorder.Recorder.append", _PUBLISH})
_SWITCHES = {"live": 3, "daily": 1}  # of tasks for each record, or chunk: blocks, then the scheduler twice


@dataclass(frozen=True)
class SlotCosts:
    """What a slot costs in one mode with one converter; what comes once a record is spread over its slots."""

    mode: str
    converter: str
    paths: Mapping[str, Cost]

    def us(self, mhz: float, band: float = 1.0) -> float:
        """Microseconds of a slot at a clock, with cycles times `band`."""
        return sum(cost.at(mhz, band) for cost in self.paths.values())


def record_bytes(rows: int) -> int:
    """Bytes of a record of so many frames with the IMU while walking: header, first frame, residuals."""
    return 60 + 18 * rows


class Budget:
    """Costs of the four paths, from the firmware's sources as they are.

    Args:
        root: the repository, or a changed copy of `firmware/` and `shared/`.
    """

    def __init__(self, root: Path = ROOT) -> None:
        self.figures = load_figures()
        self.model = Model(self.figures, load_paths(), root)
        folder = root / "firmware" / "boards"
        self._board = SimpleNamespace(**runpy.run_path(str(folder / "esp32s3_r1.py")))
        self._conversions = runpy.run_path(str(folder / "__init__.py"))["conversions"]

    def values(self, rows: int, chunk: int, converter: str = "adc_usual") -> dict[str, float]:
        """What the formulas of `paths.toml` may use."""
        record = min(rows, 40)
        conversion_us = self.figures.cost(converter).us
        return {
            "conversions": float(self._conversions(self._board, conversion_us)),
            "settle": float(self._board.SETTLE_US),
            "rows": float(rows),
            "slots": float(record),
            "width": 16.0,
            "length": float(record_bytes(record)),
            "chunk": float(chunk),
            "adc": conversion_us,
            "peers": 1.0,
        }

    def scan(self, converter: str, conversions: int | None = None) -> Cost:
        """One tick of the sampler; `conversions` of a reading: None for as many as the firmware takes."""
        values = self.values(LIVE_ROWS, 0, converter)
        if conversions:
            values["conversions"] = float(conversions)
        return self.model.cost(_TICK, values, _APART)

    def encode(self, rows: int, chunk: int) -> Cost:
        """Looking at so many rows and making their records; `chunk`: in daily mode."""
        return self.model.cost(_DRAIN, self.values(rows, chunk), _APART)

    def log(self, rows: int) -> Cost:
        """Appending one record of so many frames, with its share of commits and page changes."""
        values = self.values(rows, 0)
        return self.model.cost(_APPEND, values, frozenset({_PUBLISH})) + self.model.cost(_PUBLISH, values)

    def message(self, length: int) -> Cost:
        """Handing over one message of so many bytes to one Bluetooth connection."""
        values = {**self.values(LIVE_ROWS, 0), "length": float(length)}
        return self.model.cost(_BEGIN, values) + self.model.cost(_PUSH, values)

    def radio(self, mode: str) -> Cost:
        """What follows a record in tasks: in live mode for one connection; in daily mode nobody listens."""
        switches = self.figures.cost("task_switch") * _SWITCHES[mode]
        if mode == "daily":
            return switches
        busy = self.values(LIVE_ROWS, 0)
        return switches + self.model.cost(_ROUND, busy) + self.model.cost(_ROUND, {**busy, "peers": 0.0})

    def slot(self, mode: str, converter: str, conversions: int | None = None) -> SlotCosts:
        """One slot of live mode (a record each 5 slots) or daily mode (a chunk each 80) while walking."""
        if mode == "live":
            rows, records, chunk, frames = LIVE_ROWS, 1, 0, LIVE_ROWS
        else:
            rows, records, chunk, frames = CHUNK_ROWS, 2, 1, 40
        share = 1 / rows
        return SlotCosts(
            mode,
            converter,
            {
                "scan": self.scan(converter, conversions),
                "encode": self.encode(rows, chunk) * share,
                "log": self.log(frames) * (records * share),
                "radio": self.radio(mode) * share,
            },
        )

    def free_share(self, mode: str, converter: str, mhz: float) -> float:
        """Share of the slot that is left at the upper end of the band; negative when it does not fit."""
        return 1 - self.slot(mode, converter).us(mhz, 1 + self.figures.band) / SLOT_US
