"""The identity record of an insole, as it lies in a sector of the partition `id`.

    offset  0  4s   magic "PGID"
            4  u8   schema that wrote it
            5  u8   least schema of a reader that understands it
            6  u16  bytes of the body
            8  u32  sequence number
           12  u16  bytes of the signature: 0 (unsigned) or 384
           14  u16  0
           16  4s   key id: first bytes of the SHA-256 of the factory key's modulus; zeros where unsigned
           20       body: fields one after the other, each u8 tag, u16 length, value
              384   signature, RSA-3072 PKCS#1 v1.5 over SHA-256 of all before it
              u32   CRC-32 of all before it

All integers are little-endian. Two sectors are written in turn; the valid one with the greater sequence
number counts, of two alike the first. A reader passes over tags that it does not know, so that a field can be
added without a new `MIN_READER`; a field that it knows has a length within the bounds of `FIELDS`.

Whoever reads gives `read(offset, buffer)`, which fills a buffer of at most `PIECE` bytes from a sector, so
that an insole never holds a record whole. The host makes records and checks signatures; insoles read fields.
"""

import struct
from binascii import crc32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Read = Callable[[int, memoryview], object]
    Sign = Callable[[bytes], bytes]

MAGIC = b"PGID"
SCHEMA = 1
MIN_READER = 1
SECTOR_BYTES = 4096
SECTORS = 2  # of the partition's four
HEADER_FORMAT = "<4sBBHIHH4s"
HEADER_BYTES = 20
FIELD_FORMAT = "<BH"
FIELD_BYTES = 3
MAX_BODY_BYTES = 2048
SIGNATURE_BYTES = 384
KEY_ID_BYTES = 4
CRC_BYTES = 4
PIECE = 256
MAX_SEQUENCE = 0xFFFFFFFE

RAW = 0
TEXT = 1
NUMBER = 2

SERIAL = 1
BOARD = 2
LAYOUT = 3
SIZE = 4
SIDE = 5
BATCH = 6
MADE_ON = 7
LABEL = 8
FIRMWARE = 9
FIRMWARE_SHA256 = 10
MICROPYTHON = 11
MICROPYTHON_SHA256 = 12
SELF_TEST = 13
CALIBRATION = 14
CALIBRATION_SHA256 = 15
CALIBRATED_ON = 16

FIELDS = (
    # tag, name, kind, least bytes, most bytes
    (SERIAL, "serial", RAW, 8, 8),
    (BOARD, "board", TEXT, 1, 24),
    (LAYOUT, "layout", NUMBER, 1, 1),
    (SIZE, "size_tenths_eu", NUMBER, 2, 2),
    (SIDE, "side", NUMBER, 1, 1),
    (BATCH, "batch", TEXT, 1, 20),
    (MADE_ON, "made_on", TEXT, 10, 10),
    (LABEL, "label", TEXT, 0, 20),
    (FIRMWARE, "firmware", TEXT, 1, 24),
    (FIRMWARE_SHA256, "firmware_sha256", RAW, 32, 32),
    (MICROPYTHON, "micropython", TEXT, 1, 48),
    (MICROPYTHON_SHA256, "micropython_sha256", RAW, 32, 32),
    (SELF_TEST, "self_test", RAW, 34, 34),  # u16 faults, 16 levels of u16
    (CALIBRATION, "calibration", RAW, 608, 608),  # of 16 sensors: nine f32 and a u16 each
    (CALIBRATION_SHA256, "calibration_sha256", RAW, 32, 32),
    (CALIBRATED_ON, "calibrated_on", TEXT, 10, 10),
)


class RecordError(ValueError):
    """A sector that holds no valid record, or a field that cannot be stored."""


class Header:
    """The head of a record that is whole.

    Attributes:
        schema: that wrote it.
        body_bytes, signature_bytes: lengths.
        sequence: number of the record.
        key_id: of the factory key, zeros where unsigned.
    """

    def __init__(self, head: "bytes | bytearray") -> None:
        magic, self.schema, least, self.body_bytes, self.sequence, self.signature_bytes, _, self.key_id = (
            struct.unpack(HEADER_FORMAT, head)
        )
        if magic != MAGIC:
            raise RecordError("no record")
        if least > SCHEMA:
            raise RecordError("a record for readers of schema %d" % least)
        if not 0 < self.body_bytes <= MAX_BODY_BYTES or self.signature_bytes not in (0, SIGNATURE_BYTES):
            raise RecordError("a record of impossible lengths")
        if self.sequence > MAX_SEQUENCE:
            raise RecordError("a record with an impossible number")

    @property
    def signed_bytes(self) -> int:
        """What the signature is made over."""
        return HEADER_BYTES + self.body_bytes

    @property
    def total_bytes(self) -> int:
        """The whole record, with its CRC."""
        return self.signed_bytes + self.signature_bytes + CRC_BYTES


def check(read: "Read") -> Header:
    """The head of the record in a sector, after all of it was read.

    Raises:
        RecordError: there is none, it is damaged, or for newer readers only.
    """
    buffer = bytearray(PIECE)
    view = memoryview(buffer)
    read(0, view[:HEADER_BYTES])
    header = Header(buffer[:HEADER_BYTES])
    end = header.total_bytes - CRC_BYTES
    found = 0
    for at in range(0, end, PIECE):
        piece = view[: min(PIECE, end - at)]
        read(at, piece)
        found = crc32(piece, found)
    read(end, view[:CRC_BYTES])
    if found & 0xFFFFFFFF != struct.unpack_from("<I", buffer, 0)[0]:
        raise RecordError("a damaged record")
    return header


def newest(reads: "list[Read] | tuple[Read, ...]") -> "tuple[int, Header] | None":
    """Number of the sector that counts and the head of its record; None where no sector has one.

    Args:
        reads: a `read` for each sector.
    """
    found: "tuple[int, Header] | None" = None
    for sector, read in enumerate(reads):
        try:
            header = check(read)
        except RecordError:
            continue
        if found is None or header.sequence > found[1].sequence:
            found = sector, header
    return found


def walk(read: "Read", header: Header, take: "Callable[[int, int, int], object]") -> None:
    """Call `take(tag, offset, length)` for each field of a record that was checked.

    Raises:
        RecordError: the fields do not fill the body exactly.
    """
    head = bytearray(FIELD_BYTES)
    view = memoryview(head)
    at, end = HEADER_BYTES, header.signed_bytes
    while at < end:
        if at + FIELD_BYTES > end:
            raise RecordError("a field is cut off")
        read(at, view)
        tag, length = struct.unpack(FIELD_FORMAT, head)
        at += FIELD_BYTES
        if at + length > end:
            raise RecordError("a field is longer than its record")
        take(tag, at, length)
        at += length


def bounds(tag: int) -> "tuple[int, int] | None":
    """Least and most bytes of a field; None for a tag that this reader does not know."""
    for row in FIELDS:
        if row[0] == tag:
            return row[3], row[4]
    return None


def values(read: "Read", header: Header, tags: "tuple[int, ...]") -> "dict[int, bytes]":
    """Bytes of the fields with these tags, as far as a record has them.

    Raises:
        RecordError: a field that has the wrong length or comes twice, or the body is broken.
    """
    found: "dict[int, bytes]" = {}

    def take(tag: int, offset: int, length: int) -> None:
        limits = bounds(tag)
        if limits is None:
            return
        if not limits[0] <= length <= limits[1]:
            raise RecordError("field %d has %d bytes" % (tag, length))
        if tag in found:
            raise RecordError("field %d comes twice" % tag)
        if tag in tags:
            data = bytearray(length)
            view = memoryview(data)
            for at in range(0, length, PIECE):
                read(offset + at, view[at : at + PIECE])
            found[tag] = bytes(data)
        else:
            found[tag] = b""

    walk(read, header, take)
    return {tag: found[tag] for tag in found if tag in tags}


def build(fields: "list[tuple[int, bytes]]", sequence: int, key_id: bytes, sign: "Sign | None") -> bytes:
    """A record.

    Args:
        fields: tag and bytes of each, in the order in which they are stored.
        sequence: number of the record.
        key_id: of the factory key, 4 bytes; zeros where there is none.
        sign: gives the signature of bytes; None leaves the record unsigned.

    Raises:
        RecordError: a field is unknown, comes twice, or has a length that is not allowed.
    """
    body = bytearray()
    seen: "list[int]" = []
    for tag, data in fields:
        limits = bounds(tag)
        if limits is None or tag in seen:
            raise RecordError("field %d is unknown or comes twice" % tag)
        if not limits[0] <= len(data) <= limits[1]:
            allowed = "%d to %d" % limits
            raise RecordError("field %d has %d bytes; allowed are %s" % (tag, len(data), allowed))
        seen.append(tag)
        body += struct.pack(FIELD_FORMAT, tag, len(data)) + data
    if len(key_id) != KEY_ID_BYTES or (sign is None) != (key_id == bytes(KEY_ID_BYTES)):
        raise RecordError("a signed record names its key in %d bytes, an unsigned one none" % KEY_ID_BYTES)
    signature_bytes = SIGNATURE_BYTES if sign else 0
    head = struct.pack(
        HEADER_FORMAT, MAGIC, SCHEMA, MIN_READER, len(body), sequence, signature_bytes, 0, key_id
    )
    Header(head)
    signed = head + bytes(body)
    complete = signed + (sign(signed) if sign else b"")
    if len(complete) != len(signed) + signature_bytes:
        raise RecordError("a signature has %d bytes" % SIGNATURE_BYTES)
    return complete + struct.pack("<I", crc32(complete) & 0xFFFFFFFF)
