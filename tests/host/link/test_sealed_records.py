"""Records are sealed where they are born and opened where their samples are wanted (PROTOCOL.md 1.5)."""

import struct
from array import array

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st
from insole_protocol import block, kernels, motion_code, sealed_record
from insole_protocol.block_errors import BlockError
from insole_protocol.checksum import Checksum
from insole_protocol.codec import Encoder
from insole_protocol.sealing import Sealer
from plantigrade.link.sealed_records import RecordOpener

from tools.cryptolib_aes import CryptolibAes

LOG_KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))


def sealer(key: bytes = LOG_KEY, motion: int = 0) -> Sealer:
    """As an insole has it."""
    return Sealer(sealed_record.RecordKeys(key), CryptolibAes, Checksum(kernels), motion)


def plain_record(frames: int = 4, seq: int = 1000, level: int = 330, boot: int = 3) -> bytes:
    """A record in format 1."""
    out = bytearray(block.MAX_BYTES)
    rows = array("H", [level + (i * 7) % 31 for i in range(16 * frames)])
    length = Encoder(64).encode(out, rows, 0, frames, seq, 60_000_000 + seq, boot, 10_000, 1, 1, 0x40)
    return bytes(out[:length])


def sealed(record: bytes, by: Sealer) -> bytes:
    """The same record in format 2."""
    out = bytearray(block.MAX_BYTES)
    out[: len(record)] = record
    return bytes(out[: by.seal(out)])


@given(st.lists(st.integers(1, 64), min_size=1, max_size=6), st.integers(0, (1 << 32) - 70))
def test_what_was_sealed_opens_into_the_same_bytes(frames: list[int], seq: int) -> None:
    by, opener = sealer(), RecordOpener([OTHER_KEY, LOG_KEY])
    for count in frames:  # the chain of the tag goes on from record to record
        record = plain_record(count, seq)
        assert opener.open(sealed(record, by)) == record


def test_the_bytes_are_those_of_the_standards() -> None:
    """Worked out with another implementation of AES-CTR and CMAC, from the text of PROTOCOL.md."""
    record = plain_record(4)
    found = sealed(record, sealer(motion=motion_code.motion_code(16, 2000)))
    keys = sealed_record.RecordKeys(LOG_KEY)
    counter = record[4:18] + b"\0\0"
    encryptor = Cipher(algorithms.AES256(keys.encrypting), modes.CTR(counter)).encryptor()
    body = bytearray(record[:24]) + encryptor.update(record[24:-4])
    body[1] = 2
    body[2:4] = struct.pack("<H", len(record) + 12)
    body += struct.pack("<HH", keys.key_id, 0x8023)
    mac = CMAC(algorithms.AES256(keys.authenticating))
    mac.update(bytes(body))
    assert found[:-4] == bytes(body) + mac.finalize()[:8]


def test_a_reader_without_keys_sees_the_header_alone() -> None:
    one, other = (sealed(plain_record(4, level=level), sealer()) for level in (330, 331))
    assert one[:24] == other[:24]
    assert one[24:] != other[24:]


@given(st.data())
def test_any_change_is_found(data: st.DataObject) -> None:
    record = bytearray(sealed(plain_record(4), sealer()))
    at = data.draw(st.integers(1, len(record) - 5))
    record[at] ^= data.draw(st.integers(1, 255))
    Checksum(kernels).append(record, len(record) - 4)  # as a forger would
    with pytest.raises(BlockError):
        RecordOpener([LOG_KEY], only_sealed=True).open(bytes(record))


@pytest.mark.parametrize(
    ("record", "keys", "name"),
    [
        (sealed(plain_record(), sealer(OTHER_KEY)), [LOG_KEY], "no_key"),
        (sealed(plain_record(), sealer())[:-1], [LOG_KEY], "block_length"),
        (sealed(plain_record(), sealer())[:40], [LOG_KEY], "block_length"),
        (plain_record(), [LOG_KEY], "unsealed"),
    ],
)
def test_what_cannot_be_opened_is_named(record: bytes, keys: list[bytes], name: str) -> None:
    with pytest.raises(BlockError) as caught:
        RecordOpener(keys, only_sealed=True).open(record)
    assert caught.value.name == name


def test_a_tag_of_another_key_with_the_same_identifier_is_refused() -> None:
    record = bytearray(sealed(plain_record(), sealer(OTHER_KEY)))
    struct.pack_into("<H", record, len(record) - 16, sealed_record.RecordKeys(LOG_KEY).key_id)
    Checksum(kernels).append(record, len(record) - 4)
    with pytest.raises(BlockError) as caught:
        RecordOpener([LOG_KEY]).open(bytes(record))
    assert caught.value.name == "tag"


def test_records_in_format_1_stay_readable() -> None:
    assert RecordOpener().open(plain_record()) == plain_record()


@pytest.mark.parametrize("code", [0x8025 | 0x0040, 0x8004, 0x8028])
def test_an_unknown_code_of_motion_is_refused(code: int) -> None:
    with pytest.raises(ValueError, match="motion code"):
        motion_code.read_motion_code(code)
