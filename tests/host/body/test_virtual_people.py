"""The virtual body: what each condition changes, in the direction that was published, and nothing by
accident."""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.errors import PlantigradeError
from plantigrade.twin.body import (
    CATALOGUE,
    Condition,
    Segment,
    draw_person,
    live_through,
    make_forces,
    ordinary_day,
    parse_condition,
    stand,
    stand_on_each_leg,
    walk,
)
from plantigrade.twin.body.walking import VirtualWalk

PEOPLE = range(12)
HEEL, MIDFOOT, FOREFOOT, TOES = slice(0, 4), slice(4, 8), slice(8, 13), slice(13, 16)


def load(made: VirtualWalk, foot: str) -> np.ndarray:
    return getattr(made.forces, foot)[100:].sum(axis=0)


def share(made: VirtualWalk, foot: str, where: slice | list[int]) -> float:
    impulse = load(made, foot)
    return float(impulse[where].sum() / impulse.sum())


def pairs(text: str) -> list[tuple[VirtualWalk, VirtualWalk]]:
    condition = parse_condition(text)
    return [(walk(draw_person(s), 30, s), walk(draw_person(s), 30, s, (condition,))) for s in PEOPLE]


@pytest.mark.parametrize("seed", PEOPLE)
def test_the_mean_vertical_force_of_level_walking_is_the_body_weight(seed: int):
    person = replace(draw_person(seed), shoe=replace(draw_person(seed).shoe, preload_n=0.0))
    made = walk(person, 120, seed)
    first = int(made.left.contact_s[1] * 100)
    last = int(made.left.contact_s[-2] * 100)
    total = (made.forces.left + made.forces.right)[first:last].sum(axis=1)
    assert total.mean() == pytest.approx(person.weight_n, rel=0.02)


def test_a_neutral_foot_loads_its_regions_as_the_recorded_controls_do():
    made = [walk(draw_person(seed), 60, seed) for seed in range(40)]
    means = [np.mean([share(m, "left", region) for m in made]) for region in (HEEL, MIDFOOT, FOREFOOT, TOES)]
    np.testing.assert_allclose(means, [0.32, 0.14, 0.39, 0.14], atol=0.05)


@pytest.mark.parametrize(
    ("text", "where", "sign"),
    [
        ("flat-foot:2", MIDFOOT, 1),
        ("flat-foot:2", [12], -1),
        ("high-arch:2", MIDFOOT, -1),
        ("high-arch:2", HEEL, 1),
        ("pronation:2", [1, 8], 1),
        ("supination:2", [2, 12], 1),
        ("forefoot-overload:2", [9, 10], 1),
        ("heel-overload:2", HEEL, 1),
        ("weak-push-off:2", TOES, -1),
        ("leg-length-patients:20:left", FOREFOOT, 1),
        ("leg-length-patients:20:left", HEEL, -1),
    ],
)
def test_a_condition_moves_load_the_published_way(text: str, where: slice | list[int], sign: int):
    for neutral, changed in pairs(text):
        assert sign * (share(changed, "left", where) - share(neutral, "left", where)) > 0


def test_fatigue_shifts_no_load_from_place_to_place():
    """A marathon changed neither mean nor peak pressures (Hohmann et al. 2016)."""
    change = Condition("fatigue", 4).change("left")
    assert not change.log_gain.any()
    assert (change.force, change.first_peak, change.second_peak) == (1.0, 1.0, 1.0)


def test_degrees_are_ordered():
    person = draw_person(3)
    shares = [share(walk(person, 30, 3, (Condition("flat-foot", d),)), "left", MIDFOOT) for d in (0, 1, 2, 3)]
    assert shares == sorted(shares)
    assert shares[3] > 1.8 * shares[0]


def test_the_long_leg_stands_longer_and_is_loaded_less_by_the_published_amounts():
    stance, mean = [], []
    for neutral, changed in pairs("leg-length:20:left"):
        stance.append(changed.right.stance_s.mean() / neutral.right.stance_s.mean() - 1)
        mean.append(load(changed, "right").sum() / load(neutral, "right").sum() - 1)
    assert np.mean(stance) == pytest.approx(0.0351, abs=0.004)
    assert np.mean(mean) < -0.01


def test_a_painful_leg_is_spared():
    for neutral, changed in pairs("antalgic:2:left"):
        assert changed.left.stance_s.mean() < changed.right.stance_s.mean()
        assert load(changed, "left").sum() < load(neutral, "left").sum() * 1.02


def test_a_side_that_is_not_concerned_stays_as_it_was():
    for neutral, changed in pairs("flat-foot:3:left"):
        np.testing.assert_array_equal(changed.forces.right, neutral.forces.right)


def test_the_same_seed_is_the_same_walk_and_people_differ():
    first, again = walk(draw_person(5), 10, 5), walk(draw_person(5), 10, 5)
    np.testing.assert_array_equal(first.forces.left, again.forces.left)
    midfoot = [share(walk(draw_person(s), 20, s), "left", MIDFOOT) for s in range(30)]
    assert np.std(midfoot) / np.mean(midfoot) > 0.1


def test_standing_still_does_not_shift_and_shifting_does():
    def shifts(kind: str) -> float:
        forces = stand(draw_person(1), 900, 4, (Condition(kind),))
        left = forces.left.sum(axis=1) / (forces.left + forces.right).sum(axis=1)
        return float((np.abs(np.diff(left[::300])) > 0.1).sum())

    assert shifts("standing-still") == 0
    assert shifts("standing") >= 3


def test_standing_on_one_side_puts_the_load_there():
    forces = stand(draw_person(1), 300, 4, (Condition("standing-asymmetric", 75, "right"),))
    right = forces.right.sum() / (forces.left.sum() + forces.right.sum())
    assert right == pytest.approx(0.75, abs=0.06)


def test_standing_on_each_leg_puts_the_whole_weight_on_the_left_one_first():
    person = draw_person(2)
    forces = stand_on_each_leg(person, 5, 4, rate_hz=50.0)
    left, right = forces.left.sum(axis=1), forces.right.sum(axis=1)
    preload_n = 16 * person.shoe.preload_n
    assert len(left) == len(right) == 500
    for alone, lifted in ((left[:250], right[:250]), (right[250:], left[250:])):
        assert alone.mean() == pytest.approx(person.weight_n + preload_n, rel=0.02)
        assert 0 < alone.std() / person.weight_n < 0.02
        assert lifted == pytest.approx(preload_n)


def test_toes_do_not_tilt_with_the_forefoot_from_person_to_person():
    """The first against the fifth metatarsal head, and the hallux against the small toes, of 200 people."""
    feet = np.concatenate([draw_person(seed).log_amplitude for seed in range(200)])
    ball, toes = feet[:, 8] - feet[:, 12], feet[:, 13] - feet[:, 15]
    assert abs(np.corrcoef(ball, toes)[0, 1]) < 0.2
    assert np.std(toes) < 0.2 < np.std(ball)


def test_standing_rests_on_heel_and_midfoot_a_little_more_than_half():
    rear = []
    for seed in range(20):
        impulse = stand(draw_person(seed), 60, seed).left.sum(axis=0)
        rear.append(impulse[:6].sum() / impulse.sum())
    assert 0.50 < np.mean(rear) < 0.62


def test_a_day_is_filled_and_comes_in_pieces():
    segments = ordinary_day(2, 1)
    assert sum(segment.seconds for segment in segments) == pytest.approx(7200)
    pieces = list(live_through(draw_person(1), segments, 1, rate_hz=20))
    assert sum(len(forces.left) for _, forces in pieces) == pytest.approx(7200 * 20, abs=len(pieces))
    assert max(len(forces.left) for _, forces in pieces) <= 600 * 20


def test_insoles_that_nobody_wears_feel_nothing():
    pieces = list(live_through(draw_person(1), (Segment("off", 5),), 1))
    assert not pieces[0][1].left.any()


def test_an_onset_leaves_the_time_before_neutral():
    neutral = make_forces((), draw_person(2), 20, 2, neutral_s=20)
    changed = make_forces((Condition("flat-foot", 2),), draw_person(2), 40, 2, neutral_s=20)
    np.testing.assert_array_equal(changed.left[:2000], neutral.left)
    assert len(changed.left) == 4000


@pytest.mark.parametrize(
    ("text", "kind", "degree", "side"),
    [
        ("flat-foot", "flat-foot", 2, "both"),
        ("flat-foot:3", "flat-foot", 3, "both"),
        ("flat-foot:1.5:right", "flat-foot", 1.5, "right"),
        ("antalgic", "antalgic", 2, "left"),
        ("leg-length:20:right", "leg-length", 20, "right"),
    ],
)
def test_conditions_are_read_from_text(text: str, kind: str, degree: float, side: str):
    condition = parse_condition(text)
    assert (condition.kind, condition.degree, condition.side) == (kind, degree, side)


@pytest.mark.parametrize(
    "text",
    ["", "tired", "flat-foot:x", "flat-foot:-1", "flat-foot:2:up", "leg-length:20:both", "flat-foot:nan"],
)
def test_a_wrong_condition_is_refused_with_words(text: str):
    with pytest.raises(PlantigradeError):
        parse_condition(text)


@pytest.mark.parametrize("kind", sorted(CATALOGUE))
def test_every_kind_has_a_source_and_makes_finite_forces(kind: str):
    entry = CATALOGUE[kind]
    assert entry.title
    assert entry.sources or kind == "neutral"
    made = make_forces((parse_condition(kind),), draw_person(1), 5, 1)
    assert np.isfinite(made.left).all()
    assert (made.left >= 0).all()
