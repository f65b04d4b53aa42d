"""Messages of discovery against what Home Assistant documents; the outbox and the states."""

import asyncio
import json
import re
from dataclasses import replace
from itertools import chain

import pytest
from plantigrade.service.events import InsoleState, LinkState, WatchingEvent
from plantigrade.service.publish.discovery import Topics
from plantigrade.service.publish.outbox import Outbox, Post
from plantigrade.service.publish.privacy import Policy
from plantigrade.service.publish.settings import MqttSettings
from plantigrade.service.publish.states import PersonFacts, States

from tests.host.service.publish.test_event_json import INSOLE_STATE

TOPICS = Topics(MqttSettings("localhost", 1883, tls=False), "0a1b2c3d")
POLICY = Policy("0a1b2c3d", True, ("P001",))
MESSAGES = list(
    chain(TOPICS.of_insole(INSOLE_STATE.serial, "left"), TOPICS.of_person(POLICY.pseudonym("P001")))
)

# Home Assistant, "MQTT", "MQTT sensor" and "MQTT binary sensor": keys of a configuration, of its device and
# of its origin; device classes of the sensors used here with the units that they may have.
COMMON = {
    "name", "unique_id", "state_topic", "value_template", "availability_topic", "payload_available",
    "payload_not_available", "device", "origin", "device_class", "entity_category", "expire_after", "icon",
    "json_attributes_topic", "json_attributes_template", "qos", "object_id", "enabled_by_default",
    "force_update",
}  # fmt: skip
KEYS = {
    "sensor": COMMON | {"unit_of_measurement", "state_class", "options", "suggested_display_precision"},
    "binary_sensor": COMMON | {"payload_on", "payload_off", "off_delay"},
}
DEVICE = {
    "identifiers", "connections", "name", "manufacturer", "model", "model_id", "sw_version", "hw_version",
    "serial_number", "suggested_area", "via_device", "configuration_url",
}  # fmt: skip
ORIGIN = {"name", "sw_version", "support_url"}
CLASSES = {
    "sensor": {
        "battery": {"%"},
        "timestamp": {None},
        "enum": {None},
        "duration": {"d", "h", "min", "s", "ms"},
    },
    "binary_sensor": {"battery_charging": {None}, "problem": {None}, "running": {None}},
}
STATE_CLASSES = {"measurement", "total", "total_increasing"}


@pytest.mark.parametrize(("topic", "payload"), MESSAGES)
def test_a_message_of_discovery_is_as_documented(topic: str, payload: str) -> None:
    parts = re.fullmatch(
        r"homeassistant/(sensor|binary_sensor)/([a-zA-Z0-9_-]+)/([a-zA-Z0-9_-]+)/config", topic
    )
    assert parts
    component, node, key = parts.groups()
    config = json.loads(payload)
    assert set(config) <= KEYS[component]
    assert set(config["device"]) <= DEVICE and config["device"]["identifiers"] == [node]
    assert set(config["origin"]) <= ORIGIN and config["origin"]["name"]
    assert config["unique_id"] == f"{node}_{key}"
    assert config["availability_topic"] == TOPICS.status
    assert config["state_topic"].startswith(TOPICS.base)
    assert config.get("entity_category") in (None, "diagnostic")
    unit, kind = config.get("unit_of_measurement"), config.get("device_class")
    assert kind is None or unit in CLASSES[component][kind]
    assert config.get("state_class") in (STATE_CLASSES if unit else {None}), "numbers have a unit here"
    assert ("options" in config) == (kind == "enum")


def test_every_identifier_is_unique_and_names_nobody() -> None:
    identifiers = [json.loads(payload)["unique_id"] for _, payload in MESSAGES]
    assert len(set(identifiers)) == len(identifiers) == len({topic for topic, _ in MESSAGES})
    assert "P001" not in json.dumps(MESSAGES)


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (INSOLE_STATE, {"link": "connected", "charging": "OFF", "faulty": "ON", "battery_pct": "71"}),
        (
            InsoleState("A1B2", "right", LinkState.SEARCHING, None, None, None, None, (), 0, None, "daily"),
            {
                "link": "searching",
                "charging": "None",
                "faulty": "OFF",
                "battery_pct": "None",
                "last_frame": "None",
            },
        ),
    ],
)
async def test_templates_give_what_home_assistant_understands(
    state: InsoleState, shown: dict[str, str]
) -> None:
    """Its word for what is unknown is None; of a binary sensor the words are ON and OFF."""
    outbox = Outbox()
    States(TOPICS, outbox).insole(state, 0)
    due = {post.topic: post.payload for post in await drained(outbox)}
    value = json.loads(due[TOPICS.insole(state.serial)])
    for topic, payload in TOPICS.of_insole(state.serial, state.side):
        key = topic.split("/")[3]
        if key in shown:
            assert rendered(json.loads(payload)["value_template"], value) == shown[key], key


def rendered(template: str, value_json: dict[str, object]) -> str:
    """What the two forms of template that are used here give; they are expressions that Python shares."""
    inner = template.removeprefix("{{ ").removesuffix(" }}")
    inner = re.sub(r"value_json\.(\w+)", lambda found: repr(value_json[found[1]]), inner)
    inner = inner.replace(" is none", " is None")
    if " if " not in inner:
        return str(eval(inner))
    unknown, condition, on, value, off = re.fullmatch(
        r"('\w+') if (.+) is None else \(('\w+') if (.+) else ('\w+')\)", inner
    ).groups()  # type: ignore[union-attr]
    assert condition == value
    known = eval(value)
    return str(eval(unknown if known is None else on if known else off))


async def drained(outbox: Outbox) -> list[Post]:
    """All that is due, as a broker takes it."""
    found: list[Post] = []
    try:
        while True:
            async with asyncio.timeout(0.001):
                post = await outbox.next()
            found.append(post)
            outbox.done(post)
    except TimeoutError:
        return found


async def test_what_changes_all_the_time_is_sent_now_and_then_and_what_matters_at_once() -> None:
    outbox = Outbox()
    states = States(TOPICS, outbox)
    states.insole(INSOLE_STATE, 0)
    await drained(outbox)
    later = replace(INSOLE_STATE, last_frame_utc_ns=INSOLE_STATE.last_frame_utc_ns + 10**9)  # type: ignore[operator]
    for second, state, sent in (
        (1, later, 0),
        (2, replace(later, link=LinkState.SEARCHING), 1),
        (3, replace(later, link=LinkState.SEARCHING, battery_pct=70), 0),
        (8, replace(later, link=LinkState.SEARCHING, battery_pct=70), 1),
        (9, replace(later, link=LinkState.SEARCHING, charging=True), 1),
        (10, replace(later, link=LinkState.SEARCHING, charging=True), 0),
    ):
        states.insole(state, second * 10**9)
        assert len(await drained(outbox)) == sent, second
    states.insole(replace(INSOLE_STATE, serial=""), 99 * 10**9)
    assert await drained(outbox) == [], "an insole that nobody knows yet"


async def test_states_go_first_the_newest_counts_and_events_keep_their_order() -> None:
    outbox = Outbox(most_waiting=3)
    for number in range(5):
        outbox.put_event("events", str(number))
    outbox.put_state("a", "1")
    outbox.put_state("b", "1")
    outbox.put_state("a", "2")
    assert [post[:2] for post in await drained(outbox)] == [
        ("a", "2"), ("b", "1"), ("events", "2"), ("events", "3"), ("events", "4"),
    ]  # fmt: skip
    assert outbox.dropped == 2
    outbox.put_state("a", "2")
    assert await drained(outbox) == [], "as it was"
    outbox.begin_anew()
    assert [post[:2] for post in await drained(outbox)] == [("a", "2"), ("b", "1")]
    outbox.forget_state("b")
    outbox.forget_state("unknown")
    assert [post[:2] for post in await drained(outbox)] == [("b", "")]
    outbox.begin_anew()
    assert [post[:2] for post in await drained(outbox)] == [("a", "2")]


async def test_what_changes_while_it_is_sent_is_sent_again() -> None:
    outbox = Outbox()
    outbox.put_state("a", "1")
    post = await outbox.next()
    outbox.put_state("a", "2")
    outbox.done(post)
    assert await outbox.next() == Post("a", "2", True)


async def test_without_discovery_only_states_are_sent() -> None:
    quiet = Topics(replace(TOPICS.settings, discovery=""), TOPICS.installation)
    outbox = Outbox()
    states = States(quiet, outbox)
    states.insole(INSOLE_STATE, 0)
    states.watching(WatchingEvent("P001", True, 0))
    states.people([PersonFacts("P001")], POLICY)
    assert [post.topic for post in await drained(outbox)] == [
        quiet.insole(INSOLE_STATE.serial), quiet.person(POLICY.pseudonym("P001")),
    ]  # fmt: skip
