"""What a recording says of itself and what its samples show: contradictions are named, nothing rests on them.

A virtual person with flat feet, who is found to have them, walks for 40 s on our insoles; then something
about the recording is not as it says.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from plantigrade.analysis.pipeline import Request, of_walk
from plantigrade.array_types import F64
from plantigrade.gait.engine import analyze
from plantigrade.gait.plausibility import uneven_gain
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.signals import Foot, FootSignal, Instrument, SourceInfo, Walk
from plantigrade.posture.rules_engine.section import posture_section
from plantigrade.twin.body import draw_person, parse_condition, stand, walk

from tests.host.gait.test_bad_input import mirrored

PERSON = draw_person(12)
"""One of the twelve of twenty whose swapped feet show in spite of a marked flat foot, which loads the inner
side; without it they show in all twenty."""
EVERY_RULE = frozenset({"*"})
BY_FORCE = frozenset({"load-asymmetry"})
BY_WEIGHT = frozenset({"forefoot-overload", "loading-rate", "load-carried"})
Change = Callable[[FootSignal], FootSignal]


def walk_of(left: F64, right: F64) -> Walk:
    time_s = np.arange(len(left)) / 100.0
    feet = [
        FootSignal(foot, time_s, force.astype(np.float32), own_layout(42.0))
        for foot, force in ((Foot.LEFT, left), (Foot.RIGHT, right))
    ]
    return Walk(feet[0], feet[1], 100.0, SourceInfo("virtual body", "twin"), PERSON.weight_n)


@pytest.fixture(scope="module")
def flat_feet() -> Walk:
    forces = walk(PERSON, 40.0, 3, (parse_condition("flat-foot:3"),)).forces
    return walk_of(forces.left, forces.right)


def present(recording: Walk) -> set[str]:
    """Rules whose finding is present."""
    layout = recording.feet[0].layout
    found = posture_section(analyze(recording), layout)
    return {str(one["rule"]) for one in found if one["state"] == "present"}


def codes(recording: Walk) -> set[str]:
    return {one.code for one in analyze(recording).findings}


def right(recording: Walk, change: Change) -> Walk:
    assert recording.right is not None
    return replace(recording, right=change(recording.right))


def both(recording: Walk, change: Change) -> Walk:
    assert recording.left is not None
    return right(replace(recording, left=change(recording.left)), change)


def times(factor: float) -> Change:
    return lambda signal: replace(signal, force_n=(factor * signal.force_n).astype(np.float32))


def pressed(signal: FootSignal) -> FootSignal:
    """A shoe that nobody wears: laces press each sensor with 2 N, and noise of 1 N."""
    draw = np.random.default_rng(1)
    return replace(signal, force_n=(2.0 + draw.normal(0.0, 1.0, signal.force_n.shape)).astype(np.float32))


def clipped(share: float) -> Change:
    def change(signal: FootSignal) -> FootSignal:
        top = share * float(signal.force_n.max())
        return replace(signal, force_n=np.minimum(signal.force_n, np.float32(top)))

    return change


def of_size(eu_size: float) -> Change:
    return lambda signal: replace(signal, layout=own_layout(eu_size))


def one_channel(signal: FootSignal) -> FootSignal:
    """A switch under the foot."""
    total = signal.force_n.sum(axis=1, keepdims=True)
    return replace(signal, force_n=total, layout=None, quantity="footswitch")


def called(recording: Walk, instrument: Instrument) -> Walk:
    return replace(recording, source=replace(recording.source, instrument=instrument))


def weighing(recording: Walk, share: float) -> Walk:
    return replace(recording, body_weight_n=share * PERSON.weight_n)


@dataclass(frozen=True)
class Case:
    """A contradiction.

    Attributes:
        name: what is wrong.
        made: the recording from the right one.
        code: the finding that names it.
        silent: rules that must not be present; `*` for all.
    """

    name: str
    made: Callable[[Walk], Walk]
    code: str
    silent: frozenset[str] = EVERY_RULE


CASES = (
    Case("a foot is missing", lambda w: replace(w, right=None), "foot_missing", BY_FORCE),
    Case("a foot reads nothing", lambda w: right(w, times(0.0)), "never_loaded"),
    Case("a foot is never loaded", lambda w: right(w, pressed), "never_loaded"),
    Case("the pair is swapped", lambda w: both(w, mirrored), "feet_swapped"),
    Case("an insole is of another size", lambda w: right(w, of_size(38.0)), "sizes_differ"),
    Case("an insole reads 30 % less", lambda w: right(w, times(0.7)), "gains_differ", BY_FORCE),
    Case("an insole reads 30 % more", lambda w: right(w, times(1.3)), "gains_differ", BY_FORCE),
    Case("the weight is half", lambda w: weighing(w, 0.5), "body_weight_implausible", BY_WEIGHT),
    Case("the weight is 30 % less", lambda w: weighing(w, 0.7), "body_weight_implausible", BY_WEIGHT),
    Case("the weight is 40 % more", lambda w: weighing(w, 1.4), "body_weight_implausible", BY_WEIGHT),
    Case("the weight is twice", lambda w: weighing(w, 2.0), "body_weight_implausible", BY_WEIGHT),
    Case("forces are cut off at half", lambda w: both(w, clipped(0.5)), "saturated"),
    Case("one foot's forces are cut off", lambda w: right(w, clipped(0.4)), "saturated"),
    Case("kilograms for newtons", lambda w: both(w, times(1.0 / 9.81)), "unit_implausible"),
    Case("counts for newtons", lambda w: both(w, times(12.0)), "unit_implausible"),
    Case("switches that are forces", lambda w: called(w, Instrument.FOOTSWITCH), "instrument_contradicted"),
    Case("insoles that are switches", lambda w: both(w, one_channel), "instrument_contradicted"),
    Case(
        "a plate that a shoe presses on",
        lambda w: called(both(w, lambda s: replace(s, force_n=s.force_n + 1.5)), Instrument.PLATE),
        "instrument_contradicted",
    ),
    Case(
        "a plate with two gains",
        lambda w: called(right(w, times(1.4)), Instrument.PLATE),
        "instrument_contradicted",
    ),
)


def test_flat_feet_are_found_where_nothing_is_wrong(flat_feet: Walk) -> None:
    """So that each silence below is one."""
    assert codes(flat_feet) == set()
    assert present(flat_feet) >= {"low-arch"}


@pytest.mark.parametrize("case", CASES, ids=lambda one: one.name)
def test_it_is_named_and_no_finding_rests_on_it(case: Case, flat_feet: Walk) -> None:
    wrong = case.made(flat_feet)
    assert case.code in codes(wrong)
    found = present(wrong)
    assert not (found if case.silent is EVERY_RULE else found & case.silent)


@pytest.mark.parametrize("share", [0.9, 1.0, 1.1])
def test_a_weight_that_is_nearly_right_is_believed(share: float, flat_feet: Walk) -> None:
    assert codes(weighing(flat_feet, share)) == set()


def test_without_a_weight_what_walking_shows_counts(flat_feet: Walk) -> None:
    unknown = replace(flat_feet, body_weight_n=None)
    assert codes(unknown) == set() and present(unknown) == present(flat_feet)
    assert analyze(unknown).load_levels.loaded_from.value == "walking"


@pytest.mark.parametrize("gain", [0.7, 1.3])
def test_in_standing_an_insole_that_reads_otherwise_has_its_caveat(gain: float) -> None:
    forces = stand(PERSON, 90.0, 8)
    found = of_walk(right(walk_of(forces.left, forces.right), times(gain)), Request(Path("any")))
    caveats = {caveat.code for one in found.standings for caveat in one.caveats}
    assert "gains_differ" in caveats


def test_limps_are_no_gains() -> None:
    """Who spares a foot stands on it more briefly."""
    assert uneven_gain(-22.0, -8.0) == uneven_gain(19.0, 1.0) == ""
    for degree in (1, 2, 3):
        limping = walk(PERSON, 40.0, 5, (parse_condition(f"antalgic:{degree}:left"),)).forces
        assert "gains_differ" not in codes(walk_of(limping.left, limping.right))
