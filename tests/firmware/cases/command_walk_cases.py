"""Command sessions against a plain model: two peers ask at random, right and wrong, while slots go by.

Each reply, each counter and what is stored must be what the model says. Modules: commands, session,
log_transfer, settings.
"""

import chip  # first: puts its time in place
from walk import walk
from workbench import Workbench

from insole.commands import Commands
from insole.session import Session
from insole.settings import Settings
from insole_protocol import host_messages, ids, messages, replies
from insole_protocol import settings as table

RIGHT_SERIAL = 0x013F7A28
IDLE, LIVE = ids.MODE_IDLE, ids.MODE_LIVE


class Link:
    """A transport that nobody sends on."""

    secure = True

    def malformed(self):
        return 0

    def abandon(self):
        pass


class Peer:
    """A session, and what the model knows of it."""

    def __init__(self, bench):
        self.session = Session(Link(), bench.insole.live)
        self.hello = self.streaming = False
        self.transfer = None  # (first, end, newest first) that was asked for
        self.malformed = 0
        self.tag = 0


class Insole:
    """The machine: real commands of two sessions beside a model of what they have changed."""

    def __init__(self, draw):
        self.draw = draw
        self.bench = Workbench()
        self.insole = self.bench.insole
        self.insole.erase_log = lambda: list(self.insole.recorder.erase())
        self.commands = Commands(self.insole)
        self.peers = [Peer(self.bench), Peer(self.bench)]
        self.mode = ids.MODE_DAILY
        self.settings = {row.key: row.default for row in table.TABLE}
        self.acked = self.transfers = 0
        self.rules = [
            (8, self.hello), (1, self.forget), (8, self.slots), (4, self.status), (4, self.set_mode),
            (4, self.stream), (8, self.set_setting), (4, self.get_setting), (6, self.read), (3, self.stop),
            (8, self.transfer), (4, self.acknowledge), (3, self.info), (1, self.erase), (4, self.garbage),
            (1, self.boot),
        ]  # fmt: skip

    def ask(self, op, *arguments, value=b"", refused=None, broken=None, peer=None):
        """A peer asks, any if none is given. `refused`: the result that the model expects; `broken`: the same
        of a malformed one. Returns (peer, reply), the reply None where it was refused."""
        peer = peer or self.draw.choice(self.peers)
        peer.tag = (peer.tag + 7) & 0xFF
        import struct

        message = bytes((op, peer.tag)) + struct.pack(messages.COMMAND_FORMATS[op], *arguments) + value
        self.commands.handle(peer.session, message, 0)
        (data,) = peer.session._replies
        peer.session._replies.clear()
        reply = host_messages.parse_reply(data() if callable(data) else data)
        assert (reply.op, reply.tag) == (op, peer.tag)
        expected = broken or refused or ids.RESULT_OK
        if not peer.hello and op != ids.OP_HELLO:
            expected = ids.RESULT_HELLO_FIRST
        elif broken:
            peer.malformed += 1
        assert reply.result == expected, (op, arguments, value, reply.result, expected, reply.text)
        assert reply.result == ids.RESULT_OK or reply.text
        return peer, (None if reply.result else reply)

    def hello(self):
        lowest, highest = self.draw.choice(((1, 1), (1, 1), (0, 9), (0, 0), (2, 3), (2, 1)))
        right = lowest <= 1 <= highest
        peer, reply = self.ask(ids.OP_HELLO, lowest, highest, broken=None if right else ids.RESULT_VERSION)
        if reply:
            peer.hello = True
            found = replies.HelloReply(reply)
            assert (found.version, found.side) == (1, self.settings[1])
            assert found.next_seq == self.insole.blocks.next_seq
        return "hello %d-%d" % (lowest, highest)

    def forget(self):
        number = self.draw.below(2)
        self.peers[number].session.reset()
        self.peers[number] = Peer(self.bench)
        return "peer %d is new" % number

    def slots(self):
        count = self.draw.choice((1, 7, 40, 90, 300))
        for index in range(16):
            chip.sensors[index] = 330 + self.draw.below(2000)
        self.bench.slots(count, transmit=False, fire=not self.draw.chance(10))
        return "%d slots" % count

    def status(self):
        peer, reply = self.ask(ids.OP_STATUS)
        if reply:
            found = replies.StatusReply(reply)
            sampler = self.insole.sampler
            assert (found.mode, found.malformed) == (self.mode, peer.malformed)
            assert (found.slots_sampled, found.slots_lost) == (sampler.sampled, sampler.lost)
        return "status"

    def set_mode(self):
        mode = self.draw.below(4)
        _, reply = self.ask(ids.OP_SET_MODE, mode, broken=ids.RESULT_RANGE if mode > LIVE else None)
        if reply:
            self.mode = mode
            assert reply.fields == (mode,)
        return "mode %d" % mode

    def stream(self):
        on = self.draw.below(3)
        peer, reply = self.ask(ids.OP_STREAM, on, broken=ids.RESULT_RANGE if on > 1 else None)
        if reply:
            peer.streaming = bool(on)
            assert reply.fields == (self.insole.blocks.next_seq,)
        return "stream %d" % on

    def set_setting(self):
        key = self.draw.below(11)
        size = self.draw.choice((1, 1, 2, 2, 0, 20, 21))
        value = bytes([self.draw.choice((0, 1, 2, 5, 25, 40, 255)) for _ in range(size)])
        if key in (9, 10):
            value = b"a" * size
        elif key in self.settings and self.draw.chance(60):
            row = table.find(key)
            value = self.draw.choice((row.lowest, row.highest, row.default)).to_bytes(row.kind, "little")
            size = row.kind
        known, result = self.settings.get(key), ids.RESULT_RANGE
        if known is not None:
            row = table.find(key)
            result = None
            if row.kind and size != row.kind:
                result = ids.RESULT_LENGTH
            elif not row.allows(int.from_bytes(value, "little") if row.kind else value.decode()):
                result = ids.RESULT_RANGE
        _, reply = self.ask(ids.OP_SET_SETTING, key, value=value, broken=result)
        if reply:
            assert (reply.fields, reply.tail) == ((key,), value)
            self.settings[key] = int.from_bytes(value, "little") if row.kind else value.decode()
        return "set %d to %s" % (key, value)

    def get_setting(self):
        key = self.draw.below(11)
        _, reply = self.ask(
            ids.OP_GET_SETTING, key, broken=None if key in self.settings else ids.RESULT_RANGE
        )
        if reply:
            row = table.find(key)
            assert (reply.fields, table.decode(row, reply.tail)) == ((key,), self.settings[key])
        return "get %d" % key

    def read(self):
        next_seq = self.insole.recorder.next_seq
        first, end = self.draw.below(next_seq + 50), self.draw.below(next_seq + 50)
        way = self.draw.below(2)
        peer = self.draw.choice(self.peers)
        refused = ids.RESULT_RANGE if first >= end else ids.RESULT_BUSY if peer.transfer else None
        _, reply = self.ask(ids.OP_LOG_READ, first, end, way, refused=refused, peer=peer)
        if reply:
            self.transfers += 1
            assert reply.fields == (self.transfers,)
            peer.transfer = (first, min(end, next_seq), way)
        return "read %d-%d" % (first, end)

    def stop(self):
        peer, reply = self.ask(ids.OP_LOG_STOP)
        if reply and peer.transfer:
            found = self.messages_of(peer)
            assert [m.kind for m in found] == [ids.LOG_END] and found[0].fields == (0, ids.END_STOPPED)
            peer.transfer = None
        return "stop"

    def messages_of(self, peer):
        """All messages of a peer's transfer, which is through then."""
        out = memoryview(bytearray(ids.MAX_MESSAGE_BYTES))
        found = []
        transfer = peer.session.transfer
        while not transfer.done:
            found.append(host_messages.parse_log_message(bytes(out[: transfer.next_message(out)])))
        assert {m.transfer for m in found} == {transfer.number}
        peer.session.transfer = None
        return found

    def transfer(self):
        """What was asked for comes, each slot once, in order."""
        peer = self.draw.choice(self.peers)
        if peer.transfer is None:
            return "nothing to transfer"
        first, end, way = peer.transfer
        peer.transfer = None
        spans, slots = [], 0
        for message in self.messages_of(peer):
            if message.kind == ids.LOG_GAP:
                spans.append(message.fields[:2])
            for record in message.records:
                low = int.from_bytes(record[4:8], "little")
                spans.append((low, low + record[20] * record[21]))
                slots += record[20] * record[21]
        assert message.kind == ids.LOG_END and message.fields == (slots, ids.END_COMPLETE)
        spans = spans[::-1] if way else spans
        assert not spans or spans[0][0] <= first or first >= end, (spans, first, end)
        at = None
        for low, high in spans:
            assert low < high and (at is None or low == at), spans
            at = high
        assert first >= end or at >= end, (spans, first, end)
        return "transfer %d-%d" % (first, end)

    def acknowledge(self):
        next_seq = self.insole.recorder.next_seq
        seq = self.draw.below(next_seq + 20)
        _, reply = self.ask(ids.OP_LOG_ACK, seq, refused=ids.RESULT_RANGE if seq > next_seq else None)
        if reply:
            self.acked = max(self.acked, seq)
            assert reply.fields == (self.acked,)
        return "acknowledge %d" % seq

    def info(self):
        _, reply = self.ask(ids.OP_LOG_INFO)
        if reply:
            log = replies.LogInfoReply(reply)
            assert (log.acknowledged_seq, log.next_seq) == (self.acked, self.insole.recorder.next_seq)
            assert log.oldest_seq <= log.acknowledged_seq or log.oldest_seq == 0 or log.slots_overwritten
        return "info"

    def erase(self):
        right = self.draw.chance(50)
        confirmation = RIGHT_SERIAL + (0 if right else 1)
        if any(peer.transfer for peer in self.peers):
            return "no erasing under a transfer"
        _, reply = self.ask(ids.OP_LOG_ERASE, confirmation, refused=None if right else ids.RESULT_NOT_ALLOWED)
        if reply:
            self.acked = self.insole.recorder.acked_seq
            assert self.acked == self.insole.recorder.oldest_seq == self.insole.recorder.erased_seq
        return "erase %s" % right

    def garbage(self):
        """Bytes that are no command: counted, and answered where there is an op and a tag."""
        peer = self.draw.choice(self.peers)
        message = bytes([self.draw.choice((0, 1, 3, 4, 0x11, 0x83, 0xFF)) for _ in range(self.draw.below(4))])
        known = len(message) == 2 and message[0] == ids.OP_STATUS
        if known or message[:1] == b"\x01" and len(message) == 4 and message[2] <= 1 <= message[3]:
            return "no garbage"
        self.commands.handle(peer.session, message, 0)
        answers = [bytes(reply) for reply in peer.session._replies]
        peer.session._replies.clear()
        if len(message) < 2:
            assert answers == []
            peer.malformed += 1
            return "garbage of %d bytes" % len(message)
        (answer,) = answers
        assert answer[:2] == bytes((message[0] | 0x80, message[1]))
        if not peer.hello and message[0] != ids.OP_HELLO:
            assert answer[2] == ids.RESULT_HELLO_FIRST
            return "garbage before hello"
        peer.malformed += answer[2] != ids.RESULT_OK
        expected = (ids.RESULT_UNKNOWN_COMMAND,)
        if message[0] in messages.COMMAND_FORMATS:
            expected = (ids.RESULT_OK, ids.RESULT_LENGTH, ids.RESULT_RANGE, ids.RESULT_VERSION)
        assert answer[2] in expected
        if answer[:1] == b"\x84" and answer[2] == ids.RESULT_OK:
            self.mode = message[2]
        return "garbage"

    def boot(self):
        """Power goes and comes: what was stored is in force."""
        self.bench.insole.stop()
        bench, self.bench = self.bench, Workbench(fresh=False)
        assert bench is not self.bench
        self.insole = self.bench.insole
        self.insole.erase_log = lambda: list(self.insole.recorder.erase())
        self.commands = Commands(self.insole)
        self.peers = [Peer(self.bench), Peer(self.bench)]
        self.mode, self.transfers = self.settings[2], 0
        return "boot"

    def check(self):
        insole = self.insole
        assert insole.modes.mode == self.mode
        assert insole.sampler.running == (self.mode != IDLE)
        assert insole.recorder.acked_seq == self.acked
        assert insole.recorder.keep_oldest == (self.settings[5] == 0)
        for row in table.TABLE:
            assert getattr(insole.settings, row.name) == self.settings[row.key], row.name
        for peer in self.peers:
            session = peer.session
            assert (session.version, session.streaming) == (int(peer.hello), peer.streaming)
            assert session.malformed == peer.malformed
            assert (session.transfer is None) == (peer.transfer is None)

    def end(self):
        stored = Settings()
        assert not stored.damaged
        for row in table.TABLE:
            assert getattr(stored, row.name) == self.settings[row.key], row.name


def test_sessions_of_two_peers():
    walk(Insole, steps=300, seeds=range(1, 9))
