"""A library as it is after some weeks: people, recordings, diary, alerts, plan, consents."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.accounts.entries import Role
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.record.person_record import PersonRecord
from plantigrade.library.entries import Person, Tag
from plantigrade.library.person.entries import (
    AlertAnswer,
    AnswerKind,
    BodyMeasure,
    Consent,
    DataKind,
    Footwear,
    FootwearKind,
    Goal,
    GoalKind,
)
from plantigrade.library.person.visits import PersonVisit, StepKind
from plantigrade.library.recordings.container import Draft, FootManifest, RecordedGap, RecordingManifest
from plantigrade.library.recordings.frames import FootFrames
from plantigrade.posture.diary.diary import BodySite, Entry
from plantigrade.posture.plans.plan import ChosenBy, PlanKind, plan_for
from plantigrade.posture.rules_engine.rules import Severity, shipped_rules
from plantigrade.service.alerts.life import AlertKey, LivingAlert, cleared_entry, ns_of, raised_entry
from plantigrade.service.events import AlertClass
from plantigrade.service.people.visit_steps import begun, ended, prepared, skipped, stopped, title_of
from plantigrade.service.workers.analyse import analyse_recording
from plantigrade.twin.body import walk
from plantigrade.twin.body.conditions import parse_condition
from plantigrade.twin.wearer import Wearer

CLINICIAN: Final = "clinic"
OWNER: Final = "keeper"
SERIALS: Final = {"left": "00000A50477A3F01", "right": "00000A50477A3F02"}
ZONE: Final = "Europe/Berlin"
SECONDS: Final = 60.0
GAP: Final = (2000, 2100)
"""Frames of 100 a second that are missing from the recording of one foot."""
SHARES: Final = (0.65, 0.8)
"""How much of the day so far had passed when walks began."""
_NS: Final = 1_000_000_000


@dataclass(frozen=True)
class PlannedWalk:
    """A walk of the main person.

    Attributes:
        days_ago: when.
        conditions: of the virtual body.
        worn: which orthotic; "" with none.
        analysed: whether an analysis is stored.
    """

    days_ago: int
    conditions: tuple[str, ...]
    worn: str
    analysed: bool = True


INSERT: Final = "arch support"

WALKS: Final = (
    PlannedWalk(20, ("flat-foot:3",), ""),
    PlannedWalk(19, ("flat-foot:3",), ""),
    PlannedWalk(18, ("flat-foot:3",), ""),
    PlannedWalk(2, ("flat-foot:1",), INSERT),
    PlannedWalk(1, ("flat-foot:1",), INSERT),
    PlannedWalk(0, ("antalgic:2:left",), INSERT),
    PlannedWalk(0, (), INSERT, analysed=False),
)


@dataclass
class Filled:
    """What was put into the library.

    Attributes:
        recordings: identifiers of the main person's recordings, oldest first; the last one is not analysed.
        one_foot: identifier of a recording of one foot, with a gap.
        deleted: identifier of one that was deleted and can be restored.
        accounts: name of an account for each role.
        link: secret of a one-time link.
    """

    recordings: list[str] = field(default_factory=list[str])
    one_foot: str = ""
    deleted: str = ""
    accounts: dict[Role, str] = field(default_factory=dict[Role, str])
    link: str = ""


def add_accounts(library: Library, patient: str = "P001") -> dict[Role, str]:
    """An account for each role; names of them."""
    names = {Role.PATIENT: "home", Role.CLINICIAN: CLINICIAN, Role.ENGINEER: "bench", Role.OWNER: OWNER}
    for role, name in names.items():
        library.accounts.register.add(name, [role], patient if role is Role.PATIENT else None)
    return names


def begin(library: Library) -> Filled:
    """A library on the first day: a person, accounts, nothing else."""
    library.add_person(Person("P001", time_zone=ZONE, language="en"))
    filled = Filled(accounts=add_accounts(library))
    filled.link = library.accounts.links.make(OWNER, timedelta(days=1))
    return filled


def fill(library: Library, now: datetime) -> Filled:
    """A library after some weeks.

    Args:
        library: open and empty.
        now: with a time zone; everything lies before it.
    """
    for code, language in (("P001", "en"), ("P002", "de"), ("P003", ""), ("P004", "en")):
        library.add_person(
            Person(code, None, date(1951, 3, 9), "female", 168.0, 70.0, 42.0, "", ZONE, language)
        )
    filled = Filled(accounts=add_accounts(library))
    filled.link = library.accounts.links.make(OWNER, timedelta(days=1))
    _recordings(library, now, filled)
    _record(library, now)
    _visited(library, filled.recordings[0])
    for code in ("P001", "P002", "P003"):
        _share(library, code, now - timedelta(days=30))
    _share(library, "P001", now - timedelta(days=2), OWNER)
    withdrawn = _share(library, "P004", now - timedelta(days=30))
    library.record("P004").consents.withdraw(withdrawn, now - timedelta(days=1))
    return filled


def _recordings(library: Library, now: datetime, filled: Filled) -> None:
    wearer = Wearer(3)
    for number, planned in enumerate(WALKS):
        began = _part_of_a_day(now, planned.days_ago, SHARES[number % 2])
        name = _record_walk(library, wearer, began, planned.conditions, number)
        if number == 0:
            _calibrate(library, wearer)
        library.assign(name, "P001")
        worn = [Tag("orthotic", planned.worn)] if planned.worn else []
        library.tag(name, [*worn, Tag("shoe", "walking shoe")])
        filled.recordings.append(name)
        if planned.analysed:
            analyse_recording(library, name, now)
    library.note(filled.recordings[-2], "Steps down from the bus; the left knee hurt.", 20.0)
    filled.one_foot = _record_walk(library, wearer, now - timedelta(days=3), (), 90, ("left",), GAP)
    library.assign(filled.one_foot, "P001")
    analyse_recording(library, filled.one_foot, now)
    filled.deleted = _record_walk(library, wearer, now - timedelta(days=4), (), 91)
    library.assign(filled.deleted, "P001")
    library.delete(filled.deleted)
    other = _record_walk(library, wearer, now - timedelta(days=6), ("high-arch:2",), 92)
    library.assign(other, "P002")
    analyse_recording(library, other, now)
    for serial in SERIALS.values():
        library.record("P001").insoles.assign(serial, now - timedelta(days=30))


def _part_of_a_day(now: datetime, days_ago: int, share: float) -> datetime:
    """When `share` of the person's day had passed, of as much of a day as today has had: before now, and on
    the same day whatever the time is at which the site is filled."""
    local = now.astimezone(ZoneInfo(ZONE))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight - timedelta(days=days_ago) + (local - midnight) * share).astimezone(UTC)


def _calibrate(library: Library, wearer: Wearer) -> None:
    for side, calibration in zip(("left", "right"), wearer.calibrations, strict=True):
        library.set_calibration(replace(calibration, serial=SERIALS[side]))


def _record_walk(
    library: Library,
    wearer: Wearer,
    began: datetime,
    conditions: tuple[str, ...],
    number: int,
    feet: tuple[str, ...] = ("left", "right"),
    gap: tuple[int, int] | None = None,
) -> str:
    """A walk as the bridge finalizes it; its identifier."""
    made = walk(wearer.person, SECONDS, 40 + number, tuple(parse_condition(one) for one in conditions))
    left, right = wearer.counts(made.forces)
    counts = {"left": left, "right": right}
    start_ns = round(began.timestamp() * _NS)
    draft = Draft.begin(library.recordings, f"{began:%Y%m%dT%H%M%SZ}-{number:08x}")
    manifests = [_foot(draft, foot, counts[foot], start_ns, gap) for foot in feet]
    made_by = {"made_by": "a virtual person"}
    folder = draft.finish(RecordingManifest(draft.target.name, start_ns, SECONDS, made_by, manifests))
    return library.add_recording(folder).id


def _foot(
    draft: Draft, name: str, counts: NDArray[np.uint16], start_ns: int, gap: tuple[int, int] | None
) -> FootManifest:
    keep = np.ones(len(counts), bool)
    if gap is not None:
        keep[slice(*gap)] = False
    seq = np.arange(len(counts), dtype=np.int64)[keep]
    frames = FootFrames(
        seq=seq,
        slots=np.ones(len(seq), np.uint8),
        boot=np.ones(len(seq), np.uint16),
        status=np.zeros(len(seq), np.uint16),
        device_us=seq * 10_000,
        host_ns=start_ns + seq * 10_000_000,
        uncertainty_us=np.full(len(seq), 500, np.int32),
        counts=counts.astype(np.uint16)[keep],
    )
    digest = draft.write_frames(name, frames)
    missing = 0 if gap is None else gap[1] - gap[0]
    gaps = [] if gap is None else [RecordedGap(gap[0], gap[1], gap[0] / 100, gap[1] / 100, "overrun")]
    insole = {"serial": SERIALS[name], "side": name, "layout": 1, "firmware": "0.1.0"}
    reasons = {"overrun": missing} if missing else {}
    return FootManifest(
        name, insole, [(0, len(counts))], len(counts), len(seq), missing, reasons, gaps, len(seq), digest
    )


def _record(library: Library, now: datetime) -> None:
    """Body, shoes, diary, goals, plan and answers of the main person."""
    record = library.record("P001")
    today = now.date()
    record.body.add(BodyMeasure(today - timedelta(days=60), 72.0, 168.0))
    record.body.add(BodyMeasure(today - timedelta(days=10), 70.5))
    shoe = record.footwear.add(Footwear(FootwearKind.SHOE, "walking shoe"))
    record.footwear.wear(shoe.id, now - timedelta(days=40))
    insert = record.footwear.add(Footwear(FootwearKind.ORTHOTIC, INSERT))
    record.footwear.wear(insert.id, now - timedelta(days=3))
    for days_ago in range(1, 10):
        at = now - timedelta(days=days_ago)
        record.diary.add(Entry(at, BodySite.FOOT, (days_ago * 3) % 7, "left", "after the stairs"))
    record.goals.add(Goal(GoalKind.WEAR_HOURS, 6, today - timedelta(days=10)))
    rule = shipped_rules()["low-arch"]
    plan = plan_for(
        rule, Foot.LEFT, PlanKind.ORTHOTIC, today - timedelta(days=3), ChosenBy.CLINICIAN, tag=INSERT
    )
    record.plans.add(plan, by=CLINICIAN)
    record.rules.edit("low-arch", "raise_level", 0.36, reason="a longer walk to work", by=CLINICIAN)
    for days_ago, kind in ((1, AnswerKind.HELPED), (4, AnswerKind.DID_NOT_HELP)):
        _answered(record, now - timedelta(days=days_ago), kind)


def _visited(library: Library, recording: str) -> None:
    """A visit that is over: of its walks one was recorded, the rest was left out."""
    visits = library.record("P001").visits
    began = datetime.fromtimestamp((library.entry(recording).start_utc_ns or 0) / _NS, UTC)
    visit = visits.begin(PersonVisit(began - timedelta(minutes=5), by=CLINICIAN))
    title = title_of(visit, StepKind.OWN_SHOES)
    library.rename(recording, title)

    def made(one: PersonVisit) -> PersonVisit:
        one = prepared(one, began)
        one = stopped(
            begun(one, StepKind.OWN_SHOES, SECONDS, began, title), began + timedelta(seconds=SECONDS)
        )
        for step in one.steps:
            if not step.over:
                one = skipped(one, step.kind, "no time", began + timedelta(minutes=5))
        return ended(one, began + timedelta(minutes=6))

    visits.change(visit.id, made)


def _answered(record: PersonRecord, at: datetime, kind: AnswerKind) -> None:
    """An alert that was raised, answered six minutes later, and over after ten."""
    key = AlertKey("low-arch", "left", ns_of(at))
    over_ns = ns_of(at + timedelta(minutes=10))
    alert = LivingAlert(key, Severity.NOTICE, AlertClass.LIVE, ns_of(at), over_ns)
    record.answers.add(raised_entry(alert))
    answered = at + timedelta(minutes=6)
    record.answers.add(
        AlertAnswer(key.rule, key.foot, key.onset_utc_ns, kind, answered, after_min=6.0, by="home")
    )
    record.answers.add(cleared_entry(alert, over_ns))


def _share(library: Library, code: str, from_utc: datetime, account: str = CLINICIAN) -> int:
    """Everything of a person is shared with an account; number of the consent."""
    begins = from_utc.astimezone(UTC)
    consent = Consent(account, tuple(DataKind), "follow the course", begins, None, "1", code)
    return library.record(code).consents.give(consent).id
