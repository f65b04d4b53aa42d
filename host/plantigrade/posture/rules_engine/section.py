"""The `posture` section of an analysis: every rule's finding with its words, as JSON
(docs/reference/posture-rules.md)."""

from collections.abc import Mapping
from dataclasses import replace
from math import isnan, nan
from typing import Any, Final

import numpy as np

from plantigrade.array_types import F64
from plantigrade.gait.results import Analysis
from plantigrade.gait.signals import Foot, Instrument, SensorLayout
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.features import StrideColumns, from_analysis
from plantigrade.posture.rules_engine.findings import RuleFinding, State, judge
from plantigrade.posture.rules_engine.guidance import Catalogue, catalogue
from plantigrade.posture.rules_engine.pair_gain import PairGain
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import Circumstance
from plantigrade.posture.rules_engine.statistics import Reference
from plantigrade.posture.settings import DECIMALS

OWN_LAYOUT_PREFIX = "plantigrade-16"
INSTRUMENTS: Final[Mapping[Instrument, Circumstance]] = {
    Instrument.PLATE: Circumstance.PLATE,
    Instrument.TREADMILL: Circumstance.TREADMILL,
    Instrument.FOOTSWITCH: Circumstance.FOOTSWITCH,
}
"""Where other levels hold than for insoles."""


def posture_section(
    analysis: Analysis,
    layout: SensorLayout | None,
    *,
    book: RuleBook | None = None,
    reference: Reference | None = None,
    relative_sd: Mapping[Foot, F64] | None = None,
    language: str = "en",
    on: Circumstance | None = None,
    gain: PairGain | None = None,
) -> list[dict[str, Any]]:
    """Findings of a recording, present ones first, ready for JSON.

    Args:
        analysis: of the gait engine.
        layout: of the sensors; levels that hold for our insole only are applied to no other.
        book: the patient's rules; None for the shipped ones.
        reference: the personal baseline.
        relative_sd: uncertainty of each sensor's force, as a share, per foot.
        language: of the words.
        on: see `findings`; None takes it from the instrument of the recording.
        gain: see `findings`.
    """
    tables = from_analysis(analysis, relative_sd)
    on = on or INSTRUMENTS.get(analysis.source.instrument)
    found = findings(tables, layout, book, reference, on=on, gain=gain)
    if analysis.gait.untested:
        found = [not_judged(one, analysis.gait.untested) for one in found]
    return [as_json(finding, catalogue(language)) for finding in found]


def not_judged(finding: RuleFinding, why: str) -> RuleFinding:
    """A finding on strides that no rule was made for: unknown, whatever its value would be."""
    return replace(finding, state=State.UNKNOWN, value=nan, sd=nan, confidence=nan, note=why)


def findings(
    tables: list[StrideColumns],
    layout: SensorLayout | None,
    book: RuleBook | None = None,
    reference: Reference | None = None,
    *,
    uncertainty: bool = True,
    on: Circumstance | None = None,
    gain: PairGain | None = None,
) -> list[RuleFinding]:
    """Findings of completed tables, present ones first.

    Args:
        tables: strides with derived columns.
        layout: of the sensors.
        book, reference: rules and own days.
        uncertainty: without it quicker, see `judge`.
        on: the instrument where it is no pair of insoles: levels of our insole in a shoe hold on no other.
        gain: of the pair, where it was measured: forces of the sides are brought to it, and their difference
            is held against the level of matched insoles.
    """
    own = on is None and layout is not None and layout.name.startswith(OWN_LAYOUT_PREFIX)
    if on is None and gain is not None:
        tables, on = gain.applied(tables), Circumstance.MATCHED
    regions = layout.region if layout is not None else ()
    medial = medial_of(layout) if layout is not None else None
    found = judge(
        tables,
        book,
        reference,
        own_insole=own,
        regions=regions,
        medial=medial,
        uncertainty=uncertainty,
        on=on,
    )
    order = {State.PRESENT: 0, State.ABSENT: 1, State.UNKNOWN: 2}
    return sorted(found, key=lambda finding: order[finding.state])


def medial_of(layout: SensorLayout) -> F64:
    """+1 for sensors medial of their region's middle, -1 lateral, 0 on it (S,)."""
    side = np.zeros(layout.sensor_count)
    for region in set(layout.region):
        where = np.array([name == region for name in layout.region])
        middle = 0.5 * (layout.x_mm[where].min() + layout.x_mm[where].max())
        offset = layout.x_mm[where] - middle
        side[where] = np.where(offset < -0.5, 1.0, np.where(offset > 0.5, -1.0, 0.0))
    return side


def as_json(finding: RuleFinding, texts: Catalogue) -> dict[str, Any]:
    """One finding; numbers that are not known are null."""
    guide = texts.patterns[finding.pattern]
    entry: dict[str, Any] = {
        "rule": finding.rule,
        "rule_version": finding.rule_version,
        "engine": finding.engine,
        "title": finding.title,
        "foot": finding.foot.value if finding.foot is not None else "both",
        "state": finding.state.value,
        "value": _number(finding.value),
        "sd": _number(finding.sd),
        "unit": finding.unit,
        "raise_level": round(finding.raise_level, DECIMALS),
        "confidence": _number(finding.confidence),
        "n": finding.strides,
        "severity": finding.severity.value,
        "evidence": finding.evidence,
        "references": list(finding.references),
    }
    if finding.on is not None:
        entry["level_of"] = finding.on.value
    if finding.level_by:
        entry["level_by"] = finding.level_by
    if finding.note:
        entry["note"] = finding.note
    if finding.state is State.PRESENT:
        if finding.grade is not None:
            entry["grade"] = finding.grade.value
        if finding.clinician_only:
            entry["clinician_only"] = True
        entry["patient"] = texts.patient(finding.rule, finding.foot)
        entry["clinician"] = texts.clinician(finding.rule, finding.foot)
        entry["guidance"] = {
            "felt": guide.felt,
            "knee": guide.knee,
            "hip": guide.hip,
            "lower_back": guide.back,
            "orthotics": list(guide.orthotics),
            "footwear": list(guide.footwear),
            "exercises": [vars(exercise) for exercise in guide.exercises],
            "see_a_professional": guide.see,
            "sources": list(guide.sources),
            "disclaimer": texts.disclaimer,
        }
    return entry


def sentence_of(entry: Mapping[str, Any]) -> str:
    """What a present finding says at a terminal: the wearer's words, or the clinician's where the rule is for
    clinicians alone."""
    return f"For clinicians: {entry['clinician']}" if entry.get("clinician_only") else str(entry["patient"])


def alert_as_json(alert: Alert, texts: Catalogue) -> dict[str, Any]:
    """One alert for recordings and live pages."""
    return {
        "number": alert.number,
        "rule": alert.rule,
        "rule_version": alert.rule_version,
        "engine": alert.engine,
        "foot": alert.foot.value if alert.foot is not None else "both",
        "severity": alert.severity.value,
        "onset_s": alert.onset_s,
        "raised_s": alert.raised_s,
        "cleared_s": alert.cleared_s,
        "acknowledged_s": alert.acknowledged_s,
        "shown": alert.shown,
        "value": _number(alert.value),
        "level": alert.level,
        "strides": alert.strides,
        "patient": texts.patient(alert.rule, alert.foot),
        "clinician": texts.clinician(alert.rule, alert.foot),
    }


def _number(value: float) -> float | None:
    return None if isnan(value) else round(value, DECIMALS)
