"""Passes live frames on: one encoding for all who look at a pair, at 25 Hz, only while somebody looks."""

import asyncio
import contextlib
import logging
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from plantigrade.errors import PlantigradeError
from plantigrade.service.assembly import Assembly
from plantigrade.service.events import AlertEvent, Event
from plantigrade.web.live.client import Client
from plantigrade.web.live.message import encode
from plantigrade.web.live.news import alert_news, contact_news, figures_news, state_news
from plantigrade.web.live.settings import GAP_S, IDLE_S, LINGER_S, LIVE_MIN, RENEW_S, STATE_S

_SAME_NS: Final = 1_000_000_000
"""Two ends of live mode this near are the same: the wall clock is followed in steps."""
_log: Final = logging.getLogger("plantigrade.web")


@dataclass(eq=False)
class _Room:
    """All who look at a pair."""

    clients: set[Client] = field(default_factory=set[Client])
    number: int = 0
    changes: int = -1
    sent_s: float = 0.0
    due_s: float = 0.0
    figures: str = ""
    state: str = ""


class LiveHub:
    """Frames of pairs to browsers. Everything runs in the service's loop.

    Args:
        assembly: the service with its parts.
    """

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._rooms: dict[str | None, _Room] = {}
        self._ticking: asyncio.Task[None] | None = None
        self._ending: asyncio.TimerHandle | None = None
        self._renewed_s = float("-inf")
        self._asked_until_ns: int | None = None
        self._changed = asyncio.Event()
        assembly.frames.on_change.append(lambda _: self._changed.set())
        assembly.bus.call_on_event(self._on_event)

    @property
    def clients(self) -> int:
        """How many look."""
        return sum(len(room.clients) for room in self._rooms.values())

    def clients_of(self, account: str) -> int:
        """How many sockets an account has."""
        return sum(one.account == account for room in self._rooms.values() for one in room.clients)

    @contextmanager
    def joined(self, person: str | None, client: Client) -> Generator[None]:
        """A browser looks while the context lasts."""
        with self._assembly.frames.watch(person):
            room = self._rooms.setdefault(person, _Room())
            room.clients.add(client)
            self._keep_live()
            for text in (room.state, room.figures):
                if text:
                    client.put_event(text)
            if self._ticking is None or self._ticking.done():
                self._ticking = asyncio.get_running_loop().create_task(self._tick(), name="live frames")
                self._ticking.add_done_callback(_note_defect)
            try:
                yield
            finally:
                room.clients.discard(client)
                if not room.clients:
                    del self._rooms[person]
                if not self._rooms:
                    self._end()

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while self._rooms:
            self._changed.clear()
            for person, room in list(self._rooms.items()):
                self._pass_on(person, room, loop.time())
            self._keep_live()
            await asyncio.sleep(GAP_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_S):
                    await self._changed.wait()

    def _pass_on(self, person: str | None, room: _Room, now_s: float) -> None:
        frames = self._assembly.frames
        changes = frames.changes(person)
        # Without new frames one message a second is enough: the page counts the age by itself.
        if changes != room.changes or now_s - room.sent_s >= STATE_S:
            room.changes, room.sent_s, room.number = changes, now_s, (room.number + 1) & 0xFFFFFFFF
            message = encode(room.number, frames.frame(person))
            for client in room.clients:
                client.put_frame(room.number, message)
        for contact, utc_ns in frames.step(person):
            self._tell(room, contact_news(contact, utc_ns))
        if now_s >= room.due_s:
            room.due_s = now_s + STATE_S
            self._tell_state(person, room)

    def _tell_state(self, person: str | None, room: _Room) -> None:
        frames = self._assembly.frames
        figures = figures_news(frames.figures(person))
        if figures != room.figures:
            room.figures = figures
            self._tell(room, figures)
        status = self._assembly.service.status()
        state = state_news(status, frames.insoles(person), frames.zeroed(person))
        if state != room.state:
            room.state = state
            self._tell(room, state)

    def _tell(self, room: _Room, text: str) -> None:
        for client in room.clients:
            client.put_event(text)

    def _on_event(self, event: Event) -> None:
        if isinstance(event, AlertEvent) and event.shown and event.person in self._rooms:
            self._tell(self._rooms[event.person], alert_news(event))

    def _keep_live(self) -> None:
        """Ask for live mode, again each minute; a service that is paused says so in its state."""
        loop = asyncio.get_running_loop()
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
        if loop.time() - self._renewed_s < RENEW_S:
            return
        self._renewed_s = loop.time()
        with contextlib.suppress(PlantigradeError):
            self._assembly.service.request_live(LIVE_MIN)
        self._asked_until_ns = self._assembly.service.status().live_until_utc_ns

    def _end(self) -> None:
        """The last page has gone: back to daily mode soon, unless somebody comes or others asked for more."""
        self._renewed_s = float("-inf")
        if self._ending is None:
            self._ending = asyncio.get_running_loop().call_later(LINGER_S, self._end_live)

    def _end_live(self) -> None:
        self._ending = None
        status = self._assembly.service.status()
        until, asked = status.live_until_utc_ns, self._asked_until_ns
        of_others = until is not None and asked is not None and until > asked + _SAME_NS
        if not self._rooms and status.recording is None and not of_others:
            self._assembly.service.end_live()


def _note_defect(ticking: asyncio.Task[None]) -> None:
    """Pages show within 5 s that nothing comes any more; the reason is for the log."""
    if not ticking.cancelled() and (error := ticking.exception()) is not None:
        _log.error("live frames are no longer passed on; the next page begins anew", exc_info=error)
