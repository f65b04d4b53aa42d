"""Appending allocates nothing until it commits. MicroPython only."""

import micropython
from insole.recorder import Recorder
from log_kit.devices import RamFlash
from log_kit.walks import make_record


class FixedFlash(RamFlash):
    """Programs without allocating, as a chip does."""

    def writeblocks(self, block, buf, offset=None):
        start = block * 4096 + offset
        for i in range(len(buf)):
            self.data[start + i] &= buf[i]


def allocates(log, records):
    micropython.heap_lock()
    try:
        for record in records:
            log.append(record)
    except MemoryError:
        return True
    finally:
        micropython.heap_unlock()
    return False


class Greedy(Recorder):
    def append(self, record):
        return Recorder.append(self, bytearray(record))


def run(recorder_class):
    log = recorder_class(FixedFlash(4))
    log.open()
    records = [memoryview(make_record(log.next_seq + i * 8, 8, 1, 120)) for i in range(6)]
    return allocates(log, records)


assert not run(Recorder), "append allocates"
assert run(Greedy), "this check does not see an allocation"
print("nothing allocated")
