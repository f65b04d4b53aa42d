"""A host process that collects from a virtual pair until it is stopped stop, so that a test can kill it."""

import asyncio
import json
import signal
import sys
from functools import partial
from pathlib import Path
from typing import Any

from insole_protocol import ids
from plantigrade.bridge.collection import collect
from plantigrade.bridge.session import SessionPolicy
from plantigrade.link.base import Link, LinkError
from plantigrade.link.ble import BleLink
from plantigrade.link.discovery import Radio, scan
from plantigrade.twin import central
from plantigrade.twin.bleak_backend import backend_for
from plantigrade.twin.radio.client import RadioAddress


async def main(settings: dict[str, Any], data: Path) -> None:
    host, port, bonds = settings["radio"]
    address = RadioAddress(host, port, Path(bonds))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    radio = Radio(*backend_for(address), virtual=True)
    boards: dict[str, str] = settings["boards"]

    lock = asyncio.Lock()  # one host radio scans and connects for one insole at a time

    class InTurn(BleLink):
        async def open(self) -> None:
            async with lock:
                await super().open()

    async def link(board: str) -> Link:
        async with lock:
            found = await scan(5, radio, lambda seen: board in seen)
        if board not in found:
            raise LinkError(f"{board} is not in reach")
        return InTurn(found[board].device, backend=radio.client)

    async with central.using(central.central_at(address)):
        links = {side: partial(link, board) for side, board in boards.items()}
        policy = SessionPolicy(mode=None, from_log=True, silent_after_s=5.0)
        await collect(links, data / "journal" / "current.journal", stop, policy, final_mode=ids.MODE_IDLE)


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1]), Path(sys.argv[2])))
