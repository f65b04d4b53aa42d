"""WFDB records with one footswitch or force a foot (PhysioNet's "Gait in Neurodegenerative Disease").

A header .hea with .let and .rit, or with both signals in one .dat.

A small reader of our own for the storage formats that such records use: 212 (two 12-bit samples in three
bytes) and those of whole bytes (16, 61, 80, 160, 24, 32). The package wfdb, which reads all formats, needs
pandas and a network stack; our tests compare with it. Signals that name the same file lie in it sample by
sample in turn.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot, Forces, Instrument, Quantity, Walk
from plantigrade.imports import clock, wfdb_header
from plantigrade.imports.assemble import ImportedFoot, to_walk
from plantigrade.imports.source import Head, Source, open_source
from plantigrade.imports.wfdb_header import Record, Signal

NAME: Final = "wfdb"
_SUFFIXES: Final = (".let", ".rit")
_PACKED: Final = ".gz"
_NEAR_RAIL: Final = 200
_INVALID_16: Final = -32768

Values = npt.NDArray[np.int32]


@dataclass(frozen=True)
class _Storage:
    """How samples lie in bytes, for formats of whole bytes."""

    dtype: str
    zero: int = 0
    invalid: int = _INVALID_16


_STORAGES: Final = {
    16: _Storage("<i2"),
    61: _Storage(">i2"),
    80: _Storage("u1", zero=128, invalid=-128),
    160: _Storage("<u2", zero=32768),
    32: _Storage("<i4", invalid=-(1 << 31)),
}
_INVALID: Final = {212: -2048, 24: -(1 << 23)} | {number: one.invalid for number, one in _STORAGES.items()}


def recognises(head: Head) -> bool:
    """A header, or a signal file that has its header beside it."""
    if head.is_text:
        return wfdb_header.begins_record(head.text)
    return _unpacked_name(head.path).suffix.lower() in _SUFFIXES or _header_beside(head.path) is not None


def _header_beside(path: Path) -> Path | None:
    """The header of a signal file, when it names that file."""
    beside = _there(_unpacked_name(path).with_suffix(".hea"))
    if beside is None or beside == path:
        return None
    head = open_source(beside).head()
    named = wfdb_header.begins_record(head.text) and _unpacked_name(path).name in head.text
    return beside if named else None


def _unpacked_name(path: Path) -> Path:
    return path.with_suffix("") if path.suffix.lower() == _PACKED else path


def _there(path: Path) -> Path | None:
    """The file, or the gzipped one in its place; None where there is neither."""
    packed = path.with_name(path.name + _PACKED)
    return next((one for one in (path, packed) if one.is_file()), None)


def read(source: Source, foot: Foot | None = None) -> Walk:
    """Read a record from its header or from one of its signal files.

    Raises:
        FileError: a missing or damaged part; a storage format that is not read; no signal that names a foot.
    """
    source = _header_of(source)
    record = wfdb_header.parse(source.path, source.head().text)
    length = f"{record.samples} samples" if record.samples else "of no stated length"
    lines = [f"{len(record.signals)} signals at {record.rate_hz:g} Hz, {length}"]
    lines += [f"{one.file} in format {one.storage}: {one.description or 'no name'}" for one in record.signals]
    source.understood(1, "; ".join(lines), last_line=1 + len(record.signals))
    notes: list[str] = []
    chosen = _feet(source, record, notes)
    feet: dict[Foot, ImportedFoot] = {}
    for side, signal in chosen.items():
        values = _values(source.path, record, signal, notes)
        quantity, values = _calibrated(signal, values)
        feet[side] = ImportedFoot(values, None, quantity)
    if foot is not None and len(feet) == 1:
        feet = {foot: next(iter(feet.values()))}
    rows = min(len(data.force_n) for data in feet.values())
    feet = {side: ImportedFoot(data.force_n[:rows], None, data.quantity) for side, data in feet.items()}
    rate_hz = record.rate_hz * next(iter(chosen.values())).per_frame
    ticks = clock.steady(rows, rate_hz, source.path)
    switches = all(data.quantity == "footswitch" for data in feet.values())
    instrument = Instrument.FOOTSWITCH if switches else Instrument.INSOLE
    return to_walk(
        source, NAME, ticks, feet, notes=notes, instrument=instrument, started_local=record.started
    )


def _header_of(source: Source) -> Source:
    if source.head().is_text:
        return source
    beside = _unpacked_name(source.path).with_suffix(".hea")
    found = _there(beside)
    if found is None:
        raise FileError(
            source.path, f"is one signal of a WFDB record, but its header {beside.name} is missing"
        )
    header = open_source(found)
    return replace(header, on_progress=source.on_progress, on_understood=source.on_understood)


def _feet(source: Source, record: Record, notes: list[str]) -> dict[Foot, Signal]:
    """The signal of each foot."""
    feet: dict[Foot, Signal] = {}
    for signal in record.signals:
        side = signal.side
        if side is None:
            notes.append(f"signal {signal.description or signal.file!r} names no foot and was left out")
        elif side in feet:
            raise FileError(source.path, f"has two signals of the {side.value} foot")
        else:
            feet[side] = signal
    if not feet:
        raise FileError(source.path, "names neither a left nor a right foot in its signals' descriptions")
    if len({signal.per_frame for signal in feet.values()}) > 1:
        raise FileError(source.path, "has feet of different rates; resample one of them")
    return feet


def _calibrated(signal: Signal, values: Forces) -> tuple[Quantity, Forces]:
    """Newtons where the header states them; else the converter's numbers."""
    if signal.unit.upper() != "N":
        return "footswitch", values
    gain = signal.gain or wfdb_header.DEFAULT_GAIN
    return "force", ((values - np.float32(signal.baseline)) / np.float32(gain)).astype(np.float32)


def _values(header: Path, record: Record, signal: Signal, notes: list[str]) -> Forces:
    """(n, 1) values of one signal, NaN where the record marks a sample as invalid."""
    if Path(signal.file).name != signal.file:
        raise FileError(header, f"points to {signal.file!r} outside its own folder, which is not followed")
    path = _there(header.with_name(signal.file))
    if path is None:
        raise FileError(header, f"needs the signal file {signal.file}, which is missing")
    if signal.storage not in _INVALID:
        known = ", ".join(str(number) for number in sorted(_INVALID))
        raise FileError(
            header, f"stores {signal.file} in WFDB format {signal.storage}; formats {known} are read"
        )
    with open_source(path).open() as stream:
        raw = np.frombuffer(stream.read(), dtype=np.uint8)[_offset(record, signal) :]
    values = _one_of(header, record, signal, _unpacked(raw, signal.storage))
    samples = record.samples * signal.per_frame
    if samples and len(values) > samples:
        values = values[:samples]
    elif len(values) < samples:
        notes.append(f"{signal.file} ends after {len(values)} of {samples} samples (truncated)")
    if not len(values):
        raise FileError(path, "holds no sample")
    _verify(path, signal, values, complete=len(values) == samples, notes=notes)
    good = ~_invalid(values, _INVALID[signal.storage])
    shifted = np.where(good, values, np.nan).astype(np.float32)[signal.skew * signal.per_frame :]
    return shifted[:, None]


def _offset(record: Record, signal: Signal) -> int:
    """Bytes before the samples of a file: as the first of its signals says that says so."""
    return next((one.offset for one in record.signals if one.file == signal.file and one.offset), 0)


def _one_of(header: Path, record: Record, signal: Signal, values: Values) -> Values:
    """The samples of one signal among those that share its file."""
    sharing = [one for one in record.signals if one.file == signal.file]
    if {one.storage for one in sharing} != {signal.storage}:
        raise FileError(header, f"stores the signals of {signal.file} in several formats, which is not read")
    width = sum(one.per_frame for one in sharing)
    before = sum(one.per_frame for one in _before(sharing, signal))
    frames = values[: len(values) // width * width].reshape(-1, width)
    return frames[:, before : before + signal.per_frame].ravel()


def _before(sharing: Sequence[Signal], signal: Signal) -> Sequence[Signal]:
    return sharing[: next(i for i, one in enumerate(sharing) if one is signal)]


def _unpacked(raw: npt.NDArray[np.uint8], storage: int) -> Values:
    if storage == 212:
        return _unpack_212(raw)
    if storage == 24:
        parts = raw[: len(raw) // 3 * 3].reshape(-1, 3).astype(np.int32)
        values = parts[:, 0] | parts[:, 1] << 8 | parts[:, 2] << 16
        return np.where(values >= 1 << 23, values - (1 << 24), values).astype(np.int32)
    kind = _STORAGES[storage]
    size = np.dtype(kind.dtype).itemsize
    return (raw[: len(raw) // size * size].view(kind.dtype).astype(np.int64) - kind.zero).astype(np.int32)


def _unpack_212(raw: npt.NDArray[np.uint8]) -> Values:
    """Two 12-bit two's complement samples from each three bytes; a single one from two left over."""
    padded = np.concatenate([raw, np.zeros(-len(raw) % 3, dtype=np.uint8)]).reshape(-1, 3).astype(np.int32)
    values = np.empty((len(padded), 2), dtype=np.int32)
    values[:, 0] = padded[:, 0] | (padded[:, 1] & 0x0F) << 8
    values[:, 1] = padded[:, 2] | (padded[:, 1] & 0xF0) << 4
    values[values >= 2048] -= 4096
    return values.ravel()[: len(raw) * 2 // 3]


def _invalid(values: Values, mark: int) -> npt.NDArray[np.bool_]:
    """Which samples are invalid, not saturated: the mark is also the lowest level of the converter.

    A run of marks beside values near that level is a signal at its lower end (a foot in the air); a run
    between values far above it is a gap.
    """
    marked = values == mark
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(np.int8)))
    gap = np.zeros(len(values), dtype=np.bool_)
    for start, stop in edges.reshape(-1, 2).tolist():
        before = int(values[start - 1]) if start > 0 else None
        after = int(values[stop]) if stop < len(values) else None
        if not any(near is not None and near - mark <= _NEAR_RAIL for near in (before, after)):
            gap[start:stop] = True
    return gap


def _verify(path: Path, signal: Signal, values: Values, *, complete: bool, notes: list[str]) -> None:
    """Compare with the header's checksum: the sum of all samples modulo 65536."""
    if not complete or signal.checksum is None:
        return
    counted = int(values.sum(dtype=np.int64))
    # Invalid samples were counted as -32768 when the header was written.
    mark = _INVALID[212]
    extra = int(np.count_nonzero(values == mark)) * (_INVALID_16 - mark)
    if all((total - signal.checksum) % 65536 for total in (counted, counted + extra)):
        notes.append(f"{path.name}: the checksum of the header does not match; the file may be damaged")
