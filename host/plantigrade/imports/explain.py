"""What was understood of a file, line by line, for `analyze --explain`: also of a file that is refused."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot, FootSignal, Walk
from plantigrade.imports import formats
from plantigrade.imports.source import Source, open_source

SHOWN_CHARACTERS: Final = 60
SHOWN_LINES: Final = 6
LONGEST: Final = 200
"""Lines of the beginning that are looked at for such of which no reader said anything."""


@dataclass(frozen=True)
class Understood:
    """What some lines of the file mean; lines are counted from 1."""

    first_line: int
    last_line: int
    meaning: str


@dataclass(frozen=True, eq=False)
class Explanation:
    """How a file was read.

    Attributes:
        path: the file.
        encoding: of its text; empty for a binary file or a folder.
        compressed: gzipped.
        format_title: as people call the format; empty when none was found.
        lines: what they mean, in their order.
        walk: the recording; None when the file was refused.
        problem: why it was refused; empty when it was not.
        near: the known formats it is most like, when none fits.
    """

    path: Path
    encoding: str
    compressed: bool
    format_title: str
    lines: tuple[Understood, ...]
    walk: Walk | None
    problem: str
    near: tuple[str, ...] = ()


def explain(path: Path, format_name: str = "auto", *, foot: Foot | None = None) -> Explanation:
    """Read a file, or try to, and keep what each part of it was taken for.

    Args:
        path, format_name, foot: as in `imports.formats.read`.
    """
    spans: list[Understood] = []

    def note(first: int, last: int, meaning: str) -> None:
        spans.append(Understood(first, last, meaning))

    walk, problem = None, ""
    try:
        walk = formats.read(path, format_name, foot=foot, on_understood=note)
    except PlantigradeError as error:
        problem = str(error)
    title, near = "", ()
    source = _text_source(path)
    if source is not None:
        title, near = _named(source, format_name)
        spans += _rest(source, spans)
    return Explanation(
        path=path,
        encoding=source.encoding if source is not None and source.head().is_text else "",
        compressed=source is not None and source.compressed,
        format_title=title or (walk.source.format if walk is not None else ""),
        lines=tuple(sorted(spans, key=lambda one: (one.first_line, one.last_line))),
        walk=walk,
        problem=problem,
        near=near,
    )


def _text_source(path: Path) -> Source | None:
    try:
        return open_source(path)
    except PlantigradeError:
        return None


def _named(source: Source, format_name: str) -> tuple[str, tuple[str, ...]]:
    """Title of the format, or what the file is most like."""
    try:
        known = formats.import_formats()
        chosen = formats.detect(source, known) if format_name == "auto" else formats.named(format_name, known)
    except PlantigradeError:
        return "", tuple(str(one) for one in formats.alike(source.head())[:3])
    return chosen.title, ()


def _rest(source: Source, spans: list[Understood]) -> list[Understood]:
    """The first lines of which no reader said anything."""
    head = source.head()
    if not head.is_text:
        return []
    spoken = {line for one in spans for line in range(one.first_line, min(one.last_line, LONGEST) + 1)}
    silent = [
        (number, " ".join(line.split()))
        for number, line in enumerate(head.text.splitlines()[:LONGEST], start=1)
        if number not in spoken and line.strip()
    ]
    found: list[Understood] = []
    for number, text in silent[:SHOWN_LINES]:
        shown = text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
        found.append(Understood(number, number, f"nothing was taken from {shown!r}"))
    if silent[SHOWN_LINES:]:
        found.append(
            Understood(silent[SHOWN_LINES][0], silent[-1][0], "nor from these, as far as was looked")
        )
    return found


def as_text(explanation: Explanation) -> list[str]:
    """The explanation as lines for a terminal."""
    title = explanation.format_title or "no known format"
    wrapping = ", gzipped" if explanation.compressed else ""
    text = f", {explanation.encoding.upper()} text" if explanation.encoding else ""
    out = [f"{explanation.path.name}: {title}{text}{wrapping}"]
    for one in explanation.lines:
        alone = one.first_line == one.last_line
        where = f"line {one.first_line}" if alone else f"lines {one.first_line} to {one.last_line}"
        first, *more = one.meaning.split("; ")
        out += [f"  {where}: {first}", *(f"      {part}" for part in more)]
    if explanation.walk is not None:
        out += _walk_lines(explanation.walk)
    else:
        out.append(f"refused: {explanation.problem}")
        out += [f"near: {text}" for text in explanation.near]
    return out


def _walk_lines(walk: Walk) -> list[str]:
    out = [f"read: {walk.source.instrument.value}, {walk.sample_rate_hz:.5g} Hz"]
    if walk.source.started_local is not None:
        out.append(f"started {walk.source.started_local:%Y-%m-%d %H:%M:%S} on its own clock (no time zone)")
    if walk.body_weight_n is not None:
        out.append(f"body weight {walk.body_weight_n:.0f} N")
    for foot in walk.feet:
        out += [f"{foot.foot.value} foot: {text}" for text in _foot_lines(foot)]
    out += [f"note: {text}" for text in walk.source.note.split("; ") if text]
    return out


def _foot_lines(foot: FootSignal) -> list[str]:
    total = foot.force_n.sum(axis=1, dtype=np.float64)
    known = int(np.count_nonzero(np.isfinite(total)))
    unit = " N" if foot.quantity == "force" else ", not calibrated"
    peak = f", peak {np.nanmax(total):.0f}{unit}" if known else ""
    places = "without places"
    if foot.layout is not None:
        regions = {name: foot.layout.region.count(name) for name in dict.fromkeys(foot.layout.region)}
        places = ", ".join(f"{count} {name}" for name, count in regions.items())
    out = [
        f"{known} of {len(foot)} samples, {foot.time_s[0]:.3f} to {foot.time_s[-1]:.3f} s{peak}",
        f"{foot.sensor_count} sensor{'s' if foot.sensor_count > 1 else ''}, {places}",
    ]
    if foot.motion is not None:
        rates = "" if foot.motion.gyr_deg_s is None else " and rotation"
        out.append(f"acceleration{rates} on the same rows, axes {foot.motion.axes}")
    return out
