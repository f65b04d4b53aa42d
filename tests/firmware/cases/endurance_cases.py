"""What keeps an insole going: reduced rate, battery limits, watchdog, reboot, erasing, IMU, wear states."""

import chip  # first: puts its time in place
import asyncio
import machine
from workbench import REST, Central, Workbench

from drivers.battery import UNKNOWN, percent_of
from drivers.lsm6dso import probe
from insole.steps import StepCounter
from insole.watchdog import Progress
from insole_protocol import ids


def press(count):
    for index in range(16):
        chip.sensors[index] = count


def run_tasks():
    """Let the created tasks run to their end."""

    async def a_second():
        for _ in range(200):
            chip.advance(5000)
            await asyncio.sleep_ms(0)

    asyncio.get_event_loop().run_until_complete(a_second())


def test_a_still_foot_is_stored_at_a_reduced_rate_and_every_slot_is_accounted_for():
    bench = Workbench()
    press(REST + 300)
    bench.slots(80 * 20 + 10)
    blocks, gaps = bench.stored()
    assert gaps == []
    rates = [b.header.slots_per_frame for b in blocks]
    assert rates[0] == 1 and rates[-1] > 1, rates
    assert sum(b.header.slots for b in blocks) == 80 * 20
    assert all(count == REST + 300 for b in blocks for count in b.frames), "a mean of equals is equal"
    chip.sensors[3] = REST + 900  # the first movement and what came just before it are kept in full
    moved_seq = bench.insole.sampler.sampled
    bench.slots(100)
    blocks, gaps = bench.stored()
    assert gaps == []
    for block in blocks:
        if block.header.seq <= moved_seq < block.header.end_seq:
            assert block.header.slots_per_frame == 1
    seqs = [(b.header.seq, b.header.end_seq) for b in blocks]
    assert all(seqs[i][1] == seqs[i + 1][0] for i in range(len(seqs) - 1))


def test_live_mode_is_always_at_the_full_rate():
    bench = Workbench()
    bench.insole.modes.set(ids.MODE_LIVE)
    bench.slots(1000)
    blocks, _ = bench.stored()
    assert {b.header.slots_per_frame for b in blocks} == {1}


def test_battery_curve():
    table = (
        (0, UNKNOWN),
        (2400, UNKNOWN),
        (3000, 0),
        (3300, 0),
        (3450, 5),
        (3780, 45),
        (4180, 100),
        (4300, 100),
    )
    for millivolts, percent in table:
        assert percent_of(millivolts) == percent, millivolts
    last = 0
    for millivolts in range(2500, 4400):
        assert last <= percent_of(millivolts) <= 100
        last = percent_of(millivolts)


def test_an_empty_battery_means_an_orderly_stop_unless_it_is_charging():
    bench = Workbench()
    bench.slots(300)
    chip.supply["battery_mv"] = 3100
    try:
        chip.pins[chip.board.CHARGING_PIN] = 0
        for _ in range(400):
            bench.firmware.housekeeping.round()
        assert chip.events == [] and bench.insole.faults.flags & ids.FAULT_BATTERY
        chip.pins[chip.board.CHARGING_PIN] = 1
        for _ in range(60):
            bench.firmware.housekeeping.round()
            if chip.events:
                break
        assert chip.events[0] == "deepsleep 600000"
        assert not bench.insole.sampler.running
        end = bench.insole.blocks.next_seq
        bench = Workbench(fresh=False)
        assert bench.insole.recorder.next_seq == end, "an orderly stop leaves no number in doubt"
    finally:
        chip.supply["battery_mv"] = 3900
        chip.pins[chip.board.CHARGING_PIN] = 1


def test_without_a_cell_nothing_sleeps():
    bench = Workbench()
    chip.supply["battery_mv"] = 0
    try:
        for _ in range(400):
            bench.firmware.housekeeping.round()
        assert chip.events == [] and bench.insole.battery.percent == UNKNOWN
    finally:
        chip.supply["battery_mv"] = 3900


def test_reboot_answers_first_and_closes_the_log():
    for kind, event in ((ids.REBOOT_NORMAL, "reset"), (ids.REBOOT_BOOT_LOADER, "bootloader")):
        bench = Workbench()
        host = Central(bench)
        host.hello()
        bench.slots(300)
        assert host.ask(ids.OP_REBOOT, kind).result == 0
        assert chip.events == []
        run_tasks()
        assert chip.events[0] == event
        end = bench.insole.blocks.next_seq
        assert Workbench(fresh=False).insole.recorder.next_seq == end


def test_erasing_the_log_goes_on_beside_sampling():
    bench = Workbench()
    host = Central(bench)
    host.hello()
    bench.slots(2000)
    assert host.ask(ids.OP_LOG_ERASE, 0x013F7A28).result == 0
    assert host.ask(ids.OP_LOG_READ, 0, 10, 0).result == ids.RESULT_BUSY
    run_tasks()
    assert not bench.insole.erasing
    bench.slots(200)
    blocks, gaps = bench.stored()
    assert gaps[0][2] == ids.GAP_ERASED and blocks[0].header.seq >= gaps[0][1]


def test_the_watchdog_is_fed_by_progress_only():
    bench = Workbench()
    blocks, sampler = bench.insole.blocks, bench.insole.sampler
    goes_on = Progress(lambda: blocks.next_seq, lambda: not sampler.running)
    bench.slots(200)
    assert goes_on()
    assert not goes_on(), "no new record since"
    bench.slots(200)
    assert goes_on()
    for _ in range(300):  # samples are taken, but nobody makes records of them
        chip.advance(10000)
        chip.timers[0].fire()
    assert sampler.lost > 0
    assert not goes_on()
    bench.insole.modes.set(ids.MODE_IDLE)
    assert goes_on() and goes_on(), "idle is no fault"


def test_a_watchdog_reset_is_told_after_the_boot():
    chip.supply["cause"] = machine.WDT_RESET
    try:
        assert Workbench().insole.faults.flags & ids.FAULT_WATCHDOG
    finally:
        chip.supply["cause"] = machine.PWRON_RESET


def test_the_imu_is_found_read_and_missed():
    bus = machine.I2C(0)
    assert probe(bus, 0x6A) is None
    chip.registers[0x0F] = 0x6C
    try:
        imu = probe(bus, 0x6A)
        assert (chip.registers[0x10], chip.registers[0x11], chip.registers[0x12]) == (
            0x44,
            0x4C,
            0x44,
        )
        raw = (
            1,
            0,
            0xFF,
            0xFF,
            0,
            0x80,
            0xFF,
            0x7F,
            2,
            1,
            0,
            0,
        )  # rate 1, -1, -32768; acceleration 32767, 258, 0
        for i in range(12):
            chip.registers[0x22 + i] = raw[i]
        bench = Workbench()
        bench.slots(500)
        blocks, gaps = bench.stored()
        assert gaps == [] and all(b.header.imu for b in blocks)
        assert list(blocks[-1].imu[:6]) == [0, 32767, 258, -32767, 1, -1], "in the insole's axes"
        chip.registers[0x0F] = 0
        assert imu.collect() and not imu.answers()
        assert bench.insole.self_test.run().faults & ids.FAULT_IMU
    finally:
        chip.registers[0x0F] = 0


def test_wear_states():
    counter = StepCounter()
    counter.follow(5300)
    for _ in range(300):
        counter.follow(5300)
    assert counter.wear == ids.WEAR_UNKNOWN
    for _ in range(600):
        counter.follow(15000)
    assert counter.wear == ids.WEAR_STANDING
    for _ in range(600):
        counter.follow(5300)
    assert counter.wear == ids.WEAR_UNLOADED
    for _ in range(30000):
        counter.follow(5300)
    assert counter.wear == ids.WEAR_NOT_WORN
    for _ in range(10):
        for total in (5300, 15000):
            for _ in range(50):
                counter.follow(total)
    assert counter.wear == ids.WEAR_WALKING and counter.cadence == 1200
