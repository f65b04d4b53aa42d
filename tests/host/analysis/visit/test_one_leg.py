"""How long the other foot is in the air, by loads alone."""

import numpy as np
import pytest
from plantigrade.analysis.visit.one_leg import one_leg
from plantigrade.analysis.visit.standing import closing, quiet_standing
from plantigrade.gait.signals import Foot, FootSignal, Walk
from plantigrade.twin.body import load_walk

RATE = 100.0


def standing(raised: tuple[tuple[float, float], ...], seconds: float = 30.0, leg: Foot = Foot.LEFT) -> Walk:
    """Somebody of 700 N; the other foot is raised in these spans."""
    time_s = np.arange(0.0, seconds, 1 / RATE)
    up = np.zeros(len(time_s), bool)
    for begin, end in raised:
        up |= (time_s >= begin) & (time_s < end)
    own = FootSignal(leg, time_s, np.where(up, 690.0, 350.0)[:, None])
    other = FootSignal(leg.other, time_s, np.where(up, 10.0, 350.0)[:, None])
    left, right = (own, other) if leg is Foot.LEFT else (other, own)
    return Walk(left, right, RATE)


@pytest.mark.parametrize("leg", Foot)
@pytest.mark.parametrize(
    ("raised", "seconds", "until_end", "tries"),
    [
        (((3.0, 13.0),), 10.0, False, 1),
        (((3.0, 13.0), (15.0, 20.0)), 10.0, False, 2),
        (((3.0, 5.0), (10.0, 30.0)), 20.0, True, 2),
        (((0.0, 30.0),), 30.0, True, 1),
        (((3.0, 3.6), (5.0, 8.0)), 3.0, False, 1),
    ],
)
def test_the_longest_stance_counts(
    leg: Foot, raised: tuple[tuple[float, float], ...], seconds: float, until_end: bool, tries: int
) -> None:
    found = one_leg(standing(raised, leg=leg), leg)
    assert found is not None
    assert found.seconds == pytest.approx(seconds, abs=0.15)
    assert (found.until_end, found.tries) == (until_end, tries)


def test_a_foot_that_was_never_raised_is_said_to_be_so() -> None:
    assert one_leg(standing(()), Foot.LEFT) is None
    assert one_leg(standing(((3.0, 13.0),)), Foot.RIGHT) is None, "it was the other leg"


def test_who_steps_off_the_insoles_stands_on_no_leg() -> None:
    walk = standing(((3.0, 13.0),))
    assert walk.left is not None and walk.right is not None
    for foot in walk.feet:
        foot.force_n[800:] = 0.0
    found = one_leg(walk, Foot.LEFT)
    assert found is not None
    assert found.seconds == pytest.approx(5.0, abs=0.15)


def test_a_touch_of_a_moment_is_none() -> None:
    walk = standing(((3.0, 13.0),))
    assert walk.right is not None
    walk.right.force_n[800:803] = 100.0
    found = one_leg(walk, Foot.LEFT)
    assert found is not None
    assert (found.tries, round(found.seconds)) == (1, 10)


def test_with_one_foot_or_without_numbers_nothing_is_known() -> None:
    walk = standing(((3.0, 13.0),))
    assert one_leg(Walk(walk.left, None, RATE), Foot.LEFT) is None
    assert walk.left is not None
    walk.left.force_n[:] = np.nan
    assert one_leg(walk, Foot.LEFT) is None


def test_a_real_walk_holds_no_stance_on_one_leg() -> None:
    walk = recorded(40.0)
    assert one_leg(walk, Foot.LEFT) is None
    assert one_leg(walk, Foot.RIGHT) is None


def recorded(seconds: float) -> Walk:
    """The beginning of the bundled walk, as it was recorded."""
    forces = load_walk().cut(seconds)
    time_s = np.arange(len(forces.left)) / forces.rate_hz
    left, right = (
        FootSignal(foot, time_s, force)
        for foot, force in ((Foot.LEFT, forces.left), (Foot.RIGHT, forces.right))
    )
    return Walk(left, right, forces.rate_hz)


def test_standing_is_looked_at_without_its_beginning_and_end() -> None:
    found = quiet_standing(standing((), 60.0))
    assert found is not None
    assert (found.from_s, round(found.to_s)) == (5.0, 59)
    assert found.left_load_pct == pytest.approx(50.0)
    assert quiet_standing(standing((), 3.0)) is None
    assert quiet_standing(Walk(None, None, RATE)) is None


def test_eyes_closed_over_open_needs_both() -> None:
    found = quiet_standing(standing((), 60.0))
    assert closing(found, None) is None
    assert closing(found, found) is None, "no places of sensors, no sway"
