"""Import, engine, balance and butterfly: everything that a report of one recording needs."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np

from plantigrade.analysis.visit.kinds import found_spans
from plantigrade.errors import PlantigradeError
from plantigrade.gait import balance
from plantigrade.gait.engine import analyze
from plantigrade.gait.parameters.registry import ADDED
from plantigrade.gait.pressure.butterfly import Butterfly, butterfly
from plantigrade.gait.results import Analysis
from plantigrade.gait.signals import NEWTONS_PER_KG, Foot, Walk
from plantigrade.gait.standing_caveats import WEIGHT, Caveat
from plantigrade.imports import formats
from plantigrade.imports.source import DecimalMark
from plantigrade.posture.baseline.baseline import TagReference, reference_of
from plantigrade.posture.rules_engine.added import added_rules
from plantigrade.posture.rules_engine.rulebook import RuleBook, load_rulebook

MAX_STANDINGS: Final = 200
PLAUSIBLE_S: Final = (0.65, 2.5)
MAX_BUTTERFLY_CYCLES: Final = 2000

Progress = Callable[[str, float], None]
"""Called with what is being done and the share of it that is done, 0 to 1."""


@dataclass(frozen=True)
class Span:
    """A span of the recording that the user named, seconds on its clock."""

    from_s: float
    to_s: float


@dataclass(frozen=True)
class Request:
    """What the user asked for.

    Attributes:
        path, format_name, decimal_mark, foot: as in `imports.formats.read`.
        body_weight_kg: stated weight, goes before that of the file.
        earlier_weight_n: what earlier recordings of the same insoles showed, for where nothing is stated.
        feet_apart_mm: for the sway of the whole body.
        eyes_open, eyes_closed: spans of quiet standing to compare.
        rules: the patient's rule book; the shipped rules otherwise.
        baseline, tag: the person's own days, and the shoes or orthotic that were worn.
    """

    path: Path
    format_name: str = "auto"
    decimal_mark: DecimalMark | None = None
    foot: Foot | None = None
    body_weight_kg: float | None = None
    earlier_weight_n: float | None = None
    feet_apart_mm: float | None = None
    eyes_open: Span | None = None
    eyes_closed: Span | None = None
    rules: Path | None = None
    baseline: Path | None = None
    tag: str = "everyday"


@dataclass(frozen=True, eq=False)
class RecordingAnalysis:
    """A recording and all that was found in it.

    Attributes:
        walk: the samples.
        analysis: what the engine found.
        standings: balance of each span of standing, or of the spans that the user named.
        romberg: eyes closed over open, where both were named and long enough.
        butterfly: None with one foot, without sensor places or with too few strides.
        notes: what the file and the engine say about the recording, each once.
        book, reference: what the posture rules judge with; None for the shipped rules, and for no own days.
    """

    walk: Walk
    analysis: Analysis
    standings: tuple[balance.Standing, ...]
    romberg: balance.Romberg | None
    butterfly: Butterfly | None
    notes: tuple[str, ...]
    book: RuleBook | None = None
    reference: TagReference | None = None


def run(request: Request, progress: Progress = lambda _what, _share: None) -> RecordingAnalysis:
    """Analyse one recording.

    Raises:
        PlantigradeError: the file cannot be read, or a span lies outside it.
    """
    walk = formats.read(
        request.path,
        request.format_name,
        foot=request.foot,
        decimal_mark=request.decimal_mark,
        on_progress=lambda share: progress("reading", share),
    )
    return of_walk(walk, request, progress)


def of_walk(
    walk: Walk, request: Request, progress: Progress = lambda _what, _share: None
) -> RecordingAnalysis:
    """Analyse a walk that was read already; the request's path and format are not looked at.

    Raises:
        PlantigradeError: a span lies outside the recording, or it cannot be analysed.
    """
    if request.body_weight_kg is not None:
        walk = replace(walk, body_weight_n=request.body_weight_kg * NEWTONS_PER_KG)
    analysis = analyze(
        walk,
        progress=lambda share: progress("analysing", share),
        earlier_weight_n=request.earlier_weight_n,
    )
    standings = _standings(walk, analysis, request)
    return RecordingAnalysis(
        walk=walk,
        analysis=analysis,
        standings=standings,
        romberg=_romberg(standings, request),
        butterfly=_butterfly(walk, analysis),
        notes=_notes(walk, analysis),
        book=load_rulebook(request.rules) if request.rules is not None else None,
        reference=reference_of(request.baseline, request.tag) if request.baseline is not None else None,
    )


def _standings(walk: Walk, analysis: Analysis, request: Request) -> tuple[balance.Standing, ...]:
    named = [span for span in (request.eyes_open, request.eyes_closed) if span is not None]
    for span in named:
        if not analysis.from_s <= span.from_s < span.to_s <= analysis.to_s + 1e-6:
            raise PlantigradeError(
                f"{span.from_s:g}-{span.to_s:g} s is no span of the recording, which runs from "
                f"{analysis.from_s:g} to {analysis.to_s:g} s"
            )
    if all(foot.quantity != "force" for foot in walk.feet):
        return ()
    if named:
        eyes = {id(request.eyes_open): "open", id(request.eyes_closed): "closed"}
        return tuple(
            replace(_standing(walk, analysis, span.from_s, span.to_s, request), eyes=eyes[id(span)])
            for span in named
        )
    return tuple(
        replace(_standing(walk, analysis, span.from_s, span.to_s, request), kind=span.kind, leg=span.leg)
        for span in found_spans(walk, analysis)[:MAX_STANDINGS]
    )


def _standing(
    walk: Walk, analysis: Analysis, from_s: float, to_s: float, request: Request
) -> balance.Standing:
    found = balance.standing(
        walk.left, walk.right, walk.sample_rate_hz, from_s, to_s, feet_apart_mm=request.feet_apart_mm
    )
    caveat = analysis.load_levels.caveat
    return replace(found, caveats=(*found.caveats, Caveat(WEIGHT, caveat))) if caveat else found


def _romberg(standings: tuple[balance.Standing, ...], request: Request) -> balance.Romberg | None:
    if request.eyes_open is None or request.eyes_closed is None or len(standings) != 2:
        return None
    for pick in ("both", "left", "right"):
        eyes_open, eyes_closed = (getattr(standing, pick) for standing in standings)
        if eyes_open is not None and eyes_closed is not None and not any(s.caveats for s in standings):
            return balance.romberg(eyes_open, eyes_closed)
    return None


def _butterfly(walk: Walk, analysis: Analysis) -> Butterfly | None:
    if walk.left is None or walk.right is None or analysis.left is None:
        return None
    strides = analysis.left.strides
    chosen = np.flatnonzero(strides.valid)[:MAX_BUTTERFLY_CYCLES]
    return butterfly(
        walk.left, walk.right, strides.initial_contact_s[chosen], strides.next_initial_contact_s[chosen]
    )


_RECORDED_BY_ENGINE: Final = {
    "foot_missing": (" foot in the file: ",),
    "short_recording": (" s long: ",),
    "gaps": (" in the time column, ",),
    "same_signal": ("both feet carry the same signal",),
    "constant_signal": ("the signal never changes",),
    "sensor_dead": ("never saw a load",),
    "sensor_stuck": ("stand still at a load",),
    "feet_swapped": ("look exchanged",),
    "foot_mirrored": ("look exchanged",),
    "foot_reversed": ("gait line runs from toes to heel",),
}
"""Remarks of the reader that repeat a finding of the engine, by the finding's code."""


def _notes(walk: Walk, analysis: Analysis) -> tuple[str, ...]:
    """What the reader and the engine say, each thing once."""
    repeated = [part for finding in analysis.findings for part in _RECORDED_BY_ENGINE.get(finding.code, ())]
    message = [
        note for note in walk.source.note.split("; ") if note and not any(part in note for part in repeated)
    ]
    message += [finding.text for finding in analysis.findings]
    stride = analysis.both.get("stride_time_s")
    if (
        stride is not None
        and stride.median is not None
        and not PLAUSIBLE_S[0] < stride.median < PLAUSIBLE_S[1]
    ):
        message.append(f"strides of {stride.median:.2f} s are no usual walking: is the sample rate right?")
    message += [*ADDED.refused.values(), *added_rules().problems]
    return tuple(dict.fromkeys(message))
