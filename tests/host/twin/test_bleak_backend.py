"""The virtual radio's end of bleak: a caller that gives up is let go."""

import asyncio
from typing import Any

import pytest
from plantigrade.twin.bleak_backend import backend_for
from plantigrade.twin.radio.client import RadioAddress

ADDRESS = "CA:50:47:00:00:01"


class _LeavingLink:
    """A link that ends by itself while it is being closed, after which nobody answers."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.closing = asyncio.Event()

    async def disconnect(self) -> None:
        self._client._connection = None
        self.closing.set()
        await asyncio.Event().wait()


async def test_giving_up_while_a_link_ends_by_itself_is_not_taken_for_its_end() -> None:
    _, made = backend_for(RadioAddress("127.0.0.1", 1))
    client: Any = made(ADDRESS, disconnected_callback=None, timeout=1.0)
    client._gone = asyncio.get_running_loop().create_future()
    client._gone.set_result(None)
    client._connection = link = _LeavingLink(client)
    closing = asyncio.create_task(client.disconnect())
    await link.closing.wait()
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
