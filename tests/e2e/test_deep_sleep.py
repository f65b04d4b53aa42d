"""The virtual board asleep: it wakes when its body moves or its button is pressed, as it was told to."""

import asyncio
import time
from pathlib import Path

import numpy as np
import pytest
from plantigrade.twin.board_spec import Feed
from plantigrade.twin.body.feed import write_feed
from plantigrade.twin.deep_sleep import next_motion_s

from tests.e2e.twin_kit import board

RATE_HZ = 100
BUTTON = 0

SLEEPER = """
import boards, drivers, machine
from drivers.battery import Battery
from insole.faults import Faults
from insole.i2c_bus import I2cBus
from insole.power import Power
board = boards.current()
bus = I2cBus(board)
imu = drivers.probe("lsm6dso", bus, board.IMU_ADDRESS)
gauge = drivers.probe("max17048", bus, board.GAUGE_ADDRESS)
battery = Battery(board, gauge)
power = Power(board, battery, Faults(), imu)
power.before_stop = lambda: None
print("BOOT", machine.reset_cause(), battery.millivolts, battery.percent)
if machine.reset_cause() == 1:
    power.{how}
"""


def feed_with_motion(path: Path, still_s: float) -> Path:
    """Nothing for so long, then a foot that comes and goes each half second."""
    codes = np.full((round((still_s + 60) * RATE_HZ), 16), 330, np.uint16)
    step = np.arange(len(codes)) // (RATE_HZ // 2) % 2 == 1
    step[: round(still_s * RATE_HZ)] = False
    codes[step] = 1500
    write_feed(path, codes, RATE_HZ)
    return path


@pytest.mark.micropython
@pytest.mark.radio
@pytest.mark.untimed
async def test_it_sleeps_until_the_body_moves(tmp_path: Path) -> None:
    feed = Feed(feed_with_motion(tmp_path / "feed.bin", 4.0), time.monotonic_ns(), loop=False)
    script = SLEEPER.format(how="sleep_until_moved(imu)")
    async with board(tmp_path / "board", script, feed=feed, libraries=True) as (one, console):
        assert await console.line("BOOT") == "1 3900 64", "the gauge is asked"
        await one.wait_until(lambda state: state.resets == ["deepsleep"])
        await console.line("BOOT", 2)
        assert time.monotonic_ns() - feed.start_ns > 4.3e9
        assert one.state.boots == 2


@pytest.mark.micropython
@pytest.mark.radio
@pytest.mark.untimed
async def test_its_button_wakes_it_and_no_other_pin(tmp_path: Path) -> None:
    script = SLEEPER.format(how="sleep(0)")
    async with board(tmp_path / "board", script, libraries=True) as (one, console):
        await one.wait_until(lambda state: state.resets == ["deepsleep"])
        one.set_pin(18, 0)
        await asyncio.sleep(0.2)
        assert one.state.boots == 1
        one.set_pin(BUTTON, 0)
        await console.line("BOOT", 2)


@pytest.mark.parametrize(
    ("at_s", "loop", "expected_s"),
    [(0.0, True, 4.5), (4.4, False, 0.1), (5.2, False, 0.3), (-1.0, False, 5.5), (63.9, True, 4.6)],
)
def test_the_next_motion_of_a_feed(tmp_path: Path, at_s: float, loop: bool, expected_s: float) -> None:
    path = feed_with_motion(tmp_path / "feed.bin", 4.0)
    now_ns = 10**12
    feed = Feed(path, now_ns - round(at_s * 1e9), loop)
    assert next_motion_s(feed, now_ns) == pytest.approx(expected_s, abs=0.011)


def test_a_body_that_never_moves_wakes_nobody(tmp_path: Path) -> None:
    write_feed(tmp_path / "still.bin", np.full((100, 16), 330, np.uint16), RATE_HZ)
    assert next_motion_s(Feed(tmp_path / "still.bin"), 0) == float("inf")
    assert next_motion_s(Feed(), 0) == float("inf")
