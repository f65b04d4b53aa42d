"""Balance of the last half minute: the same measures as a recording's, unknown where it cannot be known."""

from dataclasses import dataclass

import numpy as np
import pytest
from plantigrade.gait.balance import standing
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal
from plantigrade.service.live_frames.balance import balance_of
from plantigrade.service.live_frames.settings import FEET_APART_MM

RATE_HZ = 100.0
TIMES = np.arange(3000) / RATE_HZ


@dataclass
class Held:
    """A foot that stands and sways."""

    force_n: np.ndarray

    def held(self) -> tuple[np.ndarray, np.ndarray]:
        return TIMES[: len(self.force_n)], self.force_n


def swaying(weight: float, seconds: float = 30.0) -> Held:
    rows = round(seconds * RATE_HZ)
    shift = 1 + 0.2 * np.sin(2 * np.pi * 0.3 * TIMES[:rows, None] + np.linspace(0, 2, 16))
    return Held((weight / 16 * shift).astype(np.float32))


def test_measures_are_those_of_a_recording() -> None:
    feet = {Foot.LEFT: swaying(300.0), Foot.RIGHT: swaying(400.0)}
    found = balance_of(feet, 42.0, 0.0, 30.0)
    signals = [FootSignal(foot, TIMES, held.force_n, own_layout(42.0)) for foot, held in feet.items()]
    expected = standing(*signals, RATE_HZ, 0.0, float(TIMES[-1]), feet_apart_mm=FEET_APART_MM)
    assert expected.both is not None
    assert found.sway_mm_per_s == expected.both.mean_velocity_mm_per_s
    assert found.forward_mm == expected.both.range_y_mm
    assert found.left_load_pct == pytest.approx(100 * 300 / 700, abs=0.1)


@pytest.mark.parametrize(
    ("feet", "size", "seconds", "known"),
    [
        ({Foot.LEFT: swaying(300.0)}, 42.0, 30.0, set()),
        ({Foot.LEFT: swaying(300.0), Foot.RIGHT: swaying(300.0)}, None, 30.0, {"left_load_pct"}),
        ({Foot.LEFT: swaying(300.0, 8.0), Foot.RIGHT: swaying(300.0, 8.0)}, 42.0, 8.0, {"left_load_pct"}),
        ({Foot.LEFT: swaying(300.0, 2.0), Foot.RIGHT: swaying(300.0, 2.0)}, 42.0, 2.0, set()),
        ({}, 42.0, 0.0, set()),
    ],
    ids=["one foot", "no shoe size", "short", "a moment", "nothing came"],
)
def test_what_cannot_be_known_is_not_told(
    feet: dict[Foot, Held], size: float | None, seconds: float, known: set[str]
) -> None:
    found = balance_of(feet, size, 0.0, 30.0)  # pyright: ignore[reportArgumentType]
    answered = {
        name for name in ("sway_mm_per_s", "side_mm", "left_load_pct") if getattr(found, name) is not None
    }
    assert answered == known
    assert found.seconds == pytest.approx(seconds, abs=0.02)
    assert found.notes
