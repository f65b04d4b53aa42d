"""The inner loop of the router: cheapest way over two layers of a grid, compiled."""

import heapq

import numba
import numpy as np
import numpy.typing as npt

VIA_COST = 12.0
DIAGONAL = 1.41421356

Grid = npt.NDArray[np.int32]
Costs = npt.NDArray[np.float32]


@numba.njit(cache=True)
def cheapest(  # noqa: C901, PLR0912 - one compiled loop
    net: int,
    rows: int,
    columns: int,
    sources: npt.NDArray[np.int64],
    is_target: npt.NDArray[np.uint8],
    end_at_via: bool,
    box: npt.NDArray[np.int64],
    track_owner: Grid,
    via_owner: Grid,
    track_use: Grid,
    via_use: Grid,
    history: Costs,
    present: float,
) -> npt.NDArray[np.int64]:
    """Cells from a source to a target, last first; empty when there is no way.

    Cells are numbered layer * rows * columns + row * columns + column. Owner maps: -1 free, -2 nobody,
    else the only net that may pass. Use maps: how often tracks of others forbid this cell; `present` is
    the price of that. With `end_at_via` the way ends where a via to a plane may be set (implied at its last
    cell). `box` bounds the targets (row and column, first and last) for the estimate of what is left.
    """
    plane = rows * columns
    total = 2 * plane
    best = np.full(total, np.float32(np.inf), dtype=np.float32)
    parent = np.full(total, -1, dtype=np.int64)
    heap = [(np.float32(0.0), np.int64(0))]
    heap.clear()
    for cell in sources:
        best[cell] = 0.0
        heap.append((np.float32(0.0), cell))
    heapq.heapify(heap)
    while len(heap) > 0:
        estimate, cell = heapq.heappop(heap)
        at = cell % plane
        row, column = at // columns, at % columns
        cost = best[cell]
        left = 0.0 if end_at_via else _left(row, column, box)
        if estimate > cost + left + 1e-3:
            continue
        if end_at_via:
            if _free(via_owner[at], net) and via_use[at] == 0:
                return _trace(parent, cell)
        elif is_target[cell]:
            return _trace(parent, cell)
        layer = cell // plane
        for down in range(-1, 2):
            for right in range(-1, 2):
                r, c = row + down, column + right
                if (down == 0 and right == 0) or r < 0 or c < 0 or r >= rows or c >= columns:
                    continue
                there = layer * plane + r * columns + c
                if not _free(track_owner[there], net):
                    continue
                step = DIAGONAL if down != 0 and right != 0 else 1.0
                price = cost + step * (1.0 + history[there]) + (present if track_use[there] > 0 else 0.0)
                if price < best[there] - 1e-4:
                    best[there] = price
                    parent[there] = cell
                    more = 0.0 if end_at_via else _left(r, c, box)
                    heapq.heappush(heap, (np.float32(price + more), there))
        if not end_at_via and _free(via_owner[at], net):
            there = (1 - layer) * plane + at
            if _free(track_owner[there], net):
                price = cost + VIA_COST + (4 * present if via_use[at] > 0 else 0.0) + history[there]
                if price < best[there] - 1e-4:
                    best[there] = price
                    parent[there] = cell
                    heapq.heappush(heap, (np.float32(price + _left(row, column, box)), there))
    return np.empty(0, dtype=np.int64)


@numba.njit(cache=True)
def _free(owner: int, net: int) -> bool:
    return owner == -1 or owner == net


@numba.njit(cache=True)
def _left(row: int, column: int, box: npt.NDArray[np.int64]) -> float:
    down = max(box[0] - row, row - box[1], 0)
    right = max(box[2] - column, column - box[3], 0)
    return max(down, right) + (DIAGONAL - 1.0) * min(down, right)


@numba.njit(cache=True)
def _trace(parent: npt.NDArray[np.int64], cell: int) -> npt.NDArray[np.int64]:
    count = 1
    at = cell
    while parent[at] >= 0:
        at = parent[at]
        count += 1
    cells = np.empty(count, dtype=np.int64)
    for i in range(count):
        cells[i] = cell
        cell = parent[cell]
    return cells


@numba.njit(cache=True)
def stamp(use: Grid, columns: int, row: int, column: int, radius: float, amount: int) -> None:
    """Add `amount` to every cell of one layer nearer than `radius` cells to a place."""
    rows = use.size // columns
    reach = int(radius)
    for down in range(-reach, reach + 1):
        for right in range(-reach, reach + 1):
            r, c = row + down, column + right
            if 0 <= r < rows and 0 <= c < columns and down * down + right * right < radius * radius:
                use[r * columns + c] += amount


@numba.njit(cache=True)
def claim(
    owner: Grid,
    columns: int,
    net: int,
    x: float,
    y: float,
    half_x: float,
    half_y: float,
    radius: float,
) -> None:
    """Give the cells nearer than `radius` to a box to `net`, to nobody where another net has them."""
    rows = owner.size // columns
    top, bottom = int(y - half_y - radius) - 1, int(y + half_y + radius) + 2
    first, last = int(x - half_x - radius) - 1, int(x + half_x + radius) + 2
    for r in range(max(0, top), min(rows, bottom)):
        for c in range(max(0, first), min(columns, last)):
            dx = max(abs(c - x) - half_x, 0.0)
            dy = max(abs(r - y) - half_y, 0.0)
            if dx * dx + dy * dy < radius * radius:
                here = owner[r * columns + c]
                owner[r * columns + c] = net if here == -1 or here == net else -2
