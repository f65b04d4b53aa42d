"""Block records: what goes in comes out, never longer than packed, and the two decoders are one."""

import struct
from array import array

import numpy as np
import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from insole_protocol import block, block_errors
from insole_protocol.codec import Encoder
from insole_protocol.decoder import decode_block
from plantigrade.link import batch_decoder


def rows_of(recording):
    frames, motion, first, count, _ = recording
    rows = len(frames) // 16
    order = [(first + i) % rows for i in range(count)]
    counts = [frames[r * 16 : r * 16 + 16].tolist() for r in order]
    return counts, None if motion is None else [motion[r * 6 : r * 6 + 6].tolist() for r in order]


@given(strategies.recordings())
@settings(deadline=None, max_examples=150)
def test_what_goes_in_comes_out_of_both_decoders(recording):
    counts, motion = rows_of(recording)
    data = strategies.encode(recording)
    one = decode_block(data)
    assert np.array_equal(np.reshape(one.frames, (-1, 16)), counts)
    assert (one.imu is None) == (motion is None)
    many = batch_decoder.decode_records([data])
    assert many.refused == ()
    assert np.array_equal(many.counts, counts)
    assert (many.imu is None) if motion is None else np.array_equal(many.imu, motion)
    seq, time_us, boot, period_us, slots, _, status = recording[4]
    frame = np.arange(len(counts))
    assert np.array_equal(many.seq, seq + frame * slots)
    assert np.array_equal(many.time_us, time_us + frame * slots * period_us)
    assert (many.boot == boot).all()
    assert (many.status == status).all()
    assert (many.slots_per_frame == slots).all()


@given(strategies.recordings())
@settings(deadline=None, max_examples=100)
def test_a_record_is_never_longer_than_packed(recording):
    data = strategies.encode(recording)
    assert block.MIN_BYTES <= len(data) <= block.needed_bytes(recording[3], recording[1] is not None)
    assert struct.unpack_from("<H", data, 2)[0] == len(data)


@given(st.lists(st.one_of(strategies.records, strategies.with_new_crc()), min_size=1, max_size=8))
@settings(deadline=None, max_examples=200)
def test_bulk_decoding_is_the_reference_record_by_record(pieces):
    """Also for records that lie with a right checksum: refused by one means refused by the other."""
    many = batch_decoder.decode_records(pieces)
    refused = {item.index: item.error for item in many.refused}
    for index, piece in enumerate(pieces):
        try:
            one = decode_block(piece)
        except block_errors.BlockError as error:
            assert index in refused, error
            if not isinstance(error, (block_errors.PayloadError, block_errors.SampleRangeError)):
                assert refused[index] == error.name
            else:
                assert refused[index] in ("payload", "sample_range")
            continue
        assert index not in refused, refused
        mine = many.block == index
        assert np.array_equal(many.counts[mine].reshape(-1), one.frames)
        if one.imu is not None:
            assert np.array_equal(many.imu[mine].reshape(-1), one.imu)


def test_the_empty_list_decodes_to_nothing():
    many = batch_decoder.decode_records([])
    assert many.counts.shape == (0, 16)
    assert many.refused == ()
    assert batch_decoder.decode_blocks(b"").seq.shape == (0,)


def test_offsets_outside_the_data_are_refused_by_name():
    data = strategies.encode(strategies_example())
    many = batch_decoder.decode_blocks(data, [0, -5, len(data), 10**9])
    assert [(item.index, item.error) for item in many.refused] == [
        (1, "block_length"),
        (2, "block_length"),
        (3, "block_length"),
    ]
    assert len(many.counts) == 20


def strategies_example(count=20):
    """A plain recording, the same each time."""
    return (
        array("H", strategies.wander(1, count, 16, 20, 0, 4095)),
        None,
        0,
        count,
        (7, 70000, 1, 10000, 1, 1, 0),
    )


class TestFinding:
    """Records in a stream with garbage between them."""

    garbage = (
        b"",
        b"\x00" * 7,
        b"\xa5",
        b"\xa5\x01",
        b"\xa5\x01\xff\x01",
        b"ready>",
        b"\xa5\x01\x40\x00" * 20,
    )

    @given(st.lists(st.tuples(st.sampled_from(garbage), strategies.records), min_size=1, max_size=6))
    @settings(deadline=None, max_examples=60)
    def test_all_records_are_found_and_all_garbage_is_counted(self, parts):
        data = b"".join(dirt + record for dirt, record in parts)
        found = batch_decoder.find_blocks(data)
        starts, at = [], 0
        for dirt, record in parts:
            starts.append(at + len(dirt))
            at += len(dirt) + len(record)
        assert found.offsets.tolist() == starts
        assert found.skipped_bytes == sum(len(dirt) for dirt, _ in parts)
        assert sum(found.errors.values()) == sum(1 for dirt, _ in parts if dirt)
        assert found.consumed == len(data)

    @given(st.lists(strategies.records, min_size=1, max_size=4), st.binary(max_size=60), st.integers(1, 997))
    @settings(deadline=None, max_examples=60)
    def test_pieces_of_any_size_give_what_the_whole_gives(self, records, dirt, size):
        data = dirt + b"".join(records) + dirt
        complete = batch_decoder.find_blocks(data)
        offsets, held, base = [], b"", 0
        for at in range(0, len(data), size):
            held += data[at : at + size]
            found = batch_decoder.find_blocks(held, final=False)
            offsets += [base + offset for offset in found.offsets.tolist()]
            held, base = held[found.consumed :], base + found.consumed
            assert len(held) < block.MAX_BYTES
        offsets += [base + offset for offset in batch_decoder.find_blocks(held).offsets.tolist()]
        assert offsets == complete.offsets.tolist()

    def test_a_hostile_stream_of_false_starts_takes_linear_time(self):
        """Each false start costs one checksum over at most MAX_BYTES, never more."""
        stream = b"\xa5\x01\x00\x08" * 20000
        found = batch_decoder.find_blocks(stream)
        assert len(found.offsets) == 0
        assert found.skipped_bytes == len(stream)


@pytest.mark.parametrize("imu", [False, True])
def test_encoder_refuses_what_it_was_not_made_for(imu):
    frames, motion = array("H", bytes(320)), array("h", bytes(120))
    encoder = Encoder(5, imu)
    out = bytearray(2048)
    for count in (0, 6, -1):
        with pytest.raises(ValueError, match="count"):
            encoder.encode(out, frames, 0, count, 0, 0, 0, 1, 1, 1, 0, motion if imu else None)
    with pytest.raises(ValueError, match="imu"):
        encoder.encode(out, frames, 0, 5, 0, 0, 0, 1, 1, 1, 0, None if imu else motion)
    with pytest.raises(ValueError, match="max_frames"):
        Encoder(57 if imu else 65, imu)
    with pytest.raises(ValueError, match="max_frames"):
        Encoder(0, imu)
    assert Encoder(56 if imu else 64, imu).max_frames == (56 if imu else 64)
    assert (Encoder(1, imu).max_frames, Encoder(1, imu).imu) == (1, imu)
    assert (Encoder().max_frames, Encoder().imu) == (64, False)
