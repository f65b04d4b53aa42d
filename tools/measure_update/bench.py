"""A virtual insole on a bench: USB and radio, and firmware to bring onto it."""

import asyncio
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bleak import BleakScanner
from insole_protocol import diagnostic_names, ids
from insole_protocol.layout_id import LAYOUT_ID
from plantigrade.bridge.errors import BridgeError
from plantigrade.device import targets
from plantigrade.device.changes import event_log
from plantigrade.device.update.result import MakeLink, Wishes
from plantigrade.firmware_image import release, signing
from plantigrade.firmware_image.board_files import board_files
from plantigrade.firmware_image.build import build_firmware, compile_text, firmware_folder
from plantigrade.firmware_image.bundle import Bundle
from plantigrade.link.base import Link, LinkError
from plantigrade.link.ble import BleLink
from plantigrade.twin.bleak_backend import backend_for
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec, RadioEnd
from plantigrade.twin.central import central_at, using
from plantigrade.twin.chip_behaviour import ChipBehaviour
from plantigrade.twin.radio.client import Radio
from plantigrade.twin.radio.conditions import RadioConditions

UNIQUE_ID = "0a50477a3f01"
ARCHITECTURE = "x64"
START_S = 60.0
"""From power-on to the first HELLO, on a computer that is busy."""
SCANS = 20
QUICK = Wishes(reconnect_s=0.5, poll_s=0.2, trial_poll_s=1.0)
"""Asks often: a virtual controller refuses nobody who comes back at once."""
SHORT_TRIAL_S = 3

_TRIAL = "insole/update/trial"
_CLEAN = "CLEAN_S = const(60)"


def with_short_trial() -> dict[str, bytes]:
    """The one file that makes a firmware be content after 3 s without a lost slot, where a released one waits
    for 60 s. It is part of the bundle that a test brings onto a virtual board: an insole has no such setting.

    Raises:
        ValueError: the firmware's trial does not state its 60 s where it did.
    """
    text = (firmware_folder() / f"{_TRIAL}.py").read_text(encoding="utf-8")
    if text.count(_CLEAN) != 1:
        raise ValueError(f"{_TRIAL}.py has no line {_CLEAN!r}")
    quick = text.replace(_CLEAN, f"CLEAN_S = const({SHORT_TRIAL_S})")
    return {f"lib/{_TRIAL}.mpy": compile_text(f"lib/{_TRIAL}.py", quick, ARCHITECTURE)}


def bundle(
    version: str,
    changed: dict[str, bytes | None] | None = None,
    short_trial: bool = True,
    layout: int = LAYOUT_ID,
) -> Bundle:
    """The present firmware under another version, with other files if wished, signed by a test key.

    Args:
        version: that it will say it has.
        changed: files with another content, or none.
        short_trial: see `with_short_trial`.
        layout: the only one of the sensors that it serves.
    """
    files: dict[str, bytes | None] = dict(with_short_trial()) if short_trial else {}
    made = release.firmware_bundle(ARCHITECTURE, version, changed=files | (changed or {}))
    made = replace(made, manifest=replace(made.manifest, lowest_layout=layout, highest_layout=layout))
    return signing.sign(made, signing.test_private_key(), signing.test_keys())


@dataclass
class Bench:
    """A running virtual insole with what it can be reached over."""

    board: VirtualBoard
    usb: MakeLink
    ble: MakeLink

    async def say(self, op: int, *arguments: int, value: bytes = b"") -> bytes:
        """The tail of the reply to a command over USB."""
        async with targets.conversation(await self.usb()) as session:
            return (await session.command_client.ask(op, *arguments, value=value)).reply.tail

    async def counters(self) -> dict[str, int]:
        """Counters of the firmware that runs, by name, over USB."""
        tail = await self.say(ids.OP_DIAGNOSTICS)
        return diagnostic_names.named(struct.unpack(f"<{len(tail) // 4}I", tail))

    async def events(self) -> list[str]:
        """Kinds of the insole's events, the latest first."""
        async with targets.conversation(await self.usb()) as session:
            return [event.kind for event in await event_log.read_events(session) or []]

    async def started(self) -> None:
        """Wait until it says hello over USB.

        Raises:
            TimeoutError: it does not.
        """
        async with asyncio.timeout(START_S):
            while True:
                try:
                    async with targets.conversation(await self.usb()):
                        return
                except (LinkError, BridgeError):
                    await asyncio.sleep(0.1)


@asynccontextmanager
async def bench(
    folder: Path, interval_ms: float = 15.0, chip: ChipBehaviour | None = None, card_sectors: int = 0
) -> AsyncGenerator[Bench]:
    """An insole as it leaves the factory, its firmware running.

    Args:
        folder: there already; each run wants its own.
        interval_ms: of its connections.
        chip: how unkind it is; as typical chips are where nothing is said.
        card_sectors: of its SD NAND; without one the log lies in the internal flash.
    """
    async with Radio(RadioConditions(interval_ms=interval_ms), folder / "bonds.json") as radio:
        scanner, client = backend_for(radio.address)
        board = VirtualBoard(
            BoardSpec("left", UNIQUE_ID, card_sectors=card_sectors, chip=chip or ChipBehaviour()),
            folder / "left",
            board_files(build_firmware()),
            RadioEnd(radio.boards_port, radio.token),
        )

        async def on_air() -> Link:
            for _ in range(SCANS):
                if found := await BleakScanner.discover(timeout=0.5, backend=scanner):
                    return BleLink(found[0], backend=client)
            raise LinkError("the insole does not advertise")

        async with board, using(central_at(radio.address)):
            made = Bench(board, partial(targets.find, board.serial_port), on_air)
            await made.started()
            yield made
