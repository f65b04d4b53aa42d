"""A transfer from the insole's log under way."""

import asyncio
from dataclasses import dataclass, field

from insole_protocol import ids
from insole_protocol.host_messages import LogMessage


@dataclass
class Transfer:
    """What has come of one LOG_READ. Records themselves go through the receiver and are only counted here.

    Attributes:
        records: how many have come.
        gaps: (first, end, reason code) as the insole reports them.
        slots_sent, end_reason: of the end message.
        ended: set with the end message.
    """

    records: int = 0
    heard: int = 0
    gaps: list[tuple[int, int, int]] = field(default_factory=list[tuple[int, int, int]])
    slots_sent: int = 0
    end_reason: int = ids.END_COMPLETE
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, message: LogMessage) -> None:
        """Note a message of this transfer."""
        self.heard += 1
        if message.kind == ids.LOG_BLOCK:
            self.records += len(message.records)
        elif message.kind == ids.LOG_GAP:
            first, end, reason = message.fields
            self.gaps.append((first, end, reason))
        else:
            self.slots_sent, self.end_reason = message.fields
            self.ended.set()

    async def wait(self, idle_s: float) -> None:
        """Wait for the end.

        Raises:
            TimeoutError: nothing has come for `idle_s`.
        """
        while not self.ended.is_set():
            seen = self.heard
            try:
                async with asyncio.timeout(idle_s):
                    await self.ended.wait()
            except TimeoutError:
                if self.heard == seen:
                    raise
