"""From the streams of the feet to the `Analysis`: bouts, steady strides, summaries, findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from plantigrade.gait import bouts as bouts_of
from plantigrade.gait import findings, stairs, summary, travel
from plantigrade.gait.activities import activities_of, motion_seconds
from plantigrade.gait.activity_kinds import Flight
from plantigrade.gait.bilateral import Contacts, stride_table
from plantigrade.gait.foot import FootStream
from plantigrade.gait.gait_of_walk import gait_of, unloaded_share
from plantigrade.gait.load_levels import LoadedFrom, LoadLevels, load_levels, steady_sum
from plantigrade.gait.motion.pedalling import cycling_spans, with_edges
from plantigrade.gait.pictures import force_cycle, picture
from plantigrade.gait.plausibility import contradictions
from plantigrade.gait.results import (
    Analysis,
    Bout,
    Ensemble,
    FootAccounting,
    FootAnalysis,
    FootPicture,
    Parameter,
    Reason,
    SignalFinding,
    StrideTable,
    Turn,
    figure,
)
from plantigrade.gait.settings import (
    ALONE_SWING_SHARE,
    DRAGGED_SHARE,
    HIGHEST_STANCE_PCT,
    LEAST_RANGE_SHARE,
    LOWEST_RUNNING_STANCE_PCT,
    LOWEST_STANCE_PCT,
    USUAL_RANGE_QUANTILE,
    Settings,
)
from plantigrade.gait.signals import Floats, Foot, SourceInfo
from plantigrade.gait.steady_strides import mark_bout
from plantigrade.gait.stillness import PairLoad, outside, spans_of_rows, still_rows
from plantigrade.gait.tested_range import Gait, GaitKind
from plantigrade.gait.unloaded_walking import walks_unloaded


@dataclass(frozen=True, eq=False)
class _Side:
    """One foot on its way into the result."""

    stream: FootStream
    contacts: Contacts
    table: StrideTable


def assemble(
    streams: Mapping[Foot, FootStream],
    settings: Settings,
    rate_hz: float,
    *,
    body_weight_n: float | None,
    source: SourceInfo,
    earlier_weight_n: float | None = None,
    once: bool = False,
) -> Analysis:
    """Everything that is known of a finished recording.

    Args:
        body_weight_n: as stated.
        earlier_weight_n: as earlier recordings of the same insoles showed it.
        once: streams are not used again, and let go of what is not needed any more.
    """
    sides = _sides(streams)
    load = _pair_load(sides, once=once)
    tables = [side.table for side in sides]
    still_at = still_rows(load, settings.contact)
    still = spans_of_rows(load, still_at)
    followed = [side.stream for side in sides]
    moved = {stream.foot: stream.motion.trace.tenths() for stream in followed if stream.motion.seen}
    cycling = cycling_spans(list(moved.values()))
    full = [_full_contacts(side, settings, alone=len(sides) == 1) for side in sides]
    steps = [outside(outside(contacts, still), with_edges(cycling)) for contacts in full]
    breaks = [side.contacts.breaks_s for side in sides]
    spans = bouts_of.walking_spans(steps, breaks, settings.bout)
    spans = bouts_of.assign_bouts(tables, spans, settings.bout)
    turns, climbed = _mark(sides, len(spans), settings)
    feet = _feet(sides, rate_hz, once=once)
    walking_n = _walking_weight(sides)
    steady_n = steady_sum(load, still_at)
    levels = _levels_of_load(sides, body_weight_n, walking_n, earlier_weight_n, steady_n)
    from_s, to_s = _span(sides)
    found = _findings(sides, feet, levels)
    found += contradictions(followed, tables, source, walking_n)
    found += findings.slow_strides(followed, settings.contact.longest_cycle_s)
    gait = gait_of([(side.stream, side.table) for side in sides], found)
    found += _findings_of_gait(gait, levels)
    walks = [_bout(number, span, sides, steps, turns) for number, span in enumerate(spans)]
    both = _both(sides, feet, walks, climbed)
    found += findings.ways_apart(both)
    seconds = motion_seconds(followed, moved)
    found += walks_unloaded(followed, seconds, levels.loaded_n)
    return Analysis(
        source=source,
        sample_rate_hz=rate_hz,
        from_s=from_s,
        to_s=to_s,
        left=feet.get(Foot.LEFT),
        right=feet.get(Foot.RIGHT),
        both=both,
        bouts=tuple(walks),
        activities=tuple(activities_of(followed, spans, levels, settings, climbed, cycling, seconds)),
        hours=tuple(bouts_of.hours(steps, spans, from_s, to_s)),
        turns=tuple(turns),
        stairs=tuple(climbed),
        findings=tuple(found),
        gait=gait,
        body_weight_n=levels.loaded_n,
        load_levels=levels,
        pair_load=load,
        settings=settings.as_flat(),
    )


def _levels_of_load(
    sides: Sequence[_Side],
    stated_n: float | None,
    walking_n: float | None,
    earlier_n: float | None,
    steady_n: float | None,
) -> LoadLevels:
    """From what is known of the body's weight, in newtons."""
    return load_levels(
        swing={side.stream.foot: side.stream.swing_level for side in sides},
        calibrated=all(side.stream.quantity == "force" for side in sides),
        stated_n=stated_n,
        walking_n=walking_n,
        earlier_n=earlier_n,
        steady_n=steady_n,
    )


def _mark(sides: Sequence[_Side], bouts: int, settings: Settings) -> tuple[list[Turn], list[Flight]]:
    """Reasons of the strides (in place); the turns and the flights of stairs in the bouts."""
    tables = [side.table for side in sides]
    running = bouts_of.running_bouts(tables, bouts)
    for side in sides:
        _mark_contacts(side, settings, running, alone=len(running) == bouts)
    turns: list[Turn] = []
    for bout in range(bouts):
        turns += _turns_of(tables, bout, settings)
    climbed = stairs.flights(tables)
    for table in tables:
        table.reason[table.bout < 0] |= Reason.OUTSIDE_BOUT
    return turns, climbed


def _span(sides: Sequence[_Side]) -> tuple[float, float]:
    """From the first to the last sample of either foot."""
    return min(side.stream.first_s for side in sides), max(side.stream.last_s for side in sides)


def _findings_of_gait(gait: Gait, levels: LoadLevels) -> list[SignalFinding]:
    """What speaks against the walk itself, and not against its signal, which is reported already."""
    found: list[SignalFinding] = []
    if gait.untested and gait.kind is not GaitKind.WALK:
        found.append(SignalFinding("untested_walk", gait.untested))
    if gait.kind is GaitKind.PARTIAL and levels.loaded_from is LoadedFrom.WALKING:
        found.append(findings.weight_too_low(levels.loaded_n or 0.0))
    return found


def _sides(streams: Mapping[Foot, FootStream]) -> list[_Side]:
    contacts = {foot: Contacts.of(stream) for foot, stream in streams.items()}
    return [
        _Side(
            streams[foot],
            contacts[foot],
            stride_table(streams[foot], contacts.get(foot.other, Contacts.of(None))),
        )
        for foot in (Foot.LEFT, Foot.RIGHT)
        if foot in streams
    ]


def _pair_load(sides: Sequence[_Side], *, once: bool = False) -> PairLoad:
    """Loads of both feet; empty where a foot is missing or not calibrated."""
    if len(sides) < 2 or any(side.stream.quantity != "force" for side in sides):
        return PairLoad.none()
    left, right = (side.stream.load.runs() for side in sides)
    if once:
        for side in sides:
            side.stream.load.forget_before(np.inf)
    return PairLoad.of(left, right)


def _levels(side: _Side) -> Floats:
    """(k, 3) swing level, stance level and peak of each stride."""
    rows = side.stream.store.rows
    return np.concatenate(rows)[:, 3:6] if rows else np.empty((0, 3))


def _mark_contacts(
    side: _Side, settings: Settings, running: Sequence[int] = (), *, alone: bool = True
) -> None:
    """Strides whose load never came near the stance level, or whose phases are impossible, are artefacts.
    Running has phases of its own; beside walks its strides do not count among theirs.

    Args:
        running: the bouts that are running.
        alone: whether there are no others.
    """
    levels = _levels(side)
    light = levels[:, 2] < levels[:, 0] + settings.contact.full_contact_share * _usual_range(levels)
    stance = side.table.stance_pct
    runs = np.isin(side.table.bout, running) if running else np.zeros(len(stance), bool)
    lowest = np.where(runs, LOWEST_RUNNING_STANCE_PCT, LOWEST_STANCE_PCT)
    impossible = (stance < lowest) | (stance > HIGHEST_STANCE_PCT)
    side.table.reason[light | impossible] |= Reason.ARTEFACT
    if not alone:
        side.table.reason[runs] |= Reason.RUNNING


def _usual_range(levels: Floats) -> Floats:
    """(k,) working range at each contact, at least a share of the recording's usual one: a fidget is not a
    step."""
    spread = levels[:, 1] - levels[:, 0]
    if not len(spread):
        return spread
    return np.maximum(spread, LEAST_RANGE_SHARE * float(np.quantile(spread, USUAL_RANGE_QUANTILE)))


def _full_contacts(side: _Side, settings: Settings, *, alone: bool = False) -> Floats:
    """Initial contacts that carried the body: those whose peak came near the stance level."""
    initial = side.contacts.initial_s
    if len(initial) == 0:
        return initial
    levels = np.array(side.stream.contacts)[:, 1:]
    if alone and side.stream.quantity == "force":
        down = levels[:, 0] > ALONE_SWING_SHARE * levels[:, 1]
        initial, levels = initial[~down], levels[~down]
    finals = side.stream.finals
    final_s = np.array([final[0] for final in finals])
    peaks = np.append(np.array([final[1] for final in finals]), np.inf)
    peak = peaks[np.searchsorted(final_s, initial)]
    share = settings.contact.full_contact_share
    return initial[peak >= levels[:, 0] + share * _usual_range(levels)]


def _feet(sides: Sequence[_Side], rate_hz: float, *, once: bool) -> dict[Foot, FootAnalysis]:
    feet: dict[Foot, FootAnalysis] = {}
    for side in sides:
        feet[side.stream.foot] = _foot(side, rate_hz, two_feet=len(sides) == 2)
        if once:
            side.stream.store.drop_curves()
    return feet


def _foot(side: _Side, rate_hz: float, *, two_feet: bool) -> FootAnalysis:
    stream, table = side.stream, side.table
    force = stream.quantity == "force"
    return FootAnalysis(
        foot=stream.foot,
        initial_contact_s=side.contacts.initial_s,
        final_contact_s=side.contacts.final_s,
        strides=table,
        parameters=summary.foot_parameters(
            table, stream.pressure.unavailable, two_feet=two_feet, force=force
        ),
        accounting=_accounting(stream, rate_hz),
        swing_level=stream.swing_level,
        stance_level=stream.stance_level,
        force_cycle=_ensemble(side, "N" if force else "input units"),
        picture=_picture(side),
    )


def _accounting(stream: FootStream, rate_hz: float) -> FootAccounting:
    spanned = round((stream.last_s - stream.first_s) * rate_hz) + 1 if stream.samples_seen else 0
    spanned = max(spanned, stream.samples_used)
    gaps = sorted([*stream.gaps, *stream.bridged], key=lambda gap: gap.from_s)
    return FootAccounting(spanned, stream.samples_used, spanned - stream.samples_used, tuple(gaps))


def _ensemble(side: _Side, unit: str) -> Ensemble | None:
    return force_cycle(side.stream.store, side.table.valid, unit)


def _picture(side: _Side) -> FootPicture | None:
    return None if side.stream.layout is None else picture(side.stream.store, side.table.valid)


def _walking_weight(sides: Sequence[_Side]) -> float | None:
    """Body weight from walking: the feet's forces together, averaged over a cycle, carry the body. Not of
    feet that drag: what they bear in swing is taken off."""
    if any(unloaded_share(side.stream) > DRAGGED_SHARE for side in sides):
        return None
    total = 0.0
    for side in sides:
        table, valid = side.table, side.table.valid
        share = table.impulse_n_s[valid] / table.stride_time_s[valid]
        if not np.isfinite(share).any():
            return None
        total += float(np.nanmedian(share)) * (2.0 if len(sides) == 1 else 1.0)
    return total


def _bout(
    number: int,
    span: tuple[float, float],
    sides: Sequence[_Side],
    steps: Sequence[Floats],
    turns: Sequence[Turn],
) -> Bout:
    counts = [int(np.count_nonzero((s >= span[0] - 1e-9) & (s <= span[1] + 1e-9))) for s in steps]
    total = sum(counts) * (2 if len(sides) == 1 else 1)
    strides = {side.stream.foot: int(np.count_nonzero(side.table.bout == number)) for side in sides}
    seconds = span[1] - span[0]
    masks = [(side.table.bout == number) & side.table.valid for side in sides]
    return Bout(
        index=number,
        from_s=span[0],
        to_s=span[1],
        steps=total,
        strides_left=strides.get(Foot.LEFT, 0),
        strides_right=strides.get(Foot.RIGHT, 0),
        turns=sum(1 for turn in turns if turn.from_s < span[1] and turn.to_s > span[0]),
        cadence_per_min=60.0 * (total - 1) / seconds,
        duration_bin=bouts_of.duration_bin(seconds),
        parameters=summary.joined([side.table for side in sides], masks),
    )


def _both(
    sides: Sequence[_Side],
    feet: Mapping[Foot, FootAnalysis],
    walks: Sequence[Bout],
    climbed: Sequence[Flight],
) -> dict[str, Parameter]:
    tables = {side.stream.foot: side.table for side in sides}
    result = summary.joined(list(tables.values()))
    steps = sum(walk.steps for walk in walks)
    seconds = sum(walk.duration_s for walk in walks)
    result["steps"] = figure("steps", float(steps), steps)
    result["walking_time_s"] = figure("walking_time_s", seconds, len(walks))
    result["walking_bouts"] = figure("walking_bouts", float(len(walks)), len(walks))
    stride = result["stride_time_s"]
    cadence = 2.0 * 60.0 / stride.value if stride.value else None
    result["cadence_steps_per_min"] = figure("cadence_steps_per_min", cadence, stride.n, stride.note)
    result |= travel.figures(tables, len(walks), cadence)
    if travel.has_motion(list(tables.values())):
        result |= stairs.figures(climbed)
    result |= summary.variability([foot.parameters for foot in feet.values()])
    result |= summary.bout_variability(list(tables.values()), len(walks))
    if len(tables) == 2:
        result |= summary.symmetry(feet[Foot.LEFT].parameters, feet[Foot.RIGHT].parameters)
        result |= summary.phase_coordination(tables)
    else:
        for name in ("phase_coordination_index_pct", "symmetry_stance_time_pct", "symmetry_swing_time_pct"):
            result[name] = figure(name, None, note="needs both feet; one is missing")
    return result | summary.unavailable()


def _turns_of(tables: Sequence[StrideTable], bout: int, settings: Settings) -> list[Turn]:
    """Turns of one bout: as the motion of the feet shows them, else as their timing does."""
    if not travel.has_motion(tables):
        return mark_bout(list(tables), bout, settings.bout)
    timed = mark_bout(list(tables), bout, settings.bout, by_timing=False)
    return [*timed, *travel.mark_turns(tables, bout)]


def _findings(
    sides: Sequence[_Side], feet: Mapping[Foot, FootAnalysis], levels: LoadLevels
) -> list[SignalFinding]:
    streams = [side.stream for side in sides]
    found = findings.pair(streams)
    if levels.caveat:
        found.append(SignalFinding("body_weight_implausible", levels.caveat))
    for stream in streams:
        seconds = stream.last_s - stream.first_s if stream.samples_seen else 0.0
        found += findings.stream_state(stream, seconds) + findings.sensors(stream)
        found += findings.saturated(stream)
    return found + findings.orientation([(s.foot, feet[s.foot].picture, s.layout) for s in streams])
