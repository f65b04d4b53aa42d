"""A real broker for each test, and someone who listens to everything."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiomqtt
import pytest

from tools.mosquitto.broker import Broker, NoBrokerError

PATIENCE_S = 10.0
MARK = "mark"


@pytest.fixture
def broker(tmp_path: Path) -> Generator[Broker]:
    """A broker that runs."""
    try:
        made = Broker(tmp_path)
    except NoBrokerError as error:
        pytest.skip(str(error))
    made.start()
    yield made
    made.stop()


@dataclass
class Listener:
    """Everything that the broker passed on, in order: (topic, payload, retained before)."""

    client: aiomqtt.Client
    got: list[tuple[str, str, bool]] = field(default_factory=list[tuple[str, str, bool]])
    _marks: int = 0
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, message: aiomqtt.Message) -> None:
        """Keep a message; marks are not kept."""
        if message.topic.value == MARK:
            self._marks += 1
            self._arrived.set()
            return
        assert isinstance(message.payload, bytes)
        self.got.append((message.topic.value, message.payload.decode(), bool(message.retain)))
        self._arrived.set()

    async def until(self, condition: Callable[["Listener"], bool]) -> None:
        """Wait until something is true of what came."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition(self):
                self._arrived.clear()
                await self._arrived.wait()

    async def settle(self) -> None:
        """Wait until everything that the broker had for us until now has come: a mark comes behind it."""
        before = self._marks
        await self.client.publish(MARK, "", qos=1)
        await self.until(lambda it: it._marks > before)

    def last(self, topic: str) -> str | None:
        """The newest payload of a topic; None if there was none."""
        return next((payload for name, payload, _ in reversed(self.got) if name == topic), None)

    def document(self, topic: str) -> dict[str, Any]:
        """The newest payload of a topic, as JSON."""
        payload = self.last(topic)
        assert payload is not None, [name for name, _, _ in self.got]
        found: dict[str, Any] = json.loads(payload)
        return found

    def documents(self, topic: str) -> list[dict[str, Any]]:
        """All payloads of a topic, as JSON."""
        return [json.loads(payload) for name, payload, _ in self.got if name == topic]


@asynccontextmanager
async def listening(port: int) -> AsyncGenerator[Listener]:
    """Listen to everything."""
    async with aiomqtt.Client("127.0.0.1", port) as client:
        listener = Listener(client)
        await client.subscribe("#", qos=1)

        async def take() -> None:
            async for message in client.messages:
                listener.take(message)

        taking = asyncio.create_task(take())
        try:
            yield listener
        finally:
            taking.cancel()
            await asyncio.gather(taking, return_exceptions=True)
