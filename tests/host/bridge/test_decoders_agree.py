"""The bridge's decoder beside the protocol's reference decoder and the one for many records: the same samples
from whatever an insole encodes, the same names for whatever damage a checksum happens to vouch for."""

import zlib
from array import array

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from insole_protocol import block, decoder
from insole_protocol.block_errors import BlockError
from insole_protocol.codec import Encoder
from plantigrade.bridge import decode as decoding
from plantigrade.bridge.decode import Arrived, decode, load_kernel
from plantigrade.link import batch_decoder

PAYLOAD_AT = block.HEADER_BYTES


def encoded(frames: int, imu: bool, restlessness: float, seed: int) -> bytes:
    """A record of random walks: even samples are coded by Rice's code, restless ones are packed."""
    draw = np.random.default_rng(seed)
    forces = 2000 + np.cumsum(draw.normal(0, restlessness, (frames, 16)), axis=0)
    motion = np.cumsum(draw.normal(0, 5 * restlessness, (frames, 6)), axis=0)
    out = bytearray(block.MAX_BYTES)
    length = Encoder(max_frames=block.MAX_FRAMES_IMU if imu else block.MAX_FRAMES, imu=imu).encode(
        out,
        array("H", forces.clip(0, block.COUNT_MAX).astype(np.uint16).ravel().tolist()),
        0, frames, 640 * seed, 5_000_000 + seed, 7, 10_000, 1 + seed % 10, 1, 0,
        array("h", motion.clip(-32768, 32767).astype(np.int16).ravel().tolist()) if imu else None,
    )  # fmt: skip
    return bytes(out[:length])


def vouched_for(record: bytes) -> bytes:
    """The same with a checksum that fits."""
    return record[: -block.CRC_BYTES] + zlib.crc32(record[: -block.CRC_BYTES]).to_bytes(4, "little")


records = st.builds(
    encoded,
    frames=st.integers(1, block.MAX_FRAMES_IMU),
    imu=st.booleans(),
    restlessness=st.sampled_from([0.1, 3.0, 40.0, 300.0, 3000.0]),
    seed=st.integers(0, 1000),
)


def assert_as_the_others(record: bytes) -> None:
    frames, errors = decode([Arrived(record, 5)])
    compiled = batch_decoder.decode_records([record])
    assert errors == [one.error for one in compiled.refused]
    try:
        reference = decoder.decode_block(record)
    except BlockError as error:
        assert (frames, errors) == ([], [error.name])
        return
    header, (found,) = reference.header, frames
    assert found.counts.dtype == np.uint16
    assert found.counts.tolist() == np.array(reference.frames).reshape(-1, 16).tolist()
    assert np.array_equal(found.counts, compiled.counts)
    if reference.imu is None:
        assert found.imu is None
    else:
        assert found.imu is not None
        assert found.imu.dtype == np.int16
        assert found.imu.tolist() == np.array(reference.imu).reshape(-1, 6).tolist()
    assert found.device_us.tolist() == compiled.time_us.tolist()
    assert (found.record, found.seq, found.slots_per_frame, found.boot, found.status, found.arrival_ns) == (
        record,
        header.seq,
        header.slots_per_frame,
        header.boot,
        header.status,
        5,
    )


@settings(max_examples=150, deadline=None)
@given(records)
def test_a_sound_record_gives_the_samples_that_the_other_decoders_give(record: bytes) -> None:
    assert_as_the_others(record)


@settings(max_examples=200, deadline=None)
@given(records, st.data())
def test_a_damaged_payload_with_a_fitting_checksum_is_refused_by_the_same_name(
    record: bytes, data: st.DataObject
) -> None:
    damaged = bytearray(record)
    for _ in range(data.draw(st.integers(1, 3))):
        damaged[data.draw(st.integers(PAYLOAD_AT, len(record) - block.CRC_BYTES - 1))] ^= 1 << data.draw(
            st.integers(0, 7)
        )
    assert_as_the_others(vouched_for(bytes(damaged)))


@settings(max_examples=100, deadline=None)
@given(records, st.integers(1, 40), st.binary(max_size=12))
def test_a_payload_of_another_length_is_refused_by_the_same_name(
    record: bytes, short: int, behind: bytes
) -> None:
    body = record[: max(PAYLOAD_AT + 24, len(record) - block.CRC_BYTES - short)] + behind
    length = len(body) + block.CRC_BYTES
    body = body[: block.LENGTH_AT] + length.to_bytes(2, "little") + body[block.LENGTH_AT + 2 :]
    assert_as_the_others(vouched_for(body + bytes(block.CRC_BYTES)))


@pytest.mark.parametrize("imu", [False, True])
def test_what_the_kernel_does_not_take_is_decoded_by_the_reference(
    imu: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kernel may refuse too much; it never costs a sample."""
    taking = decoding._decode_payload  # pyright: ignore[reportPrivateUsage]

    def refuse(*arguments: object) -> bool:
        assert taking(*arguments)  # type: ignore[arg-type]
        arguments[4][...] = 1  # type: ignore[index]
        return False

    monkeypatch.setattr(decoding, "_decode_payload", refuse)
    assert_as_the_others(encoded(20, imu, 3.0, 4))


def test_the_kernel_is_ready_before_the_first_record() -> None:
    load_kernel()
    assert_as_the_others(encoded(1, False, 3.0, 1))
