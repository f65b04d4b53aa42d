"""The weekly summary: one page in plain words for the wearer, as a document and as PDF."""

# pyright: reportUnknownMemberType=false
# matplotlib types its keyword arguments only in part.

from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from matplotlib.axes import Axes

from plantigrade.posture.baseline.usual import Place
from plantigrade.posture.rules_engine.guidance import Catalogue, catalogue
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.report.document_blocks import (
    Block,
    Bullets,
    Cell,
    Document,
    Heading,
    Picture,
    Pictures,
    Table,
    Text,
)
from plantigrade.report.document_figures import svg_of
from plantigrade.report.document_numbers import number
from plantigrade.report.pdf import check_paper, render, write_pdf
from plantigrade.report.style import FAINT, INK
from plantigrade.report.week import Week, WeekMeasure, early, week_of
from plantigrade.report.wording import Wording, load_wording

if TYPE_CHECKING:
    from plantigrade.library.catalogue.library import Library

_SHARE: Final = 0.5
_SIZE: Final = (3.4, 1.7)
_PLACES: Final = {
    Place.BELOW: "below",
    Place.WITHIN: "within",
    Place.ABOVE: "above",
    Place.NOT_YET: "too_early",
    Place.TOO_EARLY: "too_early",
    Place.NO_DATA: "no_data",
}
_MOST_REMINDERS: Final = 3
"""Kinds of reminders that are named; a longer list is not read."""


def write_weekly(
    library: "Library", person: str, to_day: date, path: Path, paper: str = "a4", language: str = "en"
) -> None:
    """Write the summary of the seven days up to one as PDF.

    Args:
        library: opened.
        person: code.
        to_day: last day of the week, a local date of the person.
        path: of the PDF; an older file there is replaced once the new one is complete.
        paper: "a4" or "letter".
        language: of the words.

    Raises:
        UnknownPersonError: there is no such person.
        PlantigradeError: paper or language are not known, or the file cannot be written.
    """
    write_pdf(path, weekly_bytes(week_of(library, person, to_day), paper, language))


def weekly_bytes(week: Week, paper: str = "a4", language: str = "en") -> bytes:
    """The PDF itself.

    Raises:
        PlantigradeError: as `write_weekly`.
    """
    check_paper(paper)
    made = datetime.now(UTC).replace(microsecond=0)
    return render(weekly_document(week, language, made), paper, made)


def weekly_text(week: Week, language: str = "en") -> str:
    """The same in a few sentences, for a message.

    Raises:
        FileError: the language is not known.
    """
    wording = load_wording(language)
    return " ".join([*_wear_sentences(week, wording), *_noticed_sentences(week, wording, language)])


def weekly_document(week: Week, language: str, made: datetime) -> Document:
    """What the page says.

    Raises:
        FileError: the language is not known.
    """
    wording = load_wording(language)
    span = {"from_day": week.from_day.isoformat(), "to_day": week.to_day.isoformat()}
    title = wording("weekly.file_title", **span)
    made_at = f"{made:%Y-%m-%d %H:%M} UTC"
    return Document(
        title=title,
        language=language,
        footer=wording("footer", title=title, made=made_at, version=version("plantigrade")),
        page_of=str(wording.entries["page"]),
        patient_title=wording("weekly.title"),
        patient_subtitle=wording("weekly.subtitle", who=week.who, **span),
        patient=_blocks(week, wording, language),
        clinician_title="",
        sections=(),
    )


def _blocks(week: Week, wording: Wording, language: str) -> list[Block]:
    blocks: list[Block] = [Heading(wording("weekly.wear_heading"))]
    blocks += [Text(sentence) for sentence in _wear_sentences(week, wording)]
    if week.known:
        blocks.append(Pictures([_hours_picture(week, wording), _steps_picture(week, wording)]))
        blocks += [Heading(wording("weekly.compare_heading")), _comparison(week, wording)]
        blocks += _caption(week, wording)
        blocks += [Heading(wording("weekly.days_heading")), _days(week, wording)]
    blocks.append(Heading(wording("weekly.noticed_heading")))
    blocks += [Text(sentence) for sentence in _noticed_sentences(week, wording, language)]
    if week.exercises:
        blocks.append(Bullets([("", line) for line in _exercises(week, wording, language)]))
    blocks += [Heading(wording("weekly.next_heading")), Text(wording("weekly.next"))]
    blocks.append(Text(catalogue(language).disclaimer, "small"))
    return blocks


def _exercises(week: Week, wording: Wording, language: str) -> list[str]:
    guides = catalogue(language).patterns.values()
    titles = {exercise.id: exercise.title for guide in guides for exercise in guide.exercises}
    return [
        wording(
            "weekly.exercises",
            name=titles.get(one.exercise, one.exercise),
            days=one.days_done,
            all=one.days,
        )
        for one in week.exercises
    ]


def _wear_sentences(week: Week, wording: Wording) -> list[str]:
    known = week.known
    if not known:
        return [wording("weekly.nothing")]
    hours = sum(day.worn_h for day in known)
    worn = sum(day.worn_h > 0 for day in known)
    figures = {"hours": f"{hours:.0f}", "mean": f"{hours / max(1, worn):.1f}"}
    sentences = [wording("weekly.wear", days=worn, all=len(week.days), **figures)]
    if len(known) < len(week.days):
        unknown = len(week.days) - len(known)
        sentences.append(wording("weekly.unknown_days", days=unknown, all=len(week.days)))
    if week.adherence is not None:
        targets = {day.target_h for day in week.days if day.target_h is not None}
        counts = {"met": week.adherence.days_met, "days": week.adherence.days}
        sentences.append(
            wording("weekly.goal", target=f"{targets.pop():g}", **counts)
            if len(targets) == 1
            else wording("weekly.goals_differ", **counts)
        )
    return sentences


def _noticed_sentences(week: Week, wording: Wording, language: str) -> list[str]:
    count = sum(week.reminders.values())
    which = _reminders(week, wording, catalogue(language))
    if not count:
        sentences = [wording("weekly.no_reminders")]
    elif count == 1:
        sentences = [wording("weekly.reminders_one", which=which)]
    else:
        sentences = [wording("weekly.reminders", count=count, which=which)]
    if week.helped:
        sentences.append(wording("weekly.helped", count=week.helped))
    if week.highest_pain is None:
        sentences.append(wording("weekly.no_pain_noted"))
    else:
        sentences.append(wording("weekly.pain", days=week.pain_days, highest=week.highest_pain))
    return sentences


def _reminders(week: Week, wording: Wording, texts: Catalogue) -> str:
    rules = RuleBook().rules
    titles: dict[str, int] = {}
    for rule, times in week.reminders.items():
        pattern = rules[rule].pattern if rule in rules else ""
        title = texts.patterns[pattern].title if pattern in texts.patterns else rule
        titles[title] = titles.get(title, 0) + times
    named = list(titles.items())[:_MOST_REMINDERS]
    return ", ".join(
        wording("weekly.times", name=name, count=times) if times > 1 else name for name, times in named
    )


def _comparison(week: Week, wording: Wording) -> Table:
    head = [wording(f"weekly.{name}") for name in ("measure", "this_week", "usual", "place")]
    return Table(head, [_comparison_row(one, wording) for one in week.measures], texts=(0, 3))


def _comparison_row(one: WeekMeasure, wording: Wording) -> list[Cell]:
    usual, digits = one.found.usual, one.measure.decimals
    unknown = wording("unknown")
    between = ""
    if usual.low is not None and usual.high is not None:
        between = f" ({usual.low:.{digits}f}-{usual.high:.{digits}f})"
    place = one.found.place
    return [
        Cell(wording(f"weekly.{one.measure.name}")),
        Cell(number(one.found.value, unknown, digits), strong=place in (Place.BELOW, Place.ABOVE)),
        Cell(number(usual.median, unknown, digits) + between),
        Cell(wording(f"weekly.{_PLACES[place]}")),
    ]


def _caption(week: Week, wording: Wording) -> list[Block]:
    usual = week.measures[0].found.usual
    if early(week.measures):
        known = wording("weekly.compare_early", days=usual.days, needed=usual.needed)
        return [Text(known, "small")]
    share = wording("weekly.compare_caption", days=usual.days, coverage=f"{10 * (usual.coverage or 0.0):.0f}")
    return [Text(f"{share} {wording('weekly.load_note')}", "small")]


def _days(week: Week, wording: Wording) -> Table:
    names = [measure.measure.name for measure in week.measures]
    rows: list[list[Cell]] = []
    for day in week.days:
        first = Cell(_day_name(day.day, wording))
        if day.wear is None:
            rows.append([first, Cell(wording("weekly.not_recorded")), *[Cell("") for _ in names[1:]]])
            continue
        values = [one.measure.of(day.wear) for one in week.measures]
        cells = [
            Cell(number(value, wording("unknown"), one.measure.decimals))
            for value, one in zip(values, week.measures, strict=True)
        ]
        rows.append([first, *cells])
    return Table([wording("weekly.day"), *[wording(f"weekly.{name}") for name in names]], rows)


def _day_name(day: date, wording: Wording) -> str:
    return f"{wording.entries['weekly.weekdays'][day.weekday()]} {day.isoformat()}"


def _hours_picture(week: Week, wording: Wording) -> Picture:
    values = [None if day.wear is None else day.wear.worn_h for day in week.days]
    targets = [day.target_h for day in week.days]
    has_goal = any(target is not None for target in targets)

    def draw(axes: Axes) -> None:
        _bars(axes, week, values, wording)
        for place, target in enumerate(targets):
            if target is not None:
                axes.hlines(target, place - 0.45, place + 0.45, color=INK, linewidth=1.2)

    caption = wording("weekly.hours_picture" if has_goal else "weekly.hours_picture_no_goal")
    alt = wording("weekly.hours_alt", facts=_facts(week, values, wording, 1))
    return Picture(svg_of(_SIZE, draw, wording("weekly.worn_h")), alt, caption, _SHARE)


def _steps_picture(week: Week, wording: Wording) -> Picture:
    values = [None if day.wear is None else float(day.wear.steps) for day in week.days]
    alt = wording("weekly.steps_alt", facts=_facts(week, values, wording, 0))
    svg = svg_of(_SIZE, lambda axes: _bars(axes, week, values, wording), wording("weekly.steps"))
    return Picture(svg, alt, wording("weekly.steps_picture"), _SHARE)


def _bars(axes: Axes, week: Week, values: Sequence[float | None], wording: Wording) -> None:
    for place, value in enumerate(values):
        if value is None:
            axes.plot(place, 0, marker="x", color=FAINT, clip_on=False)
        else:
            axes.bar(place, value, color=FAINT, width=0.7)
    names = [wording.entries["weekly.weekdays"][day.day.weekday()] for day in week.days]
    axes.set_xticks(range(len(names)), names)
    axes.set_ylim(bottom=0)


def _facts(week: Week, values: Sequence[float | None], wording: Wording, digits: int) -> str:
    return ", ".join(
        f"{_day_name(day.day, wording)} {number(value, wording('weekly.not_recorded'), digits)}"
        for day, value in zip(week.days, values, strict=True)
    )
