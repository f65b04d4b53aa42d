"""Recorded messages: the file byte by byte, and a replay that answers, keeps time and ends. Virtual time."""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from insole_protocol import ids, messages
from insole_protocol.host_messages import build_command, parse_reply
from plantigrade.errors import FileError
from plantigrade.link.base import Channel, LinkClosedError
from plantigrade.link.recorded import MessageRecorder, read_entries
from plantigrade.link.replay import ReplayLink

from tests.host.bridge_kit.scripted_link import ScriptedLink
from tests.host.bridge_kit.virtual_time import clock_ns, run_virtually, virtual_now_ns

S = 1_000_000_000


@pytest.fixture(autouse=True)
def virtual_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("recorded", "replay"):
        monkeypatch.setattr(f"plantigrade.link.{module}.now_ns", clock_ns)


def entry(direction: int, channel: int, at_ns: int, message: bytes) -> bytes:
    return struct.pack("<BBQH", direction, channel, at_ns, len(message)) + message


def write(path: Path, *entries: bytes) -> Path:
    path.write_bytes(b"PGMSG\x01" + b"".join(entries))
    return path


def test_what_goes_over_a_link_is_written_down_and_goes_on_its_way(tmp_path: Path) -> None:
    path = tmp_path / "left.pgmsg"

    async def main() -> list[tuple[Channel, bytes]]:
        got: list[tuple[Channel, bytes]] = []
        with MessageRecorder(path) as recorder:
            behind = ScriptedLink()
            link = recorder.tap(behind)
            link.on_message = lambda channel, message, arrival_ns: got.append((channel, message))
            assert link.name == "right"
            assert (link.counters, link.closed) == (behind.counters, behind.closed)
            await link.open()
            await asyncio.sleep(1)
            await link.send(Channel.CONTROL, build_command(ids.OP_STREAM, 9, 1))
            behind.bring(Channel.LOG, b"abc", 2)
            await asyncio.sleep(2.5)
            await link.close()
        assert (behind.opened, behind.closings) == (1, 1)
        recorder.note(0, Channel.LOG, b"after the end", virtual_now_ns())
        return got

    reply = messages.build_reply(ids.OP_STREAM, 9, 1000)
    assert run_virtually(main()) == [(Channel.CONTROL, reply), (Channel.LOG, b"abc")]
    assert path.read_bytes() == b"PGMSG\x01" + entry(1, 2, S, bytes((ids.OP_STREAM, 9, 1))) + entry(
        0, 2, S, reply
    ) + entry(0, 3, 3 * S, b"abc")


def test_what_arrived_before_the_recording_began_has_the_time_0(tmp_path: Path) -> None:
    with MessageRecorder(tmp_path / "x") as recorder:
        recorder.note(0, Channel.STREAM, b"a", 5)
    assert [found.at_ns for found in read_entries(tmp_path / "x")] == [0]


def test_a_folder_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    with (
        pytest.raises(FileError, match="cannot be written: No such file"),
        MessageRecorder(tmp_path / "n" / "x"),
    ):
        pass


@pytest.mark.parametrize(
    "direction, channel, length, sound",
    [
        (1, 3, 2056, True),
        (0, 1, 0, True),
        (2, 1, 0, False),
        (0, 0, 0, False),
        (0, 4, 0, False),
        (0, 1, 2057, False),
    ],
)
def test_an_entry_that_cannot_be_is_told_with_its_place(
    tmp_path: Path, direction: int, channel: int, length: int, sound: bool
) -> None:
    path = write(tmp_path / "x", entry(0, 1, 7, b"ab"), entry(direction, channel, 8, bytes(length)))
    if sound:
        assert [len(found.message) for found in read_entries(path)] == [2, length]
    else:
        with pytest.raises(FileError, match=r"is damaged at byte 20$"):
            list(read_entries(path))


@pytest.mark.parametrize("cut", [1, 3, 4, 10, 14])
def test_a_file_that_ends_in_an_entry_is_good_up_to_it(tmp_path: Path, cut: int) -> None:
    path = write(tmp_path / "x", entry(0, 1, 7, b"ab"), entry(0, 1, 8, b"cde"))
    path.write_bytes(path.read_bytes()[:-cut])
    assert [found.message for found in read_entries(path)] == [b"ab"]


def replayed(
    path: Path,
    story: Callable[[ReplayLink, list[tuple[float, Channel, bytes]]], Awaitable[None]],
    speed: float = 1.0,
) -> None:
    async def main() -> None:
        link = ReplayLink(path, speed)
        got: list[tuple[float, Channel, bytes]] = []
        began_s = asyncio.get_running_loop().time()

        def hear(channel: Channel, message: bytes, arrival_ns: int) -> None:
            assert arrival_ns == virtual_now_ns()
            got.append((round(asyncio.get_running_loop().time() - began_s, 6), channel, message))

        link.on_message = hear
        await link.open()
        await story(link, got)
        await link.close()

    run_virtually(main())


def reply(op: int, tag: int, *fields: int) -> bytes:
    return messages.build_reply(op, tag, *fields)


@pytest.mark.parametrize(
    "speed, moments", [(1.0, [0, 1.5, 4]), (2.0, [0, 0.75, 2]), (0.5, [0, 3, 8]), (0.0, [0, 0, 0])]
)
def test_stream_and_log_come_at_their_pace_once_the_stream_is_asked_for(
    tmp_path: Path, speed: float, moments: list[float]
) -> None:
    path = write(
        tmp_path / "x",
        entry(0, 2, 0, reply(ids.OP_STREAM, 1, 5)),
        entry(1, 1, 2 * S, b"from the host"),
        entry(0, 1, 3 * S, b"a"),
        entry(0, 3, 4 * S + S // 2, b"b"),
        entry(0, 1, 7 * S, b"c"),
    )

    async def story(link: ReplayLink, got: list[tuple[float, Channel, bytes]]) -> None:
        await link.send(Channel.CONTROL, build_command(ids.OP_STREAM, 3, 0))
        await asyncio.sleep(10)
        assert [message for _, _, message in got] == [reply(ids.OP_STREAM, 3, 5)]
        assert not link.closed.is_set()
        await link.send(Channel.CONTROL, build_command(ids.OP_STREAM, 4, 1))
        await link.send(Channel.CONTROL, build_command(ids.OP_STREAM, 5, 1))  # plays once all the same
        await link.closed.wait()
        played = [
            (moment - 10, channel, message)
            for moment, channel, message in got
            if channel is not Channel.CONTROL
        ]
        assert played == [
            (pytest.approx(moments[0]), Channel.STREAM, b"a"),
            (pytest.approx(moments[1]), Channel.LOG, b"b"),
            (pytest.approx(moments[2]), Channel.STREAM, b"c"),
        ]
        counters = link.counters
        assert (counters.messages_sent, counters.messages_received) == (3, 6)
        assert counters.bytes_received == 3 + 3 * 7
        with pytest.raises(LinkClosedError, match=r"^x: the replay is over$"):
            await link.send(Channel.CONTROL, build_command(ids.OP_STATUS, 6))

    replayed(path, story, speed)


def test_commands_get_the_recorded_replies_one_by_one_and_the_last_again(tmp_path: Path) -> None:
    path = write(
        tmp_path / "x",
        entry(0, 2, 0, reply(ids.OP_STREAM, 1, 5)),
        entry(0, 2, 1, reply(ids.OP_STREAM, 2, 6)),
        entry(0, 2, 2, messages.build_refusal(ids.OP_LOG_READ, 3, ids.RESULT_BUSY, "busy")),
    )

    async def story(link: ReplayLink, got: list[tuple[float, Channel, bytes]]) -> None:
        for tag in (40, 41, 42):
            await link.send(Channel.CONTROL, build_command(ids.OP_STREAM, tag, 0))
        await link.send(Channel.CONTROL, build_command(ids.OP_LOG_READ, 43, 0, 1, 1))
        await link.send(Channel.CONTROL, build_command(ids.OP_STATUS, 44))
        await asyncio.sleep(0.01)
        assert [message for _, _, message in got] == [
            reply(ids.OP_STREAM, 40, 5),
            reply(ids.OP_STREAM, 41, 6),
            reply(ids.OP_STREAM, 42, 6),
            messages.build_refusal(ids.OP_LOG_READ, 43, ids.RESULT_BUSY, "busy"),
            messages.build_refusal(ids.OP_STATUS, 44, ids.RESULT_NOT_AVAILABLE, "not in the recording"),
        ]

    replayed(path, story)


def test_time_runs_on_from_the_last_recorded_answer(tmp_path: Path) -> None:
    """At 2 s of the recording the insole's clock said 50 s; asked 7 s after it was opened it says 55 s."""
    path = write(
        tmp_path / "x",
        entry(0, 2, S, reply(ids.OP_TIME, 1, 0, 8, 1, 2)),
        entry(0, 2, 2 * S, reply(ids.OP_TIME, 2, 0, 9, 49_999_000, 50_000_000)),
        entry(0, 2, 3 * S, messages.build_refusal(ids.OP_TIME, 3, ids.RESULT_BUSY, "busy")),
    )

    async def story(link: ReplayLink, got: list[tuple[float, Channel, bytes]]) -> None:
        await asyncio.sleep(7)
        await link.send(Channel.CONTROL, build_command(ids.OP_TIME, 77, 1234))
        await asyncio.sleep(0.01)
        (answer,) = [parse_reply(message) for _, _, message in got]
        assert answer.tag == 77
        assert answer.fields == (1234, 9, 55_000_000, 55_000_000)

    replayed(path, story)


def test_before_the_recording_began_time_stands_at_0_and_without_one_there_is_none(tmp_path: Path) -> None:
    young = write(tmp_path / "x", entry(0, 2, 9 * S, reply(ids.OP_TIME, 1, 0, 8, 5, 5)))
    none = write(tmp_path / "y", entry(0, 1, 0, b"a"))

    async def asked(link: ReplayLink, got: list[tuple[float, Channel, bytes]]) -> None:
        await link.send(Channel.CONTROL, build_command(ids.OP_TIME, 1, 3))
        await asyncio.sleep(0.01)
        answers.append(got[0][2])

    answers: list[bytes] = []
    replayed(young, asked)
    replayed(none, asked)
    assert answers == [
        reply(ids.OP_TIME, 1, 3, 8, 0, 0),
        messages.build_refusal(ids.OP_TIME, 1, ids.RESULT_NOT_AVAILABLE, "not in the recording"),
    ]
