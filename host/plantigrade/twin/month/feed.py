"""What the sensors of a pair show: pieces of a virtual person's movement, and the plan of when
which one plays."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from plantigrade.twin.body import Condition, Person, another_day
from plantigrade.twin.body.day import Doing, forces_of
from plantigrade.twin.electrical import FrontEnd

RATE_HZ = 100
SLOT_US = 10_000
PIECE_S = 150.0
"""A piece repeats from its beginning when it is played for longer."""
VARIANTS = 3
"""Pieces of each kind, from people as they are on different days."""
OFF_S = 20.0

Foot = Literal["left", "right"]
FEET: tuple[Foot, Foot] = ("left", "right")
CHANNELS = 16

U16 = NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class Piece:
    """Some minutes of one thing done.

    Attributes:
        doing: what.
        counts: of each foot, (n * 16,) uint16: rows of 12-bit codes in the order of the layout.
    """

    doing: Doing
    counts: dict[Foot, U16]

    @property
    def rows(self) -> int:
        """How many slots it lasts."""
        return len(self.counts["left"]) // CHANNELS


@dataclass
class Pieces:
    """The pieces of one person, made when they are first wanted: each day has its own.

    Args:
        person: whose movements they are.
        sensors: seed of each foot's sensors, as `FrontEnd` takes it.
        seed: of everything drawn.
        variants: pieces of each kind and day.
        piece_s: how long a piece is.
    """

    person: Person
    sensors: dict[Foot, int]
    seed: int
    variants: int = VARIANTS
    piece_s: float = PIECE_S
    _made: dict[tuple[Doing, int, int, tuple[Condition, ...]], Piece] = field(
        default_factory=dict[tuple[Doing, int, int, tuple[Condition, ...]], Piece]
    )

    def piece(self, doing: Doing, day: int, number: int, conditions: tuple[Condition, ...] = ()) -> Piece:
        """What the person does on a day, under conditions; `number` counts modulo `variants`."""
        key = (doing, 0, 0, ()) if doing == "off" else (doing, day, number % self.variants, conditions)
        if key not in self._made:
            self._made[key] = self._make(*key)
        return self._made[key]

    def forget(self, before_day: int) -> None:
        """Give up the pieces of earlier days."""
        self._made = {
            key: piece for key, piece in self._made.items() if key[0] == "off" or key[1] >= before_day
        }

    def _make(self, doing: Doing, day: int, number: int, conditions: tuple[Condition, ...]) -> Piece:
        of_day, own = (
            int(np.random.SeedSequence([self.seed, *numbers]).generate_state(1)[0])
            for numbers in ((day,), (day, number + 1))
        )
        person = another_day(self.person, of_day)
        seconds = OFF_S if doing == "off" else self.piece_s
        forces = forces_of(doing, person, seconds, own, conditions, RATE_HZ)
        return Piece(
            doing,
            {
                foot: FrontEnd(self.sensors[foot]).counts(getattr(forces, foot), RATE_HZ).ravel()
                for foot in FEET
            },
        )


@dataclass(frozen=True, eq=False)
class Playing:
    """From a moment on a piece plays, until the next entry of the plan.

    Attributes:
        from_us: true time.
        piece: what plays, from its first row on.
    """

    from_us: int
    piece: Piece


class Feed:
    """The plan of both feet in true time. Entries may be added at the end at any time."""

    def __init__(self, plan: Sequence[Playing]) -> None:
        self._plan = list(plan)
        self._from_us = [entry.from_us for entry in self._plan]

    def add(self, plan: Sequence[Playing]) -> None:
        """Go on with these entries; what is long past is forgotten by `forget`."""
        self._plan += plan
        self._from_us += [entry.from_us for entry in plan]

    def forget(self, before_us: int) -> None:
        """Give up the entries that ended before this moment."""
        first = max(0, bisect_right(self._from_us, before_us) - 1)
        del self._plan[:first], self._from_us[:first]

    def at(self, true_us: int) -> tuple[Piece, int, int]:
        """The piece that plays at a moment, its row then, and the moment at which another one begins."""
        number = max(0, bisect_right(self._from_us, true_us) - 1)
        entry = self._plan[number]
        row = max(0, true_us - entry.from_us) // SLOT_US % entry.piece.rows
        until_us = self._from_us[number + 1] if number + 1 < len(self._plan) else 1 << 62
        return entry.piece, row, until_us
