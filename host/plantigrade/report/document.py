"""A report's content, from a recording of the library."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.gait.parameters.definition import View
from plantigrade.gait.parameters.registry import NORMS, shown_in
from plantigrade.posture.exercises.choice import shown_exercises
from plantigrade.posture.rules_engine.pair_gain import circumstance_of, pair_gain
from plantigrade.posture.rules_engine.section import posture_section
from plantigrade.report.document_accounting import (
    calibration_text,
    identity_blocks,
    missing_share,
    quality_blocks,
    when,
)
from plantigrade.report.document_blocks import Block, Bullets, Document, Facts, Pictures, Section, Text
from plantigrade.report.document_compare import baseline_blocks, comparison_blocks, usual_of
from plantigrade.report.document_figures import (
    butterfly_picture,
    feet_picture,
    force_picture,
    has_cycles,
    has_places,
    timing_picture,
)
from plantigrade.report.document_findings import alert_blocks
from plantigrade.report.document_motion import motion_blocks
from plantigrade.report.document_patient import patient_blocks
from plantigrade.report.document_tables import (
    FOOT_LEVEL,
    FORCES,
    TIMING,
    balance_blocks,
    feet_table,
    regions_table,
    variability_table,
)
from plantigrade.report.feet import load_unit
from plantigrade.report.wording import Wording, load_wording

if TYPE_CHECKING:
    from plantigrade.library.recordings.recording import Recording
    from plantigrade.posture.baseline.baseline import TagReference

Found = Mapping[str, Any]


def build(
    recording: "Recording",
    other: "Recording | None",
    language: str,
    made: datetime,
    baseline: Sequence["Recording"] = (),
    exercises: Collection[str] | None = None,
) -> Document:
    """Everything that the report says.

    Args:
        recording: of the library.
        other: to set beside it.
        language: of the words.
        made: time of making, for the footer.
        baseline: earlier recordings of the same person, for what is usual.
        exercises: identifiers of those that the wearer may be shown; None where no answers are known.

    Raises:
        PlantigradeError: a recording cannot be read or analysed, or the language is not there.
    """
    wording = load_wording(language)
    full_analysis = recording.full_analysis()
    usual = usual_of(baseline)
    posture = posture_section(
        full_analysis.analysis,
        _layout(full_analysis),
        reference=usual,
        relative_sd=full_analysis.walk.relative_sd,
        language=language,
        on=circumstance_of(full_analysis.walk),
        gain=pair_gain(full_analysis.walk, full_analysis.analysis.pair_load),
    )
    subject = recording.entry.title or recording.id
    return Document(
        title=subject,
        language=language,
        footer=wording("footer", title=subject, made=f"{made:%Y-%m-%d %H:%M} UTC", version=_version(wording)),
        page_of=str(wording.entries["page"]),
        patient_title=wording("title.patient"),
        patient_subtitle=_subtitle(recording, wording),
        patient=patient_blocks(
            full_analysis,
            posture,
            missing_share(recording.manifest),
            wording,
            shown_exercises({}) if exercises is None else exercises,
        ),
        clinician_title=wording("title.clinician"),
        sections=_sections(recording, other, (baseline, usual), full_analysis, posture, wording),
    )


def _subtitle(recording: "Recording", wording: Wording) -> str:
    """Whose walk and of which day, as far as that is known."""
    person = recording.person
    who = (person.name or person.code) if person is not None else ""
    day = when(recording, "")[:10]
    if who and day:
        return wording("title.patient_subtitle", who=who, when=day)
    if day:
        return wording("title.patient_subtitle_no_name", when=day)
    return wording("title.patient_subtitle_no_date", who=who) if who else recording.entry.title


def _sections(
    recording: "Recording",
    other: "Recording | None",
    earlier: tuple[Sequence["Recording"], "TagReference | None"],
    full_analysis: RecordingAnalysis,
    posture: Sequence[Found],
    wording: Wording,
) -> list[Section]:
    content: dict[str, Sequence[Block]] = {
        "identity": identity_blocks(recording, full_analysis, wording),
        "quality": quality_blocks(recording, full_analysis, wording),
        "timing": _timing(full_analysis, wording),
        "motion": motion_blocks(full_analysis, wording),
        "forces": _forces(full_analysis, wording),
        "pressure": _pressure(full_analysis, wording),
        "variability": [variability_table(full_analysis, wording)],
        "balance": balance_blocks(full_analysis, wording),
        "alerts": alert_blocks(recording, posture, wording),
    }
    sections = [Section(wording(f"section.{name}"), blocks) for name, blocks in content.items()]
    if other is not None:
        title = wording("section.comparison", other=other.entry.title or other.id)
        sections.append(Section(title, comparison_blocks(recording, other, full_analysis, wording)))
    if earlier[0]:
        sections.append(
            Section(wording("section.baseline"), baseline_blocks(*earlier, full_analysis, wording))
        )
    sections.append(
        Section(wording("section.definitions"), _definitions(recording, full_analysis, posture, wording))
    )
    return sections


def _timing(full_analysis: RecordingAnalysis, wording: Wording) -> list[Block]:
    if not has_cycles(full_analysis):
        return [Text(wording("timing.nothing"))]
    valid = {
        name: str(foot.parameters["stride_time_s"].n) if foot is not None else wording("unknown")
        for name, foot in (("left", full_analysis.analysis.left), ("right", full_analysis.analysis.right))
    }
    return [
        feet_table(full_analysis, TIMING, wording, both=True),
        Text(f"{wording('timing.caption')} {wording('timing.counts', **valid)}", "small"),
    ]


def _forces(full_analysis: RecordingAnalysis, wording: Wording) -> list[Block]:
    if not has_cycles(full_analysis):
        return [Pictures([force_picture(full_analysis, wording, "")])]
    force = force_picture(full_analysis, wording, wording("figure.force"), 0.56)
    timing = timing_picture(full_analysis, wording, wording("figure.timing"), 0.44)
    return [Pictures([force, timing]), feet_table(full_analysis, FORCES, wording)]


def _pressure(full_analysis: RecordingAnalysis, wording: Wording) -> list[Block]:
    if not has_places(full_analysis):
        return [Text(wording("figure.no_places"))]
    unit = load_unit(full_analysis.walk)
    feet = feet_picture(full_analysis, wording, wording("figure.feet", unit=unit), 0.58)
    pictures = Pictures([feet, butterfly_picture(full_analysis, wording, wording("figure.butterfly"), 0.42)])
    if not has_cycles(full_analysis):
        return [pictures]
    return [pictures, regions_table(full_analysis, wording), feet_table(full_analysis, FOOT_LEVEL, wording)]


def _definitions(
    recording: "Recording", full_analysis: RecordingAnalysis, posture: Sequence[Found], wording: Wording
) -> list[Block]:
    rules = dict.fromkeys(f"{found['rule']} {found['rule_version']} ({found['engine']})" for found in posture)
    layouts = dict.fromkeys(
        foot.layout.name if foot.layout is not None else wording("unknown")
        for foot in full_analysis.walk.feet
    )
    calibrations = [
        f"{foot.foot}: {calibration_text(recording, foot.foot, wording)}" for foot in recording.manifest.feet
    ]
    sources: dict[str, list[str]] = {}
    for name in shown_in(View.SOURCES):
        sources.setdefault(NORMS[name].source.replace("+-", "±"), []).append(wording.parameter(name))
    settings = ", ".join(f"{name} {value}" for name, value in full_analysis.analysis.settings.items())
    return [
        Bullets([(f"{term}:", text) for term, text in wording.pairs("definitions.terms")], small=True),
        Facts(
            [
                (wording("definitions.algorithm"), full_analysis.analysis.algorithm_version),
                (wording("definitions.software"), f"Plantigrade {_version(wording)}"),
                (wording("definitions.layout"), ", ".join(layouts)),
                (wording("definitions.format"), full_analysis.walk.source.format or wording("unknown")),
            ]
        ),
        Text(f"{wording('definitions.calibration')}: {'; '.join(calibrations)}.", "small"),
        Text(f"{wording('definitions.rules')}: {', '.join(rules) or wording('none')}.", "small"),
        Text(
            f"{wording('definitions.sources')}: "
            + "; ".join(f"{', '.join(names)}: {source}" for source, names in sources.items()).replace(
                "+-", "±"
            )
            + ".",
            "small",
        ),
        Text(f"{wording('definitions.settings')}: {settings or wording('unknown')}.", "small"),
        Text(wording("definitions.reference"), "small"),
    ]


def _layout(full_analysis: RecordingAnalysis) -> Any:
    """Of the first foot: levels that hold for our insole only are applied to no other."""
    return full_analysis.walk.feet[0].layout


def _version(wording: Wording) -> str:
    try:
        return version("plantigrade")
    except PackageNotFoundError:
        return wording("unknown")
