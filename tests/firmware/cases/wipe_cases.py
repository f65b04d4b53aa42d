"""An insole for its next wearer: WIPE and FORGET, and the power lost anywhere in them."""

import gc
import os

import chip
import workbench
from sim.chip import hardware
from power_cut import parts_of
from workbench import BOARD_WITHOUT_CARD, Central, Workbench

from insole import events, startup, wipe
from insole.bonds import Bonds
from insole.persistent_counters import PersistentCounters
from insole.settings import Settings
from insole_protocol import event_records as records
from insole_protocol import ids
from insole_protocol.settings import find

CONFIRMATION = 0x013F7A28
PEER = b"\x01\x02\x03\x04\x05\x06"
KEY_NAME = b"\x00" + bytes(reversed(PEER))
SECRET = b"a long-term key of 32 bytes ...."
LABEL = b"somebody's own shoe"


EVERY = 1 if os.getenv("EVERY_CUT") else 37
"""Of the cuts of a whole wipe so many are passed over to the next that is looked at."""
BATCH = 3
"""So many are held in memory at once."""


class SmallLog:
    """A log of few pages, so that copies of it fit into the memory of a test."""

    def __enter__(self):
        self._log, self._rows = chip.log, list(hardware.partitions)
        chip.log = chip.Flash(8)
        hardware.partitions[:] = [hardware.PartitionEntry("log", chip.log)]

    def __exit__(self, *_):
        chip.log = self._log
        hardware.partitions[:] = self._rows


class Keys:
    """A partition with a secret in it, as long as a test needs it."""

    def __enter__(self):
        self.flash = chip.Flash(2)
        self.flash.writeblocks(0, SECRET, 0)
        hardware.partitions.append(hardware.PartitionEntry("keys", self.flash))
        return self.flash

    def __exit__(self, *_):
        hardware.partitions.pop()


def used_insole():
    """An insole with seconds of log, a bond, a label and a side; its workbench and host."""
    bench = Workbench()
    host = Central(bench)
    host.hello()
    host.ask(ids.OP_SET_SETTING, 9, value=LABEL)
    host.ask(ids.OP_SET_SETTING, 1, value=b"\x01")
    bench.air.emit(30, (2, KEY_NAME, SECRET))
    bench.radio.serve()
    bench.slots(300)
    bench.insole.recorder.flush()
    bench.firmware.housekeeping.save_counters()
    return bench, host


def start(board=BOARD_WITHOUT_CARD):
    """What the next start does before it makes an insole."""

    class Watchdog:
        fed = 0

        def feed(self):
            Watchdog.fed += 1

    startup.finish_wipe(board, Watchdog())
    return Watchdog.fed


def is_noted():
    return "wipe.json" in os.listdir("/")


def assert_clean(used):
    """Nothing of the person, and numbers that go on."""
    assert not is_noted()
    assert all(byte == 0xFF for byte in chip.log.data), "the log is erased, every byte"
    settings = Settings()
    assert (settings.side, settings.label) == (1, "")
    assert Bonds().peers() == 0
    counters = PersistentCounters()
    assert counters.to_seq >= used and counters.erased
    raw = workbench.flash.data
    assert SECRET not in raw and LABEL not in raw, "nor in what littlefs has left behind"
    assert b"YSBsb25nLXRlcm0ga2V5" not in raw, "nor as base64"


def assert_erased_on_command(bench, used):
    """The insole's log begins behind what was used before the wipe, and says what became of that."""
    insole = bench.insole
    begin = insole.recorder.next_seq
    assert begin >= used and insole.recorder.boot == 2
    bench.slots(100)
    insole.blocks.drain()
    insole.recorder.flush()
    frames, gaps = bench.stored()
    assert gaps[0] == (0, begin, ids.GAP_ERASED) and len(gaps) == 1, gaps
    assert frames[0].header.seq == begin
    bench.firmware.housekeeping.save_counters()
    assert not PersistentCounters().erased, "a log that is blank for another reason says another"


def test_the_wrong_confirmation_erases_nothing():
    bench, host = used_insole()
    reply = host.ask(ids.OP_WIPE, CONFIRMATION ^ 1)
    assert reply.result == ids.RESULT_NOT_ALLOWED and "serial" in reply.text
    assert not is_noted() and not chip.events
    assert bench.insole.bonds.peers() == 1


def test_wipe_is_refused_while_the_log_is_being_erased():
    bench, host = used_insole()
    bench.insole.erasing = True
    assert host.ask(ids.OP_WIPE, CONFIRMATION).result == ids.RESULT_BUSY
    assert not is_noted()


def test_an_insole_is_clean_after_its_next_start():
    with Keys() as keys:
        bench, host = used_insole()
        used = bench.insole.blocks.next_seq
        assert host.ask(ids.OP_WIPE, CONFIRMATION).result == 0
        assert is_noted() and bench.insole.bonds.peers() == 1, "nothing is erased before the restart"
        bench.insole.stop()
        workbench.remount()
        assert start() > 64, "the watchdog is fed at each erase"
        assert bytes(keys.data) == b"\xff" * len(keys.data)
    assert_clean(used)
    again = Workbench(fresh=False)
    assert_erased_on_command(again, used)
    (event,) = [events.read(0, 232)[1]]
    assert records.unpack(event)[2:6] == (records.WIPED, records.LINK_BLE, 0, PEER)
    assert start() == 0, "once"


def test_a_log_on_the_card_is_erased_on_command_too():
    bench = Workbench(card=True)
    bench.slots(300)
    bench.insole.recorder.flush()
    used = bench.insole.blocks.next_seq
    wipe.begin(bench.insole, bench.radio.links[0])
    bench.insole.stop()
    workbench.remount()
    start(workbench.board)
    assert not is_noted() and PersistentCounters().erased
    again = Workbench(fresh=False, card=True)
    assert again.insole.recorder.on_card
    assert_erased_on_command(again, used)


def test_a_card_that_refused_to_be_wiped_is_a_storage_error():
    bench = Workbench(card=True)
    bench.slots(300)
    bench.insole.recorder.flush()
    bench.firmware.housekeeping.save_counters()
    wipe.begin(bench.insole, bench.radio.links[0])
    bench.insole.stop()
    workbench.remount()
    chip.card.dead = True
    start(workbench.board)
    assert not is_noted() and not PersistentCounters().erased
    bench.firmware = workbench.assembly.Firmware(workbench.board)
    log = bench.insole = bench.firmware.insole
    gaps = bench.stored()[1]
    assert gaps == [(0, log.recorder.next_seq, ids.GAP_STORAGE)], "what the card holds was not erased"


def cuts_of(action, numbers, copies):
    """Lose power at writes and erases of these numbers: what flash and log then hold goes into `copies`,
    which are used again and again, as the memory for tests is small. Each fifth cut is a clean one.

    Returns how many copies are filled, and how many writes and erases there are.
    """
    count = [0, 0]
    devices = [workbench.flash, chip.log]

    def hook(device, kind, page, offset, data):
        count[1] += 1
        if count[1] in numbers:
            pair = copies[count[0]]
            for i in range(2):
                pair[i].data[:] = devices[i].data
            if count[1] % 5:
                pair[devices.index(device)].tear(kind, page, offset, data, parts_of(count[1])[1])
            count[0] += 1

    workbench.flash.hook = chip.log.hook = hook
    try:
        action()
    finally:
        workbench.flash.hook = chip.log.hook = None
    return count


def put_back(pair):
    workbench.flash.data[:], chip.log.data[:] = pair[0].data, pair[1].data
    workbench.remount()


def test_the_power_cut_at_any_write_or_erase_leaves_an_owner_or_nothing():
    gc.collect()
    with SmallLog():
        copies = [[workbench.flash.copy(), chip.log.copy()] for _ in range(BATCH + 1)]
        bench, _ = used_insole()
        used = bench.insole.blocks.next_seq
        bench.insole.stop()
        before = copies.pop()
        before[0].data[:], before[1].data[:] = workbench.flash.data, chip.log.data

        def action():
            wipe.begin(bench.insole, bench.radio.links[0])
            wipe.finish(BOARD_WITHOUT_CARD, lambda: None)

        looked_at = cleaned = 0
        first, last = 1, 2
        while first <= last:
            put_back(before)
            count, last = cuts_of(action, range(first, first + BATCH * EVERY, EVERY), copies)
            first += BATCH * EVERY
            for pair in copies[:count]:
                put_back(pair)
                looked_at += 1
                if is_noted():
                    start()
                    cleaned += 1
                elif Bonds().peers():
                    assert Settings().label == LABEL.decode() and chip.log.data == before[1].data
                    continue
                assert_clean(used)
        assert 3 <= cleaned < looked_at, cleaned
        print("wipe: %d of %d cuts looked at, %d finished at the next start" % (looked_at, last, cleaned))


def test_forget_leaves_the_one_that_asks():
    bench, host = used_insole()
    other = b"\x01" + b"other!"
    bench.air.emit(30, (2, other, b"key"))
    bench.air.emit(30, (1, other, b"key"))
    bench.radio.serve()
    stranger = Central(bench, handle=2)
    assert host.ask(ids.OP_FORGET).fields == (1,)
    assert bench.air.disconnected[-1] == stranger.handle
    assert [row[1] for row in Bonds()._secrets] == [KEY_NAME]
    assert bench.air.emit(29, (2, 0, other)) is None


def test_forget_over_usb_leaves_nobody():
    bench, _ = used_insole()
    session = bench.usb_session()
    session.version = 1
    bench.radio._answer(session, bytes((ids.OP_FORGET, 1)), 0)
    assert session._replies[0][:4] == bytes((ids.OP_FORGET | 0x80, 1, 0, 1))
    assert Bonds().peers() == 0


def test_a_setting_of_the_table_is_the_persons_unless_it_is_the_side():
    workbench.clear_flash()
    Settings().store(find(8), 0)
    open("/wipe.json", "w").close()
    start()
    assert Settings().led == 1 and Settings().side == 255
