"""`plantigrade run`, `status` and `service`: virtual insoles, from a first start to a recording."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person

from tests.e2e.test_twin_run import running
from tests.processes import end

pytestmark = [pytest.mark.micropython, pytest.mark.radio, pytest.mark.untimed]
SERIALS = ("00000A50477A3F01", "00000A50477A3F02")
PATIENCE_S = 60.0
SECONDS = 4


@pytest.fixture
def private_runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))


async def plantigrade(data: Path, *arguments: str) -> tuple[int | None, str, str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "plantigrade.cli", "--data", str(data), *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    finally:
        await end(process)
    return process.returncode, out.decode(), err.decode()


class Running:
    """The service and what it prints."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []

    async def until(self, *signs: str, patience_s: float | None = PATIENCE_S) -> None:
        """Wait until a line holds each of these; without patience for as long as a test may last."""
        left = [sign for sign in signs if not any(sign in line for line in self.lines)]
        assert self.process.stdout is not None
        try:
            async with asyncio.timeout(patience_s):
                while left:
                    line = (await self.process.stdout.readline()).decode()
                    assert line, f"the service ended without {left}:\n{''.join(self.lines)}"
                    self.lines.append(line)
                    print(line, end="")
                    left = [sign for sign in left if sign not in line]
        except TimeoutError:
            raise AssertionError(f"the service did not print {left} but:\n{''.join(self.lines)}") from None


@asynccontextmanager
async def service(data: Path, *arguments: str) -> AsyncGenerator[Running]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "plantigrade.cli", "--data", str(data), "run", *arguments),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    try:
        yield Running(process)
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            assert await process.wait() == 0
    finally:
        await end(process)


async def status(data: Path) -> dict[str, Any]:
    code, out, err = await plantigrade(data, "status", "--json", "-")
    assert code == 0, err
    return json.loads(out)


@pytest.mark.usefixtures("private_runtime")
async def test_from_known_insoles_to_an_analysed_recording_of_their_wearer(tmp_path: Path) -> None:
    data = tmp_path / "library of Müller"
    with Library(data) as library:
        library.add_person(Person("P001", weight_kg=80))
        for serial in SERIALS:
            library.record("P001").insoles.assign(serial, datetime.now(UTC))
    async with running(), service(data, "--live", "5") as run:
        await run.until(*(f"{serial}: connected" for serial in SERIALS))
        found = await status(data)
        assert (found["schema"], found["problems"]) == ("plantigrade.status/1", [])
        assert {(one["serial"], one["person"], one["mode"]) for one in found["insoles"]} == {
            (serial, "P001", "live") for serial in SERIALS
        }
        code, output, err = await plantigrade(
            data, "service", "record", "--seconds", str(SECONDS), "--title", "stairs"
        )
        assert (code, "ends by itself" in output) == (0, True), err
        await run.until("of P001: final")
        # The analysis gives way to all else on the computer, which may be busy: its time says nothing.
        await run.until("of P001: analysed", patience_s=None)
        code, _, err = await plantigrade(data, "run")
        assert (code, "another service looks after this library" in err) == (1, True)
        code, output, _ = await plantigrade(data, "service", "stop")
        assert (code, output) == (0, "the service ends\n")
        assert await asyncio.wait_for(run.process.wait(), PATIENCE_S) == 0
    with Library(data) as library:
        (entry,) = (one for one in library.find() if one.title == "stairs")
        recording = library.open(entry.id)
        assert entry.person == "P001" and recording.analyses
        assert library.verify(entry.id).ok
        for foot in recording.manifest.feet:
            assert foot.frames_missing == 0, foot
            assert foot.frames_recorded >= 100 * SECONDS - 50, foot
    code, out, err = await plantigrade(data, "status")
    assert (code, "no service runs" in err) == (1, True)
    assert "this is how things were at" in out


async def test_without_a_service_every_order_says_so(tmp_path: Path) -> None:
    for arguments in (("status",), ("service", "pause")):
        code, _, err = await plantigrade(tmp_path, *arguments)
        assert code == 1
        assert "`plantigrade run` starts it" in err


async def test_sigterm_ends_the_service_in_order(tmp_path: Path) -> None:
    async with service(tmp_path, "--any") as run:
        await run.until("looking after insoles")
        assert str(tmp_path) in "".join(run.lines), "--data before the command is heard"
