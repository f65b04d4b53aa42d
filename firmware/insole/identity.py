"""Who this insole is: serial number, firmware version, the names it shows."""

FIRMWARE_VERSION = "0.1.0"


class Identity:
    """Attributes: `serial` (8 bytes, from the chip's own identifier), `serial_text` (hex), texts."""

    maker = "Plantigrade"
    model = "Plantigrade insole"
    firmware_version = FIRMWARE_VERSION

    def __init__(self, unique_id):
        tail = bytes(unique_id)[-8:]
        self.serial = bytes(8 - len(tail)) + tail
        self.serial_text = "".join("%02X" % byte for byte in self.serial)
