"""Identity, wear and data quality: who was measured with what, and whether anything is missing."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import numpy as np
from insole_protocol.gap_reasons import title_of

from plantigrade.analysis.pipeline import RecordingAnalysis
from plantigrade.gait.results import REASON_TEXTS, FootAnalysis, Reason
from plantigrade.library.recordings.container import FootManifest, RecordingManifest
from plantigrade.library.time_zone import local_time, offset_text, zone_of
from plantigrade.report.document_blocks import Block, Bullets, Cell, Facts, Heading, Table, Text
from plantigrade.report.document_numbers import duration, missing_pct, number
from plantigrade.report.wording import Wording

if TYPE_CHECKING:
    from plantigrade.library.recordings.recording import Recording

MAX_GAPS: Final = 8
MAX_NOTES: Final = 8
MAX_TEXT: Final = 600


def when(recording: "Recording", unknown: str) -> str:
    """Date and time at which a recording began where its wearer lives, and how far that is from UTC."""
    start_utc_ns = recording.entry.start_utc_ns
    if start_utc_ns is None:
        return unknown
    start = local_time(start_utc_ns, zone_of(recording.person))
    return f"{start:%Y-%m-%d %H:%M:%S} ({offset_text(start)})"


def missing_share(manifest: RecordingManifest) -> float | None:
    """Missing over requested samples of all feet; None where nothing was asked for."""
    requested = sum(foot.frames_requested for foot in manifest.feet)
    return sum(foot.frames_missing for foot in manifest.feet) / requested if requested else None


def identity_blocks(
    recording: "Recording", full_analysis: RecordingAnalysis, wording: Wording
) -> list[Block]:
    """Person, recording, insoles and notes; what is not known is named in one line."""
    pairs = [*_person(recording, full_analysis, wording), *_recorded(recording, wording)]
    known = [(name, cut(value)) for name, value in pairs if value is not None]
    if len(known) % 2:
        known.append(("", ""))  # the insoles stand beside each other
    insoles = list(_insoles(recording, wording))
    known += [(name, value) for name, value in insoles if value is not None]
    blocks: list[Block] = [Facts(known)]
    pairs += insoles
    if any(value is None for _, value in pairs):
        names = ", ".join(name[:1].lower() + name[1:] for name, value in pairs if value is None)
        blocks.append(Text(wording("identity.not_known", names=names), "small"))
    if recording.notes:
        sentences = [
            (f"{note.created_utc:%Y-%m-%d}", cut(_note(note.text, note.at_s, wording)))
            for note in recording.notes[:MAX_NOTES]
        ]
        blocks += [Heading(wording("identity.notes")), Bullets(sentences)]
    return blocks


def _note(text: str, at_s: float | None, wording: Wording) -> str:
    return text if at_s is None else wording("identity.note_at", at=f"{at_s:.0f} s", text=text)


def cut(text: str) -> str:
    """A text of people, at most `MAX_TEXT` characters."""
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + " ..."


_Pairs = Iterable[tuple[str, str | None]]


def _person(recording: "Recording", full_analysis: RecordingAnalysis, wording: Wording) -> _Pairs:
    person = recording.person
    weight = full_analysis.analysis.body_weight_n
    source = "identity.weight_source" if full_analysis.walk.body_weight_n else "identity.weight_estimated"
    in_recording = wording(source, value=f"{weight:.0f}") if weight else None
    yield wording("identity.code"), person.code if person else None
    yield wording("identity.name"), (person.name if person else None) or None
    yield wording("identity.birth_date"), str(person.birth_date) if person and person.birth_date else None
    yield wording("identity.sex"), (person.sex if person else None) or None
    height, kg = (person.height_cm, person.weight_kg) if person else (None, None)
    yield wording("identity.height"), f"{height:g} cm" if height is not None else None
    yield wording("identity.weight"), f"{round(kg, 1):g} kg" if kg is not None else in_recording
    shoe = person.shoe_size_eu if person else None
    yield wording("identity.shoe"), f"{shoe:g}" if shoe is not None else None
    if person and person.remark:
        yield wording("identity.remark"), person.remark


def _recorded(recording: "Recording", wording: Wording) -> _Pairs:
    entry = recording.entry
    yield wording("identity.recording"), entry.id
    if entry.title:
        yield wording("identity.title"), entry.title
    yield wording("identity.start"), when(recording, "") or None
    yield wording("identity.duration"), duration(entry.duration_s) if entry.duration_s is not None else None
    yield wording("identity.rate"), f"{entry.sample_rate_hz:g}"
    if entry.tags:
        yield wording("identity.tags"), ", ".join(str(tag) for tag in entry.tags)


def _insoles(recording: "Recording", wording: Wording) -> _Pairs:
    for foot in recording.manifest.feet:
        device = recording.devices.get(foot.foot)
        name = wording(
            "identity.insole", foot=wording(foot.foot) if foot.foot in ("left", "right") else foot.foot
        )
        if device is None:
            own = recording.content == "counts"
            yield name, None if own else wording("identity.imported")
            continue
        yield (
            name,
            wording(
                "identity.insole_line",
                serial=device.serial,
                firmware=device.firmware,
                calibration=calibration_text(recording, foot.foot, wording),
            ),
        )


def calibration_text(recording: "Recording", foot: str, wording: Wording) -> str:
    """Which calibration made newtons of this foot's counts."""
    if recording.content != "counts":
        return wording("identity.imported")
    calibration = recording.calibration(foot)
    if calibration is None:
        return wording("identity.nominal")
    return wording("identity.calibrated", method=calibration.method, date=calibration.made_on)


def quality_blocks(recording: "Recording", full_analysis: RecordingAnalysis, wording: Wording) -> list[Block]:
    """The ledger, gaps with reasons, wear, strides that were used, remarks."""
    blocks: list[Block] = [_accounting(recording.manifest, wording)]
    blocks += _gaps(recording.manifest, wording)
    blocks.append(Text(_activity(full_analysis, wording)))
    blocks.append(Text(_strides(full_analysis, wording)))
    if full_analysis.notes:
        blocks.append(Heading(wording("quality.to_know")))
        notes = [("", cut(note)) for note in full_analysis.notes[:MAX_NOTES]]
        if len(full_analysis.notes) > MAX_NOTES:
            notes.append(("", wording("quality.more_notes", count=len(full_analysis.notes) - MAX_NOTES)))
        blocks.append(Bullets(notes, small=True))
    return blocks


def _accounting(manifest: RecordingManifest, wording: Wording) -> Table:
    names = ("foot", "requested", "recorded", "missing", "share", "balance")
    rows: list[list[Cell]] = []
    for foot in manifest.feet:
        balances = foot.frames_requested == foot.frames_recorded + foot.frames_missing
        share = foot.frames_missing / foot.frames_requested if foot.frames_requested else 0.0
        rows.append(
            [
                Cell(foot.foot),
                Cell(f"{foot.frames_requested}"),
                Cell(f"{foot.frames_recorded}"),
                Cell(f"{foot.frames_missing}", _reasons(foot)),
                Cell(missing_pct(share)),
                Cell(wording("quality.balanced" if balances else "quality.unbalanced"), strong=not balances),
            ]
        )
    return Table([wording(f"quality.{name}") for name in names], rows, caption=wording("quality.caption"))


def _reasons(foot: FootManifest) -> str:
    return ", ".join(
        f"{title_of(reason)} {count}" for reason, count in sorted(foot.missing_by_reason.items()) if count
    )


def _gaps(manifest: RecordingManifest, wording: Wording) -> list[Block]:
    gaps = [(foot.foot, gap) for foot in manifest.feet for gap in foot.gaps]
    if not gaps:
        return [Text(wording("quality.no_gaps"))]
    unknown = wording("unknown")
    longest = sorted(gaps, key=lambda one: one[1].first - one[1].end)[:MAX_GAPS]
    names = ("foot", "gap_from", "gap_to", "gap_slots", "gap_reason")
    rows = [
        [
            Cell(foot),
            Cell(f"{number(gap.from_s, unknown, 2)} s" if gap.from_s is not None else unknown),
            Cell(f"{number(gap.to_s, unknown, 2)} s" if gap.to_s is not None else unknown),
            Cell(f"{gap.end - gap.first}"),
            Cell(title_of(gap.reason)),
        ]
        for foot, gap in longest
    ]
    blocks: list[Block] = [
        Heading(wording("quality.gaps")),
        Table([wording(f"quality.{name}") for name in names], rows, texts=(0, 4), wide=4),
    ]
    if len(gaps) > MAX_GAPS:
        blocks.append(Text(wording("quality.more_gaps", count=len(gaps) - MAX_GAPS), "small"))
    return blocks


def _activity(full_analysis: RecordingAnalysis, wording: Wording) -> str:
    spent: dict[str, float] = {}
    for activity in full_analysis.analysis.activities:
        spent[activity.kind] = spent.get(activity.kind, 0.0) + activity.to_s - activity.from_s
    lines = [
        wording("quality.activity_line", kind=wording(f"activity.{kind}"), time=duration(seconds))
        for kind, seconds in spent.items()
    ]
    return f"{wording('quality.activity')}: {'; '.join(lines) or wording('unknown')}."


def _strides(full_analysis: RecordingAnalysis, wording: Wording) -> str:
    analysis = full_analysis.analysis
    sentences = {
        name: wording("none") if foot is None else _stride_count(foot, wording)
        for name, foot in (("left", analysis.left), ("right", analysis.right))
    }
    counts = [
        (
            REASON_TEXTS[reason],
            sum(int(np.sum((foot.strides.reason & reason) != 0)) for foot in analysis.feet),
        )
        for reason in Reason
        if reason
    ]
    reasons = ", ".join(f"{why} {count}" for why, count in counts if count)
    text = wording("quality.strides", **sentences)
    return f"{text} {wording('quality.left_out', reasons=reasons)}" if reasons else text


def _stride_count(foot: FootAnalysis, wording: Wording) -> str:
    return wording("quality.stride_line", valid=int(foot.strides.valid.sum()), all=len(foot.strides))
