"""A library with walks that were recorded and analysed, made once and copied for each test."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from plantigrade.gait.signals import Walk
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person, Tag
from plantigrade.service.workers.analyse import analyse_recording

from tests.host.service.workers.walks import bundled_walk, heavier, stored

DAY_S = 86_400
EVERYDAY, INSERT = Tag("shoe", "everyday"), Tag("orthotic", "insert")


@dataclass(frozen=True)
class Walks:
    """Identifiers of the recordings.

    Attributes:
        with_insert, without: of P001, two of each, analysed; 25 to 28 February 2026.
        waiting: of P001, not analysed yet.
        left_only: of P001, analysed.
        deleted: of P001.
        foreign: of P002, analysed.
        nobodys: nobody is named; its insoles are unknown.
    """

    with_insert: tuple[str, str]
    without: tuple[str, str]
    waiting: str
    left_only: str
    deleted: str
    foreign: str
    nobodys: str


@cache
def _made() -> tuple[Path, Walks]:
    folder = Path(tempfile.mkdtemp(prefix="plantigrade-walks-"))
    with Library(folder / "data") as library:
        for code in ("P001", "P002"):
            library.add_person(Person(code, time_zone="Europe/Berlin"))
        one = bundled_walk()
        left = Walk(one.left, None, one.sample_rate_hz, one.source, one.body_weight_n)
        walks = Walks(
            with_insert=_two(library, 1.0, 0),
            without=_two(library, 1.02, 2),
            waiting=stored(library, heavier(1.3), "P001", later_s=4 * DAY_S),
            left_only=stored(library, left, "P001", later_s=5 * DAY_S),
            deleted=stored(library, heavier(1.4), "P001", later_s=6 * DAY_S),
            foreign=stored(library, heavier(1.5), "P002", later_s=7 * DAY_S),
            nobodys=stored(library, heavier(1.6), None, later_s=8 * DAY_S),
        )
        for name in walks.with_insert:
            library.tag(name, [EVERYDAY, INSERT])
        for name in walks.without:
            library.tag(name, [EVERYDAY])
        library.rename(walks.with_insert[0], "Walk to the shop")
        for name in (*walks.with_insert, *walks.without, walks.left_only, walks.foreign):
            analyse_recording(library, name)
        library.delete(walks.deleted)
    return folder / "data", walks


def _two(library: Library, factor: float, day: int) -> tuple[str, str]:
    first, second = (
        stored(library, heavier(factor + step / 100), "P001", later_s=(day + step) * DAY_S) for step in (0, 1)
    )
    return first, second


def walked_library(folder: Path) -> Iterator[Library]:
    """An opened copy in a folder."""
    shutil.copytree(_made()[0], folder)
    with Library(folder) as library:
        yield library


def walks() -> Walks:
    """What the library holds."""
    return _made()[1]
