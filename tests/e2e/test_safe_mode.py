"""A virtual board with a broken module: it ends in safe mode by itself, and `device info` says why."""

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from plantigrade.device.commands import device
from plantigrade.errors import PlantigradeError
from plantigrade.firmware_image.board_files import board_files
from plantigrade.firmware_image.build import build_firmware
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec

from tests.e2e.twin_kit import UNIQUE_ID
from tests.firmware.boot_faults.broken import When, broken_source

pytestmark = [pytest.mark.radio, pytest.mark.untimed, pytest.mark.micropython]
PATIENCE_S = 60.0
BROKEN = "insole/sampler.py"


def files() -> dict[str, bytes]:
    """A board's files of which one module raises when it is imported."""
    source = broken_source(BROKEN, When.IMPORT)
    assert source is not None
    compiled = Path("lib", BROKEN).with_suffix(".mpy").as_posix()
    changed = {compiled: None, f"lib/{BROKEN}": source.encode()}
    return dict(board_files(build_firmware(), changed=changed))


def info(port: str) -> dict[str, object] | None:
    """What `device info` says; None while the insole does not answer."""
    done = CliRunner().invoke(device, ["info", port, "--json", "-"])
    if isinstance(done.exception, PlantigradeError | TimeoutError):
        return None
    assert done.exit_code == 0, done.exception
    return json.loads(done.stdout)


async def test_a_broken_module_leads_to_safe_mode_that_says_why(tmp_path: Path) -> None:
    board = VirtualBoard(BoardSpec("left", UNIQUE_ID), tmp_path / "left", iter(files().items()))
    async with board, asyncio.timeout(PATIENCE_S):
        found = None
        while found is None or not str(found["insole"]["firmware"]).endswith("+safe"):  # type: ignore[index]
            found = await asyncio.to_thread(info, board.serial_port)
            await asyncio.sleep(0.2)
    state, crashes = found["state"], found["crashes"]
    assert isinstance(state, dict)
    assert isinstance(crashes, list)
    assert {"safe_mode", "crashed"} <= set(state["faults"])  # pyright: ignore[reportUnknownArgumentType]
    assert state["mode"] == "idle"
    newest: dict[str, str] = crashes[0]  # pyright: ignore[reportUnknownVariableType]
    assert newest["cause"] == "an exception while it started"
    assert newest["firmware"] == "0.1.0"
    assert f"{BROKEN} at import" in newest["text"]
    assert len(crashes) == 3  # pyright: ignore[reportUnknownArgumentType]
    assert found["diagnostics"]["boots_safe_modes"] == 1  # type: ignore[index]
