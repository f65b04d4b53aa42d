"""`plantigrade twin run`: found by other programs, and gone without a trace however it ends."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from bleak import BleakScanner
from plantigrade.twin import rendezvous
from plantigrade.twin.bleak_backend import BumbleScanner
from plantigrade.twin.rendezvous import NoTwinError

from tests.e2e.twin_kit import mpremote
from tests.processes import end

pytestmark = [pytest.mark.micropython, pytest.mark.radio, pytest.mark.untimed]

PATIENCE_S = 60.0  # after which something hangs; nothing here is measured


@pytest.fixture
def private_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A runtime folder of this test's own: nobody else's twin is found, and nobody finds ours."""
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return folder


@asynccontextmanager
async def running(*texts: str) -> AsyncGenerator[tuple[asyncio.subprocess.Process, dict[str, Any]]]:
    """The command with what it says about itself."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "plantigrade.cli",
        *("twin", "run", "--json", "-", *texts),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
        assert line, (await process.stderr.read()).decode()
        yield process, json.loads(line)
    finally:
        await end(process)


def children(pid: int) -> list[int]:
    """Processes that this one has started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(word) for word in listed]


async def ended(pids: list[int]) -> bool:
    """Whether all of them are gone within two seconds."""
    for _ in range(200):
        if not any(alive(pid) for pid in pids):
            return True
        await asyncio.sleep(0.01)
    return False


def alive(pid: int) -> bool:
    """Running, and not merely waiting to be reaped."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def leftovers(folder: Path) -> list[Path]:
    """Temporary files of ours."""
    return list(folder.glob("plantigrade-*"))


async def test_other_programs_find_both_insoles_and_their_ports(private_runtime: Path) -> None:
    async with running() as (process, text):
        assert text["schema"] == "plantigrade.twin/1"
        notice = rendezvous.find_twin()
        assert notice.pid == process.pid
        file = private_runtime / "plantigrade" / "twin.json"
        assert file.stat().st_mode & 0o777 == 0o600
        assert file.parent.stat().st_mode & 0o777 == 0o700
        names: set[str] = set()
        async with asyncio.timeout(PATIENCE_S), BleakScanner(backend=BumbleScanner) as scanner:
            async for device, data in scanner.advertisement_data():
                if data.local_name:
                    names.add(f"{device.address} {data.local_name}")
                if len(names) == 2:
                    break
        assert names == {f"{one['address']} {one['name']}" for one in text["insoles"].values()}
        assert "main.py" in await mpremote(notice.serial_ports["left"], "fs", "ls")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
async def test_nothing_is_left_behind(private_runtime: Path, tmp_path: Path, number: signal.Signals) -> None:
    async with running() as (process, _):
        started = children(process.pid)
        assert len(started) == 3  # the radio and two boards
        process.send_signal(number)
        assert await asyncio.wait_for(process.wait(), PATIENCE_S) == (
            -number if number == signal.SIGKILL else 0
        )
        assert await ended(started)
    with pytest.raises(NoTwinError):
        rendezvous.find_twin()
    if number != signal.SIGKILL:
        assert not (private_runtime / "plantigrade" / "twin.json").exists()
        assert not leftovers(tmp_path)


async def test_it_ends_by_itself_and_refuses_nonsense(private_runtime: Path) -> None:
    async with running("--seconds", "0.2", "--condition", "flat-foot:2") as (process, text):
        assert "flat-foot" in text["source"]
        assert await asyncio.wait_for(process.wait(), PATIENCE_S) == 0
    for texts in (["--interval-ms", "1"], ["--condition", "two-heads:3"]):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "plantigrade.cli", "twin", "run", *texts),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=dict(os.environ),
        )
        out, err = await process.communicate()
        assert process.returncode == 1
        assert not out and len(err.decode().strip().splitlines()) == 1


async def test_a_blank_board_waits_for_esptool(private_runtime: Path) -> None:
    async with running("--blank", "--flash", "16") as (process, text):
        assert list(text["insoles"]) == ["left"]
        assert len(children(process.pid)) == 1  # the radio: no app runs
        esptool = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "esptool", "--chip", "esp32s3"),
            *("--port", text["insoles"]["left"]["serial_port"]),
            *("--before", "no-reset", "--after", "no-reset", "flash-id"),
            stdout=asyncio.subprocess.PIPE,
        )
        shown_text, _ = await asyncio.wait_for(esptool.communicate(), PATIENCE_S)
        assert (esptool.returncode, b"Detected flash size: 16MB" in shown_text) == (0, True), (
            shown_text.decode()
        )


async def test_boards_whose_button_is_held_wait_too(private_runtime: Path) -> None:
    async with running("--hold-boot") as (process, text):
        assert list(text["insoles"]) == ["left", "right"]
        assert len(children(process.pid)) == 1
