"""One Bluetooth connection as a transport: values of the size that was agreed, refusals of the stack, and
what is left of a connection when the next one comes."""

import chip  # first: puts its time in place
import air
import errno

from bluetooth import BLE, CENTRAL_CONNECT
from insole.ble_link import CLOSED, GONE, OPEN, BleLink
from insole_protocol import fragments, ids

HANDLES = {ids.CHANNEL_STREAM: 13, ids.CHANNEL_CONTROL: 16, ids.CHANNEL_LOG: 19}


class Stack(air.Air):
    """A stack that refuses with what it is told to."""

    error = None

    def notify(self, connection, handle, data):
        if self.error is not None:
            raise OSError(self.error)
        super().notify(connection, handle, data)


def connected(connection=5, mtu=None):
    """A link whose session has been made new."""
    stack = chip.new_radio(Stack)
    ble = BLE()
    ble.active(True)
    stack.emit(CENTRAL_CONNECT, (connection, 0, b""))
    link = BleLink(ble)
    link.handles = HANDLES
    link.opened(connection)
    link.abandon()
    link.served = link.generation
    if mtu:
        link.mtu = mtu
    return link, stack


def send(link, channel, message):
    """Hand a message over, as fast as the stack takes it: all is on the air at once."""
    link.begin(channel, memoryview(message), len(message))
    while not link.push():
        if not link.held:
            return False
        link.pacer.restart()
    return True


def test_a_place_without_a_connection():
    link = BleLink(None)
    assert (link.state, link.secure, link.generation, link.served) == (CLOSED, False, 0, 0)
    assert (link.mtu, link.interval, link.failures, link.malformed()) == (23, 0, 0, 0)
    assert (CLOSED, OPEN, GONE) == (0, 1, 2)


def test_a_new_connection_starts_with_the_smallest_values_and_in_the_open():
    """Whatever the connection before had agreed on; each of these alone keeps a stranger from listening."""
    link = BleLink(None)
    link.mtu, link.secure, link.generation = 247, True, 6
    link.opened(9)
    assert (link.state, link.connection, link.mtu) == (OPEN, 9, 23)
    assert link.secure is False
    assert link.generation == 7


def test_values_are_of_the_size_that_was_agreed_less_three_bytes():
    message = bytes(range(250)) * 2
    for mtu, size in ((23, 20), (64, 61), (185, 182), (246, 243), (247, 244), (248, 244), (517, 244)):
        link, stack = connected(mtu=mtu)
        assert send(link, ids.CHANNEL_LOG, message)
        assert {(connection, handle) for connection, handle, _ in stack.sent} == {(5, 19)}
        values = [value for _, _, value in stack.sent]
        assert {len(value) for value in values[:-1]} == {size} and len(values[-1]) <= size, mtu
        complete = fragments.Reassembler()
        assert [complete.feed(value) for value in values][-1] == message


def test_each_channel_counts_by_itself():
    link, stack = connected(mtu=100)
    for channel in (ids.CHANNEL_STREAM, ids.CHANNEL_CONTROL, ids.CHANNEL_STREAM, ids.CHANNEL_LOG):
        assert send(link, channel, b"x")
    assert [(handle, value) for _, handle, value in stack.sent] == [
        (13, b"\xc0x"),
        (16, b"\xc0x"),
        (13, b"\xc1x"),
        (19, b"\xc0x"),
    ]


def test_when_the_stack_is_full_the_same_value_is_offered_again():
    for number in (errno.ENOMEM, errno.EAGAIN, 16):  # 16: EBUSY, which the errno module does not have
        link, stack = connected(mtu=23)
        stack.room = 2
        assert send(link, ids.CHANNEL_STREAM, bytes(60)) is False
        stack.error = number
        assert link.push() is False and link.push() is False
        assert link.failures == 0, number
        stack.error, stack.room = None, 9
        chip.advance(1000000)  # when what waited before it has gone
        assert link.push() is True
        assert [value[0] for _, _, value in stack.sent] == [0x80, 0x01, 0x02, 0x43]


def test_any_other_refusal_is_counted_and_offered_again_all_the_same():
    link, stack = connected()
    stack.error = errno.EIO
    assert send(link, ids.CHANNEL_STREAM, b"x") is False
    assert link.push() is False
    assert link.failures == 2
    stack.error = None
    assert link.push() is True
    assert len(stack.sent) == 1 and link.failures == 2


def test_nothing_is_sent_to_a_peer_that_is_gone_or_whose_session_is_not_made_new():
    for state, behind in ((CLOSED, 0), (GONE, 0), (OPEN, 1)):
        link, stack = connected()
        link.begin(ids.CHANNEL_STREAM, memoryview(b"for the old peer"), 16)
        link.state = state
        link.generation += behind
        assert link.push() is True, "out of the way"
        assert stack.sent == []


def test_a_new_session_begins_its_counters_anew_and_forgets_half_a_message():
    link, stack = connected(mtu=23)
    assert send(link, ids.CHANNEL_STREAM, b"x")
    stack.room = 1
    assert send(link, ids.CHANNEL_STREAM, bytes(60)) is False
    link.reassembler.feed(b"\x80half a command")
    link.reassembler.feed(b"\x42")
    link.reassembler.feed(b"")
    assert link.malformed() == 2
    link.abandon()
    assert link.malformed() == 0
    stack.room = 9
    stack.sent.clear()
    assert send(link, ids.CHANNEL_STREAM, b"new")
    assert [value for _, _, value in stack.sent] == [b"\xc0new"]
    assert link.reassembler.feed(b"\x41 old rest") is None
    assert link.reassembler.feed(b"\xc2new command") == b"new command"


def test_commands_are_at_most_242_bytes():
    link, _ = connected()
    assert ids.MAX_COMMAND_BYTES == 242
    assert link.reassembler.feed(b"\xc0" + bytes(242)) == bytes(242)
    assert link.reassembler.feed(b"\xc1" + bytes(243)) is None
    assert link.reassembler.errors["oversize"] == 1


def test_a_full_link_is_asked_again_in_less_than_a_connection_interval():
    """The shortest interval that phones grant is 15 ms; the pacer holds the log back by itself."""
    assert (BleLink.retry_ms, BleLink.log_hold_off_ms) == (5, 0)
