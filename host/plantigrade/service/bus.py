"""Events go from whoever finds something to whoever wants to know: pages, publishers, notifications."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import contextmanager
from typing import Final

from plantigrade.service.events import Event

QUEUE_EVENTS: Final = 1000
"""What a slow listener may fall behind; the oldest events are dropped then, and counted."""


class Subscription:
    """A bounded queue of events: `async for event in subscription`.

    Attributes:
        dropped: events that this listener was too slow for.
    """

    def __init__(self, limit: int = QUEUE_EVENTS) -> None:
        self.dropped = 0
        self._events: deque[Event] = deque()
        self._limit = limit
        self._arrived = asyncio.Event()

    def put(self, event: Event) -> None:
        """Queue an event."""
        if len(self._events) >= self._limit:
            self._events.popleft()
            self.dropped += 1
        self._events.append(event)
        self._arrived.set()

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        while not self._events:
            self._arrived.clear()
            await self._arrived.wait()
        return self._events.popleft()


class EventBus:
    """Passes each event on to all listeners. Called from the event loop only.

    Example:
        >>> from plantigrade.service.events import WatchingEvent
        >>> bus, heard = EventBus(), []
        >>> bus.call_on_event(heard.append)
        >>> bus.publish(WatchingEvent("P001", True, 0))
        >>> heard[0].person
        'P001'
    """

    def __init__(self) -> None:
        self._handlers: list[Callable[[Event], None]] = []
        self._subscriptions: list[Subscription] = []

    def call_on_event(self, handler: Callable[[Event], None]) -> None:
        """Call a function that neither blocks nor fails with each event from now on."""
        self._handlers.append(handler)

    @contextmanager
    def subscribe(self) -> Generator[Subscription]:
        """A queue of all events while the context lasts."""
        subscription = Subscription()
        self._subscriptions.append(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.remove(subscription)

    def publish(self, event: Event) -> None:
        """Pass an event on."""
        for handler in self._handlers:
            handler(event)
        for subscription in self._subscriptions:
            subscription.put(event)
