"""What differs between live and recorded, for three recorded walks: `python -m tools.live_against_recorded`.

Recorded forces through virtual sensors and insoles' clocks, the bridge, calibration, gait engine and rules;
once live as the frames come, once from the recording that the journal becomes. One record in 50 arrives three
seconds late, one in 1000 a minute late.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from plantigrade.gait.signals import Foot
from plantigrade.twin.bench import bench_calibration
from plantigrade.twin.body import load_walk
from plantigrade.twin.electrical import FrontEnd

from tools.live_against_recorded.comparison import F64, Compared, Walked, compare

GOLDEN = Path(__file__).resolve().parents[2] / "tests" / "golden" / "recordings" / "gaitpdb_GaPt07_01.txt.gz"
SECONDS = 420.0
SEED = 20


def late(foot: Foot, slot: int) -> float:
    """Seconds by which a record comes late."""
    number = slot // 5 + 7 * (foot is Foot.RIGHT)
    return 60.0 if number % 1000 == 999 else 3.0 if number % 50 == 49 else 0.0


def in_time(_foot: Foot, _slot: int) -> float:
    """No record comes late."""
    return 0.0


def walked(path: Path | None, seconds: float, seed: int) -> Walked:
    """A recorded walk over a pair of virtual insoles, again and again for so long."""
    walk = load_walk(path).cut(seconds)
    counts = {
        foot: FrontEnd(seed + place).counts(getattr(walk, foot.value), walk.rate_hz)
        for place, foot in enumerate(Foot)
    }
    calibrations = {foot: bench_calibration(seed + place) for place, foot in enumerate(Foot)}
    carried: F64 = walk.left.sum(axis=1) + walk.right.sum(axis=1)
    weight_n = float(np.mean(carried))
    return Walked(counts, weight_n, calibrations, seed=seed)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tools.live_against_recorded", description=__doc__)
    parser.add_argument("walks", nargs="*", type=Path, help="records of gaitpdb; else those carried here")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--in-time", action="store_true", help="no record comes late")
    arguments = parser.parse_args()
    lateness = in_time if arguments.in_time else late
    paths: list[Path | None] = arguments.walks or [None, GOLDEN]
    results: list[tuple[str, Compared]] = []
    for place, path in enumerate(paths):
        with tempfile.TemporaryDirectory() as folder:
            made = walked(path, arguments.seconds, SEED + 2 * place)
            name = "bundled" if path is None else path.name
            results.append((name, compare(made, Path(folder), lost=lateness)))
    _print(results)


def _print(results: list[tuple[str, Compared]]) -> None:
    for name, one in results:
        print(
            f"{name}: {one.strides} strides compared, {one.only_live} only live, "
            f"{one.only_recorded} only recorded, clocks known to {one.clock_ms:.1f} ms"
        )
        live = sorted(f"{alert.rule} {_side(alert.foot)}" for alert in one.live_alerts)
        recorded = sorted(f"{alert.rule} {alert.foot}" for alert in one.recorded_alerts)
        print(f"  alerts live: {', '.join(live) or 'none'}; recorded: {', '.join(recorded) or 'none'}")
    print(f"{'parameter':32}" + "".join(f"{name[:26]:>28}" for name, _ in results))
    for parameter in results[0][1].largest:
        cells = [
            f"{one.largest.get(parameter, 0.0):.3g} ({one.equal.get(parameter, 0)} of {one.strides} equal)"
            for _, one in results
        ]
        print(f"{parameter:32}" + "".join(f"{cell:>28}" for cell in cells))


def _side(foot: Foot | None) -> str:
    return "both" if foot is None else foot.value


if __name__ == "__main__":
    main()
