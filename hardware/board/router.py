"""A small router: two signal layers, vias, planes inside; negotiates until no two nets want the same copper.

Every net is routed by the cheapest way in which the copper of others costs extra; what is fought over becomes
dearer each round (the negotiated-congestion scheme of L. McMurchie and C. Ebeling, "PathFinder", 1995).
Pads of the two plane nets only need a via.
"""

import json
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from hardware.board.design import ANTENNA_MM, GROUND, HEIGHT_MM, SUPPLY, WIDTH_MM, Design
from hardware.board.geometry import Pad, pads
from hardware.board.rules import CLEARANCE_MM, EDGE_MM, HOLE_CLEARANCE_MM, VIA_MM, track_mm
from hardware.board.search import Costs, Grid, cheapest, claim, stamp

PITCH_MM = 0.1
MARGIN_MM = 0.02  # diagonal steps come nearer to each other than their cells do
ROUNDS = 120
COLUMNS = round(WIDTH_MM / PITCH_MM) + 1
ROWS = round(HEIGHT_MM / PITCH_MM) + 1
PLANE = ROWS * COLUMNS
PLANES = (GROUND, SUPPLY)
LAYERS = ("F.Cu", "B.Cu")


@dataclass(frozen=True)
class Track:
    """One straight piece of copper; millimetres."""

    net: str
    layer: str
    width: float
    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True)
class Routing:
    """All copper between the pads."""

    tracks: tuple[Track, ...]
    vias: tuple[tuple[str, float, float], ...]


class UnroutableError(Exception):
    """A net found no way, or the nets did not settle."""


@dataclass
class _Task:
    """What is routed at once: a net with all its pads, or one pad of a plane net."""

    name: str
    net: int
    width: float
    groups: list[list[int]]  # cells of each pad
    to_plane: bool
    cells: list[list[int]]  # routed ways
    conflicts: int = 0


class Router:
    """The grid of one board and the state of the negotiation."""

    def __init__(self, design: Design) -> None:
        self.pads = pads(design)
        names = sorted({pad.net for pad in self.pads})
        self.numbers = {name: index for index, name in enumerate(names)}
        self.widths = sorted({track_mm(name) for name in names})
        self.track_owner = {w: self._owners(w / 2, False) for w in self.widths}
        self.via_owner = self._owners(VIA_MM / 2, True)
        self.track_use: dict[float, Grid] = {w: np.zeros(2 * PLANE, np.int32) for w in self.widths}
        self.via_use: Grid = np.zeros(PLANE, np.int32)
        self.history: Costs = np.zeros(2 * PLANE, np.float32)
        self.tasks = self._tasks()

    def _owners(self, radius_mm: float, via: bool) -> Grid:
        """Which net may have the centre of a track (or via) of that radius in each cell."""
        owner = np.full(2 * PLANE, -1, np.int32)
        for layer in (0, 1):
            grid = owner[layer * PLANE : (layer + 1) * PLANE]
            square = grid.reshape(ROWS, COLUMNS)
            edge = round((EDGE_MM + radius_mm) / PITCH_MM)
            top = round((ANTENNA_MM + EDGE_MM + radius_mm) / PITCH_MM)
            square[:top] = square[-edge:] = -2
            square[:, :edge] = square[:, -edge:] = -2
            for pad in self.pads:
                if layer == 0 or pad.drill_mm:
                    self._claim(grid, pad, radius_mm, via)
        if not via:
            return owner
        front, back = owner[:PLANE], owner[PLANE:]
        both = np.where(front == back, front, np.where(front == -1, back, np.where(back == -1, front, -2)))
        return both.astype(np.int32)

    def _claim(self, grid: Grid, pad: Pad, radius_mm: float, via: bool) -> None:
        clearance = CLEARANCE_MM if pad.plated else HOLE_CLEARANCE_MM
        net = self.numbers[pad.net] if pad.plated else -2
        shape = (pad.x / PITCH_MM, pad.y / PITCH_MM, pad.half_x / PITCH_MM, pad.half_y / PITCH_MM)
        reach = pad.round_mm + radius_mm + clearance + MARGIN_MM / 2
        claim(grid, COLUMNS, net, *shape, reach / PITCH_MM)
        if via:  # not into solder, and holes apart
            reach = pad.round_mm + radius_mm + (0.25 if pad.drill_mm else 0.05)
            claim(grid, COLUMNS, -2, *shape, reach / PITCH_MM)

    def _tasks(self) -> list[_Task]:
        by_net: dict[str, list[Pad]] = {}
        for pad in self.pads:
            if pad.plated:
                by_net.setdefault(pad.net, []).append(pad)
        tasks: list[_Task] = []
        for name, members in sorted(by_net.items()):
            number, width = self.numbers[name], track_mm(name)
            if name in PLANES:
                thermal = {(p.reference, p.number) for p in members if p.drill_mm}
                for pad in members:
                    if not pad.drill_mm and (pad.reference, pad.number) not in thermal:
                        label = f"{name} {pad.reference}.{pad.number}"
                        tasks.append(_Task(label, number, width, [_cells(pad)], True, []))
            elif len(members) > 1:
                tasks.append(_Task(name, number, width, [_cells(p) for p in members], False, []))
        return sorted(tasks, key=lambda t: (not t.to_plane, _span(t), t.name))

    def run(self, report: bool = False) -> Routing:
        """Route everything.

        Raises:
            UnroutableError: no way for a net, or no peace after all rounds.
        """
        present = 0.6
        for attempt in range(ROUNDS):
            todo = [t for t in self.tasks if attempt == 0 or t.conflicts]
            for task in todo:
                self._mark(task, -1)
                self._route(task, present)
                self._mark(task, 1)
            fought = self._settle(1.0 + attempt / 8)
            if report:
                names = [t.name for t in self.tasks if t.conflicts]
                print(
                    f"round {attempt + 1}: {fought} cells in dispute, {len(names)} nets {names[:6]}",
                    flush=True,
                )
            if not fought:
                return self._result()
            present = min(present * 1.35, 60.0)
        raise UnroutableError(f"still in dispute: {[t.name for t in self.tasks if t.conflicts]}")

    def _route(self, task: _Task, present: float) -> None:
        task.cells = []
        if task.to_plane:
            task.cells.append(self._way(task, task.groups[0], [], present))
            return
        tree, waiting = list(task.groups[0]), task.groups[1:]
        while waiting:
            targets = [cell for group in waiting for cell in group]
            way = self._way(task, tree, targets, present)
            waiting = [group for group in waiting if way[0] not in group]
            reached = next(group for group in task.groups if way[0] in group)
            task.cells.append(way)
            tree += [*way, *reached]

    def _way(self, task: _Task, sources: list[int], targets: list[int], present: float) -> list[int]:
        mask = np.zeros(2 * PLANE, np.uint8)
        mask[targets] = 1
        at = np.array(targets or [0]) % PLANE
        rows, columns = at // COLUMNS, at % COLUMNS
        box = np.array([rows.min(), rows.max(), columns.min(), columns.max()], np.int64)
        way = cheapest(
            task.net, ROWS, COLUMNS, np.array(sorted(set(sources)), np.int64), mask, task.to_plane, box,
            self.track_owner[task.width], self.via_owner, self.track_use[task.width], self.via_use,
            self.history, present,
        )  # fmt: skip
        if not way.size:
            raise UnroutableError(f"no way at all for {task.name}")
        return [int(cell) for cell in way]

    def _mark(self, task: _Task, amount: int) -> None:
        for way in task.cells:
            for cell in way:
                layer, at = divmod(cell, PLANE)
                self._stamp(at, layer, task.width / 2, amount)
            for at in _vias(way, task.to_plane):
                for layer in (0, 1):
                    self._stamp(at, layer, VIA_MM / 2, amount)

    def _stamp(self, at: int, layer: int, radius_mm: float, amount: int) -> None:
        row, column = divmod(at, COLUMNS)
        for width in self.widths:
            reach = radius_mm + width / 2 + CLEARANCE_MM + MARGIN_MM
            use = self.track_use[width][layer * PLANE : (layer + 1) * PLANE]
            stamp(use, COLUMNS, row, column, reach / PITCH_MM, amount)
        reach = radius_mm + VIA_MM / 2 + CLEARANCE_MM + MARGIN_MM
        stamp(self.via_use, COLUMNS, row, column, reach / PITCH_MM, amount)

    def _settle(self, step: float) -> int:
        """Count what is fought over, and make it dearer."""
        fought = 0
        for task in self.tasks:
            self._mark(task, -1)
            task.conflicts = 0
            for way in task.cells:
                disputed = [cell for cell in way if self.track_use[task.width][cell] > 0]
                crowded = [at for at in _vias(way, task.to_plane) if self.via_use[at] > 0]
                task.conflicts += len(disputed) + len(crowded)
                self.history[disputed] += 0.4 * step
                for at in crowded:
                    self.history[[at, at + PLANE]] += step
            fought += task.conflicts
            self._mark(task, 1)
        return fought

    def _result(self) -> Routing:
        names = {number: name for name, number in self.numbers.items()}
        tracks: list[Track] = []
        vias: list[tuple[str, float, float]] = []
        for task in self.tasks:
            name = names[task.net]
            for way in task.cells:
                tracks += _tracks(way, name, task.width)
                vias += [(name, *_place(at)) for at in _vias(way, task.to_plane)]
        unique = sorted(set(tracks), key=lambda t: (t.net, t.layer, t.start, t.end))
        return Routing(tuple(unique), tuple(sorted(set(vias))))


def _cells(pad: Pad) -> list[int]:
    """Cells whose centre lies on a pad."""
    cells: list[int] = []
    reach_x, reach_y = pad.half_x + pad.round_mm, pad.half_y + pad.round_mm
    for row in range(int((pad.y - reach_y) / PITCH_MM), int((pad.y + reach_y) / PITCH_MM) + 2):
        for column in range(int((pad.x - reach_x) / PITCH_MM), int((pad.x + reach_x) / PITCH_MM) + 2):
            dx = max(abs(column * PITCH_MM - pad.x) - pad.half_x, 0.0)
            dy = max(abs(row * PITCH_MM - pad.y) - pad.half_y, 0.0)
            if (dx * dx + dy * dy) ** 0.5 <= max(pad.round_mm - 0.02, 1e-6):
                cells.append(row * COLUMNS + column)
    if pad.drill_mm:
        cells += [cell + PLANE for cell in cells]
    return cells


def _span(task: _Task) -> int:
    at = np.array([group[0] % PLANE for group in task.groups])
    return int(np.ptp(at // COLUMNS) + np.ptp(at % COLUMNS))


def _vias(way: list[int], to_plane: bool) -> list[int]:
    found = [a % PLANE for a, b in pairwise(way) if a // PLANE != b // PLANE]
    return [*found, way[0] % PLANE] if to_plane else found


def _place(cell: int) -> tuple[float, float]:
    row, column = divmod(cell % PLANE, COLUMNS)
    return round(column * PITCH_MM, 3), round(row * PITCH_MM, 3)


def _tracks(way: list[int], net: str, width: float) -> list[Track]:
    """The way as the fewest straight pieces."""
    tracks: list[Track] = []
    start = 0
    for i in range(1, len(way)):
        turns = i + 1 == len(way) or way[i + 1] - way[i] != way[i] - way[i - 1]
        if not turns:
            continue
        if way[i] // PLANE == way[start] // PLANE and way[i] != way[start]:
            layer = LAYERS[way[i] // PLANE]
            tracks.append(Track(net, layer, width, _place(way[start]), _place(way[i])))
        start = i
        if i + 1 < len(way) and way[i + 1] // PLANE != way[i] // PLANE:
            continue
    return tracks


def save(routing: Routing, path: Path) -> None:
    """Write a routing: one line a piece of copper."""
    tracks = [json.dumps([t.net, t.layer, t.width, t.start, t.end]) for t in routing.tracks]
    vias = [json.dumps(list(via)) for via in routing.vias]
    lines = ",\n".join(tracks), ",\n".join(vias)
    path.write_text(f'{{"tracks": [\n{lines[0]}\n],\n"vias": [\n{lines[1]}\n]}}\n', encoding="utf-8")


def load(path: Path) -> Routing:
    """Read a routing that `save` wrote."""
    data = json.loads(path.read_text(encoding="utf-8"))
    tracks = tuple(
        Track(net, layer, width, (a[0], a[1]), (b[0], b[1])) for net, layer, width, a, b in data["tracks"]
    )
    return Routing(tracks, tuple((net, x, y) for net, x, y in data["vias"]))


def main() -> int:
    """Route the board anew and write `routes.json`."""
    from hardware.board.design import design

    target = Path(__file__).parent / "routes.json"
    save(Router(design()).run(report=True), target)
    print(f"wrote {target.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
