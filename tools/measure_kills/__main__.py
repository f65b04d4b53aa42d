"""`python -m tools.measure_kills`: SIGKILL at many instants of a day, and what the service lost by them."""

import argparse
import json
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plantigrade.twin.month.feed import FEET, Foot
from plantigrade.twin.month.log import PageLog
from plantigrade.twin.month.world import MonthWorld
from plantigrade.twin.soak.virtual_time import WorldSelector

from tools.measure_kills.day import UTC_START_NS, Place, make_insoles, prepare
from tools.measure_kills.life import run
from tools.measure_kills.proof import KillsProof, prove

SCHEMA = "plantigrade.kills/1"
OPERATIONS = 150
"""Kills at operations come at one of so many after a start."""


@dataclass
class Kills:
    """What a measurement found.

    Attributes:
        asked: kills that were wanted.
        at_times, at_operations: how many processes were killed at each kind of instant.
        proof: of what was left.
    """

    asked: int
    seed: int
    at_times: int = 0
    at_operations: int = 0
    wall_s: float = 0.0
    proof: KillsProof = field(default_factory=KillsProof)

    @property
    def passed(self) -> bool:
        """Whether nothing was lost, twice or wrong, and there was enough to lose."""
        enough = all(foot.logged for foot in self.proof.feet.values()) and self.proof.recordings
        return bool(self.proof.passed and enough and self.at_times + self.at_operations >= self.asked)

    def as_json(self) -> dict[str, Any]:
        """The document of `--json`."""
        feet = {foot: dict(vars(found)) for foot, found in self.proof.feet.items()}
        return {
            "schema": SCHEMA,
            **{name: value for name, value in vars(self).items() if name != "proof"},
            "recordings": self.proof.recordings,
            "problems": self.proof.problems,
            "insoles": feet,
            "passed": self.passed,
        }


def measure(
    kills: int,
    seed: int,
    folder: Path,
    hours: float = 24.0,
    show: Callable[[str], None] = lambda line: None,
) -> Kills:
    """Kill the service at so many instants of a day, let it end the day, and look at what is left."""
    began = time.monotonic()
    prepare(seed)
    place, draw, found = Place(folder, seed, hours), random.Random(f"{seed} kills"), Kills(kills, seed)
    step_s = hours * 3600 / kills
    for number in range(kills):
        at_time = draw.random() < 0.5
        after_s, operation = draw.uniform(0.05, 2 * step_s), draw.randrange(1, OPERATIONS)
        killed = _live(place, after_s if at_time else 0.0, 0 if at_time else operation)
        found.at_times += killed and at_time
        found.at_operations += killed and not at_time
        when = f"after {after_s:.1f} s" if at_time else f"before operation {operation}"
        show(f"{number + 1}: killed {when}" if killed else f"{number + 1}: the day ended first")
    _live(place)
    found.proof = _prove(place)
    found.wall_s = round(time.monotonic() - began, 1)
    return found


def _live(place: Place, kill_after_s: float = 0.0, kill_at_operation: int = 0) -> bool:
    """One life of the service; whether it was killed."""
    status = run(place, kill_after_s, kill_at_operation)
    if status not in (0, -signal.SIGKILL):
        raise RuntimeError(f"the service ended by itself ({status}):\n{place.errors.read_text()}")
    return status != 0


def _prove(place: Place) -> KillsProof:
    """The insoles as they are at the end of the day, beside the recordings."""
    selector = WorldSelector()
    world = MonthWorld(selector, UTC_START_NS, place.seed)
    start_us = world.now_us
    make_insoles(place, world, start_us, place.reached_us(start_us))
    logs: dict[Foot, PageLog] = {foot: world.insoles[foot].log for foot in FEET}
    return prove(place.library, logs, place.acknowledged_to())


def main(arguments: list[str] | None = None) -> int:
    """Measure; 0 when nothing was lost."""
    parser = argparse.ArgumentParser(prog="python -m tools.measure_kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how many (200)")
    parser.add_argument("--seed", type=int, default=1, help="of the instants and of the insoles (1)")
    parser.add_argument("--hours", type=float, default=24.0, help="how long the day is (24)")
    parser.add_argument("--json", type=Path, help="write what was found to this file")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="plantigrade-kills-") as name:
        found = measure(
            chosen.kills, chosen.seed, Path(name), chosen.hours, show=lambda line: print(line, flush=True)
        )
    text = json.dumps(found.as_json(), indent=1)
    print(text)
    if chosen.json is not None:
        chosen.json.write_text(text + "\n")
    return 0 if found.passed else 1


if __name__ == "__main__":
    sys.exit(main())
