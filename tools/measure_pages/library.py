"""A library with the recordings of one person in fourteen years, and a day of two feet with its analysis."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import sqlalchemy as sa
from plantigrade.gait.signals import Foot, FootSignal, SensorLayout, SourceInfo, Walk
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.tables import PersonRow, RecordingRow, TagRow
from plantigrade.library.entries import Person
from plantigrade.service.workers.analyse import analyse_recording
from plantigrade.twin.walks import BUNDLED_WALK

PERSON: Final = "P001"
RECORDINGS: Final = 10_000
EVERY_NS: Final = 12 * 3600 * 10**9
FIRST_NS: Final = 1_300_000_000 * 10**9
DAY_S: Final = 86_400
RATE_HZ: Final = 10.0
"""Of the synthetic day: its overview has as many windows as one of 100 Hz, and it is made within seconds."""
STRIDE_S: Final = 1.1
WORN: Final = ((8.0, 12.5), (13.5, 18.0), (19.0, 22.0))
"""Hours in which the synthetic day is walked; between them nothing is recorded."""


def fill(library: Library) -> None:
    """Catalogue rows of one person, added in one transaction; their folders are not needed for lists."""
    library.add_person(Person(PERSON, time_zone="Europe/Berlin"))
    added = datetime(2026, 1, 1, tzinfo=UTC)
    with library.store.write() as session:
        person_id = session.scalars(sa.select(PersonRow.id).where(PersonRow.code == PERSON)).one()
        rows = [_row(number, person_id, added) for number in range(RECORDINGS)]
        session.execute(sa.insert(RecordingRow), rows)
        tags = [
            {"recording_id": row["id"], "kind": "shoe", "value": ("everyday", "trail")[number % 2]}
            for number, row in enumerate(rows)
        ]
        session.execute(sa.insert(TagRow), tags)


def _row(number: int, person_id: int, added: datetime) -> dict[str, object]:
    start_ns = FIRST_NS + number * EVERY_NS
    return {
        "id": f"r{number:05d}",
        "kind": "insole",
        "title": ("Evening walk", "To the shop", "")[number % 3],
        "person_id": person_id,
        "start_utc_ns": start_ns,
        "order_ns": start_ns,
        "duration_s": 1800.0,
        "feet": "left,right",
        "sample_rate_hz": 100.0,
        "frames_recorded": 360_000,
        "frames_missing": 0 if number % 10 else 720,
        "bytes": 12_000_000,
        "books_sha256": f"{number:064x}",
        "source": "",
        "added_utc": added,
        "erasing": False,
    }


def add_walk(library: Library) -> str:
    """Two minutes of walking, analysed; its identifier."""
    from plantigrade.imports.formats import read

    name = library.import_walk(read(BUNDLED_WALK), "Two minutes in the corridor").id
    library.assign(name, PERSON)
    analyse_recording(library, name)
    return name


def add_day(library: Library) -> str:
    """A day of two feet, analysed; its identifier."""
    entry = library.import_walk(day(), "A whole day")
    library.assign(entry.id, PERSON)
    start_ns = FIRST_NS + RECORDINGS * EVERY_NS
    with library.store.write() as session:
        values = {"start_utc_ns": start_ns, "order_ns": start_ns}
        session.execute(sa.update(RecordingRow).where(RecordingRow.id == entry.id).values(**values))
    analyse_recording(library, entry.id)
    return entry.id


def day() -> Walk:
    """A synthetic day: strides of half a sine on each foot, with pauses."""
    time_s = np.arange(int(DAY_S * RATE_HZ)) / RATE_HZ
    hour = time_s / 3600
    worn = np.zeros(len(time_s), bool)
    for begin, end in WORN:
        worn |= (hour >= begin) & (hour < end)
    worn[0] = worn[-1] = True  # the day has 24 hours
    draw = np.random.default_rng(1)
    layout = SensorLayout(
        "day-4",
        np.array([40.0, 55.0, 30.0, 45.0]),
        np.array([20.0, 100.0, 180.0, 240.0]),
        np.full(4, 10.0),
        ("heel", "midfoot", "forefoot", "toes"),
        insole_length_mm=260.0,
    )
    feet: list[FootSignal] = []
    for foot, shift in ((Foot.LEFT, 0.0), (Foot.RIGHT, 0.5)):
        phase = (time_s / STRIDE_S + shift) % 1.0
        stance = np.where(phase < 0.62, np.sin(np.pi * phase / 0.62), 0.0)
        force = 800.0 * stance[:, None] * np.array([0.4, 0.1, 0.35, 0.15])
        force = (force * draw.uniform(0.9, 1.1, (len(time_s), 1))).astype(np.float32)
        feet.append(FootSignal(foot, time_s[worn], force[worn], layout))
    return Walk(feet[0], feet[1], RATE_HZ, SourceInfo("day", "synthetic"), 750.0)


def made(folder: Path) -> tuple[str, str]:
    """The whole library in a new folder; identifiers of the walk and of the day."""
    with Library(folder) as library:
        fill(library)
        return add_walk(library), add_day(library)
