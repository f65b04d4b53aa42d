"""What Home Assistant is told of insoles and people, so that it shows them without being set up.

Keys and device classes are those of Home Assistant's documentation of MQTT discovery, MQTT sensors and MQTT
binary sensors. One message an entity, retained; an empty one takes the entity away.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final

from plantigrade.service.events import LinkState
from plantigrade.service.publish.settings import MqttSettings

ONLINE: Final = "online"
OFFLINE: Final = "offline"


@dataclass(frozen=True)
class Entity:
    """One entity.

    Attributes:
        key: of the state's document, and the end of topic and unique identifier.
        name: as Home Assistant shows it behind the device's.
        component: "sensor" or "binary_sensor".
        device_class, unit, state_class: of Home Assistant; "" where there is none.
        options: all values, of device class "enum".
        diagnostic: whether it is about the device rather than what it measures.
    """

    key: str
    name: str
    component: str = "sensor"
    device_class: str = ""
    unit: str = ""
    state_class: str = ""
    options: tuple[str, ...] = ()
    diagnostic: bool = False

    @property
    def template(self) -> str:
        """The value out of the state's document; unknown where that is null."""
        value = f"value_json.{self.key}"
        if self.component == "sensor":
            return f"{{{{ {value} }}}}"
        return f"{{{{ 'None' if {value} is none else ('ON' if {value} else 'OFF') }}}}"


INSOLE: Final = (
    Entity("link", "Link", device_class="enum", options=tuple(LinkState), diagnostic=True),
    Entity("battery_pct", "Battery", "sensor", "battery", "%", "measurement", diagnostic=True),
    Entity("charging", "Charging", "binary_sensor", "battery_charging", diagnostic=True),
    Entity("log_used_pct", "Log used", "sensor", "", "%", "measurement", diagnostic=True),
    Entity("last_frame", "Last frame", device_class="timestamp", diagnostic=True),
    Entity("faulty", "Fault", "binary_sensor", "problem", diagnostic=True),
)
"""Of each insole."""
PERSON: Final = (
    Entity("steps_today", "Steps today", "sensor", "", "steps", "total_increasing"),
    Entity("worn_today_h", "Worn today", "sensor", "duration", "h", "total_increasing"),
    Entity("alerts_open", "Open alerts", "sensor", "", "alerts", "measurement"),
    Entity("watching", "Reminders watch", "binary_sensor", "running"),
)
"""Of each person who allows it."""


@dataclass(frozen=True)
class Topics:
    """The topics of an installation.

    Attributes:
        settings: of the publisher.
        installation: random name of the data folder.
    """

    settings: MqttSettings
    installation: str

    @property
    def base(self) -> str:
        """What all topics but those of discovery begin with."""
        return f"{self.settings.topic}/{self.installation}"

    @property
    def status(self) -> str:
        """`online` or `offline`, retained; the broker says `offline` when we are gone."""
        return f"{self.base}/status"

    @property
    def events(self) -> str:
        """Events as they happen, not retained."""
        return f"{self.base}/events"

    def insole(self, serial: str) -> str:
        """The state of an insole, retained."""
        return f"{self.base}/insole/{serial}/state"

    def person(self, pseudonym: str) -> str:
        """The state of a person, retained."""
        return f"{self.base}/person/{pseudonym}/state"

    def of_insole(self, serial: str, side: str) -> Iterator[tuple[str, str]]:
        """Discovery of an insole: topic and payload of each entity."""
        device = {
            "identifiers": [f"plantigrade_{serial}"],
            "name": f"Insole {side}" if side in ("left", "right") else f"Insole {serial[-4:]}",
            "manufacturer": "Plantigrade",
            "model": "Smart insole",
            "serial_number": serial,
        }
        yield from self._entities(INSOLE, f"plantigrade_{serial}", self.insole(serial), device)

    def of_person(self, pseudonym: str) -> Iterator[tuple[str, str]]:
        """Discovery of a person."""
        node = f"plantigrade_{self.installation}_{pseudonym}"
        device = {
            "identifiers": [node],
            "name": f"Wearer {pseudonym[:4]}",
            "manufacturer": "Plantigrade",
            "model": "Wearer",
        }
        yield from self._entities(PERSON, node, self.person(pseudonym), device)

    def _entities(
        self, entities: Sequence[Entity], node: str, state_topic: str, device: dict[str, Any]
    ) -> Iterator[tuple[str, str]]:
        if not self.settings.discovery:
            return
        for entity in entities:
            payload: dict[str, Any] = {
                "name": entity.name,
                "unique_id": f"{node}_{entity.key}",
                "state_topic": state_topic,
                "value_template": entity.template,
                "availability_topic": self.status,
                "payload_available": ONLINE,
                "payload_not_available": OFFLINE,
                "device": device,
                "origin": {"name": "Plantigrade", "sw_version": version("plantigrade")},
            }
            optional = {
                "device_class": entity.device_class,
                "unit_of_measurement": entity.unit,
                "state_class": entity.state_class,
                "options": list(entity.options),
                "entity_category": "diagnostic" if entity.diagnostic else "",
            }
            payload |= {key: value for key, value in optional.items() if value}
            topic = f"{self.settings.discovery}/{entity.component}/{node}/{entity.key}/config"
            yield topic, json.dumps(payload)
