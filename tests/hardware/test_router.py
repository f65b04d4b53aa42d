"""The router's search on small boards whose best way is plain to see."""

from itertools import pairwise

import numpy as np
import pytest

from hardware.board.build import ROUTES
from hardware.board.design import design
from hardware.board.libraries import available
from hardware.board.router import ROWS, Router, Routing, Track, load, save
from hardware.board.search import cheapest

SIDE = 12
PLANE = SIDE * SIDE


def way(
    start: int, goal: int, front: np.ndarray, back: np.ndarray | None = None, used: np.ndarray | None = None
) -> list[int]:
    """Cheapest way of net 1 from one cell of the front to another, over the given owner maps."""
    free = np.full(PLANE, -1, np.int32)
    owner = np.concatenate([front, free if back is None else back]).astype(np.int32)
    target = np.zeros(2 * PLANE, np.uint8)
    target[goal] = 1
    row, column = divmod(goal % PLANE, SIDE)
    found = cheapest(
        1, SIDE, SIDE, np.array([start], np.int64), target, False, np.array([row, row, column, column]),
        owner, free, np.zeros(2 * PLANE, np.int32) if used is None else used, np.zeros(PLANE, np.int32),
        np.zeros(2 * PLANE, np.float32), 5.0,
    )  # fmt: skip
    return [int(cell) for cell in found]


def wall(row: int, owner: int = -2) -> np.ndarray:
    cells = np.full((SIDE, SIDE), -1, np.int32)
    cells[row] = owner
    return cells.reshape(-1)


def test_an_open_board_gives_the_straight_line() -> None:
    assert way(0, 9 * SIDE, np.full(PLANE, -1, np.int32)) == [row * SIDE for row in range(9, -1, -1)]


def test_a_wall_is_passed_on_the_other_layer_with_two_vias() -> None:
    found = way(0, 9 * SIDE, wall(5))
    layers = [cell // PLANE for cell in found]
    assert layers[0] == layers[-1] == 0 and 1 in layers
    assert sum(a != b for a, b in pairwise(layers)) == 2


def test_a_wall_on_both_layers_has_no_way() -> None:
    assert way(0, 9 * SIDE, wall(5), wall(5)) == []


def test_the_own_pad_may_be_crossed_and_that_of_others_not() -> None:
    assert way(0, 9 * SIDE, wall(5, owner=1), wall(5))
    assert not way(0, 9 * SIDE, wall(5, owner=2), wall(5))


def test_copper_of_others_is_avoided_while_that_is_cheaper() -> None:
    used = np.zeros(2 * PLANE, np.int32)
    used[: 5 * SIDE + 1] = 0
    used[5 * SIDE : 5 * SIDE + 3] = 1  # a track of another net in the first three columns
    found = way(0, 9 * SIDE, np.full(PLANE, -1, np.int32), used=used)
    assert found and not any(used[cell] for cell in found)


def test_a_routing_survives_its_file(tmp_path: object) -> None:
    routing = Routing((Track("A", "F.Cu", 0.15, (1.0, 2.0), (3.5, 2.0)),), (("GND", 4.0, 5.0),))
    path = tmp_path / "routes.json"  # type: ignore[operator]
    save(routing, path)
    assert load(path) == routing


def test_the_committed_routes_name_only_nets_of_the_design() -> None:
    routing, nets = load(ROUTES), set(design().nets())
    assert {track.net for track in routing.tracks} | {net for net, _, _ in routing.vias} <= nets
    assert all(0 < y < ROWS * 0.1 for _, _, y in routing.vias)


@pytest.mark.hardware
@pytest.mark.skipif(not available(), reason="KiCad's libraries are not installed: run hardware/install")
def test_the_router_finds_the_committed_routes_again() -> None:
    assert Router(design()).run() == load(ROUTES)
