"""WFDB records with one footswitch a foot (PhysioNet's "Gait in Neurodegenerative Disease"): .hea, .let,
.rit.

A small reader of our own for the two storage formats that such records use: 212 (two 12-bit samples in three
bytes) and 16 (little-endian 16 bit). Layout of the header:
https://physionet.org/physiotools/wag/header-5.htm.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot, Forces, Instrument, Walk
from plantigrade.imports import clock
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.source import Head, Source, open_source

NAME: Final = "wfdb"
MAX_SIGNALS: Final = 64
_RECORD = re.compile(r"^([\w./-]+)\s+(\d+)\s+([\d.]+)(?:/\S*)?\s+(\d+)\b")
_SIDE_OF_SUFFIX = {".let": Foot.LEFT, ".rit": Foot.RIGHT}
_INVALID_212 = -2048
_INVALID_16 = -32768
_NEAR_RAIL = 200


@dataclass(frozen=True)
class _Signal:
    file: str
    storage: int
    initial: int | None
    checksum: int | None
    description: str

    @property
    def side(self) -> Foot | None:
        texts = self.description.lower()
        if "left" in texts:
            return Foot.LEFT
        if "right" in texts:
            return Foot.RIGHT
        return _SIDE_OF_SUFFIX.get(Path(self.file).suffix.lower())


def recognises(head: Head) -> bool:
    """A header, or a signal file that has its header beside it."""
    if head.is_text:
        lines = _significant(head.text)
        return (
            bool(lines)
            and bool(_RECORD.match(lines[0]))
            and len(lines) > 1
            and _parse_signal(lines[1]) is not None
        )
    return head.path.suffix.lower() in _SIDE_OF_SUFFIX


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read a record from its header or from one of its signal files.

    Raises:
        FileError: a missing or damaged part; a storage format other than 212 and 16; no signal that names a
        foot.
    """
    if source.path.suffix.lower() in _SIDE_OF_SUFFIX:
        beside = source.path.with_suffix(".hea")
        if not beside.exists():
            raise FileError(
                source.path, f"is one signal of a WFDB record, but its header {beside.name} is missing"
            )
        source = open_source(beside)
    rate_hz, samples, signals = _header(source)
    feet: dict[Foot, ImportedFoot] = {}
    notes: list[str] = []
    for signal in signals:
        side = signal.side
        if side is None:
            notes.append(f"signal {signal.description or signal.file!r} names no foot and was left out")
            continue
        if side in feet:
            raise FileError(source.path, f"has two signals of the {side.value} foot")
        values = _values(source.path, signal, samples, notes)
        feet[side] = ImportedFoot(values, None, "footswitch")
    if not feet:
        raise FileError(source.path, "names neither a left nor a right foot in its signals' descriptions")
    if foot is not None and len(feet) == 1:
        feet = {foot: next(iter(feet.values()))}
    rows = min(len(data.force_n) for data in feet.values())
    feet = {side: ImportedFoot(data.force_n[:rows], None, "footswitch") for side, data in feet.items()}
    ticks = clock.steady(rows, rate_hz, source.path)
    return to_walk(source, NAME, ticks, feet, notes=notes, instrument=Instrument.FOOTSWITCH)


def _significant(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _header(source: Source) -> tuple[float, int, list[_Signal]]:
    head = source.head()
    lines = _significant(head.text)
    match = _RECORD.match(lines[0]) if lines else None
    if match is None:
        raise FileError(source.path, "is no WFDB header (record name, signals, rate, samples)")
    if "/" in match.group(1):
        raise FileError(source.path, "is a record of several segments; name one of its segments")
    count, samples = int(match.group(2)), int(match.group(4))
    try:
        rate_hz = float(match.group(3))
    except ValueError as error:
        raise FileError(source.path, f"states the rate {match.group(3)!r}") from error
    if not 1 <= count <= MAX_SIGNALS or len(lines) < 1 + count:
        raise FileError(source.path, f"promises {count} signals but describes {len(lines) - 1}")
    signals: list[_Signal] = []
    for line in lines[1 : 1 + count]:
        signal = _parse_signal(line)
        if signal is None:
            raise FileError(source.path, f"this line describes no signal: {line[:60]!r}")
        signals.append(signal)
    return rate_hz, samples, signals


def _parse_signal(line: str) -> _Signal | None:
    texts = line.split(None, 8)
    if len(texts) < 2 or not re.search(r"[A-Za-z]", texts[0]) or not re.fullmatch(r"\d{1,4}", texts[1]):
        return None

    def number(index: int) -> int | None:
        return int(texts[index]) if len(texts) > index and re.fullmatch(r"-?\d{1,9}", texts[index]) else None

    return _Signal(texts[0], int(texts[1]), number(5), number(6), texts[8] if len(texts) > 8 else "")


def _values(header: Path, signal: _Signal, samples: int, notes: list[str]) -> Forces:
    """(n, 1) values of one signal, NaN where the record marks a sample as invalid."""
    if Path(signal.file).name != signal.file:
        raise FileError(header, f"points to {signal.file!r} outside its own folder, which is not followed")
    path = header.with_name(signal.file)
    if not path.exists():
        raise FileError(header, f"needs the signal file {signal.file}, which is missing")
    with open_source(path).open() as stream:
        raw = np.frombuffer(stream.read(), dtype=np.uint8)
    if signal.storage == 212:
        values, invalid = _unpack_212(raw), _INVALID_212
    elif signal.storage == 16:
        values, invalid = raw[: len(raw) // 2 * 2].view("<i2").astype(np.int32), _INVALID_16
    else:
        raise FileError(
            header, f"stores {signal.file} in WFDB format {signal.storage}; formats 212 and 16 are read"
        )
    if samples and len(values) > samples:
        values = values[:samples]
    elif len(values) < samples:
        notes.append(f"{signal.file} ends after {len(values)} of {samples} samples (truncated)")
    if not len(values):
        raise FileError(path, "holds no sample")
    good = ~_invalid(values, invalid)
    _verify(path, signal, values, complete=len(values) == samples, notes=notes)
    return np.where(good, values, np.nan).astype(np.float32)[:, None]


def _unpack_212(raw: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    """Two 12-bit two's complement samples from each three bytes; a single one from two left over."""
    padded = np.concatenate([raw, np.zeros(-len(raw) % 3, dtype=np.uint8)]).reshape(-1, 3).astype(np.int32)
    values = np.empty((len(padded), 2), dtype=np.int32)
    values[:, 0] = padded[:, 0] | (padded[:, 1] & 0x0F) << 8
    values[:, 1] = padded[:, 2] | (padded[:, 1] & 0xF0) << 4
    values[values >= 2048] -= 4096
    return values.ravel()[: len(raw) * 2 // 3]


def _invalid(values: npt.NDArray[np.int32], mark: int) -> npt.NDArray[np.bool_]:
    """Which samples are invalid, not saturated: the mark is also the lowest level of the converter.

    A run of marks beside values near that level is a signal at its lower end (a foot in the air); a run
    between values far above it is a gap.
    """
    marked = values == mark
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(np.int8)))
    gap = np.zeros(len(values), dtype=np.bool_)
    for start, stop in edges.reshape(-1, 2).tolist():
        before = values[start - 1] if start > 0 else None
        after = values[stop] if stop < len(values) else None
        if not any(near is not None and near - mark <= _NEAR_RAIL for near in (before, after)):
            gap[start:stop] = True
    return gap


def _verify(
    path: Path, signal: _Signal, values: npt.NDArray[np.int32], *, complete: bool, notes: list[str]
) -> None:
    """Compare with the header's checksum: the sum of all samples modulo 65536."""
    if not complete or signal.checksum is None:
        return
    counted = int(values.sum(dtype=np.int64))
    # Invalid samples were counted as -32768 when the header was written.
    extra = int(np.count_nonzero(values == _INVALID_212)) * (_INVALID_16 - _INVALID_212)
    if all((total - signal.checksum) % 65536 for total in (counted, counted + extra)):
        notes.append(f"{path.name}: the checksum of the header does not match; the file may be damaged")
