"""What an insole knows of how it was made: the newest valid record, its side as default, parts of it read."""

import chip  # first: puts its time in place
import sys
import workbench
from insole import provisioned
from insole.identity import Identity
from insole.settings import Settings
from insole_protocol import identity_record
from insole_protocol.settings import TABLE
from sim.chip import hardware
from workbench import Workbench

SIDE, LABEL = TABLE[0], TABLE[8]
LEFT, RIGHT, UNSET = 0, 1, 255

flash = chip.Flash(4)
hardware.partitions.append(hardware.PartitionEntry("id", flash))


def record(side, sequence, label=b"", signed=False):
    """A record of a side."""
    fields = [(identity_record.SERIAL, bytes(8)), (identity_record.SIDE, bytes((side,)))]
    fields += [(identity_record.LABEL, label), (identity_record.CALIBRATION, bytes(608))]
    key = (b"key1", lambda data: bytes(384)) if signed else (bytes(4), None)
    return identity_record.build(fields, sequence, *key)


def flashed(*sectors):
    """The settings of an insole whose sectors hold this, as they are at its start, and stored by nobody."""
    workbench.clear_flash()
    for number in range(4):
        flash.ioctl(6, number)
    for number, data in enumerate(sectors):
        flash.data[number * 4096 : number * 4096 + len(data)] = data
    return started()


def started():
    """The settings after a start."""
    settings = Settings()
    provisioned.put_defaults(settings)
    return settings


def part(offset, room):
    """What IDENTITY answers after a start."""
    identity = Identity(bytes(8))
    identity.record = provisioned.put_defaults(Settings())
    return identity.part(offset, room)


def damaged(data, at):
    """A record of which one bit is another."""
    changed = bytearray(data)
    changed[at] ^= 4
    return bytes(changed)


def test_a_blank_partition_leaves_the_side_unset():
    settings = flashed()
    assert (settings.side, settings.label) == (UNSET, "")
    assert part(0, 100) == (0, b"")


def test_the_side_and_label_of_the_record_are_in_force():
    settings = flashed(record(RIGHT, 1, b"P12", signed=True))
    assert (settings.side, settings.label) == (RIGHT, "P12")


def test_of_two_records_the_greater_number_counts_and_of_two_alike_the_first():
    for first, second, side in ((1, 2, RIGHT), (2, 1, LEFT), (7, 7, LEFT)):
        assert flashed(record(LEFT, first), record(RIGHT, second)).side == side, (first, second)


def test_a_damaged_record_leaves_the_one_before_it():
    newer = record(RIGHT, 2)
    for at in range(0, len(newer), 7):
        assert flashed(record(LEFT, 1), damaged(newer, at)).side == LEFT, at
    assert flashed(record(LEFT, 1), newer[:300]).side == LEFT, "power was cut while it was written"


def test_a_setting_goes_before_the_record_and_its_default_is_the_record_again():
    settings = flashed(record(RIGHT, 1))
    settings.store(SIDE, LEFT)
    assert settings.side == LEFT and started().side == LEFT
    settings.store(SIDE, UNSET)
    assert settings.side == RIGHT and started().side == RIGHT


def test_what_the_record_says_is_not_stored_with_another_setting():
    """An insole that is given a newer record follows it."""
    settings = flashed(record(RIGHT, 1))
    settings.store(LABEL, "mine")
    flash.data[4096 : 4096 + len(record(LEFT, 2))] = record(LEFT, 2)
    settings = started()
    assert (settings.side, settings.label) == (LEFT, "mine")


def test_sides_and_labels_that_cannot_be_are_passed_over():
    assert flashed(record(7, 1)).side == UNSET
    assert flashed(record(LEFT, 1, b"\xff\xfe")).side == UNSET, "no text: nothing of the record is taken"


def test_fields_that_break_their_record_are_no_reason_not_to_start():
    complete = bytearray(record(LEFT, 1))
    complete[identity_record.HEADER_BYTES + 1] = 9  # the length of the first field, with a CRC that fits
    body = bytes(complete[:-4])
    from binascii import crc32

    broken = body + (crc32(body) & 0xFFFFFFFF).to_bytes(4, "little")
    assert flashed(broken).side == UNSET


def test_a_record_is_read_in_parts():
    complete = record(LEFT, 3, signed=True)
    flashed(complete)
    parts, total = b"", len(complete)
    while len(parts) < total:
        stated, piece = part(len(parts), 100)
        assert stated == total and 0 < len(piece) <= 100
        parts += piece
    assert parts == complete
    assert part(total, 100) == (total, b"")
    try:
        part(total + 1, 100)
    except ValueError:
        return
    raise AssertionError("an offset beyond the end was taken")


def test_an_insole_without_the_partition_starts():
    entry = hardware.partitions.pop()
    try:
        assert started().side == UNSET
    finally:
        hardware.partitions.append(entry)


def test_a_whole_insole_says_its_side_and_forgets_the_code_that_read_it():
    flashed(record(RIGHT, 1))
    bench = Workbench(fresh=False)
    assert bench.insole.settings.side == RIGHT
    assert bench.insole.identity.part(0, 4)[1] == identity_record.MAGIC
    assert "insole.provisioned" not in sys.modules, "it is not loaded again to hand the record out"
