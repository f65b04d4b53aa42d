"""The numbers of the format, version 1. docs/reference/parcels.md explains them."""

from typing import Final

MAGIC: Final = b"PGPARCEL"
VERSION: Final = 1
KEY_ID_BYTES: Final = 8
PUBLIC_KEY_BYTES: Final = 65
"""A point of P-256, uncompressed (SEC 1, section 2.3.3), as WebCrypto gives and takes it as `raw`."""
PREAMBLE_BYTES: Final = len(MAGIC) + 1 + KEY_ID_BYTES + PUBLIC_KEY_BYTES

CHUNK_BYTES: Final = 1 << 16
TAG_BYTES: Final = 16
SEALED_CHUNK_BYTES: Final = CHUNK_BYTES + TAG_BYTES
NONCE_COUNTER_BYTES: Final = 11
MOST_CHUNKS: Final = 1 << 20
"""64 GiB: a year of one person. AES-GCM itself bounds one key far later (NIST SP 800-38D, section 8)."""

INFO: Final = b"plantigrade parcel 1"
AES_KEY_BYTES: Final = 32

SCHEMA: Final = "plantigrade.parcel/1"
MOST_HEADER_BYTES: Final = 4096
MOST_TEXT: Final = 200
