"""The report of a visit: a page for the person, then every step, balance, one-leg stance and walking."""

from datetime import UTC, datetime, tzinfo
from importlib.metadata import version
from typing import Final

from plantigrade.gait.balance import Standing, Sway
from plantigrade.gait.signals import Foot
from plantigrade.library.person.visits import PersonVisit, StepKind, StepState, VisitStep
from plantigrade.report.document_blocks import Block, Cell, Document, Facts, Heading, Section, Table, Text
from plantigrade.report.document_compare import comparison_blocks
from plantigrade.report.document_numbers import duration, number
from plantigrade.report.pdf import check_paper, render
from plantigrade.report.visit_findings import Recordings, VisitFindings, findings_of
from plantigrade.report.wording import Wording, load_wording

MORE_SWAY: Final = 1.1
"""From this ratio on the page for the person says that closed eyes made a difference. Assumed."""


def visit_bytes(
    visit: PersonVisit,
    who: str,
    recordings: Recordings,
    zone: tzinfo | None = None,
    paper: str = "a4",
    language: str = "en",
) -> bytes:
    """The report as PDF.

    Args:
        visit: with its steps.
        who: name or code of the person.
        recordings: of the steps that have one.
        zone: of the person, for days and times.
        paper: "a4" or "letter".
        language: of the words.

    Raises:
        PlantigradeError: paper or language are not known, or it cannot be set.
    """
    check_paper(paper)
    made = datetime.now(UTC).replace(microsecond=0)
    return render(visit_document(visit, who, recordings, zone, language, made), paper, made)


def visit_document(
    visit: PersonVisit,
    who: str,
    recordings: Recordings,
    zone: tzinfo | None,
    language: str,
    made: datetime,
) -> Document:
    """What the report says.

    Raises:
        FileError: the language is not known.
    """
    wording = load_wording(language)
    found = findings_of(recordings, language)
    day = f"{visit.begun_utc.astimezone(zone):%Y-%m-%d}"
    title = wording("visit.file_title", day=day)
    sections = {
        "steps": _steps(visit, wording, zone),
        "standing": _standing(found, wording),
        "one_leg": _one_leg(found, wording),
        "walking": _walking(recordings, wording),
    }
    footer = wording("footer", title=title, made=f"{made:%Y-%m-%d %H:%M} UTC", version=version("plantigrade"))
    return Document(
        title=title,
        language=language,
        footer=footer,
        page_of=str(wording.entries["page"]),
        patient_title=wording("visit.title"),
        patient_subtitle=wording("visit.subtitle", who=who, day=day),
        patient=_patient(visit, found, wording),
        clinician_title=wording("visit.clinician"),
        sections=[Section(wording(f"visit.{name}"), blocks) for name, blocks in sections.items()],
    )


def _patient(visit: PersonVisit, found: VisitFindings, wording: Wording) -> list[Block]:
    blocks: list[Block] = [Heading(wording("visit.standing"))]
    blocks += [Text(sentence) for sentence in _balance_sentences(found, wording)]
    if found.differences:
        blocks.append(Heading(wording("visit.walking")))
        what = visit.orthotic or wording("visit.the_orthotic")
        blocks.append(Text(wording("visit.tried", what=what)))
        beyond = [
            one.words
            for one in found.differences
            if one.minimal_change is not None and abs(one.difference) >= one.minimal_change.value
        ]
        blocks += [Text(sentence) for sentence in beyond]
        blocks.append(Text(wording("visit.walked_alike" if not beyond else "visit.one_walk")))
    skipped = [step for step in visit.steps if step.state is StepState.SKIPPED]
    if skipped:
        blocks.append(Heading(wording("visit.not_done")))
        blocks += [
            Text(wording("visit.skipped", step=_named(step.kind, wording), reason=step.reason))
            for step in skipped
        ]
    if visit.remark:
        blocks += [Heading(wording("visit.remark")), Text(visit.remark)]
    blocks.append(Text(wording("visit.no_diagnosis"), "small"))
    return blocks


def _balance_sentences(found: VisitFindings, wording: Wording) -> list[str]:
    sentences: list[str] = []
    if found.closing is not None:
        ratio = max(one.velocity for one in found.closing.of.values())
        key = "visit.closed_more" if ratio >= MORE_SWAY else "visit.closed_alike"
        sentences.append(wording(key, ratio=f"{ratio:.1f}"))
    for foot, stance in found.one_leg.items():
        if stance is None:
            sentences.append(wording("visit.never_raised", leg=wording(foot.value)))
            continue
        key = "visit.stood_until_end" if stance.until_end else "visit.stood"
        sentences.append(wording(key, leg=wording(foot.value), seconds=f"{stance.seconds:.0f}"))
    return sentences or [wording("visit.no_standing")]


def _named(kind: StepKind, wording: Wording) -> str:
    return wording(f"visit.step_{kind.value.replace(' ', '_')}")


def _steps(visit: PersonVisit, wording: Wording, zone: tzinfo | None) -> list[Block]:
    heads = [wording(f"visit.head_{name}") for name in ("step", "state", "at", "lasted", "tries", "remark")]
    rows = [_step(step, wording, zone) for step in visit.steps]
    facts = [(wording("visit.by"), visit.by)]
    if visit.orthotic:
        facts.append((wording("visit.orthotic"), visit.orthotic))
    if visit.ended_utc is not None:
        minutes = (visit.ended_utc - visit.begun_utc).total_seconds()
        facts.append((wording("visit.lasted"), duration(minutes)))
    return [Facts(facts), Table(heads, rows, texts=(0, 1, 5), wide=5)]


def _step(step: VisitStep, wording: Wording, zone: tzinfo | None) -> list[Cell]:
    unknown = wording("unknown")
    at = unknown if step.began_utc is None else f"{step.began_utc.astimezone(zone):%H:%M:%S}"
    lasted = unknown
    if step.began_utc is not None and step.ended_utc is not None and step.state is StepState.DONE:
        lasted = duration((step.ended_utc - step.began_utc).total_seconds())
    return [
        Cell(_named(step.kind, wording)),
        Cell(wording(f"visit.state_{step.state.value}")),
        Cell(at),
        Cell(lasted),
        Cell(str(step.tries)),
        Cell(step.reason or step.remark, step.remark if step.reason else ""),
    ]


def _standing(found: VisitFindings, wording: Wording) -> list[Block]:
    if not found.standings:
        return [Text(wording("visit.no_standing")), *_problems(found, wording)]
    heads = [
        wording("visit.head_step"),
        *(wording(f"balance.{name}") for name in ("left_load", "rear_load", "shift", "velocity", "ellipse")),
    ]
    rows = [_stood(kind, standing, wording) for kind, standing in found.standings.items()]
    blocks: list[Block] = [Table(heads, rows)]
    if found.closing is not None:
        for name, ratio in found.closing.of.items():
            values = {"velocity": f"{ratio.velocity:.2f}", "area": f"{ratio.area:.2f}"}
            whose = wording(name)
            blocks.append(Text(f"{wording('balance.romberg', **values)} ({whose})"))
    notes = dict.fromkeys(note for standing in found.standings.values() for note in standing.notes)
    blocks += [Text(f"{note}.", "small") for note in notes]
    return [*blocks, *_problems(found, wording)]


def _stood(kind: StepKind, standing: Standing, wording: Wording) -> list[Cell]:
    unknown = wording("unknown")
    sways: dict[str, Sway | None] = {"both": standing.both, "left": standing.left, "right": standing.right}
    shown = {name: sway for name, sway in sways.items() if sway is not None}
    if "both" in shown:
        shown = {"both": shown["both"]}

    def each(values: dict[str, float]) -> Cell:
        texts = [
            wording("balance.whose", value=number(value, unknown), whose=wording(name))
            for name, value in values.items()
        ]
        return Cell(texts[0], texts[1] if len(texts) > 1 else "") if texts else Cell(unknown)

    return [
        Cell(_named(kind, wording)),
        Cell(number(standing.left_load_pct, unknown)),
        Cell(number(standing.rear_load_pct, unknown)),
        Cell(number(standing.load_shift_sd_pct, unknown)),
        each({name: sway.mean_velocity_mm_per_s for name, sway in shown.items()}),
        each({name: sway.ellipse_area_mm2 for name, sway in shown.items()}),
    ]


def _problems(found: VisitFindings, wording: Wording) -> list[Block]:
    return [
        Text(wording("visit.problem", step=_named(kind, wording), problem=problem))
        for kind, problem in found.problems.items()
    ]


def _one_leg(found: VisitFindings, wording: Wording) -> list[Block]:
    if not found.one_leg:
        return [Text(wording("visit.no_one_leg"))]
    heads = [wording(f"visit.head_{name}") for name in ("leg", "longest", "end", "raised")]
    rows: list[list[Cell]] = []
    for foot in (Foot.LEFT, Foot.RIGHT):
        if foot not in found.one_leg:
            continue
        stance = found.one_leg[foot]
        if stance is None:
            rows.append([Cell(wording(foot.value)), Cell(wording("visit.none")), Cell(""), Cell("0")])
            continue
        end = wording("yes" if stance.until_end else "no")
        seconds = f"{stance.seconds:.1f} s"
        rows.append([Cell(wording(foot.value)), Cell(seconds), Cell(end), Cell(str(stance.tries))])
    return [Table(heads, rows), Text(wording("visit.one_leg_how"), "small")]


def _walking(recordings: Recordings, wording: Wording) -> list[Block]:
    own, orthotic = recordings.get(StepKind.OWN_SHOES), recordings.get(StepKind.ORTHOTIC)
    if own is None or orthotic is None:
        return [Text(wording("visit.no_walking"))]
    return comparison_blocks(orthotic, own, orthotic.full_analysis(), wording)
