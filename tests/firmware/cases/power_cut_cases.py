"""The power is lost at every write and erase: settings, bonds, numbers, the log, and an insole as a whole.

Each small file is the old one or the new one, never damaged; what was promised before the cut holds after it.
"""

import json

import workbench
from power_cut import Cut, lose_power, parts_of
from power_cut import PowerCut as Lost
from workbench import Central, Workbench, power_cut

from insole import files
from insole.bonds import Bonds
from insole.persistent_counters import AHEAD, PersistentCounters
from insole.settings import Settings
from insole_protocol import ids
from insole_protocol.settings import TABLE, TEXT, find
from log_kit.devices import RamFlash
from log_kit.walks import check_tiling, read_all


class Log:
    """What `PersistentCounters` asks of a log."""

    def __init__(self, boot, next_seq, full=False):
        self.boot, self.next_seq, self.full = boot, next_seq, full
        self.stop_reason = ids.GAP_STORAGE


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def test_every_setting_is_the_old_or_the_new_one():
    for row in TABLE:
        workbench.clear_flash()
        old = "left shoe" if row.kind == TEXT else row.highest
        new = "right shoe" if row.kind == TEXT else row.lowest
        Settings().store(row, old)

        def check(cut):
            settings = Settings()
            assert not settings.damaged
            found = getattr(settings, row.name)
            assert found == new or (found == old and not cut.finished), (row.name, found)
            others = [one for one in TABLE if one.name != row.name]
            assert all(getattr(settings, one.name) == one.default for one in others)

        cuts = power_cut(lambda: Settings().store(row, new), check)
        assert cuts.operations >= 2 and cuts.points == 2 * cuts.operations + 1


def test_settings_of_an_older_firmware_are_migrated_or_still_there():
    workbench.clear_flash()
    write("/settings.json", json.dumps({"version": 1, "values": {"side": 1, "advertising_ms": 250}}))

    def check(cut):
        settings = Settings()
        assert not settings.damaged
        assert (settings.side, settings.live_advertising_ms) == (1, 250)
        assert settings.led == 0 or (settings.led == 1 and not cut.finished)

    power_cut(lambda: Settings().store(find(8), 0), check)


def test_bonds_are_the_old_or_the_new_ones():
    def secrets():
        bonds = Bonds()
        assert not bonds.damaged
        return [bonds.get(2, 0, name) for name in (b"a", b"b")]

    # what is told to the stack's memory, and what then may be in flash, before and after
    for reported, before, after in (
        ((2, b"b", b"kb"), [b"ka", None], [b"ka", b"kb"]),
        ((2, b"a", b"k2"), [b"ka", None], [b"k2", None]),
        ((2, b"a", None), [b"ka", None], [None, None]),
    ):
        workbench.clear_flash()
        first = Bonds()
        first.put(2, b"a", b"ka")
        first.save_if_changed()
        bonds = Bonds()

        def action():
            assert bonds.put(*reported)
            bonds.save_if_changed()

        def check(cut):
            found = secrets()
            assert found == after or (found == before and not cut.finished), found

        power_cut(action, check)


def test_numbers_speak_for_all_that_was_used():
    """Whatever the cut leaves, no slot before the file's end and no boot number is used again."""
    workbench.clear_flash()
    PersistentCounters().save(Log(3, 1000))
    reported = [(3, 1000)]

    def action():
        counters = PersistentCounters()
        for boot, seq in ((4, 1100), (4, 1100 + AHEAD), (5, 300000), (5, 300000 + 2 * AHEAD)):
            counters.save(Log(boot, seq))
            reported[0] = (boot, seq)

    def check(cut):
        counters = PersistentCounters()
        boot, seq = cut.promised
        assert counters.boot >= boot and counters.to_seq > seq, (counters.boot, counters.to_seq, cut.promised)
        if cut.finished:
            assert (counters.boot, counters.to_seq) == (5, 300000 + 3 * AHEAD)

    power_cut(action, check, lambda: reported[0])


def test_that_the_log_does_not_know_survives_too():
    workbench.clear_flash()
    PersistentCounters().save(Log(3, 1000))

    def check(cut):
        counters = PersistentCounters()
        assert counters.unlogged or not cut.finished
        assert (counters.boot, counters.to_seq) in ((3, 1000 + AHEAD), (3, 2000 + AHEAD))
        assert counters.unlogged == (counters.to_seq == 2000 + AHEAD)

    power_cut(lambda: PersistentCounters().save(Log(3, 2000, full=True)), check)


def test_an_insole_keeps_who_it_is_and_what_was_stored():
    """A setting, a bond, the numbers and some seconds of log, cut at every write and erase of all of them."""
    bench = Workbench()
    host = Central(bench)
    host.hello()
    host.ask(ids.OP_SET_SETTING, 9, value=b"old")
    serial = bench.insole.identity.serial
    bench.air.emit(30, (2, b"old peer", b"old key"))
    bench.firmware.housekeeping.round()
    promised = [(bench.insole.blocks.next_seq, bench.insole.recorder.boot)]

    def action():
        bench.slots(150)
        assert host.ask(ids.OP_SET_SETTING, 9, value=b"new").result == 0
        bench.air.emit(30, (2, b"new peer", b"new key"))
        bench.firmware.housekeeping.round()
        promised[0] = (bench.insole.recorder.next_seq, promised[0][1])
        bench.slots(250)
        bench.insole.stop()

    def check(cut):
        again = Workbench(fresh=False)
        seen = Central(again)
        assert seen.hello().fields[7] == serial
        label = seen.ask(ids.OP_GET_SETTING, 9).tail
        assert label == b"new" or (label == b"old" and not cut.finished), label
        assert again.air.emit(29, (2, 0, b"old peer")) == b"old key"
        key = again.air.emit(29, (2, 0, b"new peer"))
        assert key == b"new key" or (key is None and not cut.finished)
        assert again.insole.faults.flags == 0
        seq, boot = cut.promised
        assert again.insole.recorder.boot in (boot + 1, boot + 2)
        assert again.insole.blocks.next_seq >= seq
        items = read_all(again.insole.recorder)
        check_tiling(items, 0, again.insole.recorder.next_seq)
        assert all(isinstance(what, bytes) for low, _, what in items if low < seq), (
            "what was flushed is there"
        )
        if cut.finished:
            assert all(isinstance(what, bytes) for _, _, what in items), "an orderly stop loses nothing"

    cuts = power_cut(action, check, lambda: promised[0])
    assert cuts.operations >= 15, cuts.operations


def test_a_log_that_is_being_erased_uses_no_number_twice_and_explains_what_is_gone():
    bench = Workbench()
    bench.slots(1500)
    recorder = bench.insole.recorder
    recorder.flush()
    written = {low: what for low, _, what in read_all(recorder)}
    used = recorder.next_seq

    def action():
        for page in recorder.erase():
            if page % 16 == 0:
                bench.slots(80)

    def check(cut):
        again = Workbench(fresh=False).insole.recorder
        assert again.next_seq >= used
        items = read_all(again)
        check_tiling(items, 0, again.next_seq)
        for low, _, what in items:
            if isinstance(what, bytes):
                assert low >= used or written[low] == what
            elif what in (ids.GAP_CORRUPT_PAGE, ids.GAP_OVERWRITTEN):
                # The first page to go, until its new header says why: torn, or as blank as one erased ahead.
                assert low == 0 and cut.page == 0 and cut.number <= 4
            else:
                assert what in (ids.GAP_ERASED, ids.GAP_POWER_LOSS, ids.GAP_OFF), what
        if cut.finished:
            assert items[0][2] == ids.GAP_ERASED and all(low >= used for low, _, _ in items[1:])

    cuts = power_cut(action, check)
    assert cuts.operations > 60, "each of 64 pages is erased"


def test_a_file_that_is_written_in_place_does_not_pass():
    """The cuts are worth something only if the plain way to write a file fails them."""
    workbench.clear_flash()
    write("/numbers.json", json.dumps({"boot": 3, "to_seq": 1000}))

    def check(cut):
        boot = PersistentCounters().boot
        assert boot == 4 or (boot == 3 and not cut.finished), boot

    def in_place():
        with open("/numbers.json", "w") as file:
            for part in ('{"boot": 4, ', '"to_seq"', ": 2000}"):
                file.write(part)
                file.flush()

    try:
        power_cut(in_place, check)
    except AssertionError as error:
        reported = str(error)
    else:
        raise AssertionError("half a file passed")
    assert " cuts failed\n" in reported and "of page " in reported and "of 256 done" in reported, reported
    power_cut(lambda: files.write_json("/numbers.json", {"boot": 4, "to_seq": 2000}), check)


def test_an_action_that_writes_nothing_is_no_test():
    try:
        power_cut(lambda: None, lambda cut: None)
    except AssertionError as error:
        assert str(error) == "the action wrote nothing"
        return
    raise AssertionError("nothing was cut, and that passed")


def test_cuts_are_clean_and_torn_and_the_device_stays_dead():
    assert str(Cut(3, "write", 7, 128)) == "write 3 of page 7, 128 of 256 done"
    assert str(Cut(9, "none", 0, 0)) == "after the last of 9 operations"
    assert {parts_of(number)[0] for number in range(300)} == {0}
    torn = [parts_of(number)[1] for number in range(255)]
    assert sorted(torn) == list(range(1, 256)), "each place once in 255 operations"
    device = RamFlash(4)
    lose_power(device, 1, 128)
    device.writeblocks(0, b"\x00" * 64, 0)
    for _ in range(3):
        try:
            device.writeblocks(1, b"\x00" * 64, 0)
        except Lost:
            continue
        raise AssertionError("there was still power")
    assert device.data[:64] == bytes(64)
    assert device.data[4096 : 4096 + 33] == bytes(32) + b"\x0f", "half of it, the byte at the edge half"
    assert device.data[4096 + 33 :] == b"\xff" * (len(device.data) - 4096 - 33)
