"""What the wearer reads: a sentence, what stood out, what to do, when to see someone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from plantigrade.analysis.stored import FEET, StoredDocument
from plantigrade.gait.signals import Foot
from plantigrade.library.entries import RecordingEntry
from plantigrade.posture.rules_engine.guidance import Catalogue, catalogue, languages
from plantigrade.web.formats import Formats
from plantigrade.web.pages.walk.motion import floors_of, way_of
from plantigrade.web.pages.walks.rows import SHOWN_MISSING, missing_share
from plantigrade.web.words import FALLBACK

MOST_FINDINGS: Final = 3
EVEN_PCT: Final = 3.0
"""Difference between the stance times of the feet that is called nearly the same, as in the report."""
_URGENCY: Final = {"critical": 0, "warning": 1, "notice": 2, "info": 3}

Found = Mapping[str, Any]


@dataclass(frozen=True)
class Stood:
    """What stood out.

    Attributes:
        sentences: most urgent first, each pattern once.
        felt: what may be felt with the first; "" where nothing is said.
        more: how many more there are than `sentences`.
        see: when to see a professional.
        judged: whether any pattern could be judged.
        unknown: how many patterns could not be.
        language: of the texts, for readers aloud.
    """

    sentences: tuple[str, ...]
    felt: str
    more: int
    see: tuple[str, ...]
    judged: bool
    unknown: int
    language: str


def lead_of(found: StoredDocument, entry: RecordingEntry, formats: Formats) -> str:
    """The walk in two or three sentences."""
    return " ".join(_lead(found, entry, formats))


def _lead(found: StoredDocument, entry: RecordingEntry, formats: Formats) -> Iterator[str]:
    words = formats.words
    steps, cadence = found.both("steps"), found.both("cadence_steps_per_min")
    walked = formats.duration(found.walking_s)
    if not found.walks or steps is None or not steps.value:
        yield words("walk.lead.no-walking")
    elif cadence is None or cadence.value is None:
        yield words("walk.lead.steps", walked=walked, steps=formats.number(steps.value))
    else:
        yield words(
            "walk.lead.cadence",
            walked=walked,
            steps=formats.number(steps.value),
            cadence=formats.number(cadence.value),
        )
    if way := way_of(found, formats):
        yield way
    if floors := floors_of(found, formats):
        yield floors
    yield from _sides(found, formats)
    share = missing_share(entry)
    if share > SHOWN_MISSING:
        yield words("walk.lead.missing", percent=formats.quantity(100 * share, "%", 1))


def _sides(found: StoredDocument, formats: Formats) -> Iterator[str]:
    if len(found.feet) < 2:
        yield formats.words(f"walk.lead.only-{found.feet[0]}" if found.feet else "walk.lead.no-foot")
        return
    symmetry = found.both("symmetry_stance_time_pct")
    if symmetry is None or symmetry.value is None:
        return
    if abs(symmetry.value) < EVEN_PCT:
        yield formats.words("walk.lead.even")
    else:
        side = "right" if symmetry.value > 0 else "left"
        yield formats.words(f"walk.lead.uneven-{side}", percent=formats.quantity(abs(symmetry.value), "%"))


def stood_out(found: StoredDocument, formats: Formats) -> Stood:
    """What stood out, in the reader's language where the catalogue of texts has it."""
    language = formats.words.language if formats.words.language in languages() else FALLBACK
    texts = catalogue(language)
    shown = (one for one in found.posture("present") if not one.get("clinician_only"))
    present = sorted(shown, key=lambda one: _URGENCY.get(str(one["severity"]), 9))
    by_rule: dict[str, list[Found]] = {}
    for one in present:
        by_rule.setdefault(str(one["rule"]), []).append(one)
    sentences = [_sentence(rule, each, texts, formats) for rule, each in by_rule.items()]
    guides = [_guide(one, texts) for one in present]
    see = dict.fromkeys(guide["see_a_professional"] for guide in guides if guide["see_a_professional"])
    return Stood(
        tuple(sentences[:MOST_FINDINGS]),
        guides[0]["felt"] if guides else "",
        max(0, len(sentences) - MOST_FINDINGS),
        tuple(see)[:MOST_FINDINGS],
        bool(found.posture("absent") or present),
        len({str(one["rule"]) for one in found.posture("unknown")}),
        language,
    )


def _sentence(rule: str, found: Sequence[Found], texts: Catalogue, formats: Formats) -> str:
    """What a rule found; of both feet as one sentence where it found it on both."""
    sides = [str(one["foot"]) for one in found]
    try:
        text = texts.patient(rule, Foot(sides[0]) if sides[0] in FEET else None)
    except KeyError:  # a rule of an older release
        text = str(found[0]["patient"])
    return text if len(sides) == 1 else f"{text} {formats.words(f'walk.found.same-{sides[1]}')}"


def _guide(one: Found, texts: Catalogue) -> Mapping[str, str]:
    """Where a pattern may be felt and when to see someone. The analysis has it in English; in another
    language it is found by that text."""
    stored: Mapping[str, str] = one["guidance"]
    if texts.language == FALLBACK:
        return stored
    english = catalogue(FALLBACK).patterns
    names = [name for name, guide in english.items() if guide.see == stored["see_a_professional"]]
    names = [name for name in names if english[name].felt == stored["felt"]] or names
    guide = texts.patterns.get(names[0]) if names else None
    return (
        {"felt": "", "see_a_professional": ""}
        if guide is None
        else {
            "felt": guide.felt,
            "see_a_professional": guide.see,
        }
    )
