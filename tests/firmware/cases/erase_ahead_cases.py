"""When the insole erases flash ahead of need, and what it costs."""

import chip  # first: puts its time in place
from workbench import Workbench

from insole_protocol import ids


def used_up(bench):
    """A log whose next pages hold what a host has already."""
    recorder = bench.insole.recorder
    while recorder.head < recorder.media.pages + 8:
        recorder.skip(recorder.next_seq + 1, ids.GAP_IDLE)
        recorder.ack(recorder.next_seq)
    return sum(chip.log.erases)


def test_a_page_a_second_while_the_foot_carries_nothing():
    bench = Workbench()
    before = used_up(bench)
    ahead = bench.insole.erase_ahead
    for wear in (ids.WEAR_WALKING, ids.WEAR_STANDING, ids.WEAR_UNKNOWN):
        bench.insole.gait.wear = wear
        ahead.round()
    assert sum(chip.log.erases) == before, "never in a step"
    for wear in (ids.WEAR_UNLOADED, ids.WEAR_NOT_WORN):
        bench.insole.gait.wear = wear
        ahead.round()
    assert sum(chip.log.erases) == before + 2


def test_while_it_charges_and_while_nothing_is_sampled():
    bench = Workbench()
    before = used_up(bench)
    bench.insole.gait.wear = ids.WEAR_STANDING
    bench.insole.battery.charging = True
    bench.insole.erase_ahead.round()
    assert sum(chip.log.erases) == before + 1
    bench.insole.battery.charging = False
    bench.insole.modes.set(ids.MODE_IDLE)
    bench.insole.erase_ahead.round()
    assert sum(chip.log.erases) == before + 5
    bench.insole.erasing = True
    bench.insole.erase_ahead.round()
    assert sum(chip.log.erases) == before + 5, "not while the log is erased on command"


def test_flash_that_refuses_is_counted_and_tried_again():
    bench = Workbench()
    used_up(bench)
    bench.insole.gait.wear = ids.WEAR_NOT_WORN
    errors = bench.insole.recorder.storage_errors
    chip.log.broken = True
    bench.insole.erase_ahead.round()
    chip.log.broken = False
    assert bench.insole.recorder.storage_errors == errors + 1
    before = sum(chip.log.erases)
    bench.insole.erase_ahead.round()
    assert sum(chip.log.erases) == before + 1


def test_a_log_on_the_card_leaves_the_flash_alone():
    bench = Workbench(card=True)
    bench.insole.gait.wear = ids.WEAR_NOT_WORN
    before = chip.log.changes
    bench.insole.erase_ahead.round()
    assert chip.log.changes == before
