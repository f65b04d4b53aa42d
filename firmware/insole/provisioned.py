"""What was written about this insole when it was made: the newest record of the partition `id`.

Loaded at the start and forgotten afterwards: it costs no heap while the insole runs. No code here writes the
partition; `plantigrade device provision` does, through the chip's boot loader.
"""

import sys

import insole_protocol
from esp32 import Partition

from insole import forget
from insole_protocol import identity_record
from insole.settings import table

SIDE_UNSET = 255


def _reader(partition, sector):
    return lambda offset, buffer: partition.readblocks(sector, buffer, offset)


def newest():
    """(read, header, sector) of the record that counts; None where there is none, or no such partition."""
    found = Partition.find(Partition.TYPE_DATA, label="id")
    if not found:
        return None
    reads = [_reader(found[0], sector) for sector in range(identity_record.SECTORS)]
    try:
        record = identity_record.newest(reads)
    except OSError:
        return None
    return record and (reads[record[0]], record[1], record[0])


def put_defaults(settings):
    """Side and label as the insole was made, wherever nobody has set another one; sector and bytes of the
    record, (0, 0) where there is none.

    What is stored stays as it is: a side of 255 and an empty label go on meaning "as it was made".
    """
    record = newest()
    if record is None:
        return 0, 0
    place = record[2], record[1].total_bytes
    try:
        fields = identity_record.values(record[0], record[1], (identity_record.SIDE, identity_record.LABEL))
        made = {
            "side": fields.get(identity_record.SIDE, bytes((SIDE_UNSET,)))[0],
            "label": str(fields.get(identity_record.LABEL, b""), "utf-8"),
        }
    except (ValueError, OSError) as error:
        print("identity record:", error)
        return place
    settings.as_made(**{row.name: made[row.name] for row in table() if row.allows(made.get(row.name))})
    return place


def leave():
    """This module and the record's format leave the heap."""
    if sys.modules.pop("insole_protocol.identity_record", None):
        delattr(insole_protocol, "identity_record")
    forget("provisioned")
