"""Ten steps on a new pair: counted of each foot without calibration; what does not arrive is not counted."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.signals import Foot
from plantigrade.service.live_frames.steps import StepsSeen, count_steps, steps_in

from tests.host.service.live_frames.frames_kit import Insoles, walked

STEP = [0.0, 300, 600, 500, 700, 20]


@pytest.mark.parametrize(
    ("load_n", "steps"),
    [
        ([], 0),
        ([0] * 50, 0),
        ([600] * 50, 0),
        (STEP * 5, 5),
        ([*STEP * 3, *[600] * 20], 4),
        ([50, 0] * 9, 0),
        ([0, 300, 280, 310, 250, 320, 5, 400, 0], 2),
        ([float("nan")] * 3 + STEP * 2, 2),
    ],
)
def test_how_often_a_foot_came_down(load_n: list[float], steps: int) -> None:
    assert steps_in(np.nan_to_num(np.array(load_n, float))) == steps


@pytest.mark.parametrize(
    ("left", "right", "enough"), [(5, 5, True), (4, 6, True), (9, 1, False), (10, 0, False), (4, 5, False)]
)
def test_both_feet_walk(left: int, right: int, enough: bool) -> None:
    assert StepsSeen(left, right, left > 0, right > 0).are_enough is enough


@pytest.mark.parametrize("feet", [tuple(Foot), (Foot.LEFT,), ()])
async def test_steps_of_the_feet_that_arrive(feet: tuple[Foot, ...], tmp_path: Path) -> None:
    insoles = Insoles.on(tmp_path)
    counting = asyncio.create_task(count_steps(insoles.frames, "P001", 9.0, insoles.now_ns))
    await asyncio.sleep(0)
    await insoles.send(walked(), insoles.now_s + 0.05, feet)
    await asyncio.gather(*insoles.frames._asked.values())  # calibrations are read in a thread
    await insoles.send(walked(), insoles.now_s + 9.5, feet)
    seen = await counting
    insoles.library.close()
    assert (seen.left_arrives, seen.right_arrives) == (Foot.LEFT in feet, Foot.RIGHT in feet)
    if len(feet) == 2:
        assert seen.are_enough and abs(seen.left - seen.right) <= 1
    else:
        assert not seen.are_enough and seen.right == 0
