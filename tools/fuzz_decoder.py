"""Long fuzzing of all that reads bytes from outside: `python -m tools.fuzz_decoder [libFuzzer options]`.

The first byte of an input chooses the reader. Nothing but the named errors of the protocol may come out,
samples stay in range, the batch decoder and the reference agree record by record, and buffers stay bounded.
Needs atheris, which is not among the requirements: `pip install atheris`. One minute:
`-max_total_time=60 -max_len=4096`.
"""

import struct
import sys
from collections.abc import Callable
from zlib import crc32

import numpy as np
from insole_protocol import (
    advert_reader,
    block,
    block_errors,
    errors,
    fragments,
    host_messages,
    ids,
    messages,
    settings,
    usb_frames,
)
from insole_protocol.decoder import Block, decode_block
from plantigrade.link import batch_decoder

Check = Callable[[bytes], None]


def reference(data: bytes) -> Block | None:
    """What the reference decoder makes of a record; None when it refuses."""
    try:
        return decode_block(data)
    except block_errors.BlockError:
        return None


def records_agree(data: bytes) -> None:
    """The bytes as one record, by both decoders."""
    one, many = reference(data), batch_decoder.decode_records([data])
    if one is None:
        assert len(many.counts) == 0
        assert len(many.refused) == 1
        return
    assert not many.refused
    assert np.array_equal(many.counts.reshape(-1), one.frames)
    assert many.counts.max() <= block.COUNT_MAX


def records_with_crc_agree(data: bytes) -> None:
    """The same with sync, length and checksum put right, so that the fuzzer gets behind them."""
    body = bytearray(data[: block.MAX_BYTES - 4].ljust(block.MIN_BYTES - 4, b"\0"))
    body[0], body[1] = block.SYNC, block.VERSION
    struct.pack_into("<H", body, 2, len(body) + 4)
    records_agree(bytes(body) + struct.pack("<I", crc32(body)))


def stream_is_searched(data: bytes) -> None:
    """The bytes as a stream with records somewhere; every byte is either a record's or counted."""
    found = batch_decoder.find_blocks(data)
    offsets: list[int] = found.offsets.tolist()
    inside = sum([data[at + 2] | data[at + 3] << 8 for at in offsets])
    assert inside + found.skipped_bytes == len(data)
    vouched = [index for index, at in enumerate(offsets) if reference(data[at:]) is not None]
    assert sorted(set(batch_decoder.decode_blocks(data).block.tolist())) == vouched


def parsed(data: bytes) -> None:
    """The bytes as every kind of message."""
    readers: tuple[Callable[[bytes], object], ...] = (
        messages.parse_command,
        host_messages.parse_reply,
        host_messages.parse_log_message,
        advert_reader.Advertisement,
        lambda given: settings.decode(settings.find(given[0] if given else 0), given[1:]),
    )
    for read in readers:
        try:
            read(data)
        except errors.ProtocolError as error:
            assert error.name


def framed(data: bytes) -> None:
    """The bytes as serial frames: whole and byte by byte give the same."""
    complete, single = usb_frames.FrameDecoder(), usb_frames.FrameDecoder()
    found = complete.feed(data)
    assert found == [frame for at in range(len(data)) for frame in single.feed(data[at : at + 1])]
    assert complete.errors == single.errors
    assert all(len(message) <= ids.MAX_MESSAGE_BYTES for _, message in found)


def reassembled(data: bytes) -> None:
    """The bytes as ATT values, each led by its length."""
    reassembler, at = fragments.Reassembler(), 0
    while at < len(data):
        end = at + 1 + data[at]
        message = reassembler.feed(data[at + 1 : end])
        assert message is None or len(message) <= ids.MAX_MESSAGE_BYTES
        at = end


CHECKS: tuple[Check, ...] = (
    records_agree,
    records_with_crc_agree,
    records_with_crc_agree,  # twice: most of the code lies behind the checksum
    stream_is_searched,
    parsed,
    framed,
    reassembled,
)


def one_input(data: bytes) -> None:
    """What the fuzzer calls."""
    if data:
        CHECKS[data[0] % len(CHECKS)](data[1:])


def main() -> int:
    """Hand over to atheris, or say what is missing."""
    try:
        import atheris  # pyright: ignore
    except ImportError:
        print(
            "atheris is not installed: pip install atheris (Linux, CPython), then run this again",
            file=sys.stderr,
        )
        return 1
    atheris.instrument_all()  # pyright: ignore
    atheris.Setup(sys.argv, one_input)  # pyright: ignore
    atheris.Fuzz()  # pyright: ignore
    return 0


if __name__ == "__main__":
    sys.exit(main())
