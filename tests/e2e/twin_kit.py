"""Small firmware for tests of the twin itself, and how to run it on one virtual board."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from plantigrade.firmware_image.build import build_firmware
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec, Feed, RadioEnd

from tests.processes import end

UNIQUE_ID = "0a50477a3f01"
MPREMOTE = str(Path(sys.executable).parent / "mpremote")
PATIENCE_S = 30.0


class Console:
    """What a board prints, to wait for."""

    def __init__(self, board: VirtualBoard) -> None:
        self.text = ""
        self._grown = asyncio.Event()
        board.serial.listen(self._more)

    def _more(self, data: bytes) -> None:
        self.text += data.decode("utf-8", "replace")
        self._grown.set()

    async def line(self, start: str, number: int = 1) -> str:
        """The rest of the `number`-th whole line that begins with `start`; waits for it."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while True:
                    lines = [one for one in self.text.splitlines(keepends=True) if one.startswith(start)]
                    if len(lines) >= number and lines[number - 1].endswith("\n"):
                        return lines[number - 1][len(start) :].strip()
                    self._grown.clear()
                    await self._grown.wait()
        except TimeoutError:
            raise AssertionError(f"the board did not print {start!r} but:\n{self.text}") from None


@asynccontextmanager
async def board(
    folder: Path,
    main: str,
    spec: BoardSpec | None = None,
    radio: RadioEnd | None = None,
    feed: Feed | None = None,
    libraries: bool = False,
) -> AsyncGenerator[tuple[VirtualBoard, Console]]:
    """A running board whose main.py is `main`, with or without the project's own libraries."""
    own = dict(build_firmware().files()) if libraries else {}
    own.pop("boot.py", None)
    own["main.py"] = main.encode()
    made = VirtualBoard(spec or BoardSpec("left", UNIQUE_ID), folder, iter(own.items()), radio, feed)
    console = Console(made)
    async with made:
        yield made, console


async def mpremote(port: str, *texts: str) -> str:
    """Output of one mpremote command; fails the test when it fails."""
    process = await asyncio.create_subprocess_exec(
        MPREMOTE,
        "connect",
        port,
        *texts,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    finally:
        await end(process)
    assert process.returncode == 0, output.decode()
    return output.decode()
