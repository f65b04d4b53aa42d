"""Runs the compiled firmware in exactly BUDGET bytes of heap, and prints what is left of it.

At last it is idle, and is given commands whose code is loaded on demand, several times each: `no_room` counts
those that are refused for want of memory.

Chips and flash are loaded first; then so much of the heap is taken away that the firmware has its budget, no
more. The hosts here send ready-made bytes, so that nothing of theirs lies in the heap.
"""

import sys

BUDGET = int(sys.argv[1])
BUILD = sys.argv[2]
LOCKED = sys.argv[3:] == ["locked"]  # an insole that was given keys
SLOT = "/slots/a"  # where a board has its firmware: paths of modules lie in the heap

import chip  # noqa: E402 - first, to put its time in place
import gc  # noqa: E402
import select  # noqa: E402, F401
import vfs  # noqa: E402

for name in [one for one in sys.modules if one.split(".")[0] == "insole_protocol"]:
    del sys.modules[name]  # of the fakes: the firmware's own is in its budget
vfs.mount(vfs.VfsPosix(BUILD), SLOT)
sys.path.insert(0, SLOT + "/lib")
import asyncio  # noqa: E402 - part of the chip's interpreter

asyncio.ThreadSafeFlag()
if LOCKED:
    from binascii import crc32
    from sim.chip import hardware

    keys = chip.Flash(4)
    for sector, magic in ((0, b"PGKD"), (1, b"PGKL")):
        body = magic + b"\x01\x00\x00\x00" + bytes(range(sector, sector + 32))
        keys.writeblocks(sector, body + crc32(body).to_bytes(4, "little"), 0)
    hardware.partitions.append(hardware.PartitionEntry("keys", keys))
flash = chip.Flash(16)
vfs.VfsLfs2.mkfs(flash)
vfs.mount(vfs.VfsLfs2(flash), "/flash")
gc.collect()
ballast = []
for size in (65536, 4096, 64):
    while gc.mem_free() > BUDGET + (size if size > 64 else 0):
        ballast.append(bytearray(size))
        gc.collect()
print("budget", gc.mem_free())
gc.threshold(4096)  # as boot.py does

from insole import assembly  # noqa: E402
from boards import esp32s3_r1 as board  # noqa: E402

HELLO = b"\xc0\x01\x01\x01\x01"
STREAM = b"\xc1\x05\x01\x01"
LIVE = b"\xc2\x04\x02\x02"
LOG_READ = b"\x0a\x03\x00\x00\x00\x00\x00\x10\x00\x00\x00"
STATUS = b"\x03\x04"
FIRST = 6 if LOCKED else 3  # fragments that came before

firmware = assembly.Firmware(board)
assembly.forget_making()
insole = firmware.insole
insole.counters._path = "/flash/numbers.json"  # the root is the computer's here
insole.self_test.run()
insole.modes.begin(firmware.housekeeping.announce)
insole.garbage_collector.settle()
firmware.radio.serve()
print("start", insole.garbage_collector.free)
air = firmware.radio._ble._radio
air.keep = False
guards = {}


def tell(handle, value):
    """A command in one fragment, guarded once the host has proved itself."""
    if handle in guards:
        value = value[:1] + guards[handle].closed(2, value[1:])
    air.write_from_central(handle, firmware.radio.services.control, value)
    firmware.radio.serve()


def prove(handle):
    """As a host that has the device key."""
    from insole_protocol import authentication as auth

    air.keep = True
    tell(handle, b"\xc0\x01\x01\x01\x02")
    tell(handle, b"\xc1\x1d\x01" + bytes(24))
    for _ in range(8):
        firmware.tx_scheduler.round()
    answer = bytes([value for to, _, value in air.sent if to == handle and value[1] == 0x9D][0][4:])
    of_host = auth.host_key(bytes(range(32)), bytes(8))
    tell(handle, b"\xc2\x1e\x01" + auth.proof(of_host, auth.BY_HOST, bytes(16), answer[:16]))
    guards[handle] = auth.Guard(
        auth.session_key(of_host, bytes(16), answer[:16]), auth.BY_HOST, auth.BY_INSOLE
    )
    air.keep = False
    air.sent.clear()


for handle in (1, 2):
    peer = b"12345%d" % handle
    if LOCKED:
        bond = (2, b"\x00" + bytes(reversed(peer)), b"secret")
        insole.bonds._secrets.append(bond)
        insole.bonds._in_stack.append(bond)
    for event in ((1, (handle, 0, peer)), (21, (handle, 247)), (28, (handle, 1, 0, 1, 16))):
        air.emit(*event)
        firmware.radio.serve()
    if LOCKED:
        prove(handle)
    for value in (HELLO, STREAM, LIVE):
        if LOCKED:  # the fragments of the proof came before
            value = bytes((value[0] + 3,)) + value[1:4] + (b"\x02" if value == HELLO else value[4:])
        tell(handle, value)
least = insole.garbage_collector.free
for slot in range(12000):
    chip.advance(10000)
    chip.sensors[slot % 16] = slot * 37 % 4096
    chip.timers[0].fire()
    if insole.sampler.waiting() >= insole.sampler.wake_rows:
        insole.blocks.drain()
        insole.garbage_collector.after_sample()
        least = min(least, insole.garbage_collector.free)
        if slot < 9000:
            early = insole.garbage_collector.free
    for _ in range(4):
        firmware.tx_scheduler.round()
    if slot % 100 == 0:
        firmware.housekeeping.round()
        head = bytes((0xC0 | (FIRST + slot // 100) & 0x3F,))
        command = LOG_READ if slot == 6000 else STATUS
        for handle in (1, 2):
            tell(handle, head + command)
print("least", least)
print("early", early)
print("late", insole.garbage_collector.free)
print("lost", insole.sampler.lost)
print("sent", air.notified)

SET_IDLE = b"\x04\x05\x00"
ON_DEMAND = (
    b"\x14\x06\x00\x00\x01\x00\x00\x00\x00\x00",  # UPDATE_BEGIN: refused, as there are no slots here
    b"\x16\x07\x01",  # UPDATE_STATUS
    b"\x1b\x08\x00",  # EVENTS
    b"\x12\x09\x00\x00\x00",  # CRASH
    b"\x13\x0a",  # DIAGNOSTICS
    b"\x06\x0b\x04",  # GET_SETTING
)
BUSY = 6
air.keep = True
answered = no_room = 0
counter = FIRST + 12000 // 100
for command in (SET_IDLE,) + 5 * ON_DEMAND:
    air.sent.clear()
    tell(1, bytes((0xC0 | counter & 0x3F,)) + command)
    counter += 1
    for _ in range(40):
        chip.advance(10000)
        chip.timers[0].fire()
        firmware.tx_scheduler.round()
    for handle, _, value in air.sent:
        if handle == 1 and value[1] == command[0] | 0x80:
            answered += 1
            no_room += value[3] == BUSY
    firmware.housekeeping.round()
print("answered", answered)
print("no_room", no_room)
