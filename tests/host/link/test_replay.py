"""A session recorded and played again gives the same frames."""

import asyncio
import struct
from pathlib import Path

import pytest
from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.session import Session, SessionPolicy
from plantigrade.errors import FileError
from plantigrade.link import recorded, replay
from plantigrade.link.base import Channel, LinkClosedError, LinkError
from plantigrade.link.recorded import ENTRY, MAGIC, MessageRecorder, read_entries
from plantigrade.link.replay import ReplayLink

from tests.host.bridge_kit.fake_insole import FakeInsole, FakeLink
from tests.host.bridge_kit.virtual_time import run_virtually, virtual_now_ns

POLICY = SessionPolicy(fill_gaps=False)


@pytest.fixture(autouse=True)
def virtual_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "now_ns", virtual_now_ns)
    monkeypatch.setattr(replay, "now_ns", virtual_now_ns)


async def record_ten_seconds(path: Path) -> list[StampedFrames]:
    seen: list[StampedFrames] = []
    with MessageRecorder(path) as recorder:
        link = recorder.tap(FakeLink(FakeInsole()))
        await link.open()
        session = Session(
            link, Insole("live", [lambda _, stamped: seen.append(stamped)]), POLICY, virtual_now_ns
        )
        await session.start()
        running = asyncio.create_task(session.run())
        await asyncio.sleep(10)
        await session.stop()
        await link.close()
        await asyncio.gather(running, return_exceptions=True)
    return seen


async def play(path: Path, speed: float) -> tuple[list[StampedFrames], Insole]:
    seen: list[StampedFrames] = []
    link = ReplayLink(path, speed)
    await link.open()
    insole = Insole("replayed", [lambda _, stamped: seen.append(stamped)])
    session = Session(link, insole, POLICY, virtual_now_ns)
    await session.start()
    with pytest.raises(LinkClosedError):
        await session.run()
    await link.close()
    return seen, insole


@pytest.mark.parametrize("speed", [0, 1, 20])
def test_a_replay_gives_what_the_recording_took(tmp_path: Path, speed: float) -> None:
    path = tmp_path / "left.pgmsg"
    live = run_virtually(record_ten_seconds(path))
    played, insole = run_virtually(play(path, speed))
    assert sum(len(stamped.frames) for stamped in live) > 900
    assert [stamped.frames.record for stamped in played] == [stamped.frames.record for stamped in live]
    assert insole.identity is not None
    assert insole.identity.serial == "0001020304050607"
    assert insole.clock is not None


def test_a_recording_cut_short_is_good_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "left.pgmsg"
    run_virtually(record_ten_seconds(path))
    complete = list(read_entries(path))
    path.write_bytes(path.read_bytes()[:-3])
    assert list(read_entries(path)) == complete[:-1]


@pytest.mark.parametrize(
    "content, texts",
    [
        (b"", "is not a recording"),
        (b"PGMSG\x02", "is not a recording"),
        (MAGIC + ENTRY.pack(7, 1, 0, 3) + b"abc", "is damaged at byte 6"),
        (MAGIC + ENTRY.pack(0, 9, 0, 3) + b"abc", "is damaged at byte 6"),
        (MAGIC + ENTRY.pack(0, 1, 0, 60000) + b"abc", "is damaged at byte 6"),
    ],
)
def test_files_that_are_no_recordings_are_refused(tmp_path: Path, content: bytes, texts: str) -> None:
    path = tmp_path / "some.pgmsg"
    path.write_bytes(content)
    with pytest.raises(FileError, match=texts):
        list(read_entries(path))


def test_a_missing_or_empty_recording(tmp_path: Path) -> None:
    async def open_link(path: Path) -> None:
        await ReplayLink(path).open()

    with pytest.raises(FileError, match="No such file"):
        run_virtually(open_link(tmp_path / "none"))
    empty = tmp_path / "empty"
    empty.write_bytes(MAGIC)
    with pytest.raises(LinkError, match="no messages of an insole"):
        run_virtually(open_link(empty))


def test_replies_of_a_recording_that_make_no_sense_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "odd"
    path.write_bytes(
        MAGIC + ENTRY.pack(0, Channel.CONTROL, 0, 1) + b"\x82" + ENTRY.pack(0, 1, 0, 4) + struct.pack("<I", 1)
    )

    async def main() -> dict[str, int]:
        link = ReplayLink(path)
        await link.open()
        return link.counters.malformed

    assert run_virtually(main()) == {"recorded_reply_message_length": 1}
