"""Recordings are made in a process of their own, encrypted where the library is; a locked database waits."""

import asyncio
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import FILE_NAME
from plantigrade.library.keys.file_key import is_encrypted
from plantigrade.library.keys.master_key import save_to_file
from plantigrade.library.keys.vault import MasterKey
from plantigrade.service.events import RecordingEvent
from plantigrade.service.offload import Offload, at_once
from plantigrade.service.process import ProcessError

from tests.host.bridge_kit.virtual_time import clock_ns, run_virtually
from tests.host.service.service_kit import SETTINGS, DayInsole, Living, World, between, live, recordings

DAY = between(("2026-03-01T09:00", "2026-03-01T10:00"))


def test_an_encrypted_library_in_real_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The insoles come home with the morning in their logs; the process that makes the recording is real."""
    data, key_file, key = tmp_path / "data", tmp_path / "key", MasterKey.new()
    with Library(data) as library:
        save_to_file(key_file, (key,))
        change_key(library, key)
    monkeypatch.setenv("PLANTIGRADE_KEY_FILE", str(key_file))
    quick = replace(SETTINGS, idle_tick_s=0.05, tick_s=0.05)

    async def main() -> None:
        world = World(datetime(2026, 3, 1, 10, 45, tzinfo=UTC), now=time.monotonic_ns)
        insoles = {side: DayInsole(world, side, DAY) for side in ("left", "right")}
        for insole in insoles.values():
            insole.boot_ns -= 2 * 3_600_000_000_000
        async with Living(data, world, insoles, quick, offload=Offload()) as living:
            recorded = asyncio.Event()
            living.service.bus.call_on_event(
                lambda event: recorded.set() if isinstance(event, RecordingEvent) else None
            )
            async with asyncio.timeout(60):
                await recorded.wait()
            (event,) = living.recorded()
            assert event.stage == "final"
            folder = living.library.recordings / event.recording
            assert all(is_encrypted(path) for path in folder.glob("*.parquet"))
            assert not living.library.verify(event.recording).problems

    asyncio.run(main())


def test_a_process_that_dies_is_said_and_another_makes_the_recording(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The computer is short of memory, and the kernel ends the first one."""
    monkeypatch.setattr("plantigrade.link.base.time.monotonic_ns", clock_ns)
    died = asyncio.Event()

    async def first_one_dies(function: Callable[..., object], *arguments: object) -> object:
        if not died.is_set():
            died.set()
            raise ProcessError("its process was ended by SIGKILL; is the memory full?")
        return await at_once(function, *arguments)

    async def main() -> None:
        world = World(datetime(2026, 3, 1, 8, 30, tzinfo=UTC))
        insoles = {side: DayInsole(world, side, DAY) for side in ("left", "right")}
        offload = Offload(process=first_one_dies, thread=at_once)
        async with Living(
            tmp_path, world, insoles, replace(SETTINGS, problem_retry_s=600.0), offload=offload
        ) as living:
            await died.wait()
            await asyncio.sleep(1)
            assert living.service.status().problems == (
                "its process was ended by SIGKILL; is the memory full?",
            )
            await asyncio.sleep(620)
            assert [event.stage for event in living.recorded()] == ["final"]
            assert living.service.status().problems == ()

    run_virtually(main())


def test_a_locked_database_is_shown_and_holds_up_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("plantigrade.link.base.time.monotonic_ns", clock_ns)
    monkeypatch.setattr("plantigrade.library.catalogue.store.BUSY_S", 0.01)

    async def story(living: Living) -> None:
        await living.world.until("2026-03-01T09:10")
        other = sqlite3.connect(tmp_path / FILE_NAME, isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        before = living.insoles["left"].acknowledged
        await living.world.until("2026-03-01T10:50")
        assert living.insoles["left"].acknowledged > before + 6000 * 60
        assert any("another program has been writing" in one for one in living.service.status().problems)
        assert living.recorded() == []
        other.execute("ROLLBACK")
        other.close()
        await living.world.until("2026-03-01T10:55")
        assert [event.stage for event in living.recorded()] == ["final"]
        assert living.service.status().problems == ()

    live(tmp_path, "2026-03-01T08:30", DAY, story)
    assert len(recordings(tmp_path)) == 1
