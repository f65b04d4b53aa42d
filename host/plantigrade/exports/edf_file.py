"""The EDF+ file itself: a header of ASCII fields, then records of 16-bit samples and annotations.

After Kemp and Olivan, European data format 'plus' (EDF+), Clinical Neurophysiology 114 (2003), 1755-1761, and
the specification at edfplus.info. Records are written one block after the other, so that a recording of any
length takes little memory. A record lasts one second where that is a whole number of samples, else as long as
makes it one: `record_of`.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.exports.ascii_text import ascii_text

LOWEST: Final = -32768
HIGHEST: Final = 32767
_MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_UNKNOWN_START: Final = datetime(1985, 1, 1)
MOST_RECORD_BYTES: Final = 61440
"""That a record should not exceed (specification of EDF, 1992)."""
SAME_RATE_HZ: Final = 1e-6
"""Rates that differ by less are the same: the library stores them to so many digits."""
_DECIMALS: Final = 6
_WIDTH: Final = 8


@dataclass(frozen=True)
class Channel:
    """One signal.

    Attributes:
        label: at most 16 characters.
        transducer, unit, prefilter: words of the header.
        physical, digital: lowest and highest value, in the unit and as stored.
    """

    label: str
    transducer: str
    unit: str
    prefilter: str
    physical: tuple[float, float]
    digital: tuple[int, int]


@dataclass(frozen=True)
class Annotation:
    """Something at `at_s` from the start, for `duration_s` (None: a moment)."""

    at_s: float
    duration_s: float | None
    text: str


@dataclass(frozen=True)
class Head:
    """What the header says; None for what is not known.

    Attributes:
        code, sex, born, name: of the patient.
        start: of the first sample, to the microsecond.
        equipment, additional: words about the recording.
        per_record: samples of each signal in a record.
        records: how many.
        record_s: how long a record lasts, as the header writes it.
        zone: where `start` is the local time, such as "UTC+01:00"; empty where that is not known.
    """

    code: str | None
    sex: str | None
    born: date | None
    name: str | None
    start: datetime | None
    equipment: str
    additional: str
    per_record: int
    records: int
    record_s: Decimal = Decimal(1)
    zone: str = ""


def record_of(rate_hz: float, channels: int) -> tuple[int, Decimal]:
    """How many samples of each signal a record has, and how long it lasts.

    Of the durations that the header can write (eight characters) that one is taken which gives the rate with
    the fewest decimals, as near to a second as there is; where none gives it, the one that comes nearest.

    Args:
        rate_hz: samples a second, above 0.
        channels: signals of that rate.

    Returns:
        samples and seconds: samples / seconds is the rate.

    Raises:
        ValueError: a sample lasts less than a microsecond or more than a hundred days.

    Example:
        >>> record_of(100.0, 36), record_of(33.3, 36)
        ((100, Decimal('1')), (333, Decimal('10')))
    """
    most = max(1, MOST_RECORD_BYTES // (2 * channels))
    found = [one for count in range(1, most + 1) if (one := _length_of(count, rate_hz)) is not None]
    if not found:
        raise ValueError(f"EDF+ has no record for {rate_hz:g} samples a second of {channels} signals")
    *_, count, length = min(found)
    return count, length


def _length_of(count: int, rate_hz: float) -> tuple[float, int, float, int, Decimal] | None:
    """A record of so many samples: how far off its rate is, its decimals, its distance from a second, the
    count and the length; None where the header has no room for the length."""
    for decimals in range(_DECIMALS + 1):
        length = Decimal(f"{count / rate_hz:.{decimals}f}")
        off_hz = abs(count / float(length) - rate_hz) if length else math.inf
        if len(f"{length:f}") > _WIDTH or (off_hz > SAME_RATE_HZ and decimals < _DECIMALS):
            continue
        if not length:
            return None
        return (off_hz if off_hz > SAME_RATE_HZ else 0.0), decimals, abs(math.log(length)), count, length
    return None


def write(
    path: Path,
    head: Head,
    channels: Sequence[Channel],
    annotations: Iterable[Annotation],
    blocks: Iterable[NDArray[np.int16]],
) -> None:
    """Write a file.

    Args:
        path: the file.
        head: what is known of it.
        channels: the signals.
        annotations: in any order.
        blocks: (signals, samples) each, samples a multiple of `per_record`; together all records.

    Raises:
        OSError: it cannot be written.
    """
    notes = _notes(head, annotations)
    room = max(len(one) for one in notes)
    room += room % 2
    with path.open("wb") as file:
        file.write(_header(head, channels, room // 2))
        done = 0
        for block in blocks:
            count = block.shape[1] // head.per_record
            _write_records(file, block, head.per_record, notes[done : done + count], room)
            done += count


def _write_records(
    file: BinaryIO, block: NDArray[np.int16], per_record: int, notes: list[bytes], room: int
) -> None:
    count = len(notes)
    samples = block.astype("<i2").reshape(len(block), count, per_record).transpose(1, 0, 2)
    phrases = np.zeros((count, room), np.uint8)
    for row, text in enumerate(notes):
        phrases[row, : len(text)] = np.frombuffer(text, np.uint8)
    data = np.ascontiguousarray(samples).view(np.uint8).reshape(count, 2 * len(block) * per_record)
    file.write(np.concatenate([data, phrases], axis=1).tobytes())


def _notes(head: Head, annotations: Iterable[Annotation]) -> list[bytes]:
    """The annotations of every record, each list begun by the record's own time."""
    shift = 0.0 if head.start is None else head.start.microsecond * 1e-6
    length = float(head.record_s)
    texts = [f"+{_seconds(number * length + shift)}\x14\x14\0".encode() for number in range(head.records)]
    for one in annotations:
        number = min(max(int(one.at_s / length), 0), head.records - 1)
        lasted = "" if one.duration_s is None else f"\x15{_seconds(one.duration_s)}"
        phrases = "".join(sign if sign not in "\0\x14\x15" else " " for sign in one.text)
        texts[number] += f"+{_seconds(max(one.at_s, 0.0) + shift)}{lasted}\x14{phrases}\x14\0".encode()
    return texts


def _seconds(value: float) -> str:
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return text or "0"


def _header(head: Head, channels: Sequence[Channel], phrases: int) -> bytes:
    start = head.start or _UNKNOWN_START
    count = len(channels) + 1
    patient = " ".join(
        (
            _word(head.code),
            _word(head.sex),
            _word(None if head.born is None else _day(head.born)),
            _word(head.name),
        )
    )
    day = "X" if head.start is None else _day(head.start)
    about = f"Startdate {day} X X {_word(head.equipment)} {_word(head.additional)}"
    if head.zone:
        about += f" {_word(head.zone)}"
    fields = [
        ("0", 8), (patient, 80), (about, 80), (f"{start:%d.%m.%y}", 8), (f"{start:%H.%M.%S}", 8),
        (str(256 * (count + 1)), 8), ("EDF+C", 44), (str(head.records), 8),
        (f"{head.record_s:f}", 8), (str(count), 4),
    ]  # fmt: skip
    notes = Channel("EDF Annotations", "", "", "", (-1, 1), (LOWEST, HIGHEST))
    every = [*channels, notes]
    fields += [(one.label, 16) for one in every]
    fields += [(one.transducer, 80) for one in every]
    fields += [(one.unit, 8) for one in every]
    for pick in (0, 1):
        fields += [(_number(one.physical[pick]), 8) for one in every]
    for pick in (0, 1):
        fields += [(str(one.digital[pick]), 8) for one in every]
    fields += [(one.prefilter, 80) for one in every]
    fields += [(str(head.per_record), 8) for _ in channels] + [(str(phrases), 8)]
    fields += [("", 32) for _ in every]
    return b"".join(ascii_text(text)[:width].ljust(width).encode("ascii") for text, width in fields)


def _word(text: str | None) -> str:
    """Fields are ASCII words without spaces; X for what is not known."""
    return "_".join(ascii_text(text or "").split())[:30] or "X"


def _day(when: date) -> str:
    return f"{when.day:02d}-{_MONTHS[when.month - 1]}-{when.year:04d}"


def _number(value: float) -> str:
    """At most eight characters."""
    text = f"{value:.6g}"
    return text if len(text) <= 8 else f"{value:.0f}"
