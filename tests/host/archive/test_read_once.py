"""The gait engine and the diary's loads look at all samples, which are read once, with the same results."""

from dataclasses import replace

import numpy as np
import pytest
from plantigrade.archive.read_once import of_totals, read_once
from plantigrade.gait.engine import analyze
from plantigrade.gait.signals import FootSignal, Forces, Walk
from plantigrade.posture.rules_engine.even_time import seconds_of

from tests.host.archive import kit

WEIGHT_N = 700.0


class Counted(np.ndarray):
    """Forces that count the rows that are asked for."""

    asked = 0

    def __getitem__(self, rows: slice) -> Forces:  # pyright: ignore[reportIncompatibleMethodOverride]
        found = np.asarray(self)[rows]
        type(self).asked += len(found)
        return found


def counted(walk: Walk) -> Walk:
    def of(foot: FootSignal | None) -> FootSignal | None:
        return None if foot is None else replace(foot, force_n=foot.force_n.view(Counted))

    Counted.asked = 0
    return replace(walk, left=of(walk.left), right=of(walk.right))


def test_every_sample_is_read_once_with_the_same_results() -> None:
    plain = kit.walk()
    noted = read_once(counted(plain))
    analysis, expected = analyze(noted), analyze(plain)
    for foot, other in zip(analysis.feet, expected.feet, strict=True):
        assert np.array_equal(foot.strides.initial_contact_s, other.strides.initial_contact_s)
        assert np.array_equal(foot.strides.pressure, other.strides.pressure, equal_nan=True)
    assert repr(seconds_of(of_totals(noted), WEIGHT_N)) == repr(seconds_of(plain, WEIGHT_N))
    assert Counted.asked == sum(len(foot) for foot in plain.feet)


def test_what_nobody_read_yet_is_read_for_its_sums() -> None:
    noted = read_once(kit.piece(0))
    assert noted.left is not None
    noted.left.force_n[:700]
    noted.left.force_n[900:1000]  # out of turn
    totals = of_totals(noted).left
    assert totals is not None
    expected = kit.piece(0).left.force_n.sum(axis=1, keepdims=True)  # pyright: ignore[reportOptionalMemberAccess]
    assert totals.force_n.shape == expected.shape
    for rows in (slice(None), slice(690, 710), slice(1990, 5000), slice(5, 5), slice(1300, 20, -7)):
        assert np.array_equal(totals.force_n[rows], expected[rows])


def test_forces_that_were_read_to_the_end_are_let_go_of() -> None:
    noted = read_once(kit.piece(0))
    assert noted.left is not None
    assert len(noted.left.force_n[:5000]) == len(noted.left)
    with pytest.raises(RuntimeError, match="all forces were read"):
        noted.left.force_n[:10]


def test_a_foot_that_is_missing() -> None:
    walk = of_totals(read_once(replace(kit.piece(0), left=None)))
    assert walk.left is None
    assert walk.right is not None
    assert walk.right.sensor_count == 1
