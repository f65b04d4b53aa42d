"""Standing, shifting, relief and wear, second by second, on made-up and on virtual people."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plantigrade.gait.signals import Foot, FootSignal, Walk
from plantigrade.posture.rules_engine.even_time import seconds_of
from plantigrade.posture.rules_engine.standing import StandingWatch
from plantigrade.posture.rules_engine.watcher import Watcher
from plantigrade.twin.body import Condition, ForceWalk, draw_person, stand, walk

WEIGHT = 700.0


def totals(*parts: tuple[float, float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Seconds, left share, share of body weight."""
    left = np.concatenate([np.full(round(s * 100), WEIGHT * w * a) for s, a, w in parts])
    right = np.concatenate([np.full(round(s * 100), WEIGHT * w * (1 - a)) for s, a, w in parts])
    return left, right


def last(left: np.ndarray, right: np.ndarray, weight: float = WEIGHT) -> dict[str, float]:
    return dict(StandingWatch(100, weight).feed(left, right)[-1].values)


def test_standing_still_counts_on_and_a_transfer_begins_again():
    values = last(*totals((60, 0.5, 1)))
    assert (values["standing_s"], values["still_s"]) == (60, 60)
    values = last(*totals((60, 0.5, 1), (20, 0.75, 1)))
    assert values["standing_s"] == 80
    assert values["still_s"] == pytest.approx(17, abs=1)


def test_a_transfer_of_less_than_a_tenth_is_none():
    assert last(*totals((60, 0.5, 1), (20, 0.58, 1)))["still_s"] == 80


def test_a_few_steps_do_not_end_the_spell_but_sitting_does():
    assert last(*totals((60, 0.5, 1), (5, 0.5, 0.2), (10, 0.5, 1)))["standing_s"] == 75
    assert last(*totals((60, 0.5, 1), (30, 0.5, 0.2), (10, 0.5, 1)))["standing_s"] == 10


def test_a_foot_is_relieved_after_two_seconds_without_load():
    assert last(*totals((60, 0.5, 1), (1, 1.0, 1), (1, 0.5, 1)))["loaded_s"] == 62
    both = totals((60, 0.5, 1), (3, 1.0, 1), (3, 0.0, 1), (5, 0.5, 1))
    assert last(*both)["loaded_s"] < 12


def test_the_left_share_is_known_after_a_minute():
    assert np.isnan(last(*totals((50, 0.7, 1)))["standing_left_pct"])
    assert last(*totals((90, 0.7, 1)))["standing_left_pct"] == pytest.approx(70)


@pytest.mark.parametrize(
    ("parts", "least"),
    [
        (((300, 0.7, 1),), np.nan),  # not yet six minutes
        (((400, 0.7, 1),), 70),
        (((400, 0.3, 1),), 70),  # the right foot carries
        (((200, 0.7, 1), (90, 0.5, 0.2), (200, 0.7, 1)), 70),  # a walk between two spells
        (((320, 0.95, 1), (80, 0.5, 1)), 50),  # mean of 86 %, but the other foot took over for a fifth
        (((400, 0.7, 1), (20, 0.5, 0.2)), 0),  # not standing now
    ],
)
def test_standing_on_one_side_is_what_the_heavier_foot_carries_nearly_all_the_time(parts, least: float):
    assert last(*totals(*parts))["one_sided_pct"] == pytest.approx(least, abs=0.5, nan_ok=True)


def test_insoles_without_a_foot_count_as_not_worn():
    assert last(*totals((10, 0.5, 1), (30, 0.5, 0.0)))["not_worn_s"] == 30
    assert last(*totals((30, 0.5, 0.0), (1, 0.5, 0.2)))["not_worn_s"] == 0


def test_insoles_are_not_called_not_worn_before_they_are_put_on():
    """The recording of a day may begin the evening before; then they are worn for a minute."""
    watcher = Watcher(10.0, WEIGHT)
    off, worn = np.zeros(20_000), np.full(600, 0.5 * WEIGHT)
    assert watcher.forces(off, off) == []
    assert watcher.forces(worn, worn) == []
    assert [(alert.rule, alert.onset_s) for alert in watcher.forces(off, off)] == [("not-worn", 3860.0)]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 777), min_size=1, max_size=8))
def test_any_chunking_gives_the_same_seconds(cuts: list[int]):
    left, right = totals((20, 0.5, 1), (10, 0.8, 1), (15, 0.5, 0.2))
    complete = [(o.time_s, str(o.values)) for o in StandingWatch(100, WEIGHT).feed(left, right)]
    watch = StandingWatch(100, WEIGHT)
    edges = np.minimum(np.cumsum(cuts), len(left))
    pieces = zip(np.split(left, edges), np.split(right, edges), strict=True)
    seen = [(o.time_s, str(o.values)) for a, b in pieces for o in watch.feed(a, b)]
    assert seen == complete


def of_person(forces: ForceWalk) -> dict[str, float]:
    weight = draw_person(3).weight_n
    return last(forces.left.sum(axis=1), forces.right.sum(axis=1), weight)


def test_virtual_people_are_told_apart():
    person = draw_person(3)
    assert of_person(walk(person, 120, 3).forces)["standing_s"] == 0
    assert of_person(walk(person, 120, 3).forces)["loaded_s"] < 3
    assert of_person(stand(person, 300, 3, (Condition("standing-still"),)))["still_s"] > 290
    assert of_person(stand(person, 900, 3))["still_s"] < 400
    assert of_person(stand(person, 300, 3, doing="sit"))["standing_s"] == 0
    assert of_person(stand(person, 300, 3, doing="sit"))["not_worn_s"] == 0
    assert of_person(stand(person, 60, 3, doing="off"))["not_worn_s"] == 60


def signal(foot: Foot, time_s: np.ndarray, force_n: float) -> FootSignal:
    return FootSignal(foot, time_s, np.full((len(time_s), 2), force_n / 2, np.float32))


def test_a_recordings_feet_are_set_side_by_side_by_their_times():
    time_s = 5.0 + np.arange(0, 1300 * 20) / 20
    late = time_s[time_s >= 305.0]  # the right insole was switched on five minutes later
    holed = late[(late < 705.0) | (late >= 735.0)]
    worn = Walk(signal(Foot.LEFT, time_s, 350.0), signal(Foot.RIGHT, holed, 350.0), 20.0)
    found = seconds_of(worn, 700.0)
    assert len(found) == 1300
    assert found[0].time_s == 6.0
    share = {s.time_s: s.values["standing_s"] > 0 for s in found}
    assert not share[200.0]
    assert share[500.0]
    assert not share[725.0]
    assert share[1000.0]
    assert found[-1].values["standing_s"] == pytest.approx(570, abs=1)


def test_standing_needs_both_feet_in_newtons_and_a_weight():
    time_s = np.arange(200) / 20
    left, right = signal(Foot.LEFT, time_s, 300.0), signal(Foot.RIGHT, time_s, 300.0)
    assert len(seconds_of(Walk(left, right, 20.0), 600.0)) == 10
    assert seconds_of(Walk(left, None, 20.0), 600.0) == []
    assert seconds_of(Walk(left, right, 20.0), float("nan")) == []
    assert seconds_of(Walk(replace(left, quantity="footswitch"), right, 20.0), 600.0) == []
