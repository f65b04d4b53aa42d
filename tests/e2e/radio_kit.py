"""One virtual board on one virtual radio, with bleak at the other end."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bleak import BleakClient
from plantigrade.twin.bleak_backend import BumbleClient, BumbleScanner, backend_for
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import RadioEnd
from plantigrade.twin.central import central_at, using
from plantigrade.twin.radio.client import Radio
from plantigrade.twin.radio.conditions import RadioConditions

from tests.e2e.twin_kit import Console, board

PLAIN, LOCKED, PUSHED, NAMED = (f"0000fff{n}-0000-1000-8000-00805f9b34fb" for n in range(1, 5))
QUICK = RadioConditions(interval_ms=7.5)
FIRMWARE = Path(__file__).parent / "board_scripts" / "peripheral.py"


@dataclass
class Scene:
    """One board, one radio, bleak on it."""

    radio: Radio
    board: VirtualBoard
    console: Console
    scanner: type[BumbleScanner]
    client: type[BumbleClient]

    def bleak(self, **options: Any) -> BleakClient:
        """A client for the one insole."""
        return BleakClient(self.board.spec.radio_address, backend=self.client, **options)

    async def order(self, client: BleakClient, texts: str) -> None:
        """Have the firmware do something."""
        await client.write_gatt_char(PLAIN, texts.encode(), response=True)


@asynccontextmanager
async def scene(folder: Path, conditions: RadioConditions = QUICK) -> AsyncGenerator[Scene]:
    """The firmware above on the air. The host's side stays open between connections."""
    async with Radio(conditions, folder / "bonds.json") as radio:
        end = RadioEnd(radio.boards_port, radio.token)
        async with board(folder / "board", FIRMWARE.read_text(), radio=end) as (one, console):
            await console.line("UP")
            async with using(central_at(radio.address)):
                yield Scene(radio, one, console, *backend_for(radio.address))
