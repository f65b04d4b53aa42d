"""EDF+: one file with counts (or forces) of every sensor, total force, true time, and annotations.

What EDF+ cannot hold: values are whole numbers of 16 bits on rows of equal distance, so forces are in
steps of 0.01 N (coarser where a sensor's range exceeds 655 N) and total forces in steps of 0.1 N, motion in
steps of 0.01 m/s2 (up to 327) and 0.1 degrees/s (up to 3276). The
start is local time where the person lives, as EDF+ wants it; its distance from UTC is the last word about
the recording. Samples that are missing are the lowest value of their signal, and every gap is an
annotation with its reason. The insole's clock does not run exactly at the nominal rate: the signal
"<foot> clock ms" is the true time of a row minus its nominal time, to 0.02 ms up to 655 ms and coarser
beyond. Boot numbers, status and sensor calibration stay behind; use csv or parquet.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.exports.atomic_write import new_file
from plantigrade.exports.edf_file import HIGHEST, LOWEST, Annotation, Channel, Head, record_of
from plantigrade.exports.edf_file import write as write_file
from plantigrade.exports.export_data import (
    DEG_S,
    M_S2,
    MOTION_COLUMNS,
    ExportData,
    ExportError,
    ExportFoot,
    FootPiece,
)
from plantigrade.exports.marks import marks
from plantigrade.exports.slots import SlotRows, needs_rows, row_offset_ms
from plantigrade.library.time_zone import offset_text

LABEL: Final = 16
STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
TOTAL_STEP: Final = 0.1
CLOCK_STEPS: Final = (0.02, 0.1, 1.0, 10.0, 100.0)
MOTION_STEPS: Final = {M_S2: 0.01, DEG_S: 0.1}
BLOCK_RECORDS: Final = 600
_STRETCH_ROWS: Final = 1 << 20
_FORCE_STEPS: Final = HIGHEST - LOWEST - 1
"""Between the lowest and the highest force; the lowest value of all is for what is missing."""
_SHORT: Final = {
    "heel": "heel", "posterior": "post", "medial": "med", "lateral": "lat", "anterior": "ant",
    "midfoot": "mid", "proximal": "prox", "distal": "dist", "sensor": "s",
}  # fmt: skip


@dataclass(frozen=True)
class _Signal:
    """A channel, what its missing samples are, and how its digital values are made of a piece of a foot: a
    value a frame or, `by_row`, a value a row."""

    channel: Channel
    missing: int
    values: Callable[[FootPiece, NDArray[np.float64]], NDArray[Any]]
    by_row: bool = False


def write(data: ExportData, path: Path) -> None:
    """Write the file `path`.

    Raises:
        ExportError: no frame has a time, a value is out of range, or it cannot be written.
    """
    placed, rows = needs_rows(data, "EDF+")
    moving = sum(foot.motions is not None for foot in data.feet)
    count = sum(len(foot.sensors) + 2 for foot in data.feet) + moving * len(MOTION_COLUMNS)
    try:
        per_record, record_s = record_of(data.rate_hz, count)
    except ValueError as error:
        raise ExportError(f"{path}: {error}; use csv or parquet") from error
    rate_hz = per_record / float(record_s)  # as the file states it
    records = -(-rows // per_record)
    signals = [_signals(foot, where, rate_hz) for foot, where in zip(data.feet, placed, strict=True)]
    found = (Annotation(max(mark.at_s, 0.0), mark.duration_s, mark.label) for mark in marks(data))
    channels = [one.channel for of_foot in signals for one in of_foot]
    size = max(1, round(BLOCK_RECORDS / float(record_s))) * per_record
    blocks = _blocks(data, placed, signals, records * per_record, size, rate_hz)
    with new_file(path) as draft:
        write_file(draft, _head(data, per_record, record_s, records), channels, found, blocks)


def _blocks(
    data: ExportData,
    placed: list[SlotRows],
    signals: list[list[_Signal]],
    rows: int,
    size: int,
    rate_hz: float,
) -> Iterator[NDArray[np.int16]]:
    for start in range(0, rows, size):
        stop = min(start + size, rows)
        parts = [
            _block(foot, where.between(start, stop), own, start, stop, rate_hz)
            for foot, where, own in zip(data.feet, placed, signals, strict=True)
        ]
        yield np.concatenate(parts)


def _block(
    foot: ExportFoot, part: SlotRows, signals: list[_Signal], start: int, stop: int, rate_hz: float
) -> NDArray[np.int16]:
    out = np.empty((len(signals), stop - start), np.int16)
    out[:] = np.array([[one.missing] for one in signals], np.int16)
    if not len(part.row):
        return out
    first = int(part.frame[0])
    piece = foot.piece(slice(first, int(part.frame[-1]) + 1))
    offset_ms = row_offset_ms(foot, part, rate_hz)
    for index, one in enumerate(signals):
        values = one.values(piece, offset_ms)
        out[index, part.row - start] = values if one.by_row else values[part.frame - first]
    return out


def _signals(foot: ExportFoot, where: SlotRows, rate_hz: float) -> list[_Signal]:
    found: list[_Signal] = []
    spans = _spans(foot)
    for sensor, name in enumerate(foot.sensors):
        label = _label(foot, name)
        found.append(
            _counts(sensor, label) if foot.frames is not None else _force(sensor, label, foot, spans[sensor])
        )
    motions = [] if foot.motions is None else [_motion(foot, index) for index in range(len(MOTION_COLUMNS))]
    return [*found, _total(foot, spans[-1]), *motions, _clock(foot, where, rate_hz)]


def _spans(foot: ExportFoot) -> list[tuple[float, float]]:
    """Lowest and highest force of each sensor and of their sum; 0 is always within.

    Raises:
        ExportError: a count is out of range.
    """
    low, high = np.zeros(len(foot.sensors) + 1), np.zeros(len(foot.sensors) + 1)
    for piece in replace(foot, motions=None).pieces():
        both = np.column_stack([piece.force_n, piece.total_n])
        known = np.where(np.isfinite(both), both, 0.0)
        if len(known):
            low, high = np.minimum(low, known.min(axis=0)), np.maximum(high, known.max(axis=0))
        if piece.frames is not None and len(piece.frames) and int(piece.frames.counts.max()) > HIGHEST:
            raise ExportError(f"the {foot.foot} foot has counts above {HIGHEST}, which EDF+ cannot hold")
    return list(zip(low.tolist(), high.tolist(), strict=True))


def _counts(sensor: int, label: str) -> _Signal:
    channel = Channel(label, "FSR, raw ADC counts", "1", "-1 = missing", (-1, HIGHEST), (-1, HIGHEST))

    def values(piece: FootPiece, _offset: NDArray[np.float64]) -> NDArray[Any]:
        assert piece.frames is not None
        return piece.frames.counts[:, sensor].astype(np.int16)

    return _Signal(channel, -1, values)


def _force(sensor: int, label: str, foot: ExportFoot, span: tuple[float, float]) -> _Signal:
    step, lowest = _scale(STEPS, span, label, foot)
    return _Signal(
        _analogue(label, foot.force_unit, step, lowest),
        LOWEST,
        lambda piece, _: _digital(piece.force_n[:, sensor], step, lowest),
    )


def _total(foot: ExportFoot, span: tuple[float, float]) -> _Signal:
    label = f"{foot.foot} total"
    step, lowest = _scale(tuple(one for one in STEPS if one >= TOTAL_STEP), span, label, foot)
    return _Signal(
        _analogue(label, foot.force_unit, step, lowest),
        LOWEST,
        lambda piece, _: _digital(piece.total_n, step, lowest),
    )


def _motion(foot: ExportFoot, index: int) -> _Signal:
    column = MOTION_COLUMNS[index]
    step = MOTION_STEPS[column.unit]
    lowest = -(_FORCE_STEPS // 2)
    reach = -lowest * step

    def values(piece: FootPiece, _offset: NDArray[np.float64]) -> NDArray[Any]:
        assert piece.motion is not None
        return _digital(np.clip(piece.motion[:, index], -reach, reach), step, lowest)

    channel = _analogue(_label(foot, column.label), column.unit, step, lowest, "motion sensor")
    return _Signal(channel, LOWEST, values)


def _scale(
    steps: tuple[float, ...], span: tuple[float, float], label: str, foot: ExportFoot
) -> tuple[float, int]:
    """The finest step with which a span fits, and the lowest force in such steps (0 where none is below)."""
    low, high = span
    for step in steps:
        lowest = math.floor(low / step)
        if (_FORCE_STEPS + lowest) * step >= high:
            return step, lowest
    raise ExportError(f"{label}: forces from {low:g} to {high:g} {foot.force_unit} do not fit into EDF+")


def _analogue(
    label: str, unit: str, step: float, lowest: int, transducer: str = "pressure insole"
) -> Channel:
    physical = (round((lowest - 1) * step, 2), round((lowest + _FORCE_STEPS) * step, 2))
    return Channel(label, transducer, unit, "lowest = missing", physical, (LOWEST, HIGHEST))


def _digital(values: NDArray[Any], step: float, lowest: int) -> NDArray[Any]:
    """A step above `LOWEST`, which is missing, stands for the lowest force."""
    known = np.isfinite(values)
    steps = np.rint(np.where(known, values, 0) / step) - lowest
    return np.where(known, steps + LOWEST + 1, LOWEST).astype(np.int16)


def _clock(foot: ExportFoot, where: SlotRows, rate_hz: float) -> _Signal:
    """True time of a row less its nominal time."""
    reach = 0.0
    for start in range(0, len(where.row), _STRETCH_ROWS):
        stretch = slice(start, start + _STRETCH_ROWS)
        part = SlotRows(where.row[stretch], where.frame[stretch], where.nth[stretch])
        reach = max(reach, float(np.abs(row_offset_ms(foot, part, rate_hz)).max()))
    step = next((one for one in CLOCK_STEPS if one * HIGHEST >= reach), None)
    if step is None:
        raise ExportError(f"the clock of the {foot.foot} foot strays {reach / 1e3:.0f} s from its rate")
    physical = (round(LOWEST * step, 2), round(HIGHEST * step, 2))
    channel = Channel(
        f"{foot.foot} clock ms", "true minus row time", "ms", "lowest = missing", physical, (LOWEST, HIGHEST)
    )
    return _Signal(
        channel, LOWEST, lambda _, offset_ms: np.rint(offset_ms / step).astype(np.int16), by_row=True
    )


def _label(foot: ExportFoot, name: str) -> str:
    """At most 16 characters: "L mid med prox"."""
    texts = [_SHORT.get(word, word) for word in name.split("_")]
    return f"{foot.foot[0].upper()} {' '.join(texts)}"[:LABEL]


def _head(data: ExportData, per_record: int, record_s: Decimal, records: int) -> Head:
    person, start = data.person, data.local_start
    sexes = {"female": "F", "male": "M"}
    return Head(
        code=None if person is None else person.code[:20],
        sex=None if person is None else sexes.get(person.sex or ""),
        born=None if person is None else person.birth_date,
        name=None if person is None else person.name,
        start=start,
        equipment=f"Plantigrade_{data.versions['plantigrade']}",
        additional=f"gait_{data.analysis.algorithm_version}",
        per_record=per_record,
        records=records,
        record_s=record_s,
        zone="" if start is None else offset_text(start),
    )
