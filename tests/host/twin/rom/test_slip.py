"""Frames on the line, whatever comes over it."""

from hypothesis import given
from hypothesis import strategies as st
from plantigrade.twin.rom.settings import FRAME_MAX
from plantigrade.twin.rom.slip import FrameReader, frame

contents = st.binary(min_size=1, max_size=60)
special = st.lists(st.sampled_from([0xC0, 0xDB, 0xDC, 0xDD, 0x00]), min_size=1, max_size=40).map(bytes)


@given(st.lists(contents | special, max_size=5), st.integers(1, 30))
def test_what_was_framed_comes_out_however_it_is_cut(sent: list[bytes], size: int) -> None:
    stream = b"".join(frame(one) for one in sent)
    reader = FrameReader()
    found = [out for at in range(0, len(stream), size) for out in reader.feed(stream[at : at + size])]
    assert found == sent


@given(st.lists(st.binary(max_size=200) | special, max_size=10), contents)
def test_after_any_noise_the_next_frame_is_understood(noise: list[bytes], content: bytes) -> None:
    reader = FrameReader()
    for piece in noise:
        list(reader.feed(piece))
    assert list(reader.feed(b"\xc0" + frame(content)))[-1] == content


def test_a_damaged_or_endless_frame_is_left_out_and_costs_no_memory() -> None:
    reader = FrameReader()
    assert not list(reader.feed(b"\xc0a\xdbb\xc0"))
    assert not list(reader.feed(b"a\xdb\xc0"))
    for _ in range(100):
        assert not list(reader.feed(b"\xc0"[:0] + b"x" * 10_000))
        assert len(reader._inside) <= FRAME_MAX  # pyright: ignore[reportPrivateUsage]
    assert not list(reader.feed(b"\xc0"))
    assert list(reader.feed(frame(b"next"))) == [b"next"]
