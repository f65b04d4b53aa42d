"""Events and states to an MQTT broker: reconnects by itself, holds up nobody, and says what it cannot do.

Messages arrive at least once: after a broken connection an event may come twice.
"""

import asyncio
import json
import logging
import ssl
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from time import monotonic_ns
from typing import TYPE_CHECKING, Final, Protocol

from plantigrade.bridge.backoff import Backoff
from plantigrade.errors import MissingPartError, PlantigradeError
from plantigrade.service.bus import EventBus
from plantigrade.service.events import Event, InsoleState, WatchingEvent
from plantigrade.service.publish.discovery import OFFLINE, ONLINE, Topics
from plantigrade.service.publish.errors import PublishError
from plantigrade.service.publish.event_json import as_document
from plantigrade.service.publish.outbox import Outbox
from plantigrade.service.publish.privacy import Policy
from plantigrade.service.publish.settings import (
    FACTS_PERIOD_S,
    FIRST_RETRY_S,
    KEEP_ALIVE_S,
    LONGEST_RETRY_S,
    REPLY_TIMEOUT_S,
    MqttSettings,
)
from plantigrade.service.publish.states import PersonFacts, States

if TYPE_CHECKING:
    from aiomqtt import Client

_QUIET: Final = logging.getLogger("plantigrade.mqtt")
_QUIET.addHandler(logging.NullHandler())
_QUIET.propagate = False


class FactsSource(Protocol):
    """Who allows that facts are published, and the facts."""

    async def facts(self) -> Sequence[PersonFacts]:
        """One for each person who allows it.

        Raises:
            PlantigradeError: the records cannot be read now.
        """
        ...


class MqttPublisher:
    """Publishes what the bus brings, and people's days, until cancelled.

    Args:
        settings: where to, and how much.
        installation: random name of the data folder (`installation_id`).
        bus: where events come from.
        facts: of people; None for none.
        now_ns: a clock that nobody sets.

    Attributes:
        connected: whether the broker has taken us.
        problem: why not, for people; "" when all is well.
    """

    def __init__(
        self,
        settings: MqttSettings,
        installation: str,
        bus: EventBus,
        facts: FactsSource | None = None,
        now_ns: Callable[[], int] = monotonic_ns,
    ) -> None:
        self.connected = False
        self.problem = ""
        self._settings = settings
        self._installation = installation
        self._bus = bus
        self._facts = facts
        self._now_ns = now_ns
        self._topics = Topics(settings, installation)
        self._outbox = Outbox()
        self._states = States(self._topics, self._outbox)
        self._policy = Policy(installation, settings.health_values)

    @property
    def dropped(self) -> int:
        """Events that made way because the broker was away for too long."""
        return self._outbox.dropped

    async def run(self) -> None:
        """Publish until cancelled; the broker is told that we leave."""
        if type(asyncio.get_running_loop()).__name__ == "ProactorEventLoop":
            self.problem = "MQTT needs the selector event loop, which Windows does not use by default"
            return
        if find_spec("aiomqtt") is None:
            self.problem = str(MissingPartError("MQTT", "service", "aiomqtt"))
            return
        async with asyncio.TaskGroup() as tasks:
            await self._read_facts()
            tasks.create_task(self._listen())
            tasks.create_task(self._keep_facts())
            tasks.create_task(self._keep_connected())

    async def _listen(self) -> None:
        with self._bus.subscribe() as subscription:
            async for event in subscription:
                self._take(event)

    def _take(self, event: Event) -> None:
        outgoing = self._policy.outgoing(event)
        if isinstance(event, InsoleState):
            self._states.insole(event, self._now_ns())
            return
        if isinstance(event, WatchingEvent):
            self._states.watching(event)
        if outgoing is not None:
            self._outbox.put_event(self._topics.events, json.dumps(as_document(outgoing)))

    async def _keep_facts(self) -> None:
        while True:
            await asyncio.sleep(FACTS_PERIOD_S)
            await self._read_facts()

    async def _read_facts(self) -> None:
        if self._facts is None:
            return
        try:
            facts = await self._facts.facts()
        except PlantigradeError:
            return  # what was known goes on; the library says elsewhere what is wrong with it
        people = frozenset(one.person for one in facts)
        self._policy = Policy(self._installation, self._settings.health_values, people)
        self._states.people(facts, self._policy)

    async def _keep_connected(self) -> None:
        import aiomqtt

        backoff = Backoff(first_s=FIRST_RETRY_S, longest_s=LONGEST_RETRY_S)
        while True:
            try:
                async with connection(self._settings, self._installation, self._topics.status) as client:
                    backoff.reset()
                    await self._serve(client)
            except* (aiomqtt.MqttError, OSError) as errors:
                self.problem = _problem(self._settings, errors.exceptions[0])
            except* PlantigradeError as errors:
                self.problem = str(errors.exceptions[0])
            self.connected = False
            await asyncio.sleep(backoff.next_s())

    async def _serve(self, client: "Client") -> None:
        status = self._topics.status
        await client.publish(status, ONLINE, qos=1, retain=True)
        self.connected, self.problem = True, ""
        self._outbox.begin_anew()
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._send(client))
                tasks.create_task(_notice_loss(client))
        except asyncio.CancelledError:
            with suppress(Exception):  # we leave in any case; without this word the broker says it
                await client.publish(status, OFFLINE, qos=1, retain=True, timeout=1)
            raise

    async def _send(self, client: "Client") -> None:
        while True:
            post = await self._outbox.next()
            await client.publish(post.topic, post.payload, qos=1, retain=post.retain)
            self._outbox.done(post)


@asynccontextmanager
async def connection(
    settings: MqttSettings, installation: str, will_topic: str | None, purpose: str = ""
) -> AsyncGenerator["Client"]:
    """A connection to the broker.

    Args:
        settings: where to.
        installation: random name of the data folder; the client's identifier.
        will_topic: where the broker says `offline` when we are gone; None for nowhere.
        purpose: added to the identifier, for a second connection.

    Raises:
        PublishError: a certificate cannot be used.
        aiomqtt.MqttError, OSError: there is no connection.
    """
    import aiomqtt

    context = await asyncio.to_thread(_tls_context, settings) if settings.tls else None
    will = None if will_topic is None else aiomqtt.Will(will_topic, OFFLINE, qos=1, retain=True)
    async with aiomqtt.Client(
        settings.host,
        settings.port,
        username=settings.user,
        password=settings.password,
        identifier=f"plantigrade-{installation}{purpose}",
        will=will,
        keepalive=KEEP_ALIVE_S,
        timeout=REPLY_TIMEOUT_S,
        tls_context=context,
        logger=_QUIET,
    ) as client:
        yield client


async def _notice_loss(client: "Client") -> None:
    """Nothing is subscribed: this only ends when the connection does, with the reason."""
    async for _ in client.messages:
        pass


def _tls_context(settings: MqttSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
        if settings.cert_file is not None:
            context.load_cert_chain(settings.cert_file, settings.key_file)
    except (OSError, ssl.SSLError) as error:
        raise PublishError(f"a certificate for {settings.host} cannot be used: {error}") from error
    return context


def _problem(settings: MqttSettings, error: BaseException) -> str:
    reason = " ".join(str(error.__cause__ or error).split()) or type(error).__name__
    return f"the MQTT broker {settings.host}:{settings.port} cannot be used: {reason}"
