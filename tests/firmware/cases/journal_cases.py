"""Notes in a sector that was erased beforehand: taken while samples are, then folded into their files."""

import json
import sys

import updating  # first: puts its time in place
import chip
import workbench
from power_cut import power_cut
from sim.chip import hardware
from updating import GOOD_TRIAL as GOOD
from updating import Host, Tried, at_the_factory, start, state
from workbench import Central, Workbench

from insole import events, files, journal, startup
from insole.bonds import Bonds
from insole.settings import Settings
from insole_protocol import event_records as records
from insole.update import files_in
from insole_protocol import ids

workbench.flash = chip.Flash(22)  # of which two copies must fit into the heap
files_in.RESERVE_BLOCKS = 2
keys = chip.Flash(4)
hardware.partitions.append(hardware.PartitionEntry("keys", keys))
SET_SECRET = 30
LABEL = 9
LAST = 3


class Sampling:
    """Stands in for the sampler."""

    running = True


def blank():
    """Factory state, no notes; samples are taken from now on."""
    workbench.clear_flash()
    for sector in range(keys.pages):
        keys.ioctl(6, sector)
    files.noted = False
    files.sampler = Sampling()


def erases(action):
    """How many blocks of the file system's flash an action erases, and of the journal's."""
    counted = []

    def hook(_device, kind, *_):
        if kind == "erase":
            counted.append(kind)

    workbench.flash.hook = keys.hook = hook
    try:
        action()
    finally:
        workbench.flash.hook = keys.hook = None
    return len(counted)


def remount():
    files.noted = False
    workbench.remount()


def restart():
    """What a start does with the notes."""
    files.sampler = None
    journal.fold()


def bonded(count):
    bonds = Bonds()
    for number in range(count):
        bonds.put(2, b"peer%d" % number, b"key" * 30)
    return bonds


def test_pairing_setting_and_events_erase_no_flash_while_samples_are_taken():
    blank()
    bench = Workbench(card=True)
    bench.insole.modes.set(ids.MODE_LIVE)
    files.sampler = bench.insole.sampler
    host = Central(bench)
    host.hello()

    def act():
        for number in range(3):
            bench.air.emit(SET_SECRET, (2, b"\x00peer%d" % number, b"key" * 25))
            bench.firmware.housekeeping.round()
            host.ask(ids.OP_SET_SETTING, LABEL, value=b"shoe %d" % number).check()

    assert erases(act) == 0
    found = host.ask(ids.OP_EVENTS, 0)
    assert found.fields == (3,) and len(found.tail) == 3 * records.EVENT_BYTES
    assert len(Bonds()._secrets) == 0 and not journal.is_blank(), "nothing is in the files yet"
    bench.insole.modes.set(ids.MODE_IDLE)
    bench.firmware.housekeeping.round()
    assert journal.is_blank() and [row[1] for row in Bonds()._secrets][-1] == b"\x00peer2"
    assert Settings().label == "shoe 2" and len(events.numbers_in_file()) == 3
    assert host.ask(ids.OP_EVENTS, 0).fields == (3,)


def test_an_orderly_stop_folds_and_a_start_folds_what_a_power_cut_left():
    for orderly in (True, False):
        blank()
        bench = Workbench(card=True)
        bench.insole.modes.set(ids.MODE_LIVE)
        bench.air.emit(SET_SECRET, (2, b"\x00peer", b"key"))
        bench.firmware.housekeeping.round()
        if orderly:
            bench.insole.stop()
        else:
            restart()
        assert journal.is_blank() and [row[1] for row in Bonds()._secrets] == [b"\x00peer"]


def test_a_start_folds_what_is_there_and_loads_no_code_where_nothing_is():
    blank()
    files.sampler = None
    sys.modules.pop("insole.journal", None)
    startup.fold_journal(None)
    assert "insole.journal" not in sys.modules
    files.sampler = Sampling()
    bonded(1).save_if_changed()
    files.sampler = None
    assert not Bonds()._secrets
    startup.fold_journal(None)
    assert len(Bonds()._secrets) == 1 and keys.data[LAST * 4096] == 0xFF
    entry = hardware.partitions.pop()
    startup.fold_journal(None)
    hardware.partitions.append(entry)


def test_a_note_cut_anywhere_is_whole_or_not_there_and_the_fold_loses_nothing():
    blank()
    bonded(1).save_if_changed()
    before = len(Bonds()._secrets)

    def life():
        files.sampler = Sampling()
        for count in (2, 3):
            bonded(count).save_if_changed()
        events.put(1, records.PAIRED, records.LINK_BLE, 5)
        files.sampler = None
        journal.fold()

    def check(cut):
        restart()
        assert journal.is_blank()
        found = [row[1] for row in Bonds()._secrets]
        assert found == [b"peer%d" % i for i in range(len(found))], str(cut)
        assert not cut.finished or len(found) == 3 and len(events.numbers_in_file()) == 1
        assert len(events.numbers_in_file()) in (0, 1)
        restart()
        assert [row[1] for row in Bonds()._secrets] == found

    assert before == 0, "it was noted, not written"
    cuts = power_cut([workbench.flash, keys], life, check, remount).passed()
    print("CUTS journal", cuts.operations, cuts.points)
    assert cuts.operations > 15, cuts.operations


def test_what_was_promised_is_there_after_a_cut():
    """A save that has returned is never lost, wherever the power fails afterwards."""
    blank()
    saved = [0]

    def life():
        files.sampler = Sampling()
        for count in (1, 2, 3):
            bonded(count).save_if_changed()
            saved[0] = count
        files.sampler = None
        journal.fold()

    def check(cut):
        restart()
        assert len(Bonds()._secrets) >= cut.promised, str(cut)

    power_cut([workbench.flash, keys], life, check, remount, lambda: saved[0]).passed()


def test_a_sector_that_is_full_or_refuses_or_is_not_there_costs_an_erase_and_no_content():
    for case in ("full", "broken", "torn", "none"):
        blank()
        if case == "full":
            while journal.put_event(bytes(40)):
                pass
        elif case == "torn":
            keys.writeblocks(LAST, b"\x20\x00\x01\x05\x00", 0)
        keys.broken = case == "broken"
        entry = hardware.partitions.pop() if case == "none" else None
        bonded(2).save_if_changed()
        keys.broken = False
        if entry:
            hardware.partitions.append(entry)
        assert len(Bonds()._secrets) == 2, case
        restart()
        assert len(Bonds()._secrets) == 2 and journal.is_blank(), case


def test_a_file_that_somebody_else_has_written_meanwhile_stays():
    blank()
    bonded(2).save_if_changed()
    files.sampler = None
    bonded(1).save_if_changed()  # safe mode, or a firmware that knows no journal
    restart()
    assert len(Bonds()._secrets) == 1 and journal.is_blank()


def tried():
    at_the_factory()
    for sector in range(keys.pages):
        keys.ioctl(6, sector)
    files.noted = False
    assert Host().update(GOOD)
    return Tried()


def test_a_confirmation_erases_nothing_and_counts_at_the_next_start():
    insole = tried()
    insole.greeted = 3
    assert erases(lambda: insole.seconds(70)) == 0 and insole.chosen[1]["confirmed"] == 1
    assert state()["trial"] == 3, "not in the file yet"
    chosen = start()
    journal.fold(chosen[1])
    assert chosen[1]["trial"] == 0 and state()["trial"] == 0 and state()["confirmed"] == 1
    assert state()["floor"] == 1 and start()[0] == "b"


def test_a_confirmation_of_a_firmware_that_was_left_or_replaced_counts_no_more():
    insole = tried()
    insole.trial._confirm()
    for _ in range(3):
        start()
    assert start()[0] == "a"
    journal.fold()
    assert state()["active"] == "a" and journal.is_blank()
    insole = tried()
    insole.trial._confirm()
    updating.put_slot("b", updating.NEW, version=b"0.3.0")
    journal.fold()
    assert state()["trial"] == 3, "another firmware is in the slot"


def test_the_launcher_s_timer_does_not_take_a_confirmed_firmware_back():
    insole = tried()
    updating.launcher().watch_trial()
    insole.trial._confirm()
    chip.events.clear()
    chip.timers[2].fire()
    assert chip.events == [] and state()["active"] == "b"


def test_a_confirmation_cut_anywhere_leaves_the_trial_or_ends_it():
    insole = tried()

    def life():
        insole.trial._confirm()
        journal.fold()

    def check(cut):
        journal.fold()
        assert state()["active"] == "b" and state()["trial"] in (0, 3), str(cut)
        assert json.loads(json.dumps(state()))["trial"] == 0 or not cut.finished

    power_cut([workbench.flash, keys], life, check, remount).passed()
