"""Hostile and broken bytes: named errors, bounded memory, and no sample that a checksum did not vouch for."""

import tracemalloc

import pytest
import strategies
from hypothesis import given, settings
from hypothesis import strategies as st
from insole_protocol import (
    advert_reader,
    block_errors,
    errors,
    fragments,
    host_messages,
    ids,
    messages,
    usb_frames,
)
from insole_protocol import settings as insole_settings
from insole_protocol.decoder import decode_block
from plantigrade.link import batch_decoder

quick = settings(deadline=None, max_examples=150)


@given(strategies.records, st.data())
@quick
def test_every_flipped_bit_is_refused(record, data):
    at = data.draw(st.integers(0, len(record) * 8 - 1))
    spoiled = bytearray(record)
    spoiled[at // 8] ^= 1 << at % 8
    with pytest.raises(block_errors.BlockError):
        decode_block(spoiled)
    many = batch_decoder.decode_records([record, bytes(spoiled), record])
    assert [item.index for item in many.refused] == [1]
    assert set(many.block.tolist()) == {0, 2}


@given(strategies.records, st.data())
@quick
def test_every_truncation_is_refused(record, data):
    cut = record[: data.draw(st.integers(0, len(record) - 1))]
    with pytest.raises(block_errors.BlockLengthError):
        decode_block(cut)
    assert batch_decoder.decode_records([cut]).errors == {"block_length": 1}


@given(st.binary(max_size=300))
@quick
def test_garbage_is_refused(data):
    with pytest.raises(block_errors.BlockError):
        decode_block(data)
    assert len(batch_decoder.decode_blocks(data).counts) == 0


@given(strategies.with_new_crc())
@quick
def test_a_lying_record_gives_samples_in_range_or_none(data):
    try:
        block = decode_block(data)
    except block_errors.BlockError:
        return
    assert len(block.frames) == block.header.frames * 16
    assert max(block.frames) <= 4095


@given(strategies.records, strategies.records)
@quick
def test_replayed_and_disordered_records_decode_as_what_they_are(first, second):
    """The decoder has no memory: order and doubles are the books' affair; numbers stay as they are."""
    many = batch_decoder.decode_records([second, first, second])
    assert not many.refused
    twice = many.seq[many.block == 0], many.seq[many.block == 2]
    assert twice[0].tolist() == twice[1].tolist()


parsers = st.sampled_from(
    [
        messages.parse_command,
        host_messages.parse_reply,
        host_messages.parse_log_message,
        lambda data: insole_settings.decode(insole_settings.find(data[0] if data else 0), data[1:]),
        advert_reader.Advertisement,
    ]
)


@given(parsers, st.binary(max_size=80))
@settings(deadline=None, max_examples=400)
def test_parsers_refuse_by_name_or_accept(parse, data):
    try:
        parse(data)
    except errors.ProtocolError as error:
        assert error.name
        assert str(error)


@given(st.lists(strategies.records, min_size=1, max_size=6))
@quick
def test_records_of_one_log_message_come_apart_again(stored):
    message = host_messages.parse_log_message(host_messages.build_log_block(7, *stored))
    assert message.records == tuple(bytes(record) for record in stored)


@given(st.lists(strategies.records, max_size=3), st.binary(max_size=300))
@quick
def test_of_a_broken_log_message_no_byte_is_lost_and_what_is_sound_before_it_is_kept(stored, rest):
    data = b"".join(bytes(record) for record in stored) + rest
    pieces = host_messages.split_records(data)
    assert b"".join(pieces) == data
    assert pieces[: len(stored)] == tuple(bytes(record) for record in stored)


@given(st.sampled_from(sorted(messages.COMMAND_FORMATS)), st.binary(max_size=40))
@settings(deadline=None, max_examples=300)
def test_a_command_that_parses_builds_the_same_bytes(op, rest):
    data = bytes((op,)) + rest
    try:
        command = messages.parse_command(data)
    except errors.MessageError as error:
        assert messages.result_of(error) in (ids.RESULT_LENGTH, ids.RESULT_RANGE)
        return
    assert host_messages.build_command(op, command.tag, *command.arguments, value=command.value) == data


@given(st.lists(st.binary(max_size=40), max_size=60))
@quick
def test_reassembly_of_garbage_stays_bounded(values):
    reassembler = fragments.Reassembler(limit=100)
    for value in values:
        message = reassembler.feed(value)
        assert message is None or 1 <= len(message) <= 100
    assert reassembler.broken <= len(values) * 2


@given(st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=6), st.integers(2, 244), st.data())
@quick
def test_fragments_lost_cost_only_their_own_message(sent, size, data):
    sender, reassembler = fragments.Fragmenter(), fragments.Reassembler()
    lost = data.draw(st.integers(0, len(sent) - 1))
    found = []
    for index, message in enumerate(sent):
        values = host_messages.fragment_values(sender, message, size)
        if index == lost:
            del values[data.draw(st.integers(0, len(values) - 1))]
        found += [complete for value in values if (complete := reassembler.feed(value)) is not None]
    assert found == sent[:lost] + sent[lost + 1 :]


@given(
    st.lists(st.tuples(st.sampled_from([1, 2, 3]), st.binary(max_size=60)), max_size=8),
    st.integers(1, 50),
)
@quick
def test_serial_frames_arrive_whole_byte_by_byte_and_coalesced_alike(sent, size):
    stream = b"".join(usb_frames.encode(channel, message) for channel, message in sent)
    assert b"\x03" not in stream
    for piece in (len(stream) or 1, 1, size):
        decoder = usb_frames.FrameDecoder()
        found = []
        for at in range(0, len(stream), piece):
            found += decoder.feed(stream[at : at + piece])
        assert found == sent
        assert not any(decoder.errors.values())


@given(st.binary(max_size=300), st.integers(2, 90))
@quick
def test_a_serial_frame_written_in_pieces_is_the_same_frame(message, room):
    encoder, out, written = usb_frames.FrameEncoder(), bytearray(room), b""
    encoder.start(1, message, len(message))
    while n := encoder.next(out):
        written += bytes(out[:n])
    assert written == usb_frames.encode(1, message)
    assert len(written) <= 2 * len(message) + 13


@given(st.lists(st.binary(max_size=200), max_size=20))
@quick
def test_serial_garbage_is_dropped_and_the_next_frame_is_read(pieces):
    decoder = usb_frames.FrameDecoder()
    for piece in pieces:
        decoder.feed(piece)
    assert decoder.feed(b"\x7e" + usb_frames.encode(2, b"still here"))[-1] == (2, b"still here")


def test_a_peer_that_never_ends_its_message_costs_bounded_memory():
    tracemalloc.start()
    try:
        decoder, reassembler = usb_frames.FrameDecoder(), fragments.Reassembler()
        before = tracemalloc.get_traced_memory()[0]
        for i in range(3000):
            decoder.feed(b"\x55" * 500)
            reassembler.feed(bytes((i & 63 | (0x80 if i == 0 else 0),)) + b"\x55" * 243)
        held = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert held < 4 * ids.MAX_MESSAGE_BYTES
    assert decoder.errors["oversize"] == 1
    assert reassembler.errors["oversize"] == 1
