"""What a month showed, as values, as text and as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import TYPE_CHECKING, Any

from plantigrade.library.catalogue.recording_states import states
from plantigrade.twin.month.insole import EncodedInsole
from plantigrade.twin.month.world import MonthWorld

from tools.virtual_month.home import PERSON, Home
from tools.virtual_month.wearer import ScriptedWearer

if TYPE_CHECKING:
    from tools.virtual_month.run import MonthRun

SCHEMA = "plantigrade.virtual-month/1"


@dataclass(frozen=True)
class DayFigures:
    """One day.

    Attributes:
        number: from 1.
        day: local date.
        kind: what kind of day it was.
        wall_s: how long it took to live through.
        cpu_s: seconds of a processor of the process that held service and twin.
        others_cpu_s: those of its other processes that ended on this day: analyses, and boards without power.
        resident_mb: memory of the process that held service and twin, at the end of the day.
        recordings: in the library then.
    """

    number: int
    day: str
    kind: str
    wall_s: float
    cpu_s: float
    others_cpu_s: float
    resident_mb: float
    recordings: int

    def line(self) -> str:
        """For people."""
        return (
            f"day {self.number:2} {self.day} {self.kind:15} {self.wall_s:6.1f} s"
            f" (processor {self.cpu_s:.1f} + {self.others_cpu_s:.1f} s)"
            f" {self.resident_mb:7.1f} MB {self.recordings:3} recordings"
        )


@dataclass(frozen=True)
class MonthFigures:
    """A month.

    Attributes:
        problems: why it did not pass; none means that it did.
        recordings: by state.
        slots: of all recordings: requested, recorded, missing and why.
        baseline_days: that the person's baseline has learned.
        wear_days: local days with hours of wear.
        alerts: by rule; `delays` by class; `answered` by answer; `held_back` by reason.
        battery_h: by foot, hours on a charge with the radio as it was used.
        faults: how often each was done.
    """

    days: int
    seed: int
    reach_share: float
    wall_s: float
    per_day: list[DayFigures]
    problems: list[str]
    recordings: dict[str, int]
    slots: dict[str, Any]
    baseline_days: int
    wear_days: int
    steps: int
    alerts: dict[str, int]
    delays: dict[str, Any]
    answered: dict[str, int]
    held_back: dict[str, int]
    battery_h: dict[str, float]
    faults: dict[str, int]

    @property
    def passed(self) -> bool:
        """Whether nothing was wrong."""
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        """The document of `--json`."""
        return {"schema": SCHEMA, **vars(self), "per_day": [dict(vars(day)) for day in self.per_day]}

    def text(self) -> str:
        """For people."""
        first, last = self.per_day[0], self.per_day[-1]
        walls = [day.wall_s for day in self.per_day]
        missing = ", ".join(f"{reason} {count}" for reason, count in self.slots["missing_by_reason"].items())
        delays = "; ".join(
            f"{name}: {delay['n']}, worst {delay['worst_s']} s" for name, delay in self.delays.items()
        )
        return "\n".join(
            (
                f"{self.days} days of seed {self.seed}, in reach {100 * self.reach_share:.0f} % of the day,"
                f" lived through in {self.wall_s:.0f} s",
                f"recordings: {_counted(self.recordings)}",
                f"slots: {self.slots['requested']} requested = {self.slots['recorded']} recorded +"
                f" {self.slots['missing']} missing ({missing or 'none'})",
                f"baseline: {self.baseline_days} days; worn on {self.wear_days} days, {self.steps} steps",
                f"alerts: {_counted(self.alerts)}; held back {_counted(self.held_back)};"
                f" answers {_counted(self.answered)}",
                f"known after: {delays or 'nothing was raised'}",
                f"a day: {median(walls):.0f} s of wall, at most {max(walls):.0f} s",
                f"memory: day {first.number} {first.resident_mb:.0f} MB,"
                f" day {last.number} {last.resident_mb:.0f} MB",
                f"battery: {', '.join(f'{foot} {hours:.1f} h' for foot, hours in self.battery_h.items())}",
                f"faults: {_counted(self.faults)}",
                "passed" if self.passed else "NOT PASSED: " + "; ".join(self.problems),
            )
        )


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"


def judge(
    run: "MonthRun",
    home: Home,
    wearer: ScriptedWearer,
    world: MonthWorld,
    insoles: Mapping[str, EncodedInsole],
    wall_s: float,
) -> MonthFigures:
    """Look at what a month has left behind."""
    problems: list[str] = []
    slots = _slots(home, problems)
    found = states(home.library)
    by_state: dict[str, int] = {}
    for one in found:
        by_state[one.state] = by_state.get(one.state, 0) + 1
        if one.unassigned is not None:
            problems.append(f"{one.id} belongs to nobody: {one.unassigned}")
        if not one.analysed:
            problems.append(f"{one.id} is not analysed")
    problems += [f"{note} ({count} times)" for note, count in wearer.notes.items()]
    record = home.library.record(PERSON)
    days = record.days.between(date.min, date.max)
    return MonthFigures(
        days=run.days,
        seed=run.seed,
        reach_share=run.reach_share,
        wall_s=round(wall_s, 1),
        per_day=run.figures,
        problems=problems,
        recordings=by_state,
        slots=slots,
        baseline_days=len(record.baseline.all()),
        wear_days=len(days),
        steps=sum(wear.steps for wear in days.values()),
        alerts=dict(wearer.alerts),
        delays={name: delay.as_json() for name, delay in wearer.delays.items()},
        answered=dict(wearer.answered),
        held_back=dict(wearer.held_back),
        battery_h={
            foot: round(insole.battery.capacity_mah / insole.battery.mean_ma, 1)
            for foot, insole in insoles.items()
            if insole.battery.mean_ma
        },
        faults=dict(sorted(world.counts.by_kind.items())),
    )


def _slots(home: Home, problems: list[str]) -> dict[str, Any]:
    """The sums over all recordings, each of which must be sound."""
    requested = recorded = missing = 0
    by_reason: dict[str, int] = {}
    for verdict in home.library.verify_all():
        problems += [f"{verdict.id}: {problem}" for problem in verdict.problems]
        for foot in [] if verdict.manifest is None else verdict.manifest.feet:
            requested += foot.frames_requested
            recorded += foot.frames_recorded
            missing += foot.frames_missing
            for reason, count in foot.missing_by_reason.items():
                by_reason[reason] = by_reason.get(reason, 0) + count
    if requested != recorded + missing or missing != sum(by_reason.values()):
        problems.append("the slots do not balance")
    return {"requested": requested, "recorded": recorded, "missing": missing, "missing_by_reason": by_reason}
