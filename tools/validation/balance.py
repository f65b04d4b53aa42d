"""Balance: our sway beside the area and velocity that the authors of a data set of force plates published.

    python -m tools.validation.balance PLATE.txt[.gz] OUTPUT.csv

writes a recording of a plate as plain CSV of two insoles, for `plantigrade analyze --feet-apart-mm 160`.

Data: Santos & Duarte 2016, *A public data set of human balance evaluations* (PeerJ 4:e2648), CC BY 4.0: force
plate at 100 Hz, 60 s a trial, published area of the 95 % prediction ellipse and mean velocity of the centre
of pressure, as it was measured (`BDSinfoCOP.txt`).

A plate knows one centre of pressure and one force. They are carried by two feet whose middle lines are 160 mm
apart: each foot's share of the force is where the centre lies between the two lines, and within both insoles
the load lies at the same place along the foot. So force and centre of both feet together stay what the plate
measured, to rounding; how the person really stood on the plate is not known and not claimed.
"""

import argparse
import csv
import gzip
import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from plantigrade.analysis.pipeline import RecordingAnalysis, Request, of_walk
from plantigrade.array_types import F64
from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import NEWTONS_PER_KG, Foot, FootSignal, SensorLayout, SourceInfo, Walk

FEET_APART_MM: Final = 160.0
INSOLE_LENGTH_MM: Final = 300.0
SENSORS_X_MM: Final = (14.0, 94.0, 14.0, 94.0)
SENSORS_Y_MM: Final = (20.0, 20.0, 280.0, 280.0)
"""Corners of a rectangle about the middle of the insole: four loads there keep any centre inside it."""
LEAST_S: Final = 50.0
"""Of a minute on the plate that must be recognised as one standing."""
RATIO_FROM, RATIO_TO = 0.98, 1.02
"""Ratios to the published figure that count as agreement."""
MM_PER_CM: Final = 10.0
MM2_PER_CM2: Final = 100.0


@dataclass(frozen=True, eq=False)
class Plate:
    """One trial on a plate.

    Attributes:
        trial: its name.
        rate_hz: samples a second.
        force_n: (n,) vertical force.
        x_mm, y_mm: (n,) centre of pressure to the right and forward.
    """

    trial: str
    rate_hz: float
    force_n: F64
    x_mm: F64
    y_mm: F64


@dataclass(frozen=True)
class Published:
    """What the authors say of a trial.

    Attributes:
        subject: number of the person.
        age: years.
        eyes: "open" or "closed".
        surface: "firm" or "foam".
        weight_kg: of the person.
        area_mm2: of the 95 % prediction ellipse.
        velocity_mm_per_s: mean, of the path as measured.
    """

    subject: int
    age: float
    eyes: str
    surface: str
    weight_kg: float
    area_mm2: float
    velocity_mm_per_s: float


@dataclass(frozen=True)
class Trial:
    """One trial beside its published figures.

    Attributes:
        trial: its name.
        published: by the authors.
        weighed: whether the analysis was told the weight.
        standing_s: of the longest span that was recognised as standing, no span being named; 0 without.
        spans: how many spans were recognised.
        area_mm2, velocity_mm_per_s, filtered_mm_per_s: of that span; None where it has no sway.
    """

    trial: str
    published: Published
    weighed: bool
    standing_s: float
    spans: int
    area_mm2: float | None
    velocity_mm_per_s: float | None
    filtered_mm_per_s: float | None

    @property
    def recognised(self) -> bool:
        """One standing of at least `LEAST_S`."""
        return self.spans == 1 and self.standing_s >= LEAST_S

    @property
    def area_ratio(self) -> float:
        """Ours over theirs; NaN without ours."""
        return float("nan") if self.area_mm2 is None else self.area_mm2 / self.published.area_mm2

    @property
    def velocity_ratio(self) -> float:
        """Ours over theirs, unfiltered; NaN without ours."""
        ours = self.velocity_mm_per_s
        return float("nan") if ours is None else ours / self.published.velocity_mm_per_s


def two_feet(
    plate: Plate, *, feet_apart_mm: float = FEET_APART_MM, body_weight_n: float | None = None
) -> Walk:
    """A plate as two insoles with four sensors each; force and centre of both together stay as they were.

    Args:
        plate: the trial; its centre may lie anywhere, the middle of its range becomes that of the insoles.
        feet_apart_mm: of the middle lines.
        body_weight_n: what the recording states as the person's weight.

    Raises:
        PlantigradeError: the centre of pressure leaves the area between the feet's middle lines, or the
            length of the sensors, so that no two loads could make it.

    >>> n = 4
    >>> plate = Plate("T", 100.0, np.full(n, 600.0), np.array([0.0, 20.0, -20.0, 0.0]), np.zeros(n))
    >>> walk = two_feet(plate)
    >>> [foot.force_n.sum(axis=1).tolist() for foot in walk.feet]
    [[300.0, 225.0, 375.0, 300.0], [300.0, 375.0, 225.0, 300.0]]
    """
    x_mm = plate.x_mm - _middle(plate.x_mm)
    y_mm = plate.y_mm - _middle(plate.y_mm) + 0.5 * INSOLE_LENGTH_MM
    right = 0.5 + x_mm / feet_apart_mm
    forward = (y_mm - min(SENSORS_Y_MM)) / (max(SENSORS_Y_MM) - min(SENSORS_Y_MM))
    for name, share in (("side", right), ("length", forward)):
        if not (share.min() >= 0.0 and share.max() <= 1.0):
            raise PlantigradeError(f"{plate.trial}: the centre of pressure leaves the insoles' {name}")
    layout = corners()
    time_s = np.arange(len(x_mm)) / plate.rate_hz
    feet: dict[Foot, FootSignal] = {}
    for foot, share in ((Foot.LEFT, 1.0 - right), (Foot.RIGHT, right)):
        half = 0.5 * plate.force_n * share
        rows = np.column_stack([half * (1.0 - forward)] * 2 + [half * forward] * 2)
        feet[foot] = FootSignal(foot, time_s, rows.astype(np.float32), layout)
    source = SourceInfo(plate.trial, "plate as two insoles")
    return Walk(feet[Foot.LEFT], feet[Foot.RIGHT], plate.rate_hz, source, body_weight_n)


def _middle(values: F64) -> float:
    return 0.5 * float(values.min() + values.max())


def corners() -> SensorLayout:
    """Four sensors at the corners of a rectangle."""
    x, y = np.array(SENSORS_X_MM), np.array(SENSORS_Y_MM)
    return SensorLayout(
        "corners", x, y, np.zeros(len(x)), ("heel", "heel", "toes", "toes"), insole_length_mm=INSOLE_LENGTH_MM
    )


def to_csv(walk: Walk) -> str:
    """Plain CSV of such a walk, which `plantigrade analyze` reads.

    Raises:
        PlantigradeError: a foot is missing.
    """
    if walk.left is None or walk.right is None:
        raise PlantigradeError("two feet are written, one is missing")
    names = [f"p{number}" for number in range(1, len(SENSORS_X_MM) + 1)]
    head = [f"# insole_length_mm: {INSOLE_LENGTH_MM:g}", "# instrument: plate"]
    if walk.body_weight_n is not None:
        head.append(f"# body_weight_kg: {walk.body_weight_n / NEWTONS_PER_KG:.9g}")
    places = zip(names, SENSORS_X_MM, SENSORS_Y_MM, strict=True)
    head += [f"# sensor {name}: {x:g} {y:g} 0" for name, x, y in places]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["time_s", *(f"{side}_{name}_n" for side in ("left", "right") for name in names)])
    forces = np.hstack([walk.left.force_n, walk.right.force_n]).tolist()
    for time_s, row in zip(walk.left.time_s.tolist(), forces, strict=True):
        writer.writerow([f"{time_s:.6f}", *(f"{value:.9g}" for value in row)])
    return "\n".join([*head, text.getvalue()])


def read_plate(path: Path) -> Plate:
    """A trial of the data set: tab-separated, force in newtons, centre in centimetres, x forward.

    Raises:
        PlantigradeError: it is none.
    """
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open() as file:
        head = file.readline().split()
        if head[-3:] != ["Mz[Nm]", "COPx[cm]", "COPy[cm]"]:
            raise PlantigradeError(f"{path.name} is no trial of the data set of balance")
        values = np.loadtxt(file, dtype=np.float64)
    rate_hz = 1.0 / float(np.median(np.diff(values[:, 0])))
    forward, side = MM_PER_CM * values[:, -2], MM_PER_CM * values[:, -1]
    return Plate(path.name.split(".")[0], round(rate_hz, 6), values[:, 3], side, forward)


def read_published(path: Path) -> dict[str, Published]:
    """Published figures by trial."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {
        row["Trial"]: Published(
            subject=int(row["Subject"]),
            age=float(row["Age"]),
            eyes=row["Vision"].lower(),
            surface=row["Surface"].lower(),
            weight_kg=float(row["Weight"]),
            area_mm2=MM2_PER_CM2 * float(row["COParea"]),
            velocity_mm_per_s=MM_PER_CM * float(row["COPvelo"]),
        )
        for row in rows
    }


def trial_of(plate: Plate, published: Published, *, weighed: bool) -> Trial:
    """Analyse one trial without naming a span; the weight is told or not."""
    weight_n = published.weight_kg * NEWTONS_PER_KG if weighed else None
    request = Request(Path(plate.trial), feet_apart_mm=FEET_APART_MM)
    found = of_walk(two_feet(plate, body_weight_n=weight_n), request)
    return _beside(plate.trial, published, found, weighed=weighed)


def _beside(trial: str, published: Published, found: RecordingAnalysis, *, weighed: bool) -> Trial:
    longest = max(found.standings, key=lambda one: one.to_s - one.from_s, default=None)
    sway = None if longest is None else longest.both
    return Trial(
        trial=trial,
        published=published,
        weighed=weighed,
        standing_s=0.0 if longest is None else longest.to_s - longest.from_s,
        spans=len(found.standings),
        area_mm2=None if sway is None else sway.ellipse_area_mm2,
        velocity_mm_per_s=None if sway is None else sway.unfiltered_velocity_mm_per_s,
        filtered_mm_per_s=None if sway is None else sway.mean_velocity_mm_per_s,
    )


def run(folder: Path) -> list[Trial]:
    """Every trial of a folder, with the weight told and without.

    Raises:
        PlantigradeError: a file is no trial, or the published figures are absent.
    """
    tables = sorted(folder.glob("BDSinfoCOP.txt*"))
    if not tables:
        raise PlantigradeError(f"{folder.name}: BDSinfoCOP.txt with the published figures is absent")
    published = read_published(tables[0])
    found: list[Trial] = []
    for path in sorted(folder.glob("BDS[0-9]*.txt*")):
        plate = read_plate(path)
        if plate.trial in published:
            found += [trial_of(plate, published[plate.trial], weighed=weighed) for weighed in (True, False)]
    return found


def main(arguments: list[str] | None = None) -> int:
    """0 when the file was written, 1 when the input is no trial."""
    parser = argparse.ArgumentParser(description="A recording of a force plate as plain CSV of two insoles.")
    parser.add_argument("plate", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--body-weight-kg", type=float)
    chosen = parser.parse_args(arguments)
    weight_n = None if chosen.body_weight_kg is None else chosen.body_weight_kg * NEWTONS_PER_KG
    try:
        chosen.output.write_text(to_csv(two_feet(read_plate(chosen.plate), body_weight_n=weight_n)))
    except PlantigradeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
