"""One answer to LOG_READ: the stored records of a range, one message at a time."""

import struct

from insole_protocol import ids, messages

HEADER_BYTES = messages.LOG_PREFIX_BYTES


class LogTransfer:
    """Walks a range of the log and writes the messages of PROTOCOL.md section 4.3.

    Attributes:
        number: the transfer's number, in each of its messages.
        done: the end message has been written.
    """

    def __init__(self, number, reader):
        self.number = number
        self.done = False
        self._reader = reader
        self._slots = 0
        self._stopped = False

    def stop(self):
        """The next message will be the end, with reason "stopped"."""
        self._stopped = True

    def next_message(self, out):
        """Write the next message at the start of `out` (a memoryview); its length."""
        if self._stopped:
            return self._end(out, ids.END_STOPPED)
        try:
            length = self._reader.next(out[HEADER_BYTES:])
        except OSError:
            return self._end(out, ids.END_STORAGE_ERROR)
        if length == 0:
            return self._end(out, ids.END_COMPLETE)
        if length < 0:
            reader = self._reader
            gap = messages.build_log_gap(self.number, reader.gap_from, reader.gap_to, reader.gap_reason)
            return self._put(out, gap)
        struct.pack_into(messages.LOG_PREFIX_FORMAT, out, 0, ids.LOG_BLOCK, self.number)
        self._slots += out[HEADER_BYTES + 20] * out[HEADER_BYTES + 21]
        return HEADER_BYTES + length

    def _end(self, out, reason):
        self.done = True
        return self._put(out, messages.build_log_end(self.number, self._slots, reason))

    def _put(self, out, message):
        out[: len(message)] = message
        return len(message)
