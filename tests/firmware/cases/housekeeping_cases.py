"""The slow rounds: the log's flush, what is noted as a fault, the battery's flags, what is shown and when."""

import chip  # first: puts its time in place
from workbench import Central, Workbench

from insole.faults import Faults
from insole_protocol import ids

CHARGING = chip.board.CHARGING_PIN
IDLE, LIVE = ids.MODE_IDLE, ids.MODE_LIVE


def test_each_flag_is_raised_and_cleared_by_itself():
    faults = Faults()
    assert (faults.flags, faults.storage_errors) == (0, 0)
    faults.note(ids.FAULT_LOG, True)
    faults.note(ids.FAULT_IMU, True)
    faults.note(ids.FAULT_LOG, True)
    assert faults.flags == 6
    faults.note(ids.FAULT_LOG, False)
    faults.note(ids.FAULT_SENSOR, False)
    assert faults.flags == 2
    faults.note(ids.FAULT_IMU, 0)
    assert faults.flags == 0


def test_the_log_is_flushed_and_the_numbers_are_kept_each_round():
    bench = Workbench()
    recorder = bench.insole.recorder
    bench._since_flush = -100000  # nobody but housekeeping
    bench.insole.modes.set(LIVE)
    bench.slots(60)  # fifty slots are committed as they come, ten wait
    assert recorder.committed < recorder.used
    bench.firmware.housekeeping.round()
    assert recorder.committed == recorder.used
    assert bench.insole.counters.boot == recorder.boot
    assert bench.insole.counters.to_seq == recorder.next_seq + 65536


def test_the_battery_is_looked_at_every_tenth_round_and_its_flags_stand_in_the_records():
    bench = Workbench()
    status = bench.insole.blocks
    status.status |= ids.STATUS_BATTERY_LOW | ids.STATUS_RIGHT
    chip.pins[CHARGING] = 0
    for number in range(1, 21):
        if number == 11:
            chip.pins[CHARGING] = 1
        bench.firmware.housekeeping.round()
        expected = ids.STATUS_RIGHT | (ids.STATUS_BATTERY_LOW if number < 10 else 0)
        expected |= ids.STATUS_CHARGING if 10 <= number < 20 else 0
        assert status.status == expected, number


def test_cadence_is_told_only_while_somebody_is_connected():
    bench = Workbench()
    cadence = bench.radio.services._cadence
    bench.firmware.housekeeping.round()
    assert [one for one in bench.air.updates if one[0] == cadence] == []
    host = Central(bench)
    bench.firmware.housekeeping.round()
    bench.firmware.housekeeping.round()
    assert len([one for one in bench.air.updates if one[0] == cadence]) == 2
    host.drop()
    bench.firmware.housekeeping.round()
    assert len([one for one in bench.air.updates if one[0] == cadence]) == 2


def test_a_log_that_refuses_is_a_fault_for_as_long_as_it_does():
    bench = Workbench()
    faults = bench.insole.faults
    rounds = bench.firmware.housekeeping.round
    rounds()
    assert faults.flags == 0
    bench.insole.recorder.storage_errors += 1
    rounds()
    assert faults.flags == ids.FAULT_LOG
    rounds()
    assert faults.flags == 0, "no new error since"
    faults.storage_errors += 1
    rounds()
    assert faults.flags == ids.FAULT_LOG
    rounds()
    assert faults.flags == 0
    bench.insole.recorder.full = True
    rounds()
    rounds()
    assert faults.flags == ids.FAULT_LOG, "a full log stays one"
    bench.insole.recorder.full = False
    rounds()
    assert faults.flags == 0


def test_flash_that_refuses_a_file_is_a_fault_and_is_asked_again():
    bench = Workbench()
    asked = []

    def refuse(recorder):
        asked.append(recorder)
        raise OSError(28)

    bench.insole.counters.save = refuse
    bench.air.emit(30, (2, b"peer", b"key"))
    bench.firmware.housekeeping.round()
    bench.firmware.housekeeping.round()
    assert bench.insole.faults.flags == ids.FAULT_LOG and len(asked) == 2
    assert bench.insole.faults.storage_errors == 2
    del bench.insole.counters.save
    bench.firmware.housekeeping.round()
    bench.firmware.housekeeping.round()
    assert bench.insole.faults.flags == 0
    assert Workbench(fresh=False).air.emit(29, (2, 0, b"peer")) == b"key"


def test_a_sensor_fault_stands_in_the_records():
    bench = Workbench()
    for flags, expected in ((ids.FAULT_SENSOR, ids.STATUS_SENSOR_FAULT), (ids.FAULT_IMU, 0), (0, 0)):
        bench.insole.faults.flags = flags
        bench.insole.blocks.status |= ids.STATUS_RIGHT
        bench.firmware.housekeeping.round()
        assert bench.insole.blocks.status & ~ids.STATUS_CHARGING == ids.STATUS_RIGHT | expected


def test_what_is_shown_is_shown_once_and_again_when_it_changes():
    bench = Workbench()
    shown = []
    show = bench.radio.show
    bench.radio.show = lambda *state: shown.append(state) or show(*state)
    rounds = bench.firmware.housekeeping.round
    rounds()
    rounds()
    assert shown == []
    bench.insole.faults.note(ids.FAULT_IMU, True)
    rounds()
    assert shown == [(1000, ids.SIDE_UNSET, 0x80 | 0x08 | 0x04, 64)]
    bench.insole.settings.daily_advertising_ms = 700
    rounds()
    bench.insole.modes.set(LIVE)
    bench.insole.modes.set(IDLE)
    assert [state[0] for state in shown] == [1000, 700, 100, 700]
    assert [state[2] & 0x08 for state in shown] == [8, 8, 8, 0], "logging, but not in idle mode"
    bench.air.emit(30, (2, b"peer", b"key"))
    rounds()
    assert shown[-1][2] & 0x10, "bonded"
    bench.insole.battery.percent = 12
    rounds()
    assert shown[-1][3] == 12
    assert bench.air.values[bench.radio.services._battery] == b"\x0c"
