"""Pictures of a walk for both readers: maps of the feet, and how each foot's time is divided."""

from dataclasses import dataclass
from typing import Final

from plantigrade.analysis.stored import FEET, StoredDocument
from plantigrade.gait.parameters.pressure import LOAD_SHARE, REGIONS
from plantigrade.report.load_contours import FootDrawing, draw_foot, top_of
from plantigrade.web.formats import Formats

_PCT: Final = 100.0


@dataclass(frozen=True)
class FootView:
    """The map of one foot.

    Attributes:
        side: "left" or "right".
        drawing: of it.
        lost: it was not recorded: hatched, never an empty or cold foot.
        says: the map as text.
        n: stances behind it; 0 for the greatest load of the recording.
    """

    side: str
    drawing: FootDrawing
    lost: bool
    says: str
    n: int


@dataclass(frozen=True)
class Maps:
    """Both feet.

    Attributes:
        feet: left, then right.
        top: load of the highest shade.
        unit: of it.
        is_known: whether there is anything to show: some foot has sensor places.
    """

    feet: tuple[FootView, ...]
    top: float
    unit: str
    is_known: bool


@dataclass(frozen=True)
class Timing:
    """How the cycle of one foot is divided, in per cent of it: on the ground, and in it both feet are."""

    side: str
    stance: float
    first_both: float
    last_both: float
    says: str

    @property
    def last_from(self) -> float:
        """Where the second time with both feet begins."""
        return max(0.0, self.stance - self.last_both)


def maps_of(found: StoredDocument, formats: Formats) -> Maps:
    """The maps of both feet."""
    maps = {side: found.load_map(side) for side in FEET}
    top = top_of(*maps.values())
    unit = next((one.unit for one in maps.values() if one is not None), "")
    views: list[FootView] = []
    for side in FEET:
        lost, one = side not in found.feet, maps[side]
        views.append(
            FootView(
                side, draw_foot(one, side, top), lost, _says(found, side, lost, formats), one.n if one else 0
            )
        )
    return Maps(tuple(views), top, unit, any(one is not None for one in maps.values()))


def _says(found: StoredDocument, side: str, lost: bool, formats: Formats) -> str:
    words = formats.words
    if lost:
        return words(f"walk.map.lost.{side}")
    shares = [found.foot(side, LOAD_SHARE.name(region)) for region in REGIONS]
    parts = [
        words(f"walk.map.region.{region}", share=formats.quantity(share.value, "%"))
        for region, share in zip(REGIONS, shares, strict=True)
        if share is not None and share.value is not None
    ]
    if not parts:
        return words(f"walk.map.alone.{side}")
    return words(f"walk.map.says.{side}", shares=formats.listed(parts))


def timing_of(found: StoredDocument, formats: Formats) -> tuple[Timing, ...]:
    """How the cycle is divided, for each foot of which it is known."""
    rows: list[Timing] = []
    for side in found.feet:
        stance = _value(found, side, "stance_pct")
        stride_s = _value(found, side, "stride_time_s")
        if stance is None or not stride_s:
            continue
        first, last = (
            _PCT * (_value(found, side, name) or 0.0) / stride_s
            for name in ("initial_double_support_s", "terminal_double_support_s")
        )
        says = formats.words(
            f"walk.timing.says.{side}",
            stance=formats.quantity(stance, "%"),
            swing=formats.quantity(_PCT - stance, "%"),
        )
        rows.append(Timing(side, round(stance, 1), round(first, 1), round(last, 1), says))
    return tuple(rows)


def _value(found: StoredDocument, side: str, name: str) -> float | None:
    figure = found.foot(side, name)
    return None if figure is None else figure.value
