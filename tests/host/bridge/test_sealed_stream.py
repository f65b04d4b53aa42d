"""What an attacker can do with records on their way: threats 3 and 4 of docs/explanation/threats.md."""

from array import array

import pytest
from insole_protocol import block, kernels, sealed_record
from insole_protocol.checksum import Checksum
from insole_protocol.codec import Encoder
from insole_protocol.sealing import Sealer
from plantigrade.bridge.receiver import Receiver
from plantigrade.link.sealed_records import RecordOpener

from tools.cryptolib_aes import CryptolibAes

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))


def plain(seq: int, boot: int = 3) -> bytes:
    out = bytearray(block.MAX_BYTES)
    rows = array("H", [330 + (i * 7) % 31 for i in range(16 * 5)])
    length = Encoder(64).encode(out, rows, 0, 5, seq, seq * 10_000, boot, 10_000, 1, 1, 0)
    return bytes(out[:length])


def sealed(record: bytes, key: bytes = KEY) -> bytes:
    out = bytearray(block.MAX_BYTES)
    out[: len(record)] = record
    return bytes(out[: Sealer(sealed_record.RecordKeys(key), CryptolibAes, Checksum(kernels)).seal(out)])


@pytest.fixture
def receiver() -> Receiver:
    """Of an insole that seals its records."""
    return Receiver(opener=RecordOpener([KEY], only_sealed=True))


def test_what_was_recorded_yesterday_is_not_recorded_again(receiver: Receiver) -> None:
    yesterday = sealed(plain(1000, boot=3))
    receiver.put(yesterday, 1)
    assert [len(frames) for frames in receiver.drain()] == [5]
    receiver.put(sealed(plain(9000, boot=4)), 2)
    today = receiver.drain() + receiver.flush()
    receiver.put(yesterday, 3)
    assert receiver.drain() == []
    assert receiver.counters.refused == {"duplicate": 1}
    assert [frames.boot for frames in today] == [4]


def test_what_was_lost_yesterday_comes_as_what_it_is(receiver: Receiver) -> None:
    """A record that somebody held back: its slots, its start and its time are under the tag."""
    receiver.put(sealed(plain(1000, boot=3)), 1)
    (frames,) = receiver.drain()
    assert (frames.seq, frames.boot, int(frames.device_us[0])) == (1000, 3, 10_000_000)
    assert frames.record[block.VERSION_AT] == sealed_record.VERSION, "stored as it came"


@pytest.mark.parametrize(
    "at", [block.SEQ_AT, block.TIME_US_AT, block.BOOT_AT, block.FRAMES_AT, block.STATUS_AT]
)
def test_a_record_cannot_be_moved_to_another_moment(receiver: Receiver, at: int) -> None:
    record = bytearray(sealed(plain(1000)))
    record[at] ^= 1
    Checksum(kernels).append(record, len(record) - block.CRC_BYTES)
    receiver.put(bytes(record), 1)
    assert receiver.drain() == [] and receiver.counters.refused == {"tag": 1}


@pytest.mark.parametrize(
    ("record", "name"), [(plain(1000), "unsealed"), (sealed(plain(1000), OTHER_KEY), "no_key")]
)
def test_a_record_of_somebody_else_is_refused(receiver: Receiver, record: bytes, name: str) -> None:
    receiver.put(record, 1)
    assert receiver.drain() == [] and receiver.counters.refused == {name: 1}
    receiver.put(sealed(plain(1000)), 2)
    assert [len(frames) for frames in receiver.drain()] == [5], "its slots are still free for the true one"


def test_an_open_record_of_before_the_key_is_taken_where_the_insole_vouches_for_it(
    receiver: Receiver,
) -> None:
    receiver.put(plain(1000), 1, vouched_for=True)
    assert [len(frames) for frames in receiver.drain()] == [5]
