"""How inputs are made out of well-formed ones: bytes, JSON and typed codes, each damaged in its own ways."""

import json
import random
import struct
import zlib
from collections.abc import Callable
from copy import deepcopy
from typing import Any, Final, cast

from insole_protocol import block
from plantigrade.library.keys.typed_code import ALPHABET

Mutate = Callable[[bytes, random.Random], bytes]

_NEARLY_RIGHT_SHARE: Final = 0.01
"""Of typed codes: for these alone the reader looks for the group that is wrong, 2000 hashes each."""
_DEEPER_SHARE: Final = 0.8
_ODD_VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1 << 80, 1e308, "", "A" * 3000, "\ud800", "00" * 32, [], {}, [[]], {"serial": "x"},
    "library key 0123456789ab", "library key 0123456789AB", "one-time code ", "AAAA", "====",
)  # fmt: skip
_ODD_TEXTS: Final = (
    b"[" * 5000, b'{"a":' * 3000, b"1" * 5000, b"NaN", b"-Infinity", b"\xff\xfe{\x00}\x00", b"\xef\xbb\xbf{}",
    b"\x00", b'{"insoles": 1e999}', b'"\\ud800"',
)  # fmt: skip
_ODD_CHARACTERS: Final = "\u2010\u2014\u00df\ufb01\u0130\u0131\U0001d7d8\u0660\x00\x1b\u202e \n-UuOoIiLl"


def damaged_bytes(seed: bytes, chance: random.Random) -> bytes:
    """A seed with bytes changed, left out or put in, or bytes of nothing; some with the checksum put right,
    as somebody would who knows it.
    """
    kind = int(chance.random() * 8)
    if kind == 0:
        return chance.randbytes(int(chance.random() * 96))
    data = bytearray(seed)
    length = len(data)
    for _ in range(int(chance.random() * 3) + 1 if kind < 5 else 0):
        data[int(chance.random() * length)] = int(chance.random() * 256)
    if kind == 5:
        del data[int(chance.random() * length) :]
    elif kind == 6:
        data += chance.randbytes(int(chance.random() * 40))
    elif kind == 7:
        at = int(chance.random() * length)
        del data[at : at + int(chance.random() * 9)]
    if kind in (2, 6) and len(data) > block.CRC_BYTES:
        data[-block.CRC_BYTES :] = struct.pack("<I", zlib.crc32(data[: -block.CRC_BYTES]))
    return bytes(data)


def damaged_json(seed: bytes, chance: random.Random) -> bytes:
    """A JSON text whose values were exchanged, lost or doubled, or whose bytes were damaged."""
    kind = chance.random()
    if kind < 0.01:
        return chance.choice(_ODD_TEXTS)
    if kind < 0.5:
        return damaged_bytes(seed, chance)
    tree: Any = json.loads(seed)
    for _ in range(1 + int(chance.random() * 2)):
        _swap_leaves(tree, chance)
    return json.dumps(tree).encode()


def _swap_leaves(tree: dict[str, Any] | list[Any], chance: random.Random) -> None:
    """Another value somewhere in a tree, one fewer, or one twice."""
    places: list[Any] = list(tree) if isinstance(tree, dict) else list(range(len(tree)))
    if not places:
        return
    place = chance.choice(places)
    inside: Any = tree[place]
    if isinstance(inside, dict | list) and inside and chance.random() < _DEEPER_SHARE:
        _swap_leaves(cast("dict[str, Any] | list[Any]", inside), chance)
        return
    kind = chance.random()
    if kind < 0.1:
        del tree[place]
    elif kind < 0.2 and isinstance(tree, list):
        tree.extend(tree[:50])
    elif kind < 0.2 and isinstance(tree, dict):
        tree[chance.choice(_ODD_CHARACTERS)] = inside
    elif kind < 0.5 and isinstance(inside, str) and inside:
        at = int(chance.random() * len(inside))
        tree[place] = inside[:at] + chance.choice(ALPHABET + _ODD_CHARACTERS) + inside[at + 1 :]
    else:
        tree[place] = deepcopy(chance.choice(_ODD_VALUES))  # the next change may go into it


def damaged_code(seed: bytes, chance: random.Random) -> bytes:
    """A typed code with characters that no code has, groups lost, doubled or run together; now and then one
    that is only mistyped."""
    text = seed.decode()
    kind = chance.random()
    at = int(chance.random() * len(text))
    if kind < _NEARLY_RIGHT_SHARE:
        text = text[:at] + chance.choice(ALPHABET) + text[at + 1 :]
    elif kind < 0.4:
        text = text[:at] + chance.choice(_ODD_CHARACTERS) + text[at:]
        if chance.random() < 0.5:
            text = text[: int(chance.random() * len(text))]
    elif kind < 0.5:
        text = text[at:] + text[:at] + "-0"
    elif kind < 0.6:
        text = text.replace("-", chance.choice(("", " ", "\u2013", "_", "--")), 3) + "Z"
    elif kind < 0.7:
        text = text * (2 + int(chance.random() * 9))
    else:
        raw = bytearray(text.encode())
        raw[at] = 128 + int(chance.random() * 128)
        return bytes(raw)
    return text.encode("utf-8", "surrogatepass")
