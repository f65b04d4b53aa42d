"""The insole's own keys, read once at the start from the raw partition `keys`.

An insole without a device key lets in whoever pairs, as protocol 1 has it; one without a log key stores its
records in the open. Provisioning writes both (docs/how-to/provision-a-batch.md), WIPE erases both. A sector
that is damaged counts as none: the insole must start, and `damaged` says so.
"""

import sys

import insole_protocol
from esp32 import Partition

from insole import forget

PARTITION = "keys"
ERASED = b"\xff\xff\xff\xff"


class InsoleKeys:
    """Attributes: `device`, `log` of 32 bytes each, or None; `damaged`: a sector holds something else."""

    def __init__(self):
        self.device = None
        self.log = None
        self.damaged = False
        found = Partition.find(Partition.TYPE_DATA, label=PARTITION)
        if found:
            self._read(found[0])

    def _read(self, partition):
        from insole_protocol import key_record

        sector = bytearray(key_record.TOTAL_BYTES)
        keys = []
        for number, kind in enumerate(key_record.SECTORS):
            key = None
            try:
                partition.readblocks(number, sector, 0)
                if sector[:4] != ERASED:
                    key = key_record.read(kind, sector)
            except (ValueError, OSError):
                self.damaged = True
            keys.append(key)
        self.device, self.log = keys
        for i in range(len(sector)):
            sector[i] = 0

    def make_sealer(self, imu, stored):
        """What seals records, None without a log key; `imu` is the sensor's driver, None without one, and
        measures in the ranges of the settings `stored` from here on: sealed records can say so. What only
        making needs leaves the heap."""
        if self.log is None:
            leave()
            return None
        from cryptolib import aes

        from insole_protocol import block, motion_code, sealed_record, sealing, settings
        from insole_protocol.codec import checksum

        code = motion_code.NO_MOTION_CODE
        if imu:
            imu.set_ranges(stored.acceleration_range_g, stored.angular_rate_range_deg_s)
            code = motion_code.motion_code(*imu.ranges)
        longest = block.needed_bytes(settings.MAX_FRAMES_OF_A_RECORD, bool(imu)) + sealed_record.EXTRA_BYTES
        live = sealed_record.RecordKeys(sealed_record.live_key(self.log))
        own = sealed_record.RecordKeys(self.log)
        sealer = sealing.Sealer(own, aes, checksum, code, longest, live)
        leave()
        return sealer


def leave():
    """This module and what only making needs leave the heap."""
    for name in ("key_record", "sealed_record", "keyed_hash", "motion_code"):
        if sys.modules.pop("insole_protocol." + name, None):
            delattr(insole_protocol, name)
    sealing = sys.modules.get("insole_protocol.sealing")
    if hasattr(sealing, "sealed_record"):
        del sealing.sealed_record
    forget("insole_keys")
