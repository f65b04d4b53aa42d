"""The patient's page: plain words, two pictures, what to do next, when to see a professional."""

from collections.abc import Iterable, Mapping, Sequence
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
from plantigrade.report.document_numbers import duration, missing_pct
from plantigrade.report.words import Words

MAX_FINDINGS: Final = 3
MAX_EXERCISES: Final = 3
EVEN_PCT: Final = 3.0
_URGENCY: Final = {"critical": 0, "warning": 1, "notice": 2, "info": 3}

Found = Mapping[str, Any]


def patient_blocks(
    whole: RecordingAnalysis, posture: Sequence[Found], missing_share: float | None, words: Words
) -> list[Block]:
    """Everything on the page.

    Args:
        whole: the analysis.
        posture: its posture section.
        missing_share: missing over requested samples, from the ledger; None where there are none.
        words: of the language.
    """
    present = sorted(
        (found for found in posture if found["state"] == "present"),
        key=lambda found: _URGENCY.get(str(found["severity"]), 9),
    )
    blocks: list[Block] = [
        Heading(words("patient.measured")),
        Text(" ".join(_measured(whole, missing_share, words))),
    ]
    blocks.append(Pictures(_pictures(whole, words)))
    blocks += _found(present, posture, words)
    blocks += _next(present, words)
    return blocks


def _measured(whole: RecordingAnalysis, missing_share: float | None, words: Words) -> Iterable[str]:
    both = whole.analysis.both
    walking, steps = both.get("walking_time_s"), both.get("steps")
    cadence = both.get("cadence_steps_per_min")
    if not has_cycles(whole) or walking is None or not walking.value or steps is None or not steps.value:
        yield words("patient.no_walking")
    elif cadence is None or cadence.value is None:
        yield words("patient.steps_no_cadence", walking=duration(walking.value), steps=f"{steps.value:.0f}")
    else:
        yield words(
            "patient.steps",
            walking=duration(walking.value),
            steps=f"{steps.value:.0f}",
            cadence=f"{cadence.value:.0f}",
        )
    yield from _sides(whole, words)
    if missing_share is not None and missing_share > 0.0005:
        yield words("patient.missing", percent=missing_pct(missing_share))


def _sides(whole: RecordingAnalysis, words: Words) -> Iterable[str]:
    if len(whole.analysis.feet) < 2:
        yield words("patient.one_foot")
        return
    symmetry = whole.analysis.both.get("symmetry_stance_time_pct")
    if symmetry is None or symmetry.value is None:
        return
    if abs(symmetry.value) < EVEN_PCT:
        yield words("patient.even")
    else:
        side = words("right" if symmetry.value > 0 else "left")
        yield words("patient.uneven", side=side, percent=f"{abs(symmetry.value):.0f}")


def _pictures(whole: RecordingAnalysis, words: Words) -> list[Picture]:
    """Two: where and when; force where there are no places or no steps."""
    cycles = has_cycles(whole)
    plain = words("title.force_plain")
    force = words("title.force_picture" if cycles else "title.trace_picture")
    if not has_places(whole):
        if not cycles:
            return [force_picture(whole, words, force, 1.0, plain)]
        return [
            timing_picture(whole, words, words("title.time_picture"), 0.5, words("title.time_plain")),
            force_picture(whole, words, force, 0.5, plain),
        ]
    where = feet_picture(whole, words, words("title.feet_picture"), 0.5, words("title.feet_plain"))
    if cycles:
        return [
            where,
            timing_picture(whole, words, words("title.time_picture"), 0.5, words("title.time_plain")),
        ]
    return [where, force_picture(whole, words, force, 0.5, plain)]


def _found(present: Sequence[Found], posture: Sequence[Found], words: Words) -> list[Block]:
    blocks: list[Block] = [Heading(words("patient.found"))]
    if present:
        said = _sentences(present, words)
        items = [("", text) for text in said[:MAX_FINDINGS]]
        if len(said) > MAX_FINDINGS:
            items.append(("", words("patient.more")))
        blocks.append(Bullets(items))
        felt = str(present[0]["guidance"]["felt"])
        if felt:
            blocks.append(Text(words("patient.felt", text=felt[:1].lower() + felt[1:])))
    else:
        judged = any(found["state"] == "absent" for found in posture)
        blocks.append(Text(words("patient.nothing" if judged else "patient.nothing_judged")))
    unknown = len({found["rule"] for found in posture if found["state"] == "unknown"})
    if unknown:
        blocks.append(Text(words("patient.not_judged", count=unknown), "small"))
    return blocks


def _sentences(present: Sequence[Found], words: Words) -> list[str]:
    """What was found, once for a pattern of both feet."""
    by_rule: dict[str, list[Found]] = {}
    for found in present:
        by_rule.setdefault(str(found["rule"]), []).append(found)
    return [
        str(found[0]["patient"])
        if len(found) == 1
        else words("patient.same_side", text=found[0]["patient"], side=words(str(found[1]["foot"])))
        for found in by_rule.values()
    ]


def _next(present: Sequence[Found], words: Words) -> list[Block]:
    guides = list(
        {str(found["guidance"]["see_a_professional"]): found["guidance"] for found in present}.values()
    )
    guides = guides[:MAX_FINDINGS]
    items: list[tuple[str, str]] = []
    for guide in guides[:2]:
        items += [
            (words(head), str(text))
            for head, kind in (("patient.shoes", "footwear"), ("patient.insoles", "orthotics"))
            for text in guide[kind][:1]
        ]
    exercises = {str(one["title"]): one for guide in guides for one in guide["exercises"]}
    items += [
        (f"{title}.", f"{one['how']} {one['stop']}") for title, one in list(exercises.items())[:MAX_EXERCISES]
    ]
    items.append(("", words("patient.bring" if present else "patient.keep")))
    see = [str(guide["see_a_professional"]) for guide in guides] or [words("patient.see_always")]
    return [
        Heading(words("patient.next")),
        Bullets(list(dict.fromkeys(items))),
        Heading(words("patient.see")),
        Bullets([("", text) for text in see]),
        Text(catalogue(words.language).disclaimer, "small"),
    ]
