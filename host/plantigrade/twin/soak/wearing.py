"""What the sensors play in a soak: a made-up person's day in pieces that repeat, and the plan of when which
piece runs."""

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from plantigrade.twin.body import draw_person, stand, walk, write_feed
from plantigrade.twin.electrical import FrontEnd

RATE_HZ = 100
PIECE_S = 120
Plan = list[tuple[int, int, int]]

SHARES = {"walk": (60, 600), "stand": (60, 900), "sit": (300, 2400)}
"""How long each piece may last, in seconds; nights are "off"."""


@dataclass(frozen=True)
class Wearing:
    """A day.

    Attributes:
        feeds: file of each side.
        counts: (n, 16) uint16 of each side: the 12-bit counts of the file.
        plan: (from true us, first row, rows) in order; the rows repeat until the next entry.
    """

    feeds: dict[str, Path]
    counts: dict[str, NDArray[np.uint16]]
    plan: Plan


def make_wearing(folder: Path, seed: int, hours: float, start_us: int) -> Wearing:
    """Write the feeds of a day of `hours` that begins at `start_us`: 16 of 24 hours worn, the rest off."""
    person = draw_person(seed)
    pieces = {
        "walk": walk(person, PIECE_S, seed).forces,
        "stand": stand(person, PIECE_S, seed),
        "sit": stand(person, PIECE_S, seed, doing="sit"),
        "off": stand(person, PIECE_S, seed, doing="off"),
    }
    feeds: dict[str, Path] = {}
    counts: dict[str, NDArray[np.uint16]] = {}
    places: dict[str, tuple[int, int]] = {}
    for side in ("left", "right"):
        front_end = FrontEnd(seed * 2 + (side == "right"))
        rows = [front_end.counts(getattr(piece, side), RATE_HZ) for piece in pieces.values()]
        first = 0
        for name, piece in zip(pieces, rows, strict=True):
            places[name] = (first, len(piece))
            first += len(piece)
        joined = np.concatenate(rows)
        feeds[side] = folder / f"{side}.feed"
        write_feed(feeds[side], joined, RATE_HZ)
        counts[side] = joined
    return Wearing(feeds, counts, _plan(places, random.Random(seed), hours, start_us))


def _plan(places: dict[str, tuple[int, int]], draw: random.Random, hours: float, start_us: int) -> Plan:
    plan: Plan = []
    at_s = 0.0
    worn_s = hours * 3600 * 2 / 3
    while at_s < worn_s:
        doing = draw.choices(("walk", "stand", "sit"), (3, 3, 2))[0]
        plan.append((start_us + round(at_s * 1e6), *places[doing]))
        at_s += draw.uniform(*SHARES[doing])
    plan.append((start_us + round(at_s * 1e6), *places["off"]))
    return plan
