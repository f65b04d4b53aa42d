"""A whole insole on the fake chip, without its event loop: a test moves time and calls what would run.

Files lie on a littlefs in memory, mounted at the root once everything has been imported.
"""

import chip  # first: puts its time in place
import asyncio
import gc
from insole import assembly
import sys
import vfs

from boards import esp32s3_r1 as board
from bluetooth import CENTRAL_CONNECT, CENTRAL_DISCONNECT, ENCRYPTION_UPDATE, MTU_EXCHANGED
from insole import session as sessions
from insole_protocol import fragments, ids
from insole_protocol.decoder import decode_block
from insole_protocol.host_messages import build_command, fragment_values, parse_reply
from sim.chip import rtc
import power_cut as cuts

PERIOD_US = 10000
REST = 330

flash = chip.Flash(16)
vfs.VfsLfs2.mkfs(flash)
vfs.umount("/")
vfs.mount(vfs.VfsLfs2(flash), "/")
vfs.mount(vfs.VfsPosix("/"), "/computer")  # some modules are imported late
for module in sys.modules.values():
    if hasattr(module, "__path__") and module.__path__.startswith("/"):
        module.__path__ = "/computer" + module.__path__
sys.path[:] = ["/computer" + folder for folder in sys.path if folder.startswith("/")] + [".frozen"]


def remount():
    """As after a power cut: the file system is read again from the flash's bytes."""
    rtc.clear()
    vfs.umount("/")
    vfs.mount(vfs.VfsLfs2(flash), "/")


def clear_flash():
    """An insole as it comes from the factory."""
    rtc.clear()
    vfs.umount("/")
    vfs.VfsLfs2.mkfs(flash)
    vfs.mount(vfs.VfsLfs2(flash), "/")
    for i in range(chip.log.pages):
        chip.log.ioctl(6, i)


def power_cut(action, check, promise=lambda: None):
    """Lose power at every write and erase that `action` makes of the insole's two flashes, and boot: see
    `power_cut.power_cut`. AssertionError when `check(cut)` fails for one of them; the Cuts else."""
    return cuts.power_cut([flash, chip.log], action, check, remount, promise).passed()


class _BoardWithoutCard:
    """The board, but for its SD NAND: the log is in the flash that most tests look at."""

    SD_CS_PIN = None

    def __getattr__(self, name):
        return getattr(board, name)


BOARD_WITHOUT_CARD = _BoardWithoutCard()


class Workbench:
    """Attributes: `firmware`, `insole`, `ble`, `frames` (decoded records of the log and of peers are made by
    tests).

    With `card` the board has its SD NAND, as `chip.card` and the sectors in `chip.sectors`.
    """

    def __init__(self, fresh=True, card=False):
        gc.collect()
        if fresh:
            clear_flash()
        chip.insert_card(card, fresh)
        chip.clock.now_us = 0
        chip.events.clear()
        chip.watchdogs.clear()
        chip.buses.clear()
        chip.wakes.clear()
        for index in range(16):
            chip.sensors[index] = REST
        self.air = chip.new_radio()
        self.air = chip.new_radio()
        self.firmware = assembly.Firmware(board if card else BOARD_WITHOUT_CARD)
        self.insole = self.firmware.insole
        self.radio = self.firmware.radio
        self.ble = self.radio._ble
        self.insole.modes.begin(self.firmware.housekeeping.announce)
        self.radio.serve()
        self._since_flush = 0

    def slots(self, count, transmit=True, fire=True):
        """So many slots go by; the loop's tasks get their turn after each."""
        for _ in range(count):
            chip.advance(PERIOD_US)
            if fire:
                chip.timers[0].fire()
            sampler = self.insole.sampler
            if sampler.waiting() >= sampler.wake_rows:
                self.insole.blocks.drain()
            if transmit:
                self.transmit()
            self._since_flush += 1
            if self._since_flush == 100:
                self._since_flush = 0
                self.insole.recorder.flush()

    def live(self, seconds):
        """The insole runs by itself: every task of its own event loop, timer ticks on the grid.

        A turn of the loop takes a millisecond of real time as long as a task waits for a flag: few are taken.
        """

        async def world():
            asyncio.create_task(self.firmware.run())
            for _ in range(round(seconds * 1000000) // PERIOD_US):
                chip.advance(PERIOD_US)
                chip.timers[0].fire()
                for _ in range(2):
                    await asyncio.sleep_ms(0)

        asyncio.new_event_loop()
        try:
            asyncio.run(world())
        finally:
            asyncio.new_event_loop()

    def transmit(self):
        """Let the TX scheduler run until nothing moves. What is handed over is on the air at once, so that
        nothing waits for its pace, unless the radio has buffers (`air.pool`)."""
        for _ in range(2000):
            if self.firmware.tx_scheduler.round() != sessions.MOVED:
                held = [link for link in self.radio.links if link.held]
                if not held or self.air.pool:
                    return
                for link in held:
                    link.pacer.restart()
                    link.held = False
        raise AssertionError("the TX scheduler never rests")

    def usb_session(self):
        """The session of the USB port."""
        return self.firmware.usb.session

    def stored(self):
        """(seq, decoded block) of every record in the log, oldest first, and the gaps between."""
        recorder = self.insole.recorder
        recorder.flush()
        reader = recorder.reader(0, recorder.next_seq)
        buf = memoryview(bytearray(2048))
        found = []
        gaps = []
        while True:
            length = reader.next(buf)
            if length == 0:
                return found, gaps
            if length < 0:
                gaps.append((reader.gap_from, reader.gap_to, reader.gap_reason))
            else:
                found.append(decode_block(bytes(buf[:length])))


class Central:
    """A Bluetooth host."""

    def __init__(self, bench, handle=1, mtu=185, secure=True):
        self.bench = bench
        self.handle = handle
        self._tag = 0
        self._fragmenter = fragments.Fragmenter()
        self._reassemblers = {channel: fragments.Reassembler() for channel in (1, 2, 3)}
        self._seen = len(bench.air.sent)
        self.messages = []  # (channel, message) in order of arrival
        emit = bench.air.emit
        emit(CENTRAL_CONNECT, (handle, 0, b"\x01\x02\x03\x04\x05\x06"))
        emit(MTU_EXCHANGED, (handle, mtu))
        if secure:
            emit(ENCRYPTION_UPDATE, (handle, 1, 0, 1, 16))
        bench.radio.serve()

    def drop(self):
        """The link is lost."""
        self.bench.air.emit(CENTRAL_DISCONNECT, (self.handle, 0, b"\x01\x02\x03\x04\x05\x06"))
        self.bench.radio.serve()

    def write(self, message):
        """Send bytes as a command, in fragments of ATT size."""
        for value in fragment_values(self._fragmenter, message, 20):
            self.bench.air.write_from_central(self.handle, self.bench.radio.services.control, value)
            self.bench.radio.serve()

    def receive(self):
        """Take what has been notified to this host since the last call; returns the list of new messages."""
        bench = self.bench
        bench.transmit()
        channels = {handle: channel for channel, handle in bench.radio.services.channels.items()}
        fresh = []
        for connection, handle, value in bench.air.sent[self._seen :]:
            if connection == self.handle and handle in channels:
                message = self._reassemblers[channels[handle]].feed(value)
                if message is not None:
                    fresh.append((channels[handle], message))
        self._seen = len(bench.air.sent)
        self.messages.extend(fresh)
        return fresh

    def ask_raw(self, message):
        """Send bytes as a command; the reply, or None when there was none."""
        self.write(message)
        for channel, reply in self.receive():
            if channel == ids.CHANNEL_CONTROL:
                return parse_reply(reply)
        return None

    def ask(self, op, *arguments, value=b""):
        """One command and its reply."""
        self._tag = (self._tag + 1) & 0xFF
        reply = self.ask_raw(build_command(op, self._tag, *arguments, value=value))
        assert reply is not None and reply.tag == self._tag and reply.op == op
        return reply

    def hello(self):
        """Say HELLO and be welcome."""
        return self.ask(ids.OP_HELLO, 1, 1).check()

    def records(self):
        """Decoded stream records since the last call."""
        return [decode_block(message) for channel, message in self.receive() if channel == ids.CHANNEL_STREAM]
