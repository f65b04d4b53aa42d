"""The virtual radio as seen from the process that starts it."""

import asyncio
import json
import secrets
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from plantigrade.errors import PlantigradeError
from plantigrade.twin.radio.conditions import RadioConditions

_START_TIMEOUT_S = 20.0
_STOP_TIMEOUT_S = 3.0


class RadioError(PlantigradeError):
    """The virtual radio did not start or refused a request."""


class RadioAddress(NamedTuple):
    """Where hosts find the radio: HCI over TCP; and the file in which they keep their bonds, if any."""

    host: str
    port: int
    bonds: Path | None = None


class Radio:
    """A running virtual radio; an asynchronous context manager.

    Args:
        conditions: to begin with.
        bonds: file for the bonds of hosts on this computer; without one they last as long as the host's
            process.

    Attributes:
        address: for hosts.
        boards_port: for virtual boards, which must know `token`.
    """

    def __init__(self, conditions: RadioConditions | None = None, bonds: Path | None = None) -> None:
        self.conditions = conditions or RadioConditions()
        self.token = secrets.token_hex(16)
        self.address = RadioAddress("127.0.0.1", 0, bonds)
        self.boards_port = 0
        self._process: asyncio.subprocess.Process | None = None
        self._control: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._one_at_a_time = asyncio.Lock()

    @property
    def pid(self) -> int:
        """Process id of the radio."""
        assert self._process is not None
        return self._process.pid

    async def __aenter__(self) -> "Radio":
        """Start the process and wait until it listens."""
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "plantigrade.twin.radio.server",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # Ctrl-C in the terminal is for us to handle
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        first = {"conditions": asdict(self.conditions), "token": self.token}
        self._process.stdin.write(json.dumps(first).encode() + b"\n")
        try:
            async with asyncio.timeout(_START_TIMEOUT_S):
                line = await self._process.stdout.readline()
        except TimeoutError:
            line = b""
        if not line:
            await self.__aexit__()
            raise RadioError("the virtual radio did not start; run `python -m plantigrade.twin.radio.server`")
        ports = json.loads(line)
        self.address = self.address._replace(port=ports["hosts"])
        self.boards_port = ports["boards"]
        self._control = await asyncio.open_connection("127.0.0.1", ports["control"])
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the process; kill it if it does not follow."""
        if self._control is not None:
            self._control[1].close()
            self._control = None
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(_STOP_TIMEOUT_S):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    async def _request(self, **request: Any) -> dict[str, Any]:
        if self._control is None:
            raise RadioError("the virtual radio is not running")
        reader, writer = self._control
        async with self._one_at_a_time:
            writer.write(json.dumps({**request, "token": self.token}).encode() + b"\n")
            line = await reader.readline()
        reply: dict[str, Any] = json.loads(line) if line else {"error": "it has ended"}
        if "error" in reply:
            raise RadioError(f"virtual radio: {reply['error']}")
        return reply

    async def set_conditions(self, conditions: RadioConditions) -> None:
        """Change the conditions now; the connection interval counts for new connections."""
        await self._request(do="conditions", conditions=asdict(conditions))
        self.conditions = conditions

    async def cut_link(self, side: str) -> None:
        """Break the connections of one insole; both sides see a timeout at once."""
        await self._request(do="cut", side=side)

    async def fade(self, side: str, seconds: float) -> None:
        """Take one insole out of reach for a while; each side finds out by its own supervision timeout."""
        await self._request(do="fade", side=side, seconds=seconds)

    async def notifications_sent(self) -> dict[str, int]:
        """Notifications that each insole has handed to the radio since it was switched on."""
        return dict((await self._request(do="status"))["insoles"])
