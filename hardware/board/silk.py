"""Where names go on the silk screen: beside their part, where nothing else is."""

from dataclasses import dataclass

from hardware.board.design import HEIGHT_MM, WIDTH_MM, Design, Part
from hardware.board.geometry import courtyard

TEXT_MM = 0.7
NAMED = (
    "J",
    "U",
    "SW",
    "TP",
    "D",
    "Y",
    "Q",
)  # not the crowd of capacitors and resistors
PAD_NAMES = {"FORCE_OUT": "OUT", "+3V3": "3V3", "VREF": "REF"}  # where the net's name is too long
GAPS_MM = (0.4, 0.15)  # between a part and its name; the smaller where the larger finds no room
Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True)
class Mark:
    """A text on the board; `back`: on its lower side."""

    text: str
    x_mm: float
    y_mm: float
    height_mm: float = TEXT_MM
    back: bool = False


FIXED = (
    Mark("Plantigrade", WIDTH_MM / 2, 20.0, 1.6, back=True),
    Mark("main board r1", WIDTH_MM / 2, 22.6, 1.2, back=True),
    Mark("CERN-OHL-P-2.0", WIDTH_MM / 2, 24.8, 0.9, back=True),
    Mark("+", 24.35, 48.4),
    Mark("-", 28.1, 48.4),
)


def marks(design: Design) -> list[Mark]:
    """Names of the larger parts and of the test pads' nets, as many as find room, and the fixed texts."""
    taken = [_body(part) for part in design.parts]
    found = list(FIXED)
    for part in design.parts:
        letters = part.reference.rstrip("0123456789")
        if letters not in NAMED:
            continue
        text = PAD_NAMES.get(part.value, part.value) if letters == "TP" else part.reference
        mark = _beside(part, text, taken)
        if mark is not None:
            found.append(mark)
            taken.append(_room(mark))
    return found


def _body(part: Part) -> Rectangle:
    left, top, right, bottom = courtyard(part)
    if part.kind_name == "module":  # its courtyard holds the antenna's surroundings
        left, top, right, bottom = part.x_mm - 9.9, 0.0, part.x_mm + 9.9, part.y_mm + 13.5
    return left, top, right, bottom


def _room(mark: Mark) -> Rectangle:
    half = 0.5 * mark.height_mm * (0.95 * len(mark.text) + 0.2)
    return (
        mark.x_mm - half,
        mark.y_mm - 0.65 * mark.height_mm,
        mark.x_mm + half,
        mark.y_mm + 0.65 * mark.height_mm,
    )


def _beside(part: Part, text: str, taken: list[Rectangle]) -> Mark | None:
    for gap_mm in GAPS_MM:
        for x, y in _places(part, _room(Mark(text, 0, 0))[2], 0.5 * TEXT_MM + gap_mm):
            mark = Mark(text, round(x, 2), round(y, 2))
            if _fits(_room(mark), taken):
                return mark
    return None


def _places(part: Part, half_width: float, gap: float) -> list[tuple[float, float]]:
    left, top, right, bottom = _body(part)
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    rows = [(y, [middle_x, left + half_width, right - half_width]) for y in (top - gap, bottom + gap)]
    places = [(x, y) for y, xs in rows for x in xs]
    sides = (left - half_width - 0.1, right + half_width + 0.1)
    return places + [(x, y) for x in sides for y in (middle_y, top + gap)]


def _fits(room: Rectangle, taken: list[Rectangle]) -> bool:
    if room[0] < 0.3 or room[1] < 0.3 or room[2] > WIDTH_MM - 0.3 or room[3] > HEIGHT_MM - 0.3:
        return False
    return all(
        room[2] <= other[0] or room[0] >= other[2] or room[3] <= other[1] or room[1] >= other[3]
        for other in taken
    )
