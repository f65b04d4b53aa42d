# pandas has no type stubs.
# pyright: reportMissingTypeStubs=false
"""Virtual people and their walks as recordings: what `plantigrade.twin` offers to people who write Python.

The body and its sources: docs/explanation/body-model.md. The truth of a virtual walk is known, which no
recorded walk's is; how far it resembles real walking: docs/reference/virtual-walker.md.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from plantigrade.api.recording import Recording
from plantigrade.api.sources import UNLIMITED, Source, Span, WalkSource
from plantigrade.api.tables import OWN_UNIT, table
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.settings import NOMINAL_EU_SIZE
from plantigrade.gait.signals import Floats, Foot, FootSignal, Motion, SourceInfo, Walk
from plantigrade.twin.body import standing, walking
from plantigrade.twin.body.conditions import CATALOGUE, Condition, parse_condition
from plantigrade.twin.body.motion import TrueStrides, WalkMotion, move
from plantigrade.twin.body.person import Person, Shoe, another_day, draw_person
from plantigrade.twin.body.walk import ForceWalk
from plantigrade.twin.body.walking import TrueStances, VirtualWalk
from plantigrade.twin.motion_sensor import measure_walk
from plantigrade.twin.walks import BUNDLED_WALK

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Person", "Shoe", "VirtualRecording", "conditions", "example_file", "person", "stand", "walk"]

FORMAT = "twin"
STRIDE_TRUTH = {
    "stride_length_m": "m",
    "speed_m_per_s": "m/s",
    "foot_progression_deg": "deg",
    "toe_clearance_m": "m",
}
"""What is true of a stride that begins at a contact, where the feet move."""


class VirtualRecording(Recording):
    """A recording of a virtual person, with the truth.

    Example:
        >>> import plantigrade as pg
        >>> walk = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1)
        >>> isinstance(walk, pg.Recording)
        True
    """

    def __init__(
        self,
        source: Source,
        span: Span = UNLIMITED,
        made: VirtualWalk | None = None,
        moved: WalkMotion | None = None,
    ) -> None:
        super().__init__(source, span)
        self._made, self._moved = made, moved

    def truth(self) -> "pd.DataFrame":
        """What is true of each stride: `foot`, `initial_contact_s`, `final_contact_s`.

        Of a walk with motion also `stride_length_m`, `speed_m_per_s`, `foot_progression_deg` (outwards
        positive) and `toe_clearance_m` of the stride that begins there. No rows where the person stands.
        Stances that begin or end outside of the recording are listed, too.

        Example:
            >>> import plantigrade as pg
            >>> walk = pg.twin.walk(pg.twin.person(1), seconds=60, seed=1)
            >>> at = walk.truth().query("foot == 'left'")["initial_contact_s"].to_numpy()
            >>> found = walk.strides().query("foot == 'left' and valid")
            >>> nearest = [abs(at - time_s).min() for time_s in found["initial_contact_s"]]
            >>> bool(max(nearest) < 0.03)
            True
        """
        made = self._made
        feet = [] if made is None else [("left", made.left), ("right", made.right)]
        columns: dict[str, Any] = {
            "foot": [name for name, foot in feet for _ in foot.contact_s],
            "initial_contact_s": _joined([foot.contact_s for _, foot in feet]),
            "final_contact_s": _joined([foot.contact_s + foot.stance_s for _, foot in feet]),
        }
        units = {"foot": "1", "initial_contact_s": "s", "final_contact_s": "s"}
        if made is not None and self._moved is not None:
            strides = [(self._moved.left.truth, made.left), (self._moved.right.truth, made.right)]
            for name, unit in STRIDE_TRUTH.items():
                columns[name] = _joined([_of_contacts(truth, name, foot) for truth, foot in strides])
                units[name] = unit
        return table(columns, units, {"recording": self.id})


def _joined(parts: Sequence[Floats]) -> Floats:
    return np.concatenate([np.empty(0), *parts])


def _of_contacts(truth: TrueStrides, name: str, foot: TrueStances) -> Floats:
    """A figure of each stride at the contact that it begins with (K,); NaN where no stride follows."""
    values: Floats = np.full(len(foot.contact_s), np.nan)
    known: Floats = getattr(truth, name)[: len(values)]
    values[: len(known)] = known
    return values


def example_file() -> Path:
    """A recorded walk that comes with the package: two minutes of a healthy adult, PhysioNet's gaitpdb
    GaCo13_01.

    Attribution stands beside it (ATTRIBUTION.md): Yogev 2005, Hausdorff; Goldberger 2000; ODC-By 1.0.

    Example:
        >>> import plantigrade as pg
        >>> pg.twin.example_file().name
        'gaitpdb_GaCo13_01.txt.gz'
    """
    return BUNDLED_WALK


def conditions() -> "pd.DataFrame":
    """What a virtual body can have, indexed by `condition`: `title`, `unit` of its degree, `clinical` degree.

    `walk` and `stand` take them as texts: "high-arch", "high-arch:2" or "high-arch:2:left".

    Example:
        >>> import plantigrade as pg
        >>> pg.twin.conditions().loc["high-arch", "unit"]
        'degree 1-3'
    """
    columns = {
        "condition": list(CATALOGUE),
        "title": [kind.title for kind in CATALOGUE.values()],
        "unit": [kind.unit for kind in CATALOGUE.values()],
        "clinical": [float(kind.clinical) for kind in CATALOGUE.values()],
    }
    return table(columns, dict.fromkeys(columns, "1") | {"clinical": OWN_UNIT}, {}, ["condition"])


def person(
    seed: int, *, speed_m_s: float | None = None, shoe: Shoe | None = None, day: int | None = None
) -> Person:
    """A neutral virtual adult, the same for the same seed.

    Args:
        seed: who.
        speed_m_s: walking speed; their own comfortable one by default.
        shoe: what is worn; a shoe of everyday wear by default.
        day: another day of the same person, on which speed, gait and lacing differ a little; None for the
            first.

    Example:
        >>> import plantigrade as pg
        >>> walker = pg.twin.person(1, shoe=pg.twin.Shoe("trail", cushioning=0.9))
        >>> round(walker.mass_kg), walker.shoe.name
        (85, 'trail')
    """
    drawn = draw_person(seed, shoe, speed_m_s)
    return drawn if day is None else another_day(drawn, day)


def walk(
    person: Person,
    seconds: float,
    *,
    seed: int,
    conditions: Sequence[str] = (),
    rate_hz: float = 100.0,
    shoe_size_eu: float = NOMINAL_EU_SIZE,
    motion: bool = False,
) -> VirtualRecording:
    """Level walking on insoles of ours, from standing into steady gait; the same seed gives the same walk.

    The forces are those under the foot: sensors without errors. What our electronics make of them is seen by
    `plantigrade twin` and the demo.

    Args:
        person: who walks.
        seconds: how long.
        seed: of what differs from stride to stride.
        conditions: as `conditions` lists them: "high-arch:2:left".
        rate_hz: sampling rate.
        shoe_size_eu: of the insoles, which makes lengths millimetres.
        motion: also what a motion sensor in each insole measures, with its errors: see `frames`, `truth`.

    Raises:
        PlantigradeError: a condition that there is not, or a degree or side that it cannot have.

    Example:
        >>> import plantigrade as pg
        >>> pg.twin.walk(pg.twin.person(1), seconds=30, seed=1)
        <Recording virtual walk, seed 1: left and right, 100 Hz, 30.0 s>
        >>> moving = pg.twin.walk(pg.twin.person(1), seconds=30, seed=1, motion=True)
        >>> float(moving.truth()["stride_length_m"].median().round(1))
        1.2
    """
    made = walking.walk(person, seconds, seed, _parsed(conditions), rate_hz)
    moved = move(made, seed) if motion else None
    felt = None if moved is None else [one.motion() for one in measure_walk(moved, seed, rate_hz)]
    source = _source(made.forces, f"virtual walk, seed {seed}", person, shoe_size_eu, felt)
    return VirtualRecording(source, made=made, moved=moved)


def stand(
    person: Person,
    seconds: float,
    *,
    seed: int,
    conditions: Sequence[str] = (),
    rate_hz: float = 100.0,
    shoe_size_eu: float = NOMINAL_EU_SIZE,
) -> VirtualRecording:
    """Standing on both feet, with sway and shifts of weight.

    Args:
        person: who stands.
        seconds, seed, conditions, rate_hz, shoe_size_eu: as in `walk`.

    Raises:
        PlantigradeError: as `walk`.

    Example:
        >>> import plantigrade as pg
        >>> uneven = ["standing-asymmetric:70:left"]
        >>> one_sided = pg.twin.stand(pg.twin.person(1), 60, seed=1, conditions=uneven)
        >>> one_sided.balance()["standing_left_load_pct"].round(0).tolist()
        [70.0]
    """
    forces = standing.stand(person, seconds, seed, _parsed(conditions), rate_hz)
    return VirtualRecording(_source(forces, f"virtual standing, seed {seed}", person, shoe_size_eu))


def _parsed(conditions: Sequence[str]) -> tuple[Condition, ...]:
    given = [conditions] if isinstance(conditions, str) else conditions
    return tuple(parse_condition(text) for text in given)


def _source(
    forces: ForceWalk,
    name: str,
    person: Person,
    shoe_size_eu: float,
    motion: Sequence[Motion] | None = None,
) -> WalkSource:
    time_s = np.arange(len(forces.left)) / forces.rate_hz
    layout = own_layout(shoe_size_eu)
    felt: Sequence[Motion | None] = (None, None) if motion is None else motion
    left, right = (
        FootSignal(side, time_s, newtons.astype(np.float32), layout, motion=one)
        for side, newtons, one in zip(Foot, (forces.left, forces.right), felt, strict=True)
    )
    info = SourceInfo(name, FORMAT, forces.source)
    return WalkSource(Walk(left, right, forces.rate_hz, info, person.weight_n), name)
