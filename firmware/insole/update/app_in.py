"""MicroPython's app on its way into the app partition that does not run, a sector erased at a time."""

import hashlib

from insole import files
from insole.update import slots
from insole.update.conditions import Refused
from insole_protocol import bundle_layout as layout
from insole_protocol import update_codes as codes

SECTOR = 4096
MARK_BYTES = 65536  # after as many what is in flash is noted, for a restart to go on from
_PIECE = 512
_IMAGE_MAGIC = 0xE9
_ERASE_BLOCK = 6


def next_partition():
    """The app partition that does not run.

    Raises:
        Refused: this insole has but one.
    """
    import esp32

    try:
        return esp32.Partition(esp32.Partition.RUNNING).get_next_update()
    except (OSError, AttributeError):
        raise Refused(codes.REFUSAL_NO_APP_SLOTS, "this insole has no second slot for MicroPython") from None


class AppTarget:
    """Takes the payload of a bundle of kind 2. Attributes as in `FilesTarget`."""

    def __init__(self, fields, _active, feed_watchdog):
        self.wanted = 0
        self._bytes = fields[layout.PAYLOAD_BYTES]
        self._sha256 = fields[layout.PAYLOAD_SHA256]
        self._floor = fields[layout.FLOOR]
        self._feed_watchdog = feed_watchdog
        self._partition = next_partition()
        if self._bytes > self._partition.info()[3]:
            raise Refused(codes.REFUSAL_TOO_LARGE, "MicroPython does not fit into its slot")

    def begin(self, goes_on):
        """Go on where it was noted last, or anew. Returns itself."""
        if not goes_on:
            return self
        try:
            at = (files.read_json(slots.PROGRESS) or {}).get("at", 0)
        except ValueError:
            at = 0
        if isinstance(at, int) and 0 <= at <= self._bytes and not at % MARK_BYTES:
            self.wanted = at
        return self

    def take(self, data):
        """As `FilesTarget.take`."""
        if not self.wanted and data[0] != _IMAGE_MAGIC:
            raise Refused(codes.REFUSAL_IMAGE, "this is no image of MicroPython")
        data = data[: self._bytes - self.wanted]
        while len(data):
            sector, at = divmod(self.wanted, SECTOR)
            if not at:
                self._feed_watchdog()
                self._partition.ioctl(_ERASE_BLOCK, sector)
            piece = data[: SECTOR - at]
            self._partition.writeblocks(sector, piece, at)
            data = data[len(piece) :]
            self.wanted += len(piece)
            if not self.wanted % MARK_BYTES:
                files.write_json(slots.PROGRESS, {"at": self.wanted})

    def complete(self):
        """Whether every byte is there."""
        return self.wanted == self._bytes

    def leave(self):
        """Nothing is open."""

    def steps_to_verify(self):
        """As `FilesTarget.steps_to_verify`, a sector at each step."""
        total = hashlib.sha256()
        buffer = memoryview(bytearray(_PIECE))
        at = 0
        while at < self._bytes:
            piece = buffer[: min(_PIECE, self._bytes - at)]
            self._partition.readblocks(at // SECTOR, piece, at % SECTOR)
            total.update(piece)
            at += len(piece)
            if not at % SECTOR:
                yield
        if total.digest() != self._sha256:
            slots.forget_bundle()
            raise Refused(codes.REFUSAL_ALTERED, "what was written is not what was signed")

    def switch(self, _head, faults, link):
        """Let the boot loader try it: noted first, so that the firmware knows that it is on trial."""
        label = self._partition.info()[4]
        slots.start_trial(faults, link, app=label, app_floor_next=self._floor)
        try:
            self._partition.set_boot()
        except OSError:
            slots.change_state(app="")
            slots.forget_bundle()
            raise Refused(codes.REFUSAL_IMAGE, "the boot loader does not take this image") from None
