"""A firmware on trial: what confirms it, what sends the insole back, and when."""

import updating  # first: puts its time in place
import bundles
import chip
import esp32
from updating import NEW, Host, Tried, at_the_factory, codes, holds, start, state

from insole import files, hold_offs
from insole.update import status, trial
from insole_protocol import ids

GOOD = bundles.bundle(NEW)


def tried(link=codes.LINK_BLE, faults=0):
    """An insole whose new firmware has just started."""
    at_the_factory()
    host = Host(link=link)
    host.receiver._faults = faults
    assert host.update(GOOD)
    insole = Tried()
    assert insole.chosen[0] == "b" and state()["trial"] == 3
    return insole


def test_it_is_confirmed_after_60_s_with_a_hello_over_its_link():
    for link, other in ((codes.LINK_BLE, 2), (codes.LINK_USB, 1)):
        insole = tried(link)
        assert insole.seconds(90) == 0 and insole.trial.waits_for == codes.WAITS_HELLO
        insole.greeted = other
        assert insole.seconds(20) == 0, "a HELLO over the other kind of link does not count"
        insole.greeted = 3
        assert insole.seconds(2) == 1 and state()["trial"] == 0 and state()["confirmed"] == 1
    insole = tried()
    insole.greeted = 1
    assert insole.seconds(90) == 60


def test_a_lost_slot_begins_the_minute_anew():
    insole = tried()
    insole.greeted = 1
    assert insole.seconds(50) == 0
    insole.sampler.lost = 1
    assert insole.seconds(100) == 61


def test_a_firmware_that_loses_slots_is_left_after_three_minutes():
    insole = tried()
    insole.greeted = 1

    def lose():
        insole.sampler.lost += insole.trial._seconds % 30 == 0

    assert insole.seconds(400, lose) == 180
    assert state()["active"] == "a" and state()["back"] == codes.BACK_SLOTS_LOST
    assert start()[0] == "a" and Host().status().text == "0.2.0 lost slots"


def test_one_slot_lost_after_clean_minutes_costs_a_minute_not_the_firmware():
    insole = tried()
    assert insole.seconds(300) == 0 and insole.trial.waits_for == codes.WAITS_HELLO
    insole.sampler.lost = 1
    assert insole.seconds(1) == 0 and insole.trial.waits_for & codes.WAITS_SLOTS
    insole.greeted = 1
    assert insole.seconds(100) == 60 and state()["confirmed"] == 1


def test_a_new_fault_that_stays_sends_it_back_and_an_old_one_does_not():
    insole = tried(faults=ids.FAULT_IMU)
    insole.greeted = 1
    insole.faults.flags = ids.FAULT_IMU | ids.FAULT_BATTERY | ids.FAULT_CHARGER | ids.FAULT_CRASHED
    assert insole.seconds(90) == 60 and state()["confirmed"] == 1
    insole = tried()
    insole.greeted = 1
    insole.faults.flags = ids.FAULT_SENSOR
    assert insole.seconds(90) == 30
    assert state()["back"] == codes.BACK_NEW_FAULT and start()[0] == "a"
    insole = tried()
    insole.greeted = 1
    insole.faults.flags = ids.FAULT_LOG
    insole.recorder.full = True
    assert insole.seconds(90) == 60, "a full log is not the firmware's fault"


def test_a_firmware_that_no_host_reaches_is_left_after_ten_minutes():
    insole = tried()
    assert insole.seconds(900) == 600
    assert state()["back"] == codes.BACK_NO_HELLO and start()[0] == "a"


def test_the_launcher_ends_a_trial_that_nobody_ends():
    """Of a firmware that neither advertises nor gives up: a timer of the launcher's own."""
    insole = tried()
    launcher = updating.launcher()
    launcher.watch_trial()
    timer = chip.timers[2]
    assert timer.period == 11 * 60 * 1000 and timer.mode == timer.ONE_SHOT
    chip.events.clear()
    timer.fire()
    assert chip.events == ["reset"] and state()["back"] == codes.BACK_TIME_OUT
    assert start()[0] == "a" and holds("a", updating.OLD)
    insole = tried()
    launcher.watch_trial()
    insole.trial._confirm()
    chip.events.clear()
    chip.timers[2].fire()
    assert chip.events == [] and start()[0] == "b", "confirmed meanwhile"


def test_slots_that_the_boot_choice_of_a_confirmed_micropython_costs_count_as_an_erase():
    insole = tried()
    files.write_json("/slot.json", dict(state(), app="ota_1"))
    hold_offs.take()
    causes = []
    real = esp32.Partition.mark_app_valid_cancel_rollback
    esp32.Partition.mark_app_valid_cancel_rollback = lambda: causes.append(hold_offs.take())
    try:
        insole.trial._confirm()
    finally:
        esp32.Partition.mark_app_valid_cancel_rollback = real
    assert causes == [hold_offs.FLASH_ERASE] and state()["app"] == ""
    hold_offs.take()
    assert hold_offs.take() == hold_offs.OTHER, "it is over"


def test_nothing_is_tried_where_nothing_is_new():
    at_the_factory()
    insole = updating.Part(chosen=start())
    assert trial.begin(insole) is None


def test_the_numbers_are_those_of_the_protocol():
    """Kept apart from `update_codes`, which would not fit beside them in the heap."""
    names = (
        "STARTS_FAILED",
        "NEW_FAULT",
        "SLOTS_LOST",
        "NO_HELLO",
        "TIME_OUT",
        "BOOT_LOADER",
        "ASKED",
        "INCOMPLETE",
    )
    assert [getattr(codes, "BACK_" + name) for name in names] == list(range(64, 64 + len(status._BACK)))
    launcher = updating.launcher()
    assert (launcher.STARTS_FAILED, launcher.TIME_OUT, launcher.INCOMPLETE) == (
        codes.BACK_STARTS_FAILED,
        codes.BACK_TIME_OUT,
        codes.BACK_INCOMPLETE,
    )
    assert (codes.STATE_NONE, codes.STATE_ON_TRIAL, codes.STATE_CONFIRMED, codes.STATE_ROLLED_BACK) == (
        0,
        4,
        5,
        7,
    )
    assert (codes.WAITS_SELF_TEST, codes.WAITS_SLOTS, codes.WAITS_HELLO) == (1, 2, 4)
    assert (codes.TEXT_VERSION, codes.TEXT_OTHER_VERSION, codes.TEXT_MICROPYTHON) == (1, 2, 3)
