"""Small bundles, for tests."""

import hashlib
from dataclasses import replace
from typing import Any

from plantigrade.firmware_image import signing
from plantigrade.firmware_image.bundle import UNSIGNED, Bundle, BundleKind, Manifest, pack_files

FILES = [
    ("lib/insole/one.mpy", b"M" * 300),
    ("lib/insole/two.mpy", b""),
    ("lib/drivers/led.mpy", b"\x00\xff"),
]


def unsigned(payload: bytes | None = None, **changes: Any) -> Bundle:
    """A bundle of three files; `changes` are to its manifest."""
    payload = pack_files(FILES) if payload is None else payload
    manifest = Manifest(
        kind=BundleKind.FILES,
        key_id=0,
        lowest_layout=1,
        highest_layout=2,
        architecture="xtensawin",
        mpy_word=0x2B06,
        board="esp32s3_r1",
        lowest_micropython=(1, 23, 0),
        highest_micropython=(1, 29, 255),
        security_counter=3,
        floor=2,
        payload_bytes=len(payload),
        payload_sha256=hashlib.sha256(payload).digest(),
        version="0.2.0",
    )
    return Bundle(replace(manifest, **changes), UNSIGNED, payload)


def signed(key: str = "now", payload: bytes | None = None, **changes: Any) -> Bundle:
    """The same, signed by a test key."""
    return signing.sign(unsigned(payload, **changes), signing.test_private_key(key), signing.test_keys())
