"""Where names go on the silk screen: beside their part, where nothing else is and no other part is nearer."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hardware.board.design import HEIGHT_MM, WIDTH_MM, Design, Part
from hardware.board.geometry import Box, Pad, around, body, pads, silk_lines

TEXT_MM = 0.7
NAMED = ("J", "U", "SW", "TP", "D", "Y", "Q")  # not the crowd of capacitors and resistors
PAD_NAMES = {"FORCE_OUT": "OUT", "+3V3": "3V3", "VREF": "REF"}  # where the net's name is too long
EDGE_MM = 0.3  # from the board's edge
FREE_MM = 0.08  # from solder, bodies and lines
FARTHEST_MM = 1.6  # from its part
STEP_MM = 0.1
UPRIGHT_MM = 0.6  # so much farther a level name is still better than an upright one
ASIDE = 0.15  # millimetres of distance that a millimetre off the middle weighs


@dataclass(frozen=True)
class Mark:
    """A text on the board; `back`: on its lower side; `upright`: read from the right."""

    text: str
    x_mm: float
    y_mm: float
    height_mm: float = TEXT_MM
    back: bool = False
    upright: bool = False

    @property
    def room(self) -> Box:
        """What it covers."""
        along, across = 0.5 * self.height_mm * (0.95 * len(self.text) + 0.2), 0.58 * self.height_mm
        half_x, half_y = (across, along) if self.upright else (along, across)
        return self.x_mm - half_x, self.y_mm - half_y, self.x_mm + half_x, self.y_mm + half_y


FIXED = (
    Mark("Plantigrade", WIDTH_MM / 2, 20.0, 1.6, back=True),
    Mark("main board r1", WIDTH_MM / 2, 22.6, 1.2, back=True),
    Mark("CERN-OHL-P-2.0", WIDTH_MM / 2, 24.8, 0.9, back=True),
    Mark("+", 24.35, 48.6),
    Mark("-", 28.1, 48.7),
)


def marks(design: Design) -> list[Mark]:
    """The fixed texts, the test pads' nets and the names of the larger parts, as many as find room."""
    copper = pads(design)
    pieces = {part.reference: _pieces(part, copper) for part in design.parts if _letters(part) in NAMED}
    taken = [mark.room for mark in FIXED if not mark.back]
    taken += [_pad_box(pad) for pad in copper]
    for part in design.parts:
        taken += [*silk_lines(part), *([] if _letters(part) == "TP" else [body(part)])]
    texts = {p.reference: PAD_NAMES.get(p.value, p.value) if _letters(p) == "TP" else p.reference
             for p in design.parts if p.reference in pieces}  # fmt: skip
    free = {reference: _beside(reference, text, pieces, taken) for reference, text in texts.items()}
    found = list(FIXED)
    for places in sorted(free.values(), key=len):  # who has little choice chooses first
        named = [mark.room for mark in found if not mark.back]
        apart = _apart(np.array([mark.room for mark in places]).reshape(-1, 4), named)
        found += [places[i] for i in np.flatnonzero(apart >= FREE_MM - 1e-6)[:1]]
    return found


def _letters(part: Part) -> str:
    return part.reference.rstrip("0123456789")


def _pad_box(pad: Pad) -> Box:
    half_x, half_y = pad.half_x + pad.round_mm, pad.half_y + pad.round_mm
    return pad.x - half_x, pad.y - half_y, pad.x + half_x, pad.y + half_y


def _pieces(part: Part, copper: list[Pad]) -> list[Box]:
    """Body and solder of a part."""
    boxes = [_pad_box(pad) for pad in copper if pad.reference == part.reference]
    return boxes if _letters(part) == "TP" else [body(part), *boxes]


def _beside(reference: str, text: str, pieces: dict[str, list[Box]], taken: list[Box]) -> list[Mark]:
    """Free places for a name, best first, from which no other named part is nearer."""
    places = _places(around(pieces[reference]), text)
    rooms = np.array([mark.room for mark in places])
    others = [box for name, boxes in pieces.items() if name != reference for box in boxes]
    nearest = _apart(rooms, pieces[reference])
    good = _on_board(rooms) & (_apart(rooms, taken) >= FREE_MM - 1e-6) & (nearest < _apart(rooms, others))
    return [places[i] for i in np.flatnonzero(good)]


def _places(own: Box, text: str) -> list[Mark]:
    """Places around a box: best near it, level, by the middle of a side."""
    left, top, right, bottom = own
    middle_x, middle_y = (left + right) / 2, (top + bottom) / 2
    found: list[tuple[float, Mark]] = []
    for upright in (False, True):
        room = Mark(text, 0.0, 0.0, upright=upright).room
        half_x, half_y = room[2], room[3]
        for number in range(round(FARTHEST_MM / STEP_MM) + 1):
            gap = FREE_MM + number * STEP_MM
            ways = [(True, y) for y in (top - gap - half_y, bottom + gap + half_y)]
            ways += [(False, x) for x in (left - gap - half_x, right + gap + half_x)]
            for along_x, fixed in ways:
                reach = (right - left) / 2 + half_x if along_x else (bottom - top) / 2 + half_y
                for step in range(-int(reach / STEP_MM), int(reach / STEP_MM) + 1):
                    off = step * STEP_MM
                    x, y = (middle_x + off, fixed) if along_x else (fixed, middle_y + off)
                    mark = Mark(text, round(x, 2), round(y, 2), upright=upright)
                    found.append((gap + UPRIGHT_MM * upright + ASIDE * abs(off), mark))
    return [mark for _, mark in sorted(found, key=lambda place: round(place[0], 3))]


def _on_board(rooms: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which of (n, 4) boxes keep their distance from the board's edge."""
    low, high = rooms[:, :2].min(axis=1), np.array([WIDTH_MM, HEIGHT_MM]) - rooms[:, 2:]
    return (low >= EDGE_MM) & (high.min(axis=1) >= EDGE_MM)


def _apart(rooms: NDArray[np.float64], boxes: list[Box]) -> NDArray[np.float64]:
    """Distance of each of (n, 4) boxes to the nearest of others; 0 when they touch."""
    nearest = np.full(len(rooms), np.inf)
    for left, top, right, bottom in boxes:
        gap_x = np.maximum(np.maximum(rooms[:, 0] - right, left - rooms[:, 2]), 0.0)
        gap_y = np.maximum(np.maximum(rooms[:, 1] - bottom, top - rooms[:, 3]), 0.0)
        np.minimum(nearest, np.hypot(gap_x, gap_y), out=nearest)
    return nearest
