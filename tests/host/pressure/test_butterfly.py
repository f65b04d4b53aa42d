"""The butterfly of walks whose crossing is known."""

import numpy as np
import pytest
from plantigrade.gait.pressure import butterfly as b
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal

RATE = 100.0
CYCLE = 1.0


def walk(
    heavier_right: float = 1.0, right_late: float = 0.5, cycles: int = 12
) -> tuple[FootSignal, FootSignal]:
    """Two feet that roll evenly from the heel to the middle toes in 62 % of the cycle."""
    t = np.arange(0, cycles * CYCLE, 1 / RATE)
    layout = own_layout(42.0)
    feet: list[FootSignal] = []
    for foot, late, gain in ((Foot.LEFT, 0.0, 1.0), (Foot.RIGHT, right_late, heavier_right)):
        phase = (t / CYCLE - late) % 1.0 / 0.62
        load = np.where(phase < 1, np.minimum(1, np.minimum(phase, 1 - phase) / 0.19), 0) * 700 * gain
        roll = np.clip(phase, 0, 1)
        force = np.zeros((len(t), 16), dtype=np.float32)
        force[:, 0] = load * (1 - roll)
        force[:, 14] = load * roll
        feet.append(FootSignal(foot, t, force, layout))
    return feet[0], feet[1]


def cycles(count: int = 10) -> tuple[np.ndarray, np.ndarray]:
    starts = np.arange(1, 1 + count) * CYCLE
    return starts, starts + CYCLE


def test_symmetric_walking_crosses_in_the_middle() -> None:
    found = b.butterfly(*walk(), *cycles())
    assert found is not None
    assert found.n == 10
    assert found.crossing_x_pct == pytest.approx(0, abs=1)
    assert found.asymmetry_pct == pytest.approx(0, abs=0.1)
    assert found.crossing_x_sd_pct == pytest.approx(0, abs=0.5)
    # Diagonals join toes (about 0.8 of the way at the start of double support) and heel of the other foot.
    assert 40 < found.crossing_y_pct < 60
    assert found.x_pct.min() < -80
    assert found.x_pct.max() > 80


def test_a_heavier_foot_shows_in_the_asymmetry() -> None:
    found = b.butterfly(*walk(heavier_right=1.5), *cycles())
    assert found is not None
    assert found.asymmetry_pct == pytest.approx(20, abs=0.5)


def test_crossing_of_two_known_lines() -> None:
    """Diagonals y = 50 + 0.2 x and y = 40 - 0.3 x cross at x = -20, y = 46."""
    out, back = np.linspace(-100, 100, 41), np.linspace(100, -100, 41)
    x = np.concatenate([out, back])
    y = np.concatenate([50 + 0.2 * out, 40 - 0.3 * back])
    assert b.crossing(x, y) == pytest.approx((-20, 46))


def test_no_crossing_without_two_wings() -> None:
    assert np.isnan(b.crossing(np.linspace(-20, 20, 50), np.full(50, 30.0))).all()


def test_missing_samples_and_too_few_cycles_give_nothing() -> None:
    left, right = walk()
    assert b.butterfly(left, right, *cycles(2)) is None
    left.force_n[:] = np.nan
    assert b.butterfly(left, right, *cycles()) is None
