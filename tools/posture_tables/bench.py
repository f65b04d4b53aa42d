"""Leave-out check of the calibration, and the body-weight scale on recorded walking."""

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from plantigrade.calibration import Calibrator, FrontEndParameters, newtons, nominal, scale_from_walking
from plantigrade.gait.engine import analyze
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal, Walk
from plantigrade.twin.bench import bench_calibration
from plantigrade.twin.body import ForceWalk, load_walk
from plantigrade.twin.electrical import FrontEnd

from tools.posture_tables.table import Table, met

F64 = NDArray[np.float64]
RANGES_N = ((0.5, 2.0), (2.0, 10.0), (10.0, 30.0), (30.0, 100.0), (100.0, 200.0), (200.0, 300.0))
SCALE_BAR_PCT = 5.0


def converter_error_n(front: FrontEndParameters, force_n: float) -> float:
    """What the converter's error alone is worth at a force: the front end's own limit."""
    step = 0.01 * force_n
    rise = front.counts(np.array([force_n + step])) - front.counts(np.array([force_n]))
    return float(front.error_mv / 1000 * front.counts_per_volt * step / rise[0])


BOARD_ACCURACY_N = {"0.5-2": 0.66, "2-10": 0.84, "10-30": 0.84, "30-100": 1.25, "100-200": 1.25}
"""docs/reference/hardware.md at 1, 10 and 100 N: the simulated board, converter error before calibration."""


def leave_out(seeds: range) -> Table:
    """Error of force by range: design curve, another insole's, its own, and with compensation."""
    truth = load_walk()
    forces = np.concatenate([truth.left, truth.right])
    front = FrontEndParameters.load()
    errors: list[list[F64]] = [[], [], [], []]
    for seed in seeds:
        counts = FrontEnd(seed).counts(forces, truth.rate_hz)
        own, other = bench_calibration(seed), bench_calibration(seed + 1)
        kinds = (
            newtons(counts),
            Calibrator(other, truth.rate_hz).feed(counts),
            own.apply(counts),
            Calibrator(own, truth.rate_hz).feed(counts),
        )
        for place, measured in enumerate(kinds):
            errors[place].append(measured - forces)
    rows: list[tuple[str, ...]] = []
    for low, high in RANGES_N:
        inside = (forces > low) & (forces <= high)
        middle = float(np.sqrt(low * high))
        cells = [_cell(e, inside, forces) for e in errors]
        board = BOARD_ACCURACY_N.get(f"{low:g}-{high:g}")
        text = f"{board:.2f} N" if board is not None else "-"
        rows.append((f"{low:g}-{high:g} N", *cells, f"{converter_error_n(front, middle):.2f} N", text))
    texts = (
        f"{len(seeds)} virtual insoles (seeds {seeds.start} to {seeds.stop - 1}). Loads of the bench (2 to "
        "180 N, three seconds each, one held for a minute) make a calibration; tested is the walking of the "
        "bundled record, which the bench never saw. Before: the design's curve, which knows no insole, and "
        "the bench curve of another insole (other sensor parameters). After: the insole's own bench curve, "
        "without and with compensation of creep and hysteresis, whose time constants and coefficients are "
        "not the twin's. RMS error; in brackets the bias. Right: what the converter's error alone is worth "
        "in the middle of the range, and the simulated board's accuracy at the nearest of 1, 10 and 100 N "
        "([hardware](hardware.md)). A bench curve takes the converter's error out as well, so that it can be "
        "better than either."
    )
    columns = (
        "range",
        "before: design curve",
        "before: another insole's curve",
        "after: own bench curve",
        "after: and compensation",
        "converter alone",
        "board",
    )
    return Table("Calibration: force error left out", texts, columns, tuple(rows))


def _cell(errors: list[F64], inside: NDArray[np.bool_], forces: F64) -> str:
    all_errors = np.concatenate([e[inside] for e in errors])
    relative = np.concatenate([e[inside] / forces[inside] for e in errors])
    return (
        f"{np.sqrt(np.mean(all_errors**2)):.2f} N, {100 * np.sqrt(np.mean(relative**2)):.1f} % "
        f"({np.mean(all_errors):+.2f} N)"
    )


def weight_scale(data: Path, seeds_per_record: int, first_seed: int) -> Table:
    """Body-weight scale on every recorded walk, with sensors of the full tolerance and the design's curve."""
    factors: list[float] = []
    before: list[float] = []
    after: list[float] = []
    peaks: list[float] = []
    for number, path in enumerate(sorted(data.glob("gaitpdb/*.txt.gz"))):
        walk = load_walk(path)
        cut = ForceWalk(walk.rate_hz, walk.left, walk.right, walk.source)
        for repeat in range(seeds_per_record):
            result = _scaled(cut, first_seed + 100 * number + 2 * repeat)
            before.append(result[0])
            after.append(result[1])
            peaks.append(result[2])
            factors.append(result[3])
    rows = (
        ("total force, design curve", *_spread(before), ""),
        (
            "total force, scaled by body weight",
            *_spread(after),
            met(max(np.abs(after)), SCALE_BAR_PCT, at_least=False),
        ),
        ("stance peaks, scaled", *_spread(peaks), ""),
    )
    texts = (
        f"{len(before)} runs: each recorded walk of gaitpdb through {seeds_per_record} virtual pairs (seeds "
        f"from {first_seed}) with 20 % tolerance between sensors and all other imperfections, no bench "
        "calibration. Body weight is the recording's own mean total force; the scale comes from the first "
        "half of the walk and is tested on the second. Error of the mean total force in per cent. Scale "
        f"factors {min(factors):.2f} to {max(factors):.2f}. Bar: {SCALE_BAR_PCT:.0f} % in every run."
    )
    columns = ("", "mean", "RMS", "worst", "")
    return Table("Body-weight scale on recorded walking", texts, columns, rows)


def _spread(errors: list[float]) -> tuple[str, str, str]:
    e = np.array(errors)
    return f"{e.mean():+.2f} %", f"{np.sqrt(np.mean(e**2)):.2f} %", f"{np.abs(e).max():.2f} %"


def _scaled(walk: ForceWalk, seed: int) -> tuple[float, float, float, float]:
    """Errors in per cent: total before, total after, 95th percentile of the total after; and the factor."""
    design = nominal()
    forces = [
        Calibrator(replace(design, scale=1.0), walk.rate_hz).feed(FrontEnd(seed + i).counts(f, walk.rate_hz))
        for i, f in enumerate((walk.left, walk.right))
    ]
    half = len(walk.left) // 2
    time_s = np.arange(half) / walk.rate_hz
    layout = own_layout(42.0)
    signals = [FootSignal(foot, time_s, f[:half], layout) for foot, f in zip(Foot, forces, strict=True)]
    result = analyze(Walk(signals[0], signals[1], walk.rate_hz))
    contacts = result.left.initial_contact_s if result.left is not None else np.empty(0)
    starts = np.round(contacts * walk.rate_hz).astype(np.int64)
    true_total = walk.left.sum(axis=1) + walk.right.sum(axis=1)
    totals = [f.sum(axis=1) for f in forces]
    scale = scale_from_walking(totals[0][:half], totals[1][:half], starts, float(true_total[:half].mean()))
    measured = (totals[0] + totals[1])[half:]
    truth = true_total[half:]
    scaled = measured * scale.left

    def error(a: F64, b: F64) -> float:
        return 100 * float(a.mean() / b.mean() - 1)

    peak = 100 * float(np.percentile(scaled, 95) / np.percentile(truth, 95) - 1)
    return error(measured, truth), error(scaled, truth), peak, scale.left
