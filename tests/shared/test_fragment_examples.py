"""Fragments byte by byte: what a message becomes in small values, and what each broken row of values costs
(PROTOCOL.md section 3.1). Runs on both interpreters."""

from insole_protocol import fragments, host_messages, ids
from paper import refused

COUNTS = ("empty", "orphan", "counter", "cut", "oversize")


def values(sender: fragments.Fragmenter, message: bytes, size: int) -> "list[bytes]":
    """The values of one message, taken as the radio takes them."""
    out = bytearray(size)
    found = []
    sender.start(message, len(message))
    while True:
        n = sender.next(out, size)
        assert sender.next(out, size) == n, "offered again until it is taken"
        if n == 0:
            return found
        found.append(bytes(out[:n]))
        sender.advance()


def check(fed: "list[bytes]", found: "list[bytes | None]", limit: int = 2056, **errors: int) -> None:
    """What a fresh reassembler gives for each value, and what it counts."""
    reassembler = fragments.Reassembler(limit)
    for kind in (bytes, bytearray, memoryview):
        reassembler = fragments.Reassembler(limit)
        assert [reassembler.feed(kind(value)) for value in fed] == found
    expected = {name: errors.get(name, 0) for name in COUNTS}
    assert reassembler.errors == expected
    assert reassembler.broken == sum(errors.values())


def test_a_message_in_one_value() -> None:
    """First and last: 0x80 + 0x40, counter 0."""
    assert values(fragments.Fragmenter(), b"abc", 4) == [b"\xc0abc"]
    assert values(fragments.Fragmenter(), b"a", 20) == [b"\xc0a"]
    check([b"\xc0abc"], [b"abc"])


def test_a_message_in_three_values() -> None:
    """Values of 3 bytes carry 2 of message each; the last begins 0x40 + 2."""
    expected = [b"\x80ab", b"\x01cd", b"\x42e"]
    assert values(fragments.Fragmenter(), b"abcde", 3) == expected
    assert host_messages.fragment_values(fragments.Fragmenter(), b"abcde", 3) == expected
    check(expected, [None, None, b"abcde"])
    assert values(fragments.Fragmenter(), b"abcd", 3) == [b"\x80ab", b"\x41cd"], "exactly full"


def test_only_the_first_bytes_of_a_longer_buffer() -> None:
    sender = fragments.Fragmenter()
    out = bytearray(20)
    sender.start(memoryview(b"abcdef"), 2)
    assert bytes(out[: sender.next(out, 20)]) == b"\xc0ab"
    sender.advance()
    assert sender.next(out, 20) == 0
    assert fragments.Fragmenter().next(out, 20) == 0, "nothing was begun"


def test_the_counter_goes_on_from_message_to_message_and_begins_anew_after_63() -> None:
    sender = fragments.Fragmenter()
    heads = [value[0] for _ in range(33) for value in values(sender, b"ab", 2)]
    expected = []
    for number in range(0, 66, 2):
        expected += [0x80 | number & 63, 0x40 | (number + 1) & 63]
    assert heads == expected
    assert heads[62:66] == [0x80 | 62, 0x40 | 63, 0x80, 0x41]
    complete = fragments.Reassembler()
    again = fragments.Fragmenter()
    found = [complete.feed(value) for _ in range(70) for value in values(again, b"ab", 2)]
    assert found == [None, b"ab"] * 70
    assert complete.broken == 0


def test_a_new_message_drops_the_rest_of_the_old_one() -> None:
    sender = fragments.Fragmenter()
    out = bytearray(3)
    sender.start(b"abcde", 5)
    sender.next(out, 3)
    sender.advance()
    sender.start(b"xyz", 3)
    assert bytes(out[: sender.next(out, 3)]) == b"\x81xy"


def test_lengths_that_a_message_may_have() -> None:
    sender = fragments.Fragmenter()
    for length in (0, -1, 2057):
        text = "a message of %d bytes" % length  # noqa: UP031
        refused(ValueError, text, sender.start, bytes(3000), length)
    out = bytearray(2100)
    sender.start(bytes(3000), 2056)
    assert sender.next(out, 2100) == 2057
    assert ids.MAX_MESSAGE_BYTES == 2056


def test_any_counter_may_come_first() -> None:
    check([b"\xc5ab", b"\xc6cd"], [b"ab", b"cd"])


def test_values_without_a_byte_of_message() -> None:
    """Neither moves the counter: the value that follows is the one that was due."""
    check([b"", b"\xc0", b"\xc0ab"], [None, None, b"ab"], empty=2)
    check([b"\xc0ab", b"\xc1", b"\xc1cd"], [b"ab", None, b"cd"], empty=1)
    check([b"\x80ab", b"\x41", b"\x41cd", b"\xc2ef"], [None, None, None, b"ef"], empty=1)


def test_the_rest_of_a_message_without_its_start() -> None:
    """One count for each stray value as long as nothing was dropped before it."""
    check([b"\x00ab", b"\x41cd", b"\xc2ef"], [None, None, b"ef"], orphan=1)
    check([b"\xc0ab", b"\x41cd", b"\x42ef", b"\xc3gh"], [b"ab", None, None, b"gh"], orphan=1)
    check([b"\x40ab", b"\xc1cd", b"\x42ef"], [None, b"cd", None], orphan=2)


def test_a_value_that_is_missing_costs_its_message_only() -> None:
    check([b"\x80ab", b"\x42ef", b"\xc3gh"], [None, None, b"gh"], counter=1)
    check([b"\x80ab", b"\x02cd", b"\x43ef", b"\xc4gh"], [None, None, None, b"gh"], counter=1)
    check([b"\xc0ab", b"\xc2ef"], [b"ab", b"ef"], counter=1)
    check([b"\xc0ab", b"\xc0ef"], [b"ab", b"ef"], counter=1)
    check([b"\x80ab", b"\x82cd", b"\x43ef"], [None, None, b"cdef"], counter=1)


def test_a_message_that_begins_before_the_last_one_ended() -> None:
    check([b"\x80ab", b"\x81cd", b"\x42ef"], [None, None, b"cdef"], cut=1)
    check([b"\x80ab", b"\xc1cd"], [None, b"cd"], cut=1)


def test_a_message_beyond_the_limit_is_dropped_whole_and_counted_once() -> None:
    check([b"\xc0abcd"], [b"abcd"], limit=4)
    check([b"\xc0abcde", b"\xc1ok"], [None, b"ok"], limit=4, oversize=1)
    check([b"\x80ab", b"\x41cd"], [None, b"abcd"], limit=4)
    check([b"\x80ab", b"\x41cde", b"\xc2ok"], [None, None, b"ok"], limit=4, oversize=1)
    check(
        [b"\x80ab", b"\x01cde", b"\x02f", b"\x43g", b"\xc4ok"],
        [None, None, None, None, b"ok"],
        limit=4,
        oversize=1,
    )
    check([b"\xc0" + bytes(2056), b"\xc1" + bytes(2057)], [bytes(2056), None], oversize=1)
    assert fragments.Reassembler().feed(b"\xc0" + bytes(2056)) == bytes(2056)
    assert fragments.Reassembler().feed(b"\xc0" + bytes(2057)) is None
