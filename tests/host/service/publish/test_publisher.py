"""A real broker: discovery, states, events, the last will, broken connections, and what never leaves."""

import asyncio
import datetime
import ipaddress
import json
import shutil
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from plantigrade.errors import PlantigradeError
from plantigrade.service.bus import EventBus
from plantigrade.service.events import WatchingEvent
from plantigrade.service.publish import publisher as module
from plantigrade.service.publish.discovery import INSOLE, PERSON, Topics
from plantigrade.service.publish.publisher import MqttPublisher
from plantigrade.service.publish.retained import remove_retained
from plantigrade.service.publish.settings import MqttSettings
from plantigrade.service.publish.states import PersonFacts

from tests.host.service.publish.conftest import Listener, listening
from tests.host.service.publish.test_event_json import ALERT, INSOLE_STATE
from tools.mosquitto.broker import Broker

INSTALLATION = "0a1b2c3d"
SERIAL = INSOLE_STATE.serial


def settings(broker: Broker, **others: object) -> MqttSettings:
    return MqttSettings("127.0.0.1", broker.port, tls=False, **others)  # type: ignore[arg-type]


class Facts:
    """Facts that can be changed, or fail."""

    def __init__(self, *facts: PersonFacts) -> None:
        self.known: Sequence[PersonFacts] | None = facts
        self.asked = 0

    async def facts(self) -> Sequence[PersonFacts]:
        self.asked += 1
        if self.known is None:
            raise PlantigradeError("the database is locked")
        return self.known


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait until the publisher has noticed something."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.01)


@asynccontextmanager
async def publishing(publisher: MqttPublisher) -> AsyncGenerator[asyncio.Task[None]]:
    running = asyncio.create_task(publisher.run())
    try:
        await eventually(lambda: publisher.connected or running.done())
        assert not running.done(), running
        yield running
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_RETRY_S", 0.05)
    monkeypatch.setattr(module, "FACTS_PERIOD_S", 0.05)


async def test_an_insole_is_discovered_and_its_state_retained(broker: Broker) -> None:
    bus = EventBus()
    publisher = MqttPublisher(settings(broker), INSTALLATION, bus)
    topics = Topics(settings(broker), INSTALLATION)
    async with publishing(publisher):
        bus.publish(INSOLE_STATE)
        async with listening(broker.port) as early:
            await early.until(lambda it: it.last(topics.insole(SERIAL)) is not None)
        async with listening(broker.port) as late:  # as Home Assistant after a restart
            await late.until(lambda it: len(it.got) == len(INSOLE) + 2)
    assert all(retained for _, _, retained in late.got)
    assert late.last(topics.status) == "online"
    state = late.document(topics.insole(SERIAL))
    assert state == {
        "serial": SERIAL, "side": "left", "link": "connected", "connected": True,
        "last_frame": "2026-02-25T06:13:20+00:00", "battery_pct": 71, "charging": False, "log_used_pct": 3.4,
        "faulty": True, "faults": ["sensor 7 is silent"], "slots_to_fetch": 120, "mode": "daily",
    }  # fmt: skip
    configured = [topic for topic, _, _ in late.got if topic.startswith("homeassistant/")]
    assert sorted(configured) == sorted(topic for topic, _ in topics.of_insole(SERIAL, "left"))


async def test_when_the_publisher_dies_the_broker_says_so_and_when_it_leaves_it_says_so_itself(
    broker: Broker,
) -> None:
    status = Topics(settings(broker), INSTALLATION).status
    async with listening(broker.port) as listener:
        publisher = MqttPublisher(settings(broker), INSTALLATION, EventBus())
        async with publishing(publisher):
            await listener.until(lambda it: it.last(status) == "online")
        await listener.until(lambda it: it.last(status) == "offline")
        states = [payload for topic, payload, _ in listener.got if topic == status]
        assert states == ["online", "offline"]
        program = (
            "import asyncio, os, sys\n"
            "from plantigrade.service.bus import EventBus\n"
            "from plantigrade.service.publish.publisher import MqttPublisher\n"
            "from plantigrade.service.publish.settings import MqttSettings\n"
            f"settings = MqttSettings('127.0.0.1', {broker.port}, tls=False)\n"
            f"asyncio.run(MqttPublisher(settings, '{INSTALLATION}', EventBus()).run())\n"
        )
        process = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
        await listener.until(lambda it: it.last(status) == "online")
        process.kill()
        await process.wait()
        await listener.until(lambda it: it.last(status) == "offline")


async def test_after_the_broker_was_away_states_are_there_again_and_events_were_kept(broker: Broker) -> None:
    bus = EventBus()
    allowed = settings(broker, health_values=True)
    publisher = MqttPublisher(allowed, INSTALLATION, bus, Facts(PersonFacts("P001")))
    topics = Topics(allowed, INSTALLATION)
    async with publishing(publisher):
        bus.publish(INSOLE_STATE)
        broker.stop()
        await eventually(lambda: not publisher.connected and bool(publisher.problem))
        assert f"127.0.0.1:{broker.port} cannot be used" in publisher.problem
        for number in range(3):
            bus.publish(replace(ALERT, onset_utc_ns=number))
        broker.start()
        async with listening(broker.port) as listener:
            await listener.until(lambda it: len(it.documents(topics.events)) == 3)
        assert listener.document(topics.insole(SERIAL))["battery_pct"] == 71
        assert [event["onset_utc_ns"] for event in listener.documents(topics.events)] == [0, 1, 2]
        assert publisher.connected and publisher.problem == "" and publisher.dropped == 0


async def test_nothing_about_health_leaves_without_both_the_option_and_the_persons_leave(
    broker: Broker,
) -> None:
    for option, allowed in ((False, True), (True, False), (True, True)):
        bus = EventBus()
        facts = Facts(PersonFacts("P001", 4321, 3.25, 2)) if allowed else Facts()
        chosen = settings(broker, health_values=option, topic=f"{option}/{allowed}")
        topics = Topics(chosen, INSTALLATION)
        publisher = MqttPublisher(chosen, INSTALLATION, bus, facts)
        async with listening(broker.port) as listener, publishing(publisher):
            bus.publish(WatchingEvent("P001", True, 0))
            bus.publish(replace(ALERT, person="P001"))
            bus.publish(replace(INSOLE_STATE, person="P001"))
            await listener.until(lambda it: it.last(topics.insole(SERIAL)) is not None)  # noqa: B023
            if option and allowed:
                await listener.until(lambda it: _watching(it) is True and ALERT.rule in json.dumps(it.got))
        everything = json.dumps(listener.got)
        assert "P001" not in everything
        about = [one for one in listener.got if "/person/" in one[0] or "/events" in one[0]]
        assert bool(about) is (option and allowed)
        assert (ALERT.rule in everything) is (option and allowed)


def _watching(listener: Listener) -> object:
    states = [json.loads(text) for topic, text, _ in listener.got if "/person/" in topic and text]
    return states[-1]["watching"] if states else None


async def test_a_persons_day_is_shown_and_taken_away_when_leave_is_withdrawn(broker: Broker) -> None:
    facts = Facts(PersonFacts("P001", 4321, 3.254, 2))
    chosen = settings(broker, health_values=True)
    topics = Topics(chosen, INSTALLATION)
    publisher = MqttPublisher(chosen, INSTALLATION, EventBus(), facts)
    async with publishing(publisher):
        async with listening(broker.port) as listener:
            await listener.until(lambda it: any("/person/" in topic for topic, _, _ in it.got))
            (state,) = {topic for topic, _, _ in listener.got if "/person/" in topic}
            pseudonym = state.split("/")[-2]
            assert listener.document(state) == {
                "steps_today": 4321, "worn_today_h": 3.25, "alerts_open": 2, "watching": None,
            }  # fmt: skip
            facts.known = None  # the records cannot be read: what was known stays
            asked = facts.asked
            await eventually(lambda: facts.asked > asked + 1)
            await listener.settle()
            assert listener.last(state)
            facts.known = ()
            await listener.until(lambda it: it.last(state) == "")
            for topic, _ in topics.of_person(pseudonym):
                await listener.until(lambda it: it.last(topic) == "")  # noqa: B023
        async with listening(broker.port) as late:
            await late.settle()
        assert [topic for topic, _, _ in late.got] == [topics.status]
    assert len(list(topics.of_person(pseudonym))) == len(PERSON)


async def test_everything_that_was_left_can_be_removed_and_nothing_of_others(broker: Broker) -> None:
    bus = EventBus()
    chosen = settings(broker, health_values=True)
    publisher = MqttPublisher(chosen, INSTALLATION, bus, Facts(PersonFacts("P001")))
    other = replace(chosen, topic="plantigrade")
    async with publishing(publisher), publishing(MqttPublisher(other, "ffffffff", EventBus())):
        bus.publish(INSOLE_STATE)
        async with listening(broker.port) as listener:
            await listener.until(lambda it: len(it.got) == len(INSOLE) + len(PERSON) + 4)
    removed = await remove_retained(chosen, INSTALLATION)
    assert removed == len(INSOLE) + len(PERSON) + 3
    async with listening(broker.port) as late:
        await late.settle()
    assert [topic for topic, _, _ in late.got] == ["plantigrade/ffffffff/status"]


async def test_a_wrong_password_is_said_and_the_right_one_connects(tmp_path: Path) -> None:
    if shutil.which("mosquitto_passwd") is None:
        pytest.skip("this mosquitto has no mosquitto_passwd")
    passwords = tmp_path / "passwords"
    command = ["mosquitto_passwd", "-b", "-c", str(passwords), "insoles", "s3cret"]
    await asyncio.to_thread(subprocess.run, command, check=True)
    passwords.chmod(0o644)
    guarded = Broker(tmp_path, f"allow_anonymous false\npassword_file {passwords}\nuser root")
    guarded.start()
    try:
        wrong = MqttPublisher(settings(guarded, user="insoles", password="wr0ng"), INSTALLATION, EventBus())
        running = asyncio.create_task(wrong.run())
        await eventually(lambda: bool(wrong.problem))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert not wrong.connected and "wr0ng" not in wrong.problem
        assert "uthori" in wrong.problem or "user name or password" in wrong.problem
        right = MqttPublisher(settings(guarded, user="insoles", password="s3cret"), INSTALLATION, EventBus())
        async with publishing(right):
            assert right.problem == ""
    finally:
        guarded.stop()


# paho-mqtt leaves the socket of a refused certificate to the garbage collector.
@pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning"
)
async def test_an_encrypted_connection_to_a_broker_that_its_authority_vouches_for(tmp_path: Path) -> None:
    certificate, key = _certificate(tmp_path)
    secured = Broker(tmp_path, f"certfile {certificate}\nkeyfile {key}\nuser root")
    secured.start()
    try:
        known = replace(settings(secured), tls=True, ca_file=certificate)
        async with publishing(MqttPublisher(known, INSTALLATION, EventBus())):
            pass
        unknown = MqttPublisher(replace(known, ca_file=None), INSTALLATION, EventBus())
        running = asyncio.create_task(unknown.run())
        await eventually(lambda: bool(unknown.problem))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert not unknown.connected and "certificate" in unknown.problem.lower()
    finally:
        secured.stop()


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1 that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    files = folder / "broker.pem", folder / "broker.key"
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files
