"""`plantigrade.analyze`: from a path, an identifier or a recording to an analysis in one call."""

from collections.abc import Callable
from os import PathLike
from typing import Literal

from plantigrade.api.analysis import Analysis
from plantigrade.api.reading import read
from plantigrade.api.recording import Recording
from plantigrade.imports.source import DecimalMark


def analyze(
    source: Recording | str | PathLike[str],
    *,
    format: str = "auto",
    foot: Literal["left", "right"] | None = None,
    decimal_mark: DecimalMark | None = None,
    body_weight_kg: float | None = None,
    feet_apart_mm: float | None = None,
    eyes_open: tuple[float, float] | None = None,
    eyes_closed: tuple[float, float] | None = None,
    rules: str | PathLike[str] | None = None,
    baseline: str | PathLike[str] | None = None,
    tag: str = "everyday",
    progress: Callable[[str, float], None] | None = None,
    data: str | PathLike[str] | None = None,
    library: str | None = None,
) -> Analysis:
    """Analyse a recording: the same figures as `plantigrade analyze` gives, to the bit.

    Args:
        source: a `Recording`, or what `plantigrade.read` takes.
        format, foot, decimal_mark, data, library: as in `plantigrade.read`; not looked at for a `Recording`.
        body_weight_kg, feet_apart_mm, eyes_open, eyes_closed, rules, baseline, tag, progress: as in
            `Recording.analyze`.

    Raises:
        FileError: there is neither such a file nor such a recording, or it cannot be read.
        PlantigradeError: it cannot be analysed, or a span lies outside of it.

    Example:
        >>> import plantigrade as pg
        >>> analysis = pg.analyze(pg.twin.example_file(), body_weight_kg=70)
        >>> analysis.parameters().loc[("both", "cadence_steps_per_min"), "value"].round(0)
        np.float64(120.0)
    """
    if not isinstance(source, Recording):
        source = read(source, format=format, foot=foot, decimal_mark=decimal_mark, data=data, library=library)
    return source.analyze(
        body_weight_kg=body_weight_kg,
        feet_apart_mm=feet_apart_mm,
        eyes_open=eyes_open,
        eyes_closed=eyes_closed,
        rules=rules,
        baseline=baseline,
        tag=tag,
        progress=progress,
    )
