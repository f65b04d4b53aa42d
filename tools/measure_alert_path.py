"""From the onset of a condition to a message in the hand: `python -m tools.measure_alert_path`.

A virtual person walks or stands, first as usual, then with a condition. Samples go the real way: block
records of insoles in live mode, the bridge's receivers and clocks, calibration, gait engine, rules, the life
of alerts, the bus; then to an endpoint that speaks ntfy's HTTP through apprise, and to a mosquitto. Time of
the walk is virtual; it stands still while a message is on its way, which takes real time. Afterwards: what a
snooze holds back after a restart, and that it holds back nothing of "no data".
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import aiomqtt
from plantigrade.gait.signals import NEWTONS_PER_KG, Foot
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import AnswerKind, Channel, PersonSettings
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.alerts.book import AlertBook
from plantigrade.service.alerts.library_answers import LibraryAnswers
from plantigrade.service.alerts.life import NO_DATA, AlertKey, Snooze, utc_of
from plantigrade.service.bus import EventBus
from plantigrade.service.events import AlertClass, AlertEvent, DeliveryEvent, Event, StrideEvent
from plantigrade.service.live_analysis.person import LivePerson, prepare
from plantigrade.service.notify.library_people import LibraryPeople
from plantigrade.service.notify.messages import subject_of
from plantigrade.service.notify.notifier import Notifier
from plantigrade.service.offload import in_thread
from plantigrade.service.publish.discovery import Topics
from plantigrade.service.publish.library_facts import LibraryFacts
from plantigrade.service.publish.publisher import MqttPublisher
from plantigrade.service.publish.settings import MqttSettings
from plantigrade.twin.bench import bench_calibration
from plantigrade.twin.body import draw_person, make_forces, parse_condition
from plantigrade.twin.electrical import FrontEnd

from tools.live_against_recorded.replay import BOOT_NS, START_UTC_NS, ReplayedInsole, replay
from tools.local_servers import Ntfy, ntfy
from tools.mosquitto.broker import Broker

PERSON: Final = "P001"
INSTALLATION: Final = "0a1b2c3d"
UTC_MINUS_HOST_NS: Final = START_UTC_NS - BOOT_NS
LOOK_NS: Final = 250_000_000
"""How often the service looks at what has come."""
PATIENCE_S: Final = 20.0
SEED: Final = 7


@dataclass(frozen=True)
class Case:
    """What befalls the person: `neutral_s` of ordinary walking, then the condition until `seconds`.

    `rule` is the alert that is waited for; `prescribed_s`: it is prescribed, with this duration.
    """

    condition: str
    rule: str
    neutral_s: float
    seconds: float
    prescribed_s: float | None = None
    limit: float = 4.7


CASES: Final = (
    Case("supination:3:left", "supination", 300.0, 700.0),
    Case("high-arch:3:right", "high-arch", 300.0, 700.0),
    Case("standing:0", "sustained-pressure", 60.0, 260.0, prescribed_s=60.0),
)


@dataclass
class Arrived:
    """One alert on its way: seconds and steps of the walk, then real seconds."""

    event: AlertEvent
    onset_to_known_s: float
    steps: int
    to_ntfy_s: float | None = None
    to_mqtt_s: float | None = None


@dataclass
class Way:
    """The service's way from an alert to those who are told, with everything real."""

    library: Library
    bus: EventBus
    endpoint: Ntfy
    mqtt: aiomqtt.Client
    topics: Topics
    now_ns: int = BOOT_NS
    published: list[tuple[AlertEvent, float]] = field(default_factory=list[tuple[AlertEvent, float]])
    strides: list[int] = field(default_factory=list[int])
    at_ntfy: dict[str, float] = field(default_factory=dict[str, float])
    at_mqtt: dict[tuple[str, str, int], float] = field(default_factory=dict[tuple[str, str, int], float])
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def utc_ns(self) -> int:
        """The wall clock of the walk."""
        return self.now_ns + UTC_MINUS_HOST_NS

    def hear(self, event: Event) -> None:
        """Note when an alert set out and when it arrived, and each stride."""
        if isinstance(event, AlertEvent) and event.cleared_utc_ns is None:
            self.published.append((event, time.perf_counter()))
        elif isinstance(event, StrideEvent):
            self.strides.append(event.initial_contact_utc_ns)
        elif isinstance(event, DeliveryEvent) and event.delivered:
            self.at_ntfy[event.subject] = self.endpoint.at[-1]
            self.news.set()

    async def listen(self) -> None:
        """Note when alerts arrive over MQTT."""
        with suppress(aiomqtt.MqttError):  # the broker is stopped at the end
            async for message in self.mqtt.messages:
                document = json.loads(message.payload or b"{}")  # type: ignore[arg-type]
                if document.get("event") == "alert":
                    key = (document["rule"], document["foot"], document["onset_utc_ns"])
                    self.at_mqtt.setdefault(key, time.perf_counter())
                    self.news.set()

    async def delivered(self, event: AlertEvent, set_out: float) -> tuple[float, float]:
        """Real seconds until it was at the endpoint and at the MQTT listener; two may go as one message."""
        subject, key = subject_of(event), (event.rule, event.foot, event.onset_utc_ns)
        async with asyncio.timeout(PATIENCE_S):
            while subject not in self.at_ntfy or key not in self.at_mqtt:
                self.news.clear()
                await self.news.wait()
        return self.at_ntfy[subject] - set_out, self.at_mqtt[key] - set_out


@asynccontextmanager
async def way(folder: Path) -> AsyncGenerator[Way]:
    """Library, notifier, publisher, an endpoint and a broker."""
    broker = Broker(folder)
    await asyncio.to_thread(broker.start)
    settings = MqttSettings("127.0.0.1", broker.port, tls=False, health_values=True)
    topics = Topics(settings, INSTALLATION)
    bus = EventBus()
    try:
        with Library(folder / "data") as library:
            async with ntfy() as endpoint, aiomqtt.Client("127.0.0.1", broker.port) as client:
                await client.subscribe(topics.events, qos=1)
                made = Way(library, bus, endpoint, client, topics)
                bus.call_on_event(made.hear)
                publisher = MqttPublisher(settings, INSTALLATION, bus, LibraryFacts(library))
                notifier = Notifier(bus, LibraryPeople(library), utc_ns=made.utc_ns)
                tasks = [asyncio.create_task(part) for part in (made.listen(), notifier.run())]
                _add_person(library, endpoint.port)
                tasks.append(asyncio.create_task(publisher.run()))
                async with asyncio.timeout(PATIENCE_S):
                    while not publisher.connected:  # noqa: ASYNC110 (nobody tells)
                        await asyncio.sleep(0.01)
                yield made
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
    finally:
        broker.stop()


def _add_person(library: Library, port: int) -> None:
    weight_kg = round(draw_person(SEED).weight_n / NEWTONS_PER_KG, 1)
    library.add_person(Person(PERSON, weight_kg=weight_kg, time_zone="Europe/Berlin"))
    phone = Channel("phone", f"ntfy://127.0.0.1:{port}/alerts")
    library.record(PERSON).settings.set(
        PersonSettings(channels=(phone,), alerts_a_day=50, health_text=True, publish=True)
    )


async def walk(case: Case, folder: Path) -> tuple[list[Arrived], dict[str, str]]:
    """Let a case happen; what arrived, and what a snooze then did."""
    forces = make_forces(
        (parse_condition(case.condition),), draw_person(SEED), case.seconds, SEED, case.neutral_s
    )
    insoles = tuple(
        ReplayedInsole(
            foot,
            FrontEnd(SEED + place).counts(getattr(forces, foot.value), forces.rate_hz),
            (18.0, -11.0)[place],
            5_000_000 + 1_234_567 * place,
            SEED + place,
        )
        for place, foot in enumerate(Foot)
    )
    async with way(folder) as it:
        if case.prescribed_s is not None:
            it.library.record(PERSON).rules.switch_on(
                case.rule, case.limit, case.prescribed_s, reason="measured"
            )
        arrived = await _walked(case, insoles, it, folder)
        return arrived, await _snoozed(case, it)


async def _walked(case: Case, insoles: tuple[ReplayedInsole, ...], it: Way, folder: Path) -> list[Arrived]:
    serials = {one.foot: one.serial for one in insoles}
    now = utc_of(START_UTC_NS)
    calibrations = {foot: bench_calibration(SEED + place) for place, foot in enumerate(Foot)}
    known = prepare(it.library, PERSON, serials, now, datetime.now(UTC))
    prepared = replace(known, calibrations=calibrations)
    book = AlertBook(PERSON, it.bus.publish, LibraryAnswers(it.library, PERSON, in_thread), it.utc_ns)
    live = LivePerson(PERSON, prepared, book, it.bus.publish, UTC_MINUS_HOST_NS, 900.0, lambda foot: True)
    for one in insoles:
        one.insole.on_frames.append(lambda insole, stamped, foot=one.foot: live.take(foot, stamped))
    loop = asyncio.get_running_loop()
    arrived: list[Arrived] = []
    onset_ns = START_UTC_NS + round(case.neutral_s * 1e9)

    async def look(now_ns: int) -> None:
        it.now_ns = now_ns
        live.step(now_ns)
        book.step()
        while it.published:
            event, set_out = it.published.pop(0)
            steps = sum(onset_ns <= contact <= event.known_utc_ns for contact in it.strides)
            one = Arrived(event, (event.known_utc_ns - onset_ns) * 1e-9, steps)
            if event.shown:
                one.to_ntfy_s, one.to_mqtt_s = await it.delivered(event, set_out)
            arrived.append(one)
        await book.flush()

    def step(now_ns: int) -> None:
        if now_ns - it.now_ns >= LOOK_NS:
            asyncio.run_coroutine_threadsafe(look(now_ns), loop).result()

    await asyncio.to_thread(replay, insoles, folder / "walk.journal", step)
    return arrived


async def _snoozed(case: Case, it: Way) -> dict[str, str]:
    """The alert is put off, or the weight said to be off; then the service starts anew."""
    store = LibraryAnswers(it.library, PERSON, in_thread)

    async def restarted() -> AlertBook:
        book = AlertBook(PERSON, it.bus.publish, store, it.utc_ns)
        book.load(await store.latest(utc_of(it.utc_ns())))
        return book

    book = await restarted()
    alert = next(one for one in book.history() if one.key.rule == case.rule)
    if alert.critical:
        await book.answer(alert.key, AnswerKind.WEIGHT_TAKEN_OFF, by=PERSON)
    else:
        await book.answer(alert.key, AnswerKind.SNOOZED, by=PERSON, snooze=Snooze.SIXTY)
    found: dict[str, str] = {}
    for name, rule, minutes in (
        ("the same rule and foot after 10 min, after a restart", case.rule, 10),
        ("no data of the same foot, after a restart", NO_DATA, 10),
        ("the same rule and foot after 61 min, after a restart", case.rule, 61),
    ):
        book = await restarted()
        began_ns = it.now_ns
        it.now_ns += minutes * 60 * 10**9
        severity = Severity.WARNING if rule == NO_DATA else alert.severity
        book.raised(AlertKey(rule, alert.key.foot, it.utc_ns()), severity, AlertClass.LIVE)
        event, set_out = it.published.pop()
        if event.shown:
            to_ntfy, to_mqtt = await it.delivered(event, set_out)
            found[name] = f"delivered, ntfy {1000 * to_ntfy:.0f} ms, MQTT {1000 * to_mqtt:.0f} ms"
        else:
            found[name] = f"not delivered: {event.held_back_by}; listed"
        it.now_ns = began_ns
    return found


def report(case: Case, arrived: list[Arrived], snoozed: dict[str, str]) -> bool:
    """Print what a case came to; whether its alert arrived."""
    print(f"{case.condition} begins after {case.neutral_s:g} s")
    for one in arrived:
        event = one.event
        line = f"  {event.rule} {event.foot} ({event.severity}, {event.alert_class.value}): "
        line += f"known {one.onset_to_known_s:.1f} s and {one.steps} steps after the onset"
        if one.to_ntfy_s is not None and one.to_mqtt_s is not None:
            line += f"; then ntfy in {1000 * one.to_ntfy_s:.0f} ms, MQTT in {1000 * one.to_mqtt_s:.0f} ms"
        else:
            line += f"; not shown: {event.held_back_by}"
        print(line)
    for name, result in snoozed.items():
        print(f"    {name}: {result}")
    return any(one.event.rule == case.rule and one.to_ntfy_s is not None for one in arrived)


def main() -> int:
    """Measure; exit code 1 when an alert did not arrive."""
    parser = argparse.ArgumentParser(prog="python -m tools.measure_alert_path", description=__doc__)
    parser.add_argument("--case", type=int, choices=range(len(CASES)), help="one case only")
    arguments = parser.parse_args()
    number: int | None = arguments.case
    complete = True
    for case in CASES if number is None else (CASES[number],):
        with tempfile.TemporaryDirectory() as folder:
            complete &= report(case, *asyncio.run(walk(case, Path(folder))))
    return 0 if complete else 1


if __name__ == "__main__":
    raise SystemExit(main())
