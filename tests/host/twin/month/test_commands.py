"""What an insole without firmware answers and refuses: as PROTOCOL.md says, and as the firmware does."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from insole_protocol import host_messages, ids, messages, replies
from insole_protocol import settings as table
from plantigrade.twin.body import draw_person
from plantigrade.twin.month.battery import Battery, Currents
from plantigrade.twin.month.commands import Commands, LogTransfer, Peer
from plantigrade.twin.month.feed import Feed, Pieces, Playing
from plantigrade.twin.month.insole import EncodedInsole
from plantigrade.twin.month.log import Item

NOW_US = 100_000_000


@pytest.fixture(scope="module")
def playing() -> Playing:
    pieces = Pieces(draw_person(3), {"left": 6, "right": 7}, seed=3, variants=1, piece_s=10.0)
    return Playing(0, pieces.piece("walk", 0, 0))


class Asked:
    """An insole that has walked for a while, and a peer that asks it."""

    def __init__(self, playing: Playing, folder: Path) -> None:
        battery = Battery(170.0, Currents(8.0, 40.0, 0.2, 90.0), 60.0, 100.0)
        self.now_us = NOW_US
        self.insole = EncodedInsole("left", bytes(range(8)), Feed([playing]), folder, battery, 64)
        self.insole.power_on(0)
        self.commands = Commands(self.insole, lambda: self.now_us)
        self.peer = Peer()

    def raw(self, message: bytes) -> host_messages.Reply:
        self.insole.advance(self.now_us)
        self.commands.handle(self.peer, message)
        reply = self.peer.replies.popleft()
        return host_messages.parse_reply(reply() if callable(reply) else reply)

    def ask(self, op: int, *arguments: int, value: bytes = b"") -> host_messages.Reply:
        return self.raw(host_messages.build_command(op, 5, *arguments, value=value))

    def hello(self) -> replies.HelloReply:
        return replies.HelloReply(self.ask(ids.OP_HELLO, 1, 1))


@pytest.fixture
def asked(playing: Playing, tmp_path: Path) -> Iterator[Asked]:
    one = Asked(playing, tmp_path)
    yield one
    one.insole.log.close_file()


def test_hello_comes_first(asked: Asked) -> None:
    assert asked.ask(ids.OP_STATUS).result == ids.RESULT_HELLO_FIRST
    hello = asked.hello()
    assert (hello.version, hello.side, hello.serial, hello.boot) == (1, 0, "0001020304050607", 1)
    assert hello.next_seq == pytest.approx((NOW_US - 1_500_000) / 10_000, abs=90)
    assert asked.ask(ids.OP_STATUS).result == ids.RESULT_OK


@pytest.mark.parametrize(
    ("message", "result"),
    [
        (bytes((ids.OP_STATUS, 1, 0)), ids.RESULT_LENGTH),
        (bytes((ids.OP_SET_MODE, 1, 3)), ids.RESULT_RANGE),
        (bytes((ids.OP_HELLO, 1, 7, 9)), ids.RESULT_VERSION),
        (host_messages.build_command(ids.OP_LOG_READ, 1, 10, 10, 0), ids.RESULT_RANGE),
        (host_messages.build_command(ids.OP_LOG_ACK, 1, 1 << 30), ids.RESULT_RANGE),
        (host_messages.build_command(ids.OP_IDENTIFY, 1, 61), ids.RESULT_RANGE),
        (host_messages.build_command(ids.OP_LOG_ERASE, 1, 0), ids.RESULT_NOT_ALLOWED),
        (host_messages.build_command(ids.OP_GET_SETTING, 1, 77), ids.RESULT_RANGE),
        (host_messages.build_command(ids.OP_SET_SETTING, 1, 3, value=b"\x00"), ids.RESULT_RANGE),
    ],
)
def test_refusals(asked: Asked, message: bytes, result: int) -> None:
    asked.hello()
    assert asked.raw(message).result == result


def test_an_unknown_command_is_refused_with_its_number(asked: Asked) -> None:
    asked.hello()
    asked.commands.handle(asked.peer, bytes((0x66, 9)))
    assert asked.peer.replies.popleft() == b"\xe6\x09\x01there is no command 0x66"


def test_one_transfer_at_a_time(asked: Asked) -> None:
    asked.hello()
    assert asked.ask(ids.OP_LOG_READ, 0, 100, 0).result == ids.RESULT_OK
    assert asked.ask(ids.OP_LOG_READ, 0, 100, 0).result == ids.RESULT_BUSY
    asked.ask(ids.OP_LOG_STOP)
    assert asked.peer.transfer is not None
    message, last = asked.peer.transfer.next_message()
    assert last and host_messages.parse_log_message(message).fields[1] == ids.END_STOPPED


@pytest.mark.parametrize("newest_first", [0, 1])
def test_a_transfer_brings_each_slot_once(asked: Asked, newest_first: int) -> None:
    asked.hello()
    end = asked.hello().next_seq
    asked.insole.power_off(asked.now_us, orderly=False)
    asked.insole.power_on(asked.now_us)
    asked.now_us += 10_000_000
    asked.hello()
    end = asked.hello().next_seq
    asked.ask(ids.OP_LOG_READ, 0, end, newest_first)
    found: list[tuple[int, int]] = []
    last = False
    while not last:
        assert asked.peer.transfer is not None
        message, last = asked.peer.transfer.next_message()
        assert len(message) <= ids.MAX_MESSAGE_BYTES
        parsed = host_messages.parse_log_message(message)
        if parsed.kind == ids.LOG_GAP:
            found.append((parsed.fields[0], parsed.fields[1]))
        from insole_protocol.block import seq_of, slots_of

        found += [(seq_of(record), seq_of(record) + slots_of(record)) for record in parsed.records]
    found.sort()
    assert found[0][0] == 0 and found[-1][1] == end
    assert all(before[1] == after[0] for before, after in pairwise(found))


def test_messages_are_filled_with_records() -> None:
    items = [Item(10 * n, 10 * n + 10, bytes((0xA5, 1, 200, 0)) + bytes(196), 0) for n in range(25)]
    transfer = LogTransfer(1, iter([*items[:12], Item(120, 130, b"", ids.GAP_OVERRUN), *items[13:]]))
    counts: list[int] = []
    last = False
    while not last:
        message, last = transfer.next_message()
        kind = message[0]
        counts.append((len(message) - messages.LOG_PREFIX_BYTES) // 200 if kind == ids.LOG_BLOCK else -kind)
    assert counts == [10, 2, -ids.LOG_GAP, 10, 2, -ids.LOG_END]


def test_a_peer_with_too_many_open_commands_is_not_answered(asked: Asked) -> None:
    for tag in range(6):
        asked.commands.handle(asked.peer, host_messages.build_command(ids.OP_HELLO, tag, 1, 1))
    assert len(asked.peer.replies) == 4 and asked.peer.malformed == 2


def test_settings_are_stored_and_in_force(asked: Asked) -> None:
    asked.hello()
    row = next(row for row in table.TABLE if row.name == "live_frames")
    assert asked.ask(ids.OP_SET_SETTING, row.key, value=b"\x0a").result == ids.RESULT_OK
    assert asked.ask(ids.OP_GET_SETTING, row.key).tail == b"\x0a"
    asked.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
    asked.now_us += 1_000_000
    asked.insole.advance(asked.now_us)
    newest = asked.insole.live.get(asked.insole.live.next - 1)
    assert newest is not None and newest[20] == 10


def test_status_tells_of_battery_mode_and_steps(asked: Asked) -> None:
    asked.hello()
    status = replies.StatusReply(asked.ask(ids.OP_STATUS))
    assert status.mode == ids.MODE_DAILY and 55 <= (status.battery_pct or 0) <= 60
    assert status.uptime_s == NOW_US // 1_000_000 and status.steps > 60 and status.cadence_spm > 60
    assert status.slots_recorded == status.slots_sampled > 9700


def test_idle_slots_are_explained_as_never_asked_for(asked: Asked) -> None:
    asked.hello()
    asked.ask(ids.OP_SET_MODE, ids.MODE_IDLE)
    asked.now_us += 60_000_000
    asked.ask(ids.OP_SET_MODE, ids.MODE_DAILY)
    asked.now_us += 10_000_000
    asked.insole.advance(asked.now_us)
    gaps, _ = asked.insole.log.gaps(0)
    assert [(end - first, reason) for first, end, reason in gaps if reason == ids.GAP_IDLE] == [
        (6000, ids.GAP_IDLE)
    ]


def test_every_command_of_the_protocol_has_an_answer(asked: Asked) -> None:
    asked.hello()
    for op in messages.COMMAND_FORMATS:
        assert asked.ask(op, *ARGUMENTS.get(op, ())).result != ids.RESULT_UNKNOWN_COMMAND


ARGUMENTS = {
    ids.OP_HELLO: (1, 1), ids.OP_TIME: (7,), ids.OP_SET_MODE: (1,), ids.OP_STREAM: (1,),
    ids.OP_GET_SETTING: (3,), ids.OP_SET_SETTING: (3,), ids.OP_LOG_READ: (0, 1, 0), ids.OP_LOG_ACK: (0,),
    ids.OP_LOG_GAPS: (0,), ids.OP_REBOOT: (0,), ids.OP_IDENTIFY: (1,), ids.OP_LOG_ERASE: (0,),
    ids.OP_HINT: (1,), ids.OP_CRASH: (0, 0), ids.OP_UPDATE_BEGIN: (640, 0), ids.OP_UPDATE_DATA: (0, 0),
    ids.OP_UPDATE_STATUS: (0,), ids.OP_WIPE: (0,), ids.OP_EVENTS: (0,), ids.OP_IDENTITY: (0,),
    ids.OP_AUTH_BEGIN: (0,), ids.OP_SERVICE: (0,),
}  # fmt: skip
