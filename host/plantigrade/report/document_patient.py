"""The patient's page: plain words, two pictures, what to do next, when to see a professional."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.report.document_blocks import Block, Bullets, Heading, Picture, Pictures, Text
from plantigrade.report.document_figures import (
    feet_picture,
    force_picture,
    has_cycles,
    has_places,
    timing_picture,
)
from plantigrade.report.document_motion import floors_sentence, way_sentence
from plantigrade.report.document_numbers import duration, missing_pct
from plantigrade.report.wording import Wording

MAX_FINDINGS: Final = 3
MAX_EXERCISES: Final = 3
EVEN_PCT: Final = 3.0
_URGENCY: Final = {"critical": 0, "warning": 1, "notice": 2, "info": 3}

Found = Mapping[str, Any]


def patient_blocks(
    full_analysis: RecordingAnalysis,
    posture: Sequence[Found],
    missing_share: float | None,
    wording: Wording,
    exercises: Collection[str],
) -> list[Block]:
    """Everything on the page.

    Args:
        full_analysis: the analysis.
        posture: its posture section.
        missing_share: missing over requested samples, from the ledger; None where there are none.
        wording: of the language.
        exercises: identifiers of those that the wearer may be shown.
    """
    present = sorted(
        (found for found in posture if found["state"] == "present" and not found.get("clinician_only")),
        key=lambda found: _URGENCY.get(str(found["severity"]), 9),
    )
    blocks: list[Block] = [
        Heading(wording("patient.measured")),
        Text(" ".join(_measured(full_analysis, missing_share, wording))),
    ]
    blocks.append(Pictures(_pictures(full_analysis, wording)))
    blocks += _found(present, posture, wording)
    blocks += _next(present, wording, exercises)
    return blocks


def _measured(
    full_analysis: RecordingAnalysis, missing_share: float | None, wording: Wording
) -> Iterable[str]:
    both = full_analysis.analysis.both
    walking, steps = both.get("walking_time_s"), both.get("steps")
    cadence = both.get("cadence_steps_per_min")
    if (
        not has_cycles(full_analysis)
        or walking is None
        or not walking.value
        or steps is None
        or not steps.value
    ):
        yield wording("patient.no_walking")
    elif cadence is None or cadence.value is None:
        yield wording("patient.steps_no_cadence", walking=duration(walking.value), steps=f"{steps.value:.0f}")
    else:
        yield wording(
            "patient.steps",
            walking=duration(walking.value),
            steps=f"{steps.value:.0f}",
            cadence=f"{cadence.value:.0f}",
        )
    if way := way_sentence(full_analysis.analysis, wording):
        yield way
    if floors := floors_sentence(full_analysis.analysis, wording):
        yield floors
    yield from _sides(full_analysis, wording)
    if missing_share is not None and missing_share > 0.0005:
        yield wording("patient.missing", percent=missing_pct(missing_share))


def _sides(full_analysis: RecordingAnalysis, wording: Wording) -> Iterable[str]:
    if len(full_analysis.analysis.feet) < 2:
        yield wording("patient.one_foot")
        return
    symmetry = full_analysis.analysis.both.get("symmetry_stance_time_pct")
    if symmetry is None or symmetry.value is None:
        return
    if abs(symmetry.value) < EVEN_PCT:
        yield wording("patient.even")
    else:
        side = wording("right" if symmetry.value > 0 else "left")
        yield wording("patient.uneven", side=side, percent=f"{abs(symmetry.value):.0f}")


def _pictures(full_analysis: RecordingAnalysis, wording: Wording) -> list[Picture]:
    """Two: where and when; force where there are no places or no steps."""
    cycles = has_cycles(full_analysis)
    plain = wording("title.force_plain")
    force = wording("title.force_picture" if cycles else "title.trace_picture")
    if not has_places(full_analysis):
        if not cycles:
            return [force_picture(full_analysis, wording, force, 1.0, plain)]
        return [
            timing_picture(
                full_analysis, wording, wording("title.time_picture"), 0.5, wording("title.time_plain")
            ),
            force_picture(full_analysis, wording, force, 0.5, plain),
        ]
    where = feet_picture(
        full_analysis, wording, wording("title.feet_picture"), 0.5, wording("title.feet_plain")
    )
    if cycles:
        return [
            where,
            timing_picture(
                full_analysis, wording, wording("title.time_picture"), 0.5, wording("title.time_plain")
            ),
        ]
    return [where, force_picture(full_analysis, wording, force, 0.5, plain)]


def _found(present: Sequence[Found], posture: Sequence[Found], wording: Wording) -> list[Block]:
    blocks: list[Block] = [Heading(wording("patient.found"))]
    if present:
        sentences = _sentences(present, wording)
        items = [("", text) for text in sentences[:MAX_FINDINGS]]
        if len(sentences) > MAX_FINDINGS:
            items.append(("", wording("patient.more")))
        blocks.append(Bullets(items))
        felt = str(present[0]["guidance"]["felt"])
        if felt:
            blocks.append(Text(wording("patient.felt", text=felt[:1].lower() + felt[1:])))
    else:
        judged = any(found["state"] == "absent" for found in posture)
        blocks.append(Text(wording("patient.nothing" if judged else "patient.nothing_judged")))
    unknown = len({found["rule"] for found in posture if found["state"] == "unknown"})
    if unknown:
        blocks.append(Text(wording("patient.not_judged", count=unknown), "small"))
    return blocks


def _sentences(present: Sequence[Found], wording: Wording) -> list[str]:
    """What was found, once for a pattern of both feet."""
    by_rule: dict[str, list[Found]] = {}
    for found in present:
        by_rule.setdefault(str(found["rule"]), []).append(found)
    return [
        str(found[0]["patient"])
        if len(found) == 1
        else wording("patient.same_side", text=found[0]["patient"], side=wording(str(found[1]["foot"])))
        for found in by_rule.values()
    ]


def _next(present: Sequence[Found], wording: Wording, shown: Collection[str]) -> list[Block]:
    guides = list(
        {str(found["guidance"]["see_a_professional"]): found["guidance"] for found in present}.values()
    )
    guides = guides[:MAX_FINDINGS]
    items: list[tuple[str, str]] = []
    for guide in guides[:2]:
        items += [
            (wording(head), str(text))
            for head, kind in (("patient.shoes", "footwear"), ("patient.insoles", "orthotics"))
            for text in guide[kind][:1]
        ]
    exercises = {str(one["title"]): one for guide in guides for one in guide["exercises"]}
    allowed = [(title, one) for title, one in exercises.items() if one["id"] in shown]
    items += [(f"{title}.", f"{one['how']} {one['stop']}") for title, one in allowed[:MAX_EXERCISES]]
    if len(allowed) < min(len(exercises), MAX_EXERCISES):
        items.append(("", wording("patient.exercises_hidden")))
    items.append(("", wording("patient.bring" if present else "patient.keep")))
    see = [str(guide["see_a_professional"]) for guide in guides] or [wording("patient.see_always")]
    return [
        Heading(wording("patient.next")),
        Bullets(list(dict.fromkeys(items))),
        Heading(wording("patient.see")),
        Bullets([("", text) for text in see]),
        Text(catalogue(wording.language).disclaimer, "small"),
    ]
