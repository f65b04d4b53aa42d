"""What an insole that was given keys says about itself before anyone connects (PROTOCOL.md section 6.1).

Everything that is its own lies in the scan response, under its key: a host that has the key reads it, anybody
else sees random bytes that change with the address.
"""

import struct
from binascii import unhexlify

from insole_protocol import advert, ids
from insole_protocol.keyed_hash import hmac_sha256

NAME = "Plantigrade"
PRIVATE = 0x80  # in the place of the protocol's version, which stands in the other bits
NONCE_BYTES = 4
TOKEN_BYTES = 3
STATE_BYTES = 2
DATA_BYTES = 1 + NONCE_BYTES + TOKEN_BYTES + STATE_BYTES
_PURPOSE = b"advertisement"

_UUID = bytes(reversed(unhexlify(ids.SERVICE_UUID.replace("-", ""))))
PAYLOAD = b"\x02\x01\x06" + bytes((len(_UUID) + 1, 0x07)) + _UUID  # flags, service


def token_and_mask(device_key: bytes, nonce: bytes) -> "tuple[bytes, bytes]":
    """The token that goes with a nonce, and what hides the state.

    >>> token, mask = token_and_mask(bytes(32), bytes(4))
    >>> token.hex(), mask.hex()
    ('80b1b8', '9695')
    """
    digest = hmac_sha256(device_key, _PURPOSE + nonce)
    return digest[:TOKEN_BYTES], digest[TOKEN_BYTES : TOKEN_BYTES + STATE_BYTES]


def private_data(device_key: bytes, nonce: bytes, bits: int, battery_pct: int) -> bytes:
    """The manufacturer data, without the company identifier: version, nonce, token, hidden state. `bits` are
    those of `advert.state_bits`, `battery_pct` 255 is unknown."""
    token, mask = token_and_mask(device_key, nonce)
    state = bytes((bits ^ mask[0], battery_pct ^ mask[1]))
    return bytes((PRIVATE | ids.HIGHEST_VERSION,)) + nonce + token + state


def scan_response(device_key: bytes, nonce: bytes, bits: int, battery_pct: int) -> bytes:
    """The whole scan response: the name that all insoles have, and the manufacturer data."""
    data = struct.pack("<H", ids.COMPANY_ID) + private_data(device_key, nonce, bits, battery_pct)
    return advert.scan_response(NAME) + bytes((len(data) + 1, 0xFF)) + data
