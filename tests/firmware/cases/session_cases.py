"""What goes to a peer next: replies, then live records, then the log; full links; when all rest."""

import chip  # first: puts its time in place

from insole import proving
from insole.live import MAX_RECORDS, LiveQueue
from insole.tx_scheduler import TxScheduler
from insole.session import BLOCKED, IDLE, MAX_REPLIES, MOVED, Session
from insole_protocol import ids, messages
from insole_protocol.host_messages import build_command

STREAM, CONTROL, LOG = 1, 2, 3


class Flag:
    """In the place of a ThreadSafeFlag."""

    def __init__(self):
        self.sets = 0

    def set(self):
        self.sets += 1


class Link:
    """A transport that takes as many messages as it has room for."""

    def __init__(self, hold_off_ms=15, retry_ms=5):
        self.secure = True
        self.retry_ms = retry_ms
        self.log_hold_off_ms = hold_off_ms
        self.held = False
        self.room = 1000
        self.begun = []
        self.sent = []
        self.abandoned = 0
        self._now = None

    def begin(self, channel, message, length):
        self._now = (channel, bytes(message[:length]))
        self.begun.append(self._now)

    def push(self):
        assert self._now, "nothing was begun"
        if not self.room:
            return False
        self.room -= 1
        self.sent.append(self._now)
        self._now = None
        return True

    def abandon(self):
        self.abandoned += 1
        self._now = None

    def malformed(self):
        return 0


class Transfer:
    """A log transfer of so many messages."""

    def __init__(self, messages):
        self.left = messages
        self.done = False

    def next_message(self, out):
        self.left -= 1
        self.done = not self.left
        out[:3] = b"log"
        return 3


def record(frames, length=60):
    """Something with its frames where a block record has them."""
    data = bytearray(length)
    data[20] = frames
    return memoryview(data)


def make(**options):
    live = LiveQueue(Flag())
    return Session(Link(**options), live), live


def channels(session):
    return [channel for channel, _ in session.transport.sent]


def test_a_new_session_has_agreed_on_nothing():
    session, _ = make()
    session.version, session.streaming, session.transfer = 1, True, Transfer(2)
    session.frames_sent = session.records_dropped = session.refusals = session.malformed = 5
    session.answer(b"r")
    abandoned = session.transport.abandoned
    session.reset()
    assert (session.version, session.streaming, session.transfer) == (0, False, None)
    counters = (session.frames_sent, session.records_dropped, session.refusals, session.malformed)
    assert counters == (0, 0, 0, 0)
    assert session.transport.abandoned == abandoned + 1
    assert session.send_next() == IDLE and session.transport.begun == []


def test_states_of_the_pump_are_three():
    assert (IDLE, MOVED, BLOCKED) == (0, 1, 2)
    session, live = make()
    assert session.send_next() == IDLE
    session.answer(b"yes")
    assert session.send_next() == MOVED
    assert session.send_next() == IDLE
    session.transport.room = 0
    session.answer(b"yes")
    assert session.send_next() == BLOCKED
    assert live.next == 0


def test_replies_go_before_live_records_and_these_before_the_log():
    session, live = make()
    session.stream(True)
    session.transfer = Transfer(3)
    live.publish(record(5), 60)
    live.publish(record(5), 60)
    session.answer(b"first")
    session.answer(b"second")
    for _ in range(6):
        assert session.send_next() == MOVED
    assert channels(session) == [CONTROL, CONTROL, STREAM, STREAM, LOG, LOG]
    live.publish(record(5), 60)
    session.answer(b"third")
    while session.send_next() == MOVED:
        pass
    assert channels(session)[6:] == [CONTROL, STREAM, LOG]
    assert [message for channel, message in session.transport.sent if channel == CONTROL] == [
        b"first",
        b"second",
        b"third",
    ]
    assert session.transfer is None, "the transfer is through"
    assert session.send_next() == IDLE


def test_a_reply_that_is_made_when_it_is_sent():
    session, _ = make()
    session.answer(lambda: b"at %d" % chip.clock.now_us)
    chip.clock.now_us = 77
    session.send_next()
    assert session.transport.sent == [(CONTROL, b"at 77")]


def test_replies_are_bounded():
    session, _ = make()
    assert MAX_REPLIES == 4
    session.transport.room = 0
    for number in range(4):
        assert session.can_answer(), number
        session.answer(b"%d" % number)
    assert not session.can_answer()
    session.send_next()  # one is on its way: there is room for the next
    assert session.can_answer()


def test_a_message_that_the_link_refuses_is_offered_again_and_nothing_is_put_before_it():
    session, live = make()
    session.stream(True)
    live.publish(record(7), 60)
    session.transport.room = 0
    for refusals in (1, 2, 3):
        assert session.send_next() == BLOCKED
        assert session.refusals == refusals
    session.answer(b"urgent")
    assert session.send_next() == BLOCKED
    assert len(session.transport.begun) == 1 and session.frames_sent == 0
    session.transport.room = 2
    assert session.send_next() == MOVED
    assert session.frames_sent == 7, "counted when the whole record is out"
    assert session.send_next() == MOVED
    assert channels(session) == [STREAM, CONTROL]
    assert session.frames_sent == 7 and session.refusals == 4


def test_frames_are_those_of_stream_records_only():
    session, live = make()
    session.stream(True)
    for frames in (5, 64, 1):
        live.publish(record(frames), 60)
    session.answer(bytes(30))
    session.transfer = Transfer(1)
    while session.send_next() == MOVED:
        pass
    assert session.frames_sent == 70
    assert len(session.transport.sent) == 5


def test_the_log_waits_after_a_full_link_so_that_live_records_find_room():
    """15 ms here: at 14 the log holds still, at 15 it goes on; replies and live records never wait."""
    for hold_off_ms in (15, 40):
        chip.clock.now_us = 9000000
        session, live = make(hold_off_ms=hold_off_ms)
        session.stream(True)
        session.transfer = Transfer(5)
        assert session.send_next() == MOVED and channels(session) == [LOG]
        session.transport.room = 0
        live.publish(record(5), 60)
        assert session.send_next() == BLOCKED
        session.transport.room = 1000
        assert session.send_next() == MOVED, "what was refused"
        assert session.send_next() == BLOCKED, "the log waits, and is not through"
        chip.advance((hold_off_ms - 1) * 1000)
        live.publish(record(5), 60)
        session.answer(b"yes")
        assert [session.send_next() for _ in range(3)] == [MOVED, MOVED, BLOCKED]
        assert channels(session) == [LOG, STREAM, CONTROL, STREAM]
        chip.advance(1000)
        assert session.send_next() == MOVED
        assert channels(session)[-1] == LOG


def test_a_link_without_a_queue_makes_the_log_wait_for_nothing():
    session, _ = make(hold_off_ms=0)
    session.transfer = Transfer(3)
    session.transport.room = 0
    assert session.send_next() == BLOCKED
    session.transport.room = 9
    assert [session.send_next() for _ in range(4)] == [MOVED, MOVED, MOVED, IDLE]


def test_a_new_peer_does_not_wait_for_what_the_old_one_did():
    chip.clock.now_us = 1000000
    session, _ = make(hold_off_ms=500)
    session.transfer = Transfer(5)
    session.transport.room = 0
    session.send_next()
    session.reset()
    session.transport.room = 9
    session.transfer = Transfer(1)
    assert session.send_next() == MOVED


def test_without_encryption_there_are_replies_only():
    session, live = make()
    session.transport.secure = False
    session.stream(True)
    live.publish(record(5), 60)
    session.transfer = Transfer(2)
    session.answer(b"no")
    assert session.send_next() == MOVED
    assert session.send_next() == BLOCKED, "the transfer is still there"
    assert channels(session) == [CONTROL]
    session.transport.secure = True
    assert session.send_next() == MOVED and channels(session)[-1] == STREAM
    assert session.send_next() == MOVED and channels(session)[-1] == LOG


def test_a_stream_begins_with_what_comes_next_and_ends_at_once():
    session, live = make()
    live.publish(record(1), 60)
    assert session.send_next() == IDLE, "nobody asked"
    session.stream(True)
    assert session.send_next() == IDLE, "what was before is not sent"
    live.publish(record(2), 60)
    assert session.send_next() == MOVED
    live.publish(record(3), 60)
    session.stream(False)
    assert session.send_next() == IDLE
    session.stream(True)
    assert session.send_next() == IDLE
    live.publish(record(4), 60)
    assert session.send_next() == MOVED
    assert [message[20] for _, message in session.transport.sent] == [2, 4]
    assert session.records_dropped == 0


def test_records_that_were_gone_before_they_could_be_sent_are_counted():
    """The ring holds 64 records: of 70 the first 6 are gone."""
    session, live = make()
    session.stream(True)
    for frames in range(70):
        live.publish(record(frames), 54)
    assert MAX_RECORDS == 64
    while session.send_next() == MOVED:
        pass
    assert session.records_dropped == 6
    assert [message[20] for _, message in session.transport.sent] == list(range(6, 70))


def test_the_longest_message_fits():
    session, _ = make()
    session.answer(bytes(range(256)) * 8)
    assert session.send_next() == MOVED
    assert len(session.transport.sent[0][1]) == 2048
    assert len(session._message) == ids.MAX_MESSAGE_BYTES == 2056


class Turn:
    """A session that answers as told."""

    def __init__(self, states, retry_ms=5):
        self.states = list(states)
        self.transport = Link(retry_ms=retry_ms)
        self.turns = 0

    def send_next(self):
        self.turns += 1
        return self.states.pop(0) if self.states else IDLE


def test_a_round_gives_each_session_a_turn():
    table = (
        ((IDLE, IDLE, IDLE), IDLE),
        ((IDLE, MOVED, IDLE), MOVED),
        ((MOVED, BLOCKED, IDLE), MOVED),
        ((BLOCKED, MOVED, IDLE), MOVED),
        ((IDLE, BLOCKED, IDLE), BLOCKED),
        ((BLOCKED, IDLE, BLOCKED), BLOCKED),
        ((MOVED, MOVED, MOVED), MOVED),
    )
    for states, expected in table:
        scheduler = TxScheduler(Flag())
        turns = [Turn([state]) for state in states]
        for one in turns:
            scheduler.add(one)
        assert scheduler.round() == expected, states
        assert [one.turns for one in turns] == [1, 1, 1]
    assert TxScheduler(Flag()).round() == IDLE


def test_the_pump_comes_back_when_the_first_of_the_full_links_is_worth_asking():
    for retries, expected in (((5, 1), 1), ((1, 5), 1), ((7, 7), 7), ((3,), 3)):
        scheduler = TxScheduler(Flag())
        for retry_ms in retries:
            scheduler.add(Turn([BLOCKED], retry_ms))
        assert scheduler.round() == BLOCKED
        assert scheduler._retry_ms == expected, retries
    scheduler = TxScheduler(Flag())
    scheduler.add(Turn([BLOCKED, BLOCKED], 2))
    scheduler.add(Turn([IDLE, BLOCKED], 9))
    scheduler.round()
    assert scheduler._retry_ms == 2
    scheduler._sessions[0].states = [IDLE]
    scheduler.round()
    assert scheduler._retry_ms == 9, "of this round, not of one before"


def test_the_pump_rests_until_there_is_work():
    import asyncio

    work = asyncio.ThreadSafeFlag()
    scheduler = TxScheduler(work)
    one = Turn([MOVED, MOVED, BLOCKED, MOVED, IDLE, IDLE], retry_ms=5)
    scheduler.add(one)
    turns = []

    async def world():
        asyncio.create_task(scheduler.run())
        for step in range(60):
            await asyncio.sleep_ms(0)
            chip.advance(1000)
            turns.append(one.turns)
            if step == 30:
                work.set()

    asyncio.new_event_loop()
    asyncio.run(world())
    asyncio.new_event_loop()
    assert turns[3] == 3, "as long as something moves at once"
    waited = [step for step in range(60) if turns[step] == 3]
    assert 4 <= len(waited) <= 6, "5 ms after a full link"
    assert turns[12:30] == [5] * 18, "then it rests"
    assert turns[35:] == [6] * 25, "until the flag is set"


def test_phones_that_listen_are_counted_though_a_peer_says_anew_who_it_is():
    """A count that is off would seal what no phone watches under the keys of the live view, for good."""

    class Insole:
        locked = True
        identity = settings = None

    Insole.identity, Insole.settings = Insole(), Insole()
    Insole.device_key, Insole.void_phones = bytes(32), ""
    phone, host = 0x4000000012345678, 0x8000000012345678
    session, live = make()
    for number in (phone, host, phone, host, host):
        command = messages.parse_command(build_command(ids.OP_AUTH_BEGIN, 1, number, value=bytes(16)))
        proving.carry_out(Insole, session, command)
        assert live.phones == 0, "it has not asked yet"
        session.stream(True)
        assert live.phones == (number == phone)
    session.reset()
    assert live.phones == 0
