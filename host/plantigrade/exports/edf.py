"""EDF+: one file with counts (or forces) of every sensor, total force, true time, and annotations.

What EDF+ cannot hold: values are whole numbers of 16 bits on rows of equal distance, so forces are in
steps of 0.01 N (coarser where a sensor exceeds 655 N) and total forces in steps of 0.1 N. Samples that
are missing are the lowest value of their signal, and every gap is an annotation with its reason. The
insole's clock does not run exactly at the nominal rate: the signal "<foot> clock ms" is the true time of
a row minus its nominal time, to 0.02 ms up to 655 ms and coarser beyond. Boot numbers, status and sensor
calibration stay behind; use csv or parquet.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.exports.atomic_write import new_file
from plantigrade.exports.edf_file import HIGHEST, LOWEST, Annotation, Channel, Head
from plantigrade.exports.edf_file import write as write_file
from plantigrade.exports.export_data import ExportData, ExportError, ExportFoot, FootPiece
from plantigrade.exports.marks import marks
from plantigrade.exports.slots import SlotRows, needs_rows, row_offset_ms

LABEL: Final = 16
STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
TOTAL_STEP: Final = 0.1
CLOCK_STEPS: Final = (0.02, 0.1, 1.0, 10.0, 100.0)
BLOCK_RECORDS: Final = 600
_STRETCH_ROWS: Final = 1 << 20
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
        ExportError: no frame has a time, the rate is not whole, a value is out of range, or it cannot be
            written.
    """
    if data.rate_hz != round(data.rate_hz):
        raise ExportError(
            f"{path}: EDF+ needs a whole number of samples a second, this recording has {data.rate_hz:g}; "
            "use csv or parquet"
        )
    placed, rows = needs_rows(data, "EDF+")
    rate = round(data.rate_hz)
    records = -(-rows // rate)
    signals = [_signals(foot, where, data.rate_hz) for foot, where in zip(data.feet, placed, strict=True)]
    found = (Annotation(max(mark.at_s, 0.0), mark.duration_s, mark.label) for mark in marks(data))
    channels = [one.channel for of_foot in signals for one in of_foot]
    blocks = _blocks(data, placed, signals, records * rate, BLOCK_RECORDS * rate)
    with new_file(path) as draft:
        write_file(draft, _head(data, rate, records), channels, found, blocks)


def _blocks(
    data: ExportData, placed: list[SlotRows], signals: list[list[_Signal]], rows: int, size: int
) -> Iterator[NDArray[np.int16]]:
    for start in range(0, rows, size):
        stop = min(start + size, rows)
        parts = [
            _block(foot, where.between(start, stop), own, start, stop, data.rate_hz)
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
    tops = _tops(foot)
    for sensor, name in enumerate(foot.sensors):
        label = _label(foot, name)
        found.append(
            _counts(sensor, label) if foot.frames is not None else _force(sensor, label, foot, tops[sensor])
        )
    return [*found, _total(foot, tops[-1]), _clock(foot, where, rate_hz)]


def _tops(foot: ExportFoot) -> NDArray[np.float64]:
    """(S + 1,) the highest force of each sensor and of their sum.

    Raises:
        ExportError: a value is out of range.
    """
    tops = np.zeros(len(foot.sensors) + 1)
    for piece in foot.pieces():
        both = np.column_stack([piece.force_n, piece.total_n])
        known = np.where(np.isfinite(both), both, 0.0)
        if len(known):
            tops = np.maximum(tops, known.max(axis=0))
            if float(known.min()) < 0:
                raise ExportError(f"the {foot.foot} foot has forces below 0, which do not fit into EDF+")
        if piece.frames is not None and len(piece.frames) and int(piece.frames.counts.max()) > HIGHEST:
            raise ExportError(f"the {foot.foot} foot has counts above {HIGHEST}, which EDF+ cannot hold")
    return tops


def _counts(sensor: int, label: str) -> _Signal:
    channel = Channel(label, "FSR, raw ADC counts", "1", "-1 = missing", (-1, HIGHEST), (-1, HIGHEST))

    def values(piece: FootPiece, _offset: NDArray[np.float64]) -> NDArray[Any]:
        assert piece.frames is not None
        return piece.frames.counts[:, sensor].astype(np.int16)

    return _Signal(channel, -1, values)


def _force(sensor: int, label: str, foot: ExportFoot, top: float) -> _Signal:
    step = _step(STEPS, top, label, foot)
    return _Signal(
        _analogue(label, foot.force_unit, step),
        LOWEST,
        lambda piece, _: _digital(piece.force_n[:, sensor], step),
    )


def _total(foot: ExportFoot, top: float) -> _Signal:
    label = f"{foot.foot} total"
    step = _step(tuple(one for one in STEPS if one >= TOTAL_STEP), top, label, foot)
    return _Signal(
        _analogue(label, foot.force_unit, step), LOWEST, lambda piece, _: _digital(piece.total_n, step)
    )


def _step(steps: tuple[float, ...], top: float, label: str, foot: ExportFoot) -> float:
    step = next((one for one in steps if one * 65534 >= top), None)
    if step is None:
        raise ExportError(f"{label}: forces up to {top:g} {foot.force_unit} do not fit into EDF+")
    return step


def _analogue(label: str, unit: str, step: float) -> Channel:
    physical = (round(-step, 2), round(step * 65534, 2))
    return Channel(label, "pressure insole", unit, "lowest = missing", physical, (LOWEST, HIGHEST))


def _digital(values: NDArray[Any], step: float) -> NDArray[Any]:
    known = np.isfinite(values)
    return np.where(known, np.rint(np.where(known, values, 0) / step) + LOWEST + 1, LOWEST).astype(np.int16)


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


def _head(data: ExportData, rate: int, records: int) -> Head:
    person = data.person
    sexes = {"female": "F", "male": "M"}
    return Head(
        code=None if person is None else person.code[:20],
        sex=None if person is None else sexes.get(person.sex or ""),
        born=None if person is None else person.birth_date,
        name=None if person is None else person.name,
        start=data.start,
        equipment=f"Plantigrade_{data.versions['plantigrade']}",
        additional=f"gait_{data.analysis.algorithm_version}",
        per_record=rate,
        records=records,
    )
