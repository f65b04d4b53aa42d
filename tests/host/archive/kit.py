"""Recordings for archives: pieces of the recorded walk that the package carries."""

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import plantigrade.twin
from plantigrade.archive import plan
from plantigrade.archive.run import Report, run
from plantigrade.archive.task import Outcome, Place, Work, analyse
from plantigrade.gait.signals import FootSignal, Walk
from plantigrade.imports.formats import read
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person, Tag

SECONDS = 20


@lru_cache(maxsize=1)
def walk() -> Walk:
    return read(next((Path(plantigrade.twin.__file__).parent / "walks").glob("*.txt.gz")))


def piece(number: int) -> Walk:
    """Twenty seconds of walking, each from another second on."""

    def cut(foot: FootSignal | None) -> FootSignal | None:
        if foot is None:
            return None
        rows = slice(number * 100, number * 100 + SECONDS * 100)
        return replace(foot, time_s=foot.time_s[rows], force_n=foot.force_n[rows])

    return replace(walk(), left=cut(walk().left), right=cut(walk().right))


def library(data: Path, count: int) -> Library:
    """Some recordings of two people."""
    made = Library(data)
    for code, weight in (("P001", 70.0), ("P002", 80.0)):
        made.add_person(Person(code, weight_kg=weight))
    for number in range(count):
        entry = made.import_walk(piece(number))
        made.assign(entry.id, ("P001", "P002")[number % 2])
        made.tag(entry.id, [Tag("shoe", "trail" if number % 2 else "flat")])
    return made


def place(of: Library, store: str | None = None, options: dict[str, str] | None = None) -> Place:
    key_id = None if of.vault is None else of.vault.key_id
    return Place(store or str(of.data_dir), json.dumps(options or {}), of.data_dir, of.uuid, key_id, None)


def analysed(
    client: Any, of: Library, where: Place | None = None, work: Work = analyse, **more: Any
) -> Report:
    """What is missing, done."""
    wanted = plan.missing(of)
    return run(client, where or place(of), work, plan.tasks(of, wanted), len(wanted), keeping(of), **more)


def keeping(of: Library) -> Any:
    def keep(outcomes: Sequence[Outcome]) -> None:
        plan.keep(of, outcomes)

    return keep
