"""Headers of WFDB records: the record line and a line for each signal
(https://physionet.org/physiotools/wag/header-5.htm).

Nearly everything in them is optional: rate (then 250 Hz), number of samples, gain, checksum, description.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot

MAX_SIGNALS: Final = 64
DEFAULT_RATE_HZ: Final = 250.0
DEFAULT_GAIN: Final = 200.0
_NUMBER = r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
_RECORD = re.compile(
    r"(?P<name>[\w.-]+)(?P<segments>/\d+)?\s+(?P<signals>\d+)"
    r"(?:\s+(?P<rate>[\d.]+)(?:/\S*)?(?:\s+(?P<samples>\d+)(?:\s+(?P<base>\S.*))?)?)?"
)
_BASE = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2}):(?P<second>\d{2})(?P<part>\.\d+)?"
    r"\s+(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})"
)
_STORAGE = re.compile(r"(?P<storage>\d{1,4})(?:x(?P<per>\d+))?(?::(?P<skew>\d+))?(?:\+(?P<offset>\d+))?")
_GAIN = re.compile(rf"(?P<gain>{_NUMBER})(?:\((?P<baseline>-?\d+)\))?(?:/(?P<unit>\S+))?")
_INTEGER = re.compile(r"-?\d{1,9}")
_SIDE_OF_SUFFIX: Final = {".let": Foot.LEFT, ".rit": Foot.RIGHT}


@dataclass(frozen=True)
class Signal:
    """One signal line.

    Attributes:
        file: that holds it, alone or interleaved with others.
        storage: number of the format.
        per_frame: samples in each frame.
        skew: samples by which it lags behind the others.
        offset: bytes before the first sample.
        gain, baseline, unit: (stored value - baseline) / gain is in that unit; gain None where not stated.
        checksum: of all samples, modulo 65536.
        description: as text.
    """

    file: str
    storage: int
    per_frame: int = 1
    skew: int = 0
    offset: int = 0
    gain: float | None = None
    baseline: int = 0
    unit: str = ""
    checksum: int | None = None
    description: str = ""

    @property
    def side(self) -> Foot | None:
        """From the description, else from the end of the file's name."""
        texts = self.description.lower()
        parts = set(re.split(r"[^a-z]+", texts))
        if "left" in texts or parts & {"l", "lf", "lt"}:
            return Foot.LEFT
        if "right" in texts or parts & {"r", "rf", "rt"}:
            return Foot.RIGHT
        return _SIDE_OF_SUFFIX.get(Path(self.file).suffix.lower())


@dataclass(frozen=True)
class Record:
    """A header.

    Attributes:
        rate_hz: frames a second.
        samples: of each signal of one sample a frame; 0 where not stated.
        signals: in their order, which is that of the samples in a file.
        started: date and time of the first sample; None where the header has no date.
    """

    rate_hz: float
    samples: int
    signals: tuple[Signal, ...]
    started: datetime | None = None


def begins_record(text: str) -> bool:
    """Whether a text begins with a record line and a signal line."""
    lines = _significant(text)
    if len(lines) < 2 or _RECORD.fullmatch(lines[0]) is None:
        return False
    return _signal(lines[1]) is not None


def parse(path: Path, text: str) -> Record:
    """Take a header apart.

    Raises:
        FileError: it is none, or is one of several segments, or a line does not hold.
    """
    lines = _significant(text)
    match = _RECORD.fullmatch(lines[0]) if lines else None
    if match is None:
        raise FileError(path, "is no WFDB header (record name, signals, rate, samples)")
    if match["segments"]:
        raise FileError(path, "is a record of several segments; name one of its segments")
    count, rate = int(match["signals"]), match["rate"]
    try:
        rate_hz = float(rate) if rate else DEFAULT_RATE_HZ
    except ValueError as error:
        raise FileError(path, f"states the rate {rate!r}") from error
    if not 1 <= count <= MAX_SIGNALS or len(lines) < 1 + count:
        raise FileError(path, f"promises {count} signals but describes {len(lines) - 1}")
    signals: list[Signal] = []
    for line in lines[1 : 1 + count]:
        signal = _signal(line)
        if signal is None:
            raise FileError(path, f"this line describes no signal: {line[:60]!r}")
        signals.append(signal)
    return Record(rate_hz, int(match["samples"] or 0), tuple(signals), _started(match["base"] or ""))


def _started(base: str) -> datetime | None:
    """Base time and date, whose day comes before the month."""
    match = _BASE.fullmatch(base.strip())
    if match is None:
        return None
    year, month, day = (int(match[name]) for name in ("year", "month", "day"))
    hour, minute, second = (int(match[name]) for name in ("hour", "minute", "second"))
    part = timedelta(seconds=float(f"0{match['part'] or ''}"))
    try:
        return datetime(year, month, day, hour, minute, second) + part
    except ValueError:  # no such day
        return None


def _significant(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _signal(line: str) -> Signal | None:
    texts = line.split(None, 8)
    if len(texts) < 2 or not re.search(r"[A-Za-z]", texts[0]):
        return None
    storage = _STORAGE.fullmatch(texts[1])
    if storage is None:
        return None
    gain = _GAIN.fullmatch(texts[2]) if len(texts) > 2 else None
    zero = texts[4] if len(texts) > 4 and _INTEGER.fullmatch(texts[4]) else "0"
    checksum = texts[6] if len(texts) > 6 and _INTEGER.fullmatch(texts[6]) else None
    scale = float(gain["gain"]) if gain else 0.0
    return Signal(
        file=texts[0],
        storage=int(storage["storage"]),
        per_frame=int(storage["per"] or 1),
        skew=int(storage["skew"] or 0),
        offset=int(storage["offset"] or 0),
        gain=scale or None,
        baseline=int((gain["baseline"] if gain else None) or zero),
        unit=(gain["unit"] if gain else None) or "",
        checksum=int(checksum) if checksum is not None else None,
        description=texts[8] if len(texts) > 8 else "",
    )
