"""Bumble's host, for callers that may give up."""

import asyncio
from typing import Any, cast

from bumble.host import Host

_Base = cast(Any, Host)  # Bumble's types are half known here


class CancellableHost(Host):
    """A host whose commands can be given up at any moment.

    The controller still answers what was given up. Bumble would put that answer into a cancelled future, or
    take it for the answer to the next command. And it waits with `asyncio.wait_for`, which loses the
    cancellation of its caller if the answer comes in the same moment (before Python 3.12).
    """

    async def _send_command(self, command: Any, response_timeout: float | None = None) -> Any:
        sent = asyncio.ensure_future(_Base._send_command(self, command, response_timeout))
        try:
            return await asyncio.shield(sent)
        finally:
            sent.cancel()

    def on_command_processed(self, event: Any) -> None:
        """Take an answer if somebody waits for it."""
        me = cast(Any, self)
        waited_for = me.pending_response is not None and not me.pending_response.done()
        if waited_for and me.pending_command.op_code == event.command_opcode:
            _Base.on_command_processed(self, event)
