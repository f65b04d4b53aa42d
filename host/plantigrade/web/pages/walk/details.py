"""What the clinician reads: figures with n, interval and usual range, accounting, tables, patterns."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from plantigrade.analysis.stored import FEET, StoredDocument, StoredFigure
from plantigrade.gait.parameters.definition import Norm, View, digits_of
from plantigrade.gait.parameters.registry import digits_for, norm_of, shown_in
from plantigrade.library.recordings.container import RecordingManifest
from plantigrade.posture.settings import COMPARED_MIN_STRIDES
from plantigrade.web.formats import Formats
from plantigrade.web.remarks import remark_of
from plantigrade.web.texts import rule_title

SIX: Final = (
    "cadence_steps_per_min",
    "stride_time_s",
    "stride_time_cv_pct",
    "double_support_pct",
    "symmetry_peak_force_pct",
    "phase_coordination_index_pct",
)
TABLES: Final = {
    "timing": shown_in(View.TIMING),
    "force": shown_in(View.FORCE),
    "regions": shown_in(View.REGIONS),
}
MOST_GAPS: Final = 12
_NORM_OF_SYMMETRY: Final = "symmetry_"


@dataclass(frozen=True)
class Figure:
    """A figure of the whole walk.

    Attributes:
        name: of the parameter, which its words have as their key.
        value: with its digits; "" where it is not known.
        unit: of it; "" for none.
        how: interval, n and usual range, or why it is not known.
        outside: outside the usual range, as words; "" inside it or where there is none.
        is_faint: so few strides that the figure is shown with reserve.
    """

    name: str
    value: str
    unit: str
    how: str
    outside: str
    is_faint: bool


@dataclass(frozen=True)
class Cell:
    """Mean and SD of one foot, its strides, and whether the mean lies outside the usual range."""

    text: str
    n: str
    outside: bool


@dataclass(frozen=True)
class Line:
    """A line of a table: one parameter of both feet; texts of a foot that is not known are empty."""

    name: str
    unit: str
    feet: tuple["Cell", ...]
    usual: str


@dataclass(frozen=True)
class Account:
    """What was asked for, recorded and missing of one foot."""

    foot: str
    requested: str
    recorded: str
    missing: str
    share: str
    reasons: str


@dataclass(frozen=True)
class GapLine:
    """A gap with its name."""

    foot: str
    span: str
    frames: str
    reason: str


@dataclass(frozen=True)
class Judged:
    """A posture rule and what it found; `level_by`: the value of strides that moved the level, or ""."""

    title: str
    version: str
    foot: str
    value: str
    level: str
    confidence: str
    n: str
    level_by: str


def six_figures(found: StoredDocument, formats: Formats) -> tuple[Figure, ...]:
    """The walk in six figures."""
    return tuple(figure_of(name, found.both(name), formats) for name in SIX)


def figure_of(name: str, figure: StoredFigure | None, formats: Formats) -> Figure:
    """A figure with its interval, n and usual range, or why it is not known."""
    words = formats.words
    if figure is None or figure.value is None:
        why = figure.note if figure is not None else ""
        return Figure(
            name, "", "", remark_of(why, words).text if why else words("walk.figure.not-known"), "", False
        )
    digits = digits_for(figure.name, figure.value)
    how: list[str] = []
    if figure.sd is not None:
        how.append(words("walk.figure.sd", sd=formats.number(figure.sd, digits + 1)))
    if figure.interval is not None:
        low, high = figure.interval
        how.append(words("walk.figure.interval", interval=formats.interval(low, high, digits=digits + 1)))
    how.append(words("walk.figure.n", n=formats.number(figure.n)))
    norm = norm_of(name) or (norm_of("symmetry_index_pct") if name.startswith(_NORM_OF_SYMMETRY) else None)
    outside = ""
    if norm is None:
        how.append(words("walk.figure.no-usual"))
    elif norm.holds(figure.value):
        how.append(words("walk.figure.usual", usual=usual_text(norm.low, norm.high, formats)))
    else:
        side = "below" if norm.low is not None and figure.value < norm.low else "above"
        outside = words(f"walk.figure.{side}", usual=usual_text(norm.low, norm.high, formats))
    is_few = figure.n < COMPARED_MIN_STRIDES
    if is_few:
        how.append(words("walk.figure.few", least=COMPARED_MIN_STRIDES))
    return Figure(
        name, formats.number(figure.value, digits), unit_of(figure.unit), "; ".join(how), outside, is_few
    )


def unit_of(unit: str) -> str:
    """A unit for people; "" for a number without one."""
    return "" if unit == "1" else unit


def usual_text(low: float | None, high: float | None, formats: Formats) -> str:
    """A usual range, such as "100 to 120" or "up to 5.4"."""

    def text(value: float) -> str:
        return formats.number(value, max(0, len(f"{value:g}".partition(".")[2])))

    if low is None:
        return formats.words("walk.figure.up-to", high=text(high or 0.0))
    if high is None:
        return formats.words("walk.figure.from", low=text(low))
    return formats.words("formats.range", low=text(low), high=text(high))


def table_of(found: StoredDocument, names: Sequence[str], formats: Formats) -> tuple[Line, ...]:
    """Parameters of both feet, those that this recording can know."""
    lines: list[Line] = []
    for name in names:
        sides = [found.foot(side, name) for side in FEET]
        known = [one for one in sides if one is not None and one.value is not None]
        if not known:
            continue
        norm = norm_of(name)
        usual = "" if norm is None else usual_text(norm.low, norm.high, formats)
        cells = tuple(_cell(one, norm, formats) for one in sides)
        lines.append(Line(name, unit_of(known[0].unit), cells, usual))
    return tuple(lines)


def _cell(figure: StoredFigure | None, norm: Norm | None, formats: Formats) -> Cell:
    """As "1.05 ± 0.02", of 98."""
    if figure is None or figure.value is None:
        return Cell("", "", False)
    digits = digits_for(figure.name, figure.value)
    text = formats.number(figure.value, digits)
    if figure.sd is not None:
        text += f" ± {formats.number(figure.sd, digits)}"
    return Cell(text, formats.number(figure.n), norm is not None and not norm.holds(figure.value))


def accounts_of(manifest: RecordingManifest, formats: Formats) -> tuple[Account, ...]:
    """Recorded plus missing is requested, foot by foot, with the reasons of what is missing."""
    return tuple(
        Account(
            foot.foot,
            formats.number(foot.frames_requested),
            formats.number(foot.frames_recorded),
            formats.number(foot.frames_missing),
            formats.quantity(100 * foot.frames_missing / max(1, foot.frames_requested), "%", 1),
            formats.listed(
                [
                    f"{reason_of(reason, formats)} {formats.number(count)}"
                    for reason, count in sorted(foot.missing_by_reason.items())
                    if count
                ]
            ),
        )
        for foot in manifest.feet
    )


def gaps_of(manifest: RecordingManifest, formats: Formats) -> tuple[tuple[GapLine, ...], int]:
    """The longest gaps, each with its name; and how many more there are."""
    gaps = [(foot.foot, gap) for foot in manifest.feet for gap in foot.gaps]
    longest = sorted(gaps, key=lambda one: one[1].first - one[1].end)[:MOST_GAPS]
    lines = tuple(
        GapLine(
            foot,
            formats.words(
                "formats.range",
                low=formats.quantity(gap.from_s, "s", 1),
                high=formats.quantity(gap.to_s, "s", 1),
            ),
            formats.number(gap.end - gap.first),
            reason_of(gap.reason, formats),
        )
        for foot, gap in longest
    )
    return lines, len(gaps) - len(lines)


def reason_of(reason: str, formats: Formats) -> str:
    """Why samples are missing, in the reader's words; as it stands in the recording where there are none."""
    key = f"walk.gap.{reason.replace('_', '-').replace(' ', '-')}"
    return formats.words(key) if key in formats.words.keys else reason


def judged_of(found: StoredDocument, formats: Formats) -> tuple[tuple[Judged, ...], tuple[Judged, ...]]:
    """What the posture rules found, and what they found not."""
    return tuple(
        tuple(
            Judged(
                rule_title(str(one["rule"]), str(one["title"]), formats.words),
                str(one["rule_version"]),
                str(one["foot"]),
                _amount(one["value"], str(one["unit"]), formats),
                _amount(one["raise_level"], str(one["unit"]), formats),
                formats.number(one["confidence"], 3) if one["confidence"] is not None else "",
                formats.number(one["n"]),
                str(one.get("level_by", "")),
            )
            for one in found.posture(state)
        )
        for state in ("present", "absent")
    )  # pyright: ignore[reportReturnType]


def _amount(value: float | None, unit: str, formats: Formats) -> str:
    return "" if value is None else formats.quantity(value, unit_of(unit), digits_of(value))


def not_judged(found: StoredDocument) -> list[tuple[str, int]]:
    """Why rules could not be judged, with how many; the most frequent reason first."""
    return Counter(str(one.get("note", "")) for one in found.posture("unknown")).most_common()
