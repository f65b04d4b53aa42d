"""One answer to LOG_READ: the stored records of a range, as many in a message as fit into it."""

import struct

from insole_protocol import block, ids, messages

from insole.recorder.reader import END, NO_ROOM

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
        self._held = NO_ROOM  # what the reader said after the last record that is sent; NO_ROOM: ask it

    def stop(self):
        """The next message will be the end, with reason "stopped"."""
        self._reader = None

    def next_message(self, out):
        """Write the next message at the start of `out` (a memoryview); its length."""
        if self._reader is None:
            return self._end(out, ids.END_STOPPED)
        length = self._records(out) if self._held == NO_ROOM else HEADER_BYTES
        if length > HEADER_BYTES:
            struct.pack_into(messages.LOG_PREFIX_FORMAT, out, 0, ids.LOG_BLOCK, self.number)
            return length
        found, self._held = self._held, NO_ROOM
        if found == END:
            return self._end(out, ids.END_COMPLETE)
        reader = self._reader
        gap = messages.build_log_gap(self.number, reader.gap_from, reader.gap_to, reader.gap_reason)
        return self._put(out, gap)

    def _records(self, out):
        """Fill the message with records, up to the first gap; its length so far."""
        length = HEADER_BYTES
        while True:
            found = self._reader.next(out[length:])
            if found <= 0:
                self._held = found
                return length
            self._slots += block.slots_of(out, length)
            length += found

    def _end(self, out, reason):
        self.done = True
        return self._put(out, messages.build_log_end(self.number, self._slots, reason))

    def _put(self, out, message):
        out[: len(message)] = message
        return len(message)
