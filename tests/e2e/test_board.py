"""The virtual board as engineers see it: mpremote on its serial port, resets, sleep, clock, pins."""

import hashlib
import itertools
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from plantigrade.twin.board_spec import BoardSpec, Feed
from plantigrade.twin.body import write_feed

from tests.e2e.twin_kit import UNIQUE_ID, board, mpremote

pytestmark = [pytest.mark.micropython, pytest.mark.radio]  # processes that want the machine for themselves

TICKING = """
import machine, time
ticks = 0
def tick(timer):
    global ticks
    ticks += 1
timer = machine.Timer(0)
timer.init(mode=machine.Timer.PERIODIC, period=10, callback=tick)
print("up")
while True:
    time.sleep_ms(100)
"""


async def test_mpremote_works_while_firmware_runs(tmp_path: Path) -> None:
    source = tmp_path / "data.bin"
    source.write_bytes(bytes(itertools.islice(itertools.cycle(range(251)), 20_000)))
    async with board(tmp_path / "board", TICKING) as (one, console):
        await console.line("up")
        port = one.serial_port
        assert "main.py" in await mpremote(port, "fs", "ls")
        assert (await mpremote(port, "exec", "print(6 * 7)")).strip() == "42"
        await mpremote(port, "fs", "cp", str(source), ":data.bin")
        listed = await mpremote(port, "fs", "sha256sum", ":data.bin")
        assert hashlib.sha256(source.read_bytes()).hexdigest() in listed
        await mpremote(port, "fs", "cp", ":data.bin", str(tmp_path / "back.bin"))
        assert (tmp_path / "back.bin").read_bytes() == source.read_bytes()
        await mpremote(port, "soft-reset")
        boots = one.state.boots
        await mpremote(port, "reset")
        await one.wait_until(lambda state: state.resets[-1:] == ["hard"] and state.boots > boots + 1)
        assert (await mpremote(port, "eval", "1 + 2")).strip() == "3"
    assert "hard" in one.state.resets
    assert one.state.crashes == 0


async def test_mpremote_right_behind_a_reset_waits_for_the_start(tmp_path: Path) -> None:
    async with board(tmp_path / "board", TICKING) as (one, console):
        await console.line("up")
        for number in range(3):
            await mpremote(one.serial_port, "reset")
            assert (await mpremote(one.serial_port, "eval", str(number))).strip() == str(number)


async def test_ctrl_c_reaches_firmware_that_is_nearly_always_in_a_callback(tmp_path: Path) -> None:
    busy = TICKING.replace("    ticks += 1", "    ticks += 1\n    time.sleep_us(8000)")
    async with board(tmp_path / "board", busy) as (one, console):
        await console.line("up")
        for _ in range(5):
            assert (await mpremote(one.serial_port, "eval", "3")).strip() == "3"


RESETS = """
import machine, os
names = {1: "power", 2: "hard", 3: "watchdog", 4: "deepsleep", 5: "soft"}
seen = open("seen").read() if "seen" in os.listdir() else ""
seen += names[machine.reset_cause()] + " "
with open("seen", "w") as file:
    file.write(seen)
step = len(seen.split())
if step == 1:
    machine.reset()
elif step == 2:
    machine.deepsleep(20)
elif step == 3:
    machine.WDT(timeout=100)
    while True:
        pass
elif step == 4:
    machine.soft_reset()
print("SEEN", seen)
"""


async def test_what_is_typed_behind_ctrl_c_is_for_the_prompt_not_for_firmware(tmp_path: Path) -> None:
    reads = TICKING.replace("    ticks += 1", "    ticks += 1\n    time.sleep_us(8000)").replace(
        "    time.sleep_ms(100)", "    if typed.poll(100):\n        sys.stdin.read(1)"
    )
    listens = "import select, sys\ntyped = select.poll()\ntyped.register(sys.stdin, select.POLLIN)\n"
    async with board(tmp_path / "board", listens + reads) as (one, console):
        await console.line("up")
        assert (await mpremote(one.serial_port, "eval", "3")).strip() == "3"


async def test_every_reset_tells_its_cause_and_keeps_the_file_system(tmp_path: Path) -> None:
    async with board(tmp_path / "board", RESETS) as (_, console):
        assert await console.line("SEEN ") == "power hard deepsleep watchdog soft"


CLOCK = """
import machine, time
from array import array
PERIOD = 1 << 30
print("PERIOD", time.ticks_add(0, -1) + 1 == PERIOD)
worst = 0
before = time.ticks_us()
seen = [0]
def tick(timer):
    seen[0] += 1
machine.Timer(-1, period=5, callback=tick)
steps = 0
while seen[0] < 200:
    now = time.ticks_us()
    step = time.ticks_diff(now, before)
    if step < 0:
        print("BACK", step)
    before = now
    steps += 1
print("WRAPPED", before < 500000000)
print("TIME", time.ticks_us())
"""


async def test_ticks_wrap_as_on_the_chip_and_never_run_back(tmp_path: Path) -> None:
    offset_us = (1 << 30) - 300_000
    spec = BoardSpec("left", UNIQUE_ID, clock_offset_us=offset_us)
    async with board(tmp_path / "board", CLOCK, spec) as (_, console):
        assert await console.line("PERIOD ") == "True"
        assert await console.line("WRAPPED ") == "True"
    assert "BACK" not in console.text


HELD = """
from sim import clock
def hold(us):
    until = clock.crystal_us() + us
    while clock.crystal_us() < until:
        pass
due = clock.device_us()
clock.begin_callback(due)
hold(20000)
print("FIRST", clock.device_us() - due)
hold(2000)
print("THEN", clock.device_us() - due >= 2000)
clock.end_callback()
print("AFTER", clock.device_us() - due >= 22000)
"""


async def test_a_callback_that_the_computer_holds_up_still_sees_the_time_at_which_it_was_due(
    tmp_path: Path,
) -> None:
    async with board(tmp_path / "board", HELD) as (_, console):
        assert await console.line("FIRST ") == "0"
        assert await console.line("THEN ") == "True"
        assert await console.line("AFTER ") == "True"


SAY_TIME = """
import select, sys, time
typed = select.poll()
typed.register(sys.stdin, select.POLLIN)
while True:
    if typed.poll(1000):
        sys.stdin.readline()
        print("TIME", time.ticks_us())
"""


@pytest.mark.parametrize("drift_ppm", [0.0, 500.0, -20_000.0])
async def test_the_clock_drifts_as_set_and_the_host_knows_what_it_shows(
    tmp_path: Path, drift_ppm: float
) -> None:
    spec = BoardSpec("left", UNIQUE_ID, drift_ppm=drift_ppm)
    async with board(tmp_path / "board", SAY_TIME, spec) as (one, console):
        for asked in range(1, 4):
            before_ns = time.monotonic_ns()
            one.serial.type(b"\n")
            shown = int(await console.line("TIME ", asked))
            after_ns = time.monotonic_ns()
            truth = one.true_clock()
            assert truth.device_us(before_ns) - 1 <= shown <= truth.device_us(after_ns) + 1
            assert truth.host_monotonic_ns(truth.device_us(after_ns)) == pytest.approx(after_ns, abs=1000)
        one.set_clock(drift_ppm=0.0, step_us=5_000_000)
        await one.wait_until(lambda _: len(one.true_clock().rules) == 2)
        now_ns = time.monotonic_ns()
        stepped, before = one.true_clock().rules[-1], one.true_clock().rules[0]
        step = stepped.device_us(stepped.origin_us) - before.device_us(stepped.origin_us)
        assert step == pytest.approx(5_000_000, abs=2)
        assert one.true_clock().device_us(now_ns) > before.device_us(now_ns / 1000) + 4_000_000


SCAN = """
import gc, machine, micropython
import boards
from drivers import lsm6dso
from drivers.force_array import ForceArray
from array import array
from time import sleep_ms, ticks_add, ticks_us
b = boards.current()
force = ForceArray(b)
bus = machine.I2C(b.I2C_ID, scl=machine.Pin(b.I2C_SCL_PIN), sda=machine.Pin(b.I2C_SDA_PIN))
imu = lsm6dso.probe(bus, b.IMU_ADDRESS)
imu.axes = b.IMU_AXES_RIGHT
row = array("H", bytes(32))
motion = array("h", bytes(12))
def scan():
    before = gc.mem_alloc()
    force.scan(row, 0)
    imu.motion_at(ticks_add(ticks_us(), -20000), motion, 0)
    return gc.mem_alloc() - before
grew = 0
for number in range(50):
    sleep_ms(20)
    imu.collect()  # the virtual chip allocates for it
    if number < 20:
        scan()
        continue
    micropython.heap_lock()
    grew += scan()
    micropython.heap_unlock()
print("GREW", grew)
print("MOTION", *motion)
print("ROW", *row)
force.power(False)
print("REST", machine.ADC(machine.Pin(b.ADC_PIN)).read_u16() >> 4)
"""


async def test_the_converter_reads_the_feed_by_layout_place_and_allocates_nothing(tmp_path: Path) -> None:
    counts = (np.arange(16, dtype=np.uint16) * 200 + 100).reshape(1, 16)
    write_feed(tmp_path / "feed.bin", np.repeat(counts, 10, axis=0), 100.0)
    feed = Feed(tmp_path / "feed.bin", time.monotonic_ns())
    async with board(tmp_path / "board", SCAN, feed=feed, libraries=True) as (_, console):
        assert await console.line("GREW ") == "0"
        assert [int(word) for word in (await console.line("ROW ")).split()] == counts[0].tolist()
        x, _, z, _, pitch_rate, _ = [int(word) for word in (await console.line("MOTION ")).split()]
        assert abs(z - 2048) < 13 and abs(x) < 50 and abs(pitch_rate) < 50  # loaded: stands on the ground
        assert int(await console.line("REST ")) == pytest.approx(250 / 3100 * 4095, abs=2)


def test_a_feed_is_what_the_chip_side_expects(tmp_path: Path) -> None:
    write_feed(tmp_path / "feed.bin", np.full((3, 16), 4095, dtype=np.uint16), 100.0)
    raw = (tmp_path / "feed.bin").read_bytes()
    assert struct.unpack("<4sHHIQ", raw[:20]) == (b"PGFD", 1, 16, 100, 3)
    assert len(raw) == 32 + 3 * 32
