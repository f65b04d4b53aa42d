"""Who this insole is: serial number, firmware version, the names it shows."""

from esp32 import Partition

FIRMWARE_VERSION = "0.1.0"


class Identity:
    """Attributes: `serial` (8 bytes, from the chip's own identifier), `serial_text` (hex), texts; `record`,
    sector and bytes of the identity record as `provisioned` found it, (0, 0) where there is none;
    `device_key`, 32 bytes, None in an insole that was given none."""

    maker = "Plantigrade"
    model = "Plantigrade insole"
    firmware_version = FIRMWARE_VERSION

    def __init__(self, unique_id):
        self.record = 0, 0
        self.device_key = None
        tail = bytes(unique_id)[-8:]
        self.serial = bytes(8 - len(tail)) + tail
        self.serial_text = "".join("%02X" % byte for byte in self.serial)

    def part(self, offset, room):
        """(bytes of the identity record, those from `offset` on, at most `room`). Imports nothing: a heap
        that the log and two hosts have cut into pieces has no room for a module.

        Raises:
            ValueError: the record ends before `offset`.
        """
        sector, total = self.record
        if offset > total:
            raise ValueError("the identity record has %d bytes" % total)
        piece = bytearray(min(room, total - offset))
        if piece:
            Partition.find(Partition.TYPE_DATA, label="id")[0].readblocks(sector, piece, offset)
        return total, piece
