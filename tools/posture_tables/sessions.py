"""Strides of virtual sessions as posture reads them: body, insoles, calibration, gait engine."""

from datetime import date, timedelta

from plantigrade.gait.engine import analyze
from plantigrade.gait.signals import Walk
from plantigrade.posture.baseline.baseline import PersonalBaseline, TagReference
from plantigrade.posture.rules_engine.features import StrideColumns, from_analysis
from plantigrade.posture.rules_engine.pair_gain import PairGain, pair_gain
from plantigrade.twin.body import Condition, another_day, stand_on_each_leg
from plantigrade.twin.wearer import Wearer

SESSION_S = 75.0
BASELINE_DAYS = 5
BASELINE_S = 110.0
EACH_LEG_S = 6.0
TAG = "everyday"
NIGHT_S = 16 * 3600.0


def columns(walk: Walk, wearer: Wearer | None = None) -> list[StrideColumns]:
    """Strides of a walk through the gait engine."""
    return from_analysis(analyze(walk), wearer.relative_sd() if wearer is not None else None)


def session(
    wearer: Wearer, day: int, conditions: tuple[Condition, ...] = (), seconds: float = SESSION_S
) -> list[StrideColumns]:
    """One walk on one day, the insoles rested since the last; the same day and person give the same walk but
    for the conditions."""
    wearer.rest(NIGHT_S)
    number = wearer.seed * 1000 + day
    person = another_day(wearer.person, number)
    walk, _ = wearer.walk(person, seconds, number, conditions)
    return columns(walk, wearer)


def matched(wearer: Wearer, day: int, conditions: tuple[Condition, ...] = ()) -> PairGain | None:
    """Gains of the pair from standing on each leg on that day, before the walk."""
    wearer.rest(NIGHT_S)
    person = another_day(wearer.person, wearer.seed * 1000 + day)
    stood = wearer.measured(stand_on_each_leg(person, EACH_LEG_S, wearer.seed * 1000 + day, conditions))
    return pair_gain(stood, analyze(stood).pair_load)


def baseline(wearer: Wearer, days: int = BASELINE_DAYS, seconds: float = BASELINE_S) -> TagReference:
    """The wearer's personal baseline of neutral days."""
    learned = PersonalBaseline()
    first = date(2026, 1, 1)
    for day in range(days):
        learned.add_day(first + timedelta(days=day), TAG, session(wearer, day, seconds=seconds))
    reference = learned.for_tag(TAG)
    if reference is None:
        raise RuntimeError(f"wearer {wearer.seed}: {days} days of {seconds:.0f} s gave no baseline")
    return reference
