"""What leaves this computer, as text: for `plantigrade status`, the command line and pages."""

from collections.abc import Sequence

from plantigrade.service.publish.discovery import INSOLE, PERSON, Topics
from plantigrade.service.publish.settings import LslSettings, MqttSettings, PublishSettings


def describe(settings: PublishSettings, installation: str, people: Sequence[str] = ()) -> str:
    """What is sent where, one fact a line.

    Args:
        settings: as read.
        installation: random name of the data folder.
        people: codes of those who allow that facts about them are published.

    Example:
        >>> describe(PublishSettings(), "0a1b2c3d")
        'Nothing leaves this computer: the settings have no section [mqtt] or [lsl].'
    """
    lines = [] if settings.lsl is None else [_of_lsl(settings.lsl)]
    if settings.mqtt is not None:
        lines += _of_mqtt(settings.mqtt, installation, people)
    return "\n".join(lines or ["Nothing leaves this computer: the settings have no section [mqtt] or [lsl]."])


def _of_lsl(lsl: LslSettings) -> str:
    reach = "this computer" if lsl.reach == "computer" else "everyone in this network, not encrypted"
    return f"Lab Streaming Layer: live forces of every insole, for {reach}."


def _of_mqtt(mqtt: MqttSettings, installation: str, people: Sequence[str]) -> list[str]:
    topics = Topics(mqtt, installation)
    secured = "encrypted" if mqtt.tls else "not encrypted, this computer only"
    names = ", ".join(entity.name.lower() for entity in INSOLE)
    lines = [
        f"MQTT broker {mqtt.host}:{mqtt.port} ({secured}), topics {topics.base}/...",
        f"Of each insole: {names}; its serial number and side.",
    ]
    if mqtt.discovery:
        lines.append(f"Home Assistant finds them under {mqtt.discovery}/...")
    if not mqtt.health_values:
        lines.append("Nothing about health: health_values is false.")
    elif not people:
        lines.append("Nothing about health: nobody allows it (plantigrade sessions person settings).")
    else:
        facts = ", ".join(entity.name.lower() for entity in PERSON)
        lines.append(
            f"Of {', '.join(people)}, under a pseudonym: {facts}; strides, alerts, weekly summaries."
        )
    return lines
