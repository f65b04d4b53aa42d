"""A report's content, from a recording of the library."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.gait.parameters.definition import View
from plantigrade.gait.parameters.registry import NORMS, shown_in, title_of
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
from plantigrade.report.document_patient import patient_blocks
from plantigrade.report.document_tables import (
    FORCES,
    TIMING,
    WHOLE_FOOT,
    balance_blocks,
    feet_table,
    regions_table,
    variability_table,
)
from plantigrade.report.feet import load_unit
from plantigrade.report.words import Words, words

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
) -> Document:
    """Everything that the report says.

    Args:
        recording: of the library.
        other: to set beside it.
        language: of the words.
        made: time of making, for the footer.
        baseline: earlier recordings of the same person, for what is usual.

    Raises:
        PlantigradeError: a recording cannot be read or analysed, or the language is not there.
    """
    said = words(language)
    whole = recording.whole()
    usual = usual_of(baseline)
    posture = posture_section(
        whole.analysis,
        _layout(whole),
        reference=usual,
        relative_sd=whole.walk.relative_sd,
        language=language,
    )
    subject = recording.entry.title or recording.id
    return Document(
        title=subject,
        language=language,
        footer=said("footer", title=subject, made=f"{made:%Y-%m-%d %H:%M} UTC", version=_version(said)),
        page_of=str(said.entries["page"]),
        patient_title=said("title.patient"),
        patient_subtitle=_subtitle(recording, said),
        patient=patient_blocks(whole, posture, missing_share(recording.manifest), said),
        clinician_title=said("title.clinician"),
        sections=_sections(recording, other, (baseline, usual), whole, posture, said),
    )


def _subtitle(recording: "Recording", said: Words) -> str:
    """Whose walk and of which day, as far as that is known."""
    person, start = recording.person, recording.entry.start_utc_ns
    who = (person.name or person.code) if person is not None else ""
    day = when(start, "")[:10]
    if who and day:
        return said("title.patient_subtitle", who=who, when=day)
    if day:
        return said("title.patient_subtitle_no_name", when=day)
    return said("title.patient_subtitle_no_date", who=who) if who else recording.entry.title


def _sections(
    recording: "Recording",
    other: "Recording | None",
    earlier: tuple[Sequence["Recording"], "TagReference | None"],
    whole: RecordingAnalysis,
    posture: Sequence[Found],
    said: Words,
) -> list[Section]:
    content: dict[str, Sequence[Block]] = {
        "identity": identity_blocks(recording, whole, said),
        "quality": quality_blocks(recording, whole, said),
        "timing": _timing(whole, said),
        "forces": _forces(whole, said),
        "pressure": _pressure(whole, said),
        "variability": [variability_table(whole, said)],
        "balance": balance_blocks(whole, said),
        "alerts": alert_blocks(recording, posture, said),
    }
    sections = [Section(said(f"section.{name}"), blocks) for name, blocks in content.items()]
    if other is not None:
        title = said("section.comparison", other=other.entry.title or other.id)
        sections.append(Section(title, comparison_blocks(recording, other, whole, said)))
    if earlier[0]:
        sections.append(Section(said("section.baseline"), baseline_blocks(*earlier, whole, said)))
    sections.append(Section(said("section.definitions"), _definitions(recording, whole, posture, said)))
    return sections


def _timing(whole: RecordingAnalysis, said: Words) -> list[Block]:
    if not has_cycles(whole):
        return [Text(said("timing.nothing"))]
    valid = {
        name: str(foot.parameters["stride_time_s"].n) if foot is not None else said("unknown")
        for name, foot in (("left", whole.analysis.left), ("right", whole.analysis.right))
    }
    return [
        feet_table(whole, TIMING, said, both=True),
        Text(f"{said('timing.caption')} {said('timing.counts', **valid)}", "small"),
    ]


def _forces(whole: RecordingAnalysis, said: Words) -> list[Block]:
    if not has_cycles(whole):
        return [Pictures([force_picture(whole, said, "")])]
    force = force_picture(whole, said, said("figure.force"), 0.56)
    timing = timing_picture(whole, said, said("figure.timing"), 0.44)
    return [Pictures([force, timing]), feet_table(whole, FORCES, said)]


def _pressure(whole: RecordingAnalysis, said: Words) -> list[Block]:
    if not has_places(whole):
        return [Text(said("figure.no_places"))]
    unit = load_unit(whole.walk)
    feet = feet_picture(whole, said, said("figure.feet", unit=unit), 0.58)
    pictures = Pictures([feet, butterfly_picture(whole, said, said("figure.butterfly"), 0.42)])
    if not has_cycles(whole):
        return [pictures]
    return [pictures, regions_table(whole, said), feet_table(whole, WHOLE_FOOT, said)]


def _definitions(
    recording: "Recording", whole: RecordingAnalysis, posture: Sequence[Found], said: Words
) -> list[Block]:
    rules = dict.fromkeys(f"{found['rule']} {found['rule_version']} ({found['engine']})" for found in posture)
    layouts = dict.fromkeys(
        foot.layout.name if foot.layout is not None else said("unknown") for foot in whole.walk.feet
    )
    calibrations = [
        f"{foot.foot}: {calibration_text(recording, foot.foot, said)}" for foot in recording.manifest.feet
    ]
    sources: dict[str, list[str]] = {}
    for name in shown_in(View.SOURCES):
        sources.setdefault(NORMS[name].source.replace("+-", "±"), []).append(title_of(name).lower())
    settings = ", ".join(f"{name} {value}" for name, value in whole.analysis.settings.items())
    return [
        Bullets([(f"{term}:", text) for term, text in said.pairs("definitions.terms")], small=True),
        Facts(
            [
                (said("definitions.algorithm"), whole.analysis.algorithm_version),
                (said("definitions.software"), f"Plantigrade {_version(said)}"),
                (said("definitions.layout"), ", ".join(layouts)),
                (said("definitions.format"), whole.walk.source.format or said("unknown")),
            ]
        ),
        Text(f"{said('definitions.calibration')}: {'; '.join(calibrations)}.", "small"),
        Text(f"{said('definitions.rules')}: {', '.join(rules) or said('none')}.", "small"),
        Text(
            f"{said('definitions.sources')}: "
            + "; ".join(f"{', '.join(names)}: {source}" for source, names in sources.items()).replace(
                "+-", "±"
            )
            + ".",
            "small",
        ),
        Text(f"{said('definitions.settings')}: {settings or said('unknown')}.", "small"),
        Text(said("definitions.reference"), "small"),
    ]


def _layout(whole: RecordingAnalysis) -> Any:
    """Of the first foot: levels that hold for our insole only are applied to no other."""
    return whole.walk.feet[0].layout


def _version(said: Words) -> str:
    try:
        return version("plantigrade")
    except PackageNotFoundError:
        return said("unknown")
