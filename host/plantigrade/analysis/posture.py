"""What the posture rules say about a whole recording."""

from typing import Any

from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.posture.rules_engine.pair_gain import circumstance_of, pair_gain
from plantigrade.posture.rules_engine.section import posture_section, sentence_of


def posture_of(full_analysis: RecordingAnalysis) -> list[dict[str, Any]]:
    """Findings as JSON, present ones first, judged with the rules and own days of the request; their `sd`
    holds the calibration's uncertainty where the recording has one."""
    walk = full_analysis.walk
    return posture_section(
        full_analysis.analysis,
        walk.feet[0].layout,
        book=full_analysis.book,
        reference=full_analysis.reference,
        relative_sd=walk.relative_sd,
        on=circumstance_of(walk),
        gain=pair_gain(walk, full_analysis.analysis.pair_load),
    )


def as_texts(found: list[dict[str, Any]]) -> list[str]:
    """A line for each finding that is present, and one for the rest."""
    present = [entry for entry in found if entry["state"] == "present"]
    unknown = sum(entry["state"] == "unknown" for entry in found)
    lines = [f"{sentence_of(entry)} ({entry['rule']}, version {entry['rule_version']})" for entry in present]
    clear = len(found) - len(present) - unknown
    why = "; the JSON says why" if unknown else ""
    lines.append(
        f"Rules and sides: {len(present)} found, {clear} clear, {unknown} cannot be judged here{why}"
    )
    if present:
        lines.append(present[0]["guidance"]["disclaimer"])
    return lines
