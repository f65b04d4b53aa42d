"""EDF+: one file with counts (or forces) of every sensor, total force, true time, and annotations.

What EDF+ cannot hold: values are whole numbers of 16 bits on rows of equal distance, so forces are in
steps of 0.01 N (coarser where a sensor exceeds 655 N) and total forces in steps of 0.1 N. Samples that
are missing are the lowest value of their signal, and every gap is an annotation with its reason. The
insole's clock does not run exactly at the nominal rate: the signal "<foot> clock ms" is the true time of
a row minus its nominal time, to 0.02 ms up to 655 ms and coarser beyond. Boot numbers, status and sensor
calibration stay behind; use csv or parquet.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.exports.marks import marks
from plantigrade.exports.place import new_file
from plantigrade.exports.slots import SlotRows, needs_rows, row_offset_ms
from plantigrade.exports.subject import ExportError, FootData, Subject

if TYPE_CHECKING:
    from datetime import datetime

    from edfio import EdfSignal

MAX_COUNT: Final = 32767
LABEL: Final = 16
STEPS: Final = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
LOWEST: Final = -32768
RECORD_S: Final = 1.0
_SHORT: Final = {
    "heel": "heel", "posterior": "post", "medial": "med", "lateral": "lat", "anterior": "ant",
    "midfoot": "mid", "proximal": "prox", "distal": "dist", "sensor": "s",
}  # fmt: skip


def write(subject: Subject, path: Path) -> None:
    """Write the file `path`.

    Raises:
        ExportError: no frame has a time, the rate is not whole, a value is out of range, or it cannot be
            written.
    """
    import edfio

    if subject.rate_hz != round(subject.rate_hz):
        raise ExportError(
            f"{path}: EDF+ needs a whole number of samples a second, this recording has {subject.rate_hz:g}; "
            "use csv or parquet"
        )
    placed, rows = needs_rows(subject, "EDF+")
    per_record = round(subject.rate_hz * RECORD_S)
    rows = -(-rows // per_record) * per_record
    signals: list[EdfSignal] = []
    for foot, where in zip(subject.feet, placed, strict=True):
        signals += _signals(subject, foot, where, rows)
    annotations = [
        edfio.EdfAnnotation(max(mark.at_s, 0.0), mark.duration_s, mark.label) for mark in marks(subject)
    ]
    edf = edfio.Edf(
        signals,
        patient=_patient(subject),
        recording=_recording(subject),
        starttime=None if subject.start is None else _time(subject.start),
        data_record_duration=RECORD_S,
        annotations=annotations,
    )
    with new_file(path) as draft:
        edf.write(draft)


def _time(start: "datetime") -> Any:
    return start.time()


def _signals(subject: Subject, foot: FootData, where: SlotRows, rows: int) -> "list[EdfSignal]":
    rate, signals = subject.rate_hz, list["EdfSignal"]()
    if foot.frames is not None:
        counts = foot.frames.counts
        if len(counts) and int(counts.max()) > MAX_COUNT:
            raise ExportError(f"the {foot.foot} foot has counts above {MAX_COUNT}, which EDF+ cannot hold")
        for sensor, name in enumerate(foot.sensors):
            digital = where.spread(counts[:, sensor].astype(np.int16), rows, -1)
            signals.append(_counts(digital, rate, _label(foot, name)))
    else:
        for sensor, name in enumerate(foot.sensors):
            signals.append(_analogue(foot.force_n[:, sensor], where, rows, rate, _label(foot, name), foot))
    signals.append(_analogue(foot.total_n, where, rows, rate, f"{foot.foot} total", foot, finest=0.1))
    signals.append(_clock(foot, where, rows, rate))
    return signals


def _counts(digital: NDArray[Any], rate: float, label: str) -> "EdfSignal":
    import edfio

    return edfio.EdfSignal.from_digital(
        digital, rate, label=label, transducer_type="FSR, raw ADC counts", physical_dimension="1",
        physical_range=(-1, MAX_COUNT), digital_range=(-1, MAX_COUNT), prefiltering="-1 = missing",
    )  # fmt: skip


def _analogue(
    values: NDArray[Any],
    where: SlotRows,
    rows: int,
    rate: float,
    label: str,
    foot: FootData,
    finest: float = 0.01,
) -> "EdfSignal":
    import edfio

    known = values[np.isfinite(values)]
    top = float(known.max()) if len(known) else 0.0
    low = float(known.min()) if len(known) else 0.0
    step = next((one for one in STEPS if one >= finest and one * 65534 >= top), None)
    if step is None or low < 0:
        raise ExportError(f"{label}: forces from {low:g} to {top:g} {foot.force_unit} do not fit into EDF+")
    digital = np.where(np.isfinite(values), np.rint(values / step) + LOWEST + 1, LOWEST).astype(np.int16)
    return edfio.EdfSignal.from_digital(
        where.spread(digital, rows, LOWEST).astype(np.int16), rate, label=label,
        transducer_type="pressure insole", physical_dimension=foot.force_unit,
        physical_range=(round(-step, 2), round(step * 65534, 2)), digital_range=(LOWEST, 32767),
        prefiltering="lowest = missing",
    )  # fmt: skip


def _clock(foot: FootData, where: SlotRows, rows: int, rate: float) -> "EdfSignal":
    import edfio

    offset = row_offset_ms(foot, where, rate)
    reach = float(np.abs(offset).max()) if len(offset) else 0.0
    step = next((one for one in (0.02, 0.1, 1.0, 10.0, 100.0) if one * 32767 >= reach), None)
    if step is None:
        raise ExportError(f"the clock of the {foot.foot} foot strays {reach / 1e3:.0f} s from its rate")
    digital = np.full(rows, LOWEST, np.int16)
    digital[where.row] = np.rint(offset / step).astype(np.int16)
    return edfio.EdfSignal.from_digital(
        digital, rate, label=f"{foot.foot} clock ms", transducer_type="true minus row time",
        physical_dimension="ms", physical_range=(round(LOWEST * step, 2), round(32767 * step, 2)),
        digital_range=(LOWEST, 32767), prefiltering="lowest = missing",
    )  # fmt: skip


def _label(foot: FootData, name: str) -> str:
    """At most 16 characters: "L mid med prox"."""
    words = [_SHORT.get(word, word) for word in name.split("_")]
    return f"{foot.foot[0].upper()} {' '.join(words)}"[:LABEL]


def _ascii(text: str) -> str:
    """EDF+ headers are ASCII without spaces inside a field; what is not becomes "_" (annotations keep it)."""
    return "".join(sign if sign.isascii() and sign.isprintable() and sign != " " else "_" for sign in text)


def _patient(subject: Subject) -> Any:
    import edfio

    person = subject.person
    if person is None:
        return edfio.Patient()
    sexes = {"female": "F", "male": "M"}
    return edfio.Patient(
        code=_ascii(person.code)[:20] or "X",
        sex=sexes.get(person.sex or "", "X"),  # type: ignore[arg-type]
        birthdate=person.birth_date,
        name=_ascii(person.name or "X")[:30],
    )


def _recording(subject: Subject) -> Any:
    import edfio

    start = subject.start
    return edfio.Recording(
        startdate=None if start is None else start.date(),
        equipment_code=f"Plantigrade_{_ascii(subject.versions['plantigrade'])}",
        additional=(f"gait_{subject.analysis.algorithm_version}",),
    )
