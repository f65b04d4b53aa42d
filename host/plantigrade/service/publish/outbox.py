"""What waits for the broker: states by topic, of which the newest counts, and events in their order."""

import asyncio
from collections import deque
from typing import NamedTuple

from plantigrade.service.publish.settings import MOST_WAITING


class Post(NamedTuple):
    """One message for the broker."""

    topic: str
    payload: str
    retain: bool


class Outbox:
    """Takes at once and never grows beyond its bounds; the broker is served when there is one.

    Attributes:
        dropped: events that made way for newer ones.
    """

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self.dropped = 0
        self._most_waiting = most_waiting
        self._states: dict[str, str] = {}
        self._due: dict[str, None] = {}
        self._events: deque[Post] = deque()
        self._filled = asyncio.Event()

    def put_state(self, topic: str, payload: str) -> None:
        """Publish a state, retained; nothing happens when it is as it was."""
        if self._states.get(topic) != payload:
            self._states[topic] = payload
            self._due[topic] = None
            self._filled.set()

    def forget_state(self, topic: str) -> None:
        """Take a retained state away from the broker."""
        if topic in self._states:
            self.put_state(topic, "")

    def put_event(self, topic: str, payload: str) -> None:
        """Publish an event, once."""
        if len(self._events) >= self._most_waiting:
            self._events.popleft()
            self.dropped += 1
        self._events.append(Post(topic, payload, False))
        self._filled.set()

    def begin_anew(self) -> None:
        """A new connection: the broker may know nothing, so that all states are due."""
        self._due = dict.fromkeys(self._states)
        self._filled.set()

    async def next(self) -> Post:
        """What is to be published now; `done` says that it was. States go before events."""
        while not self._due and not self._events:
            self._filled.clear()
            await self._filled.wait()
        if self._due:
            topic = next(iter(self._due))
            return Post(topic, self._states[topic], True)
        return self._events[0]

    def done(self, post: Post) -> None:
        """The broker has confirmed a message."""
        if not post.retain:
            if self._events and self._events[0] is post:
                self._events.popleft()
        elif self._states.get(post.topic) == post.payload:
            self._due.pop(post.topic, None)
            if not post.payload:
                del self._states[post.topic]
