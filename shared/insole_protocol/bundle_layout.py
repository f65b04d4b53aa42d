"""Where everything is in an update bundle (`.pgfw`); the insole and the host read it with the same numbers.

A bundle is a manifest of 256 bytes, its signature of 384 bytes (RSA-3072, PKCS#1 v1.5 with SHA-256, over the
manifest), and the payload. All integers little-endian, texts in ASCII with NUL bytes behind them::

    0 magic "PGFW"    4 u8 format     5 u8 kind       6 u8 key id     7 u8 lowest layout of the sensors
    8 u8 highest      9 u8 architecture               10 u16 word of .mpy files (sys.implementation._mpy)
    12 product (8)    20 board (16)   36 MicroPython lowest (3 bytes: major, minor, micro)
    39 highest (3)    42 u32 security counter         46 u32 floor    50 u32 bytes of the payload
    54 SHA-256 of the payload (32)    86 version (24)                 110 zeros up to 256

The payload of kind 1 is an index, u16 count and for each file u8 length of its path, path, u32 size and its
SHA-256, and behind it the files in the same order. That of kind 2 is MicroPython's app as it lies in a slot
of the flash: the word says which .mpy files it takes, both MicroPython versions are its own.

`floor` is the lowest security counter that an insole takes once this version has been confirmed on it. Key
ids from `TEST_KEYS_FROM` on belong to keys of which everybody has the secret half.
"""

import struct

MAGIC = b"PGFW"
FORMAT = 1
KIND_FILES = 1
KIND_MICROPYTHON = 2
PRODUCT = b"insole"
TEST_KEYS_FROM = 240

MANIFEST_BYTES = 256
SIGNATURE_BYTES = 384
PAYLOAD_AT = MANIFEST_BYTES + SIGNATURE_BYTES

MANIFEST = "<4s6BH8s16s3s3sIII32s24s"
KEY_ID_AT = 6
PAYLOAD_BYTES_AT = 50
SHA256_AT = 54
SHA256_BYTES = 32
VERSION_AT = 86
VERSION_BYTES = 24
REST_AT = 110

# Of a payload of kind 1. An insole takes no more than it has room for, whatever these allow.
COUNT_BYTES = 2
FILE_ENTRY = "<I32s"  # behind the path
FILE_ENTRY_BYTES = 36
MAX_FILES = 256
MAX_PATH_BYTES = 80
MAX_FILE_BYTES = 64 * 1024
MAX_FILES_BYTES = 448 * 1024  # two slots and the launcher share the 1 MiB of the file system
MAX_APP_BYTES = 0x1D0000  # a slot for MicroPython

# Places in what `fields` gives
KIND = 2
KEY_ID = 3
LOWEST_LAYOUT = 4
HIGHEST_LAYOUT = 5
ARCHITECTURE = 6
MPY_WORD = 7
PRODUCT_TEXT = 8
BOARD_TEXT = 9
LOWEST_MICROPYTHON = 10
HIGHEST_MICROPYTHON = 11
SECURITY_COUNTER = 12
FLOOR = 13
PAYLOAD_BYTES = 14
PAYLOAD_SHA256 = 15
VERSION_TEXT = 16


def fields(manifest: "bytes | bytearray | memoryview") -> "tuple[bytes | int, ...]":
    """The fields of a manifest, as `struct` gives them, from the magic on; nothing is checked."""
    return struct.unpack_from(MANIFEST, manifest, 0)


def text_of(field: bytes) -> str:
    """A text without the NUL bytes behind it; what is not ASCII becomes '?'.

    >>> text_of(b"esp32s3_r1" + bytes(6))
    'esp32s3_r1'
    """
    return "".join([chr(byte) if 32 <= byte < 127 else "?" for byte in field.rstrip(b"\0")])
