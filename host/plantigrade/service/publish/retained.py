"""Takes everything away from the broker that was left there: when publishing ends for good."""

import asyncio
import json
from typing import Any, Final, cast

from plantigrade.service.publish.discovery import Topics
from plantigrade.service.publish.errors import PublishError
from plantigrade.service.publish.publisher import connection
from plantigrade.service.publish.settings import MqttSettings

SILENCE_S: Final = 1.0
"""Retained messages come at once after a subscription; silence for so long means that they were all."""


async def remove_retained(settings: MqttSettings, installation: str) -> int:
    """Remove all states and discovery messages of this installation from the broker.

    Returns:
        How many there were.

    Raises:
        PublishError: the broker cannot be used.
    """
    import aiomqtt

    topics = Topics(settings, installation)
    removed = 0
    try:
        async with connection(settings, installation, None, "-remove") as client:
            await client.subscribe(f"{topics.base}/#", qos=1)
            if settings.discovery:
                await client.subscribe(f"{settings.discovery}/+/+/+/config", qos=1)
            while True:
                try:
                    async with asyncio.timeout(SILENCE_S):
                        message = await anext(client.messages)
                except TimeoutError:
                    return removed
                if message.retain and _is_ours(message.topic.value, message.payload, topics):
                    await client.publish(message.topic.value, "", qos=1, retain=True)
                    removed += 1
    except (aiomqtt.MqttError, OSError) as error:
        raise PublishError(f"the MQTT broker {settings.host} cannot be used: {error}") from error


def _is_ours(topic: str, payload: object, topics: Topics) -> bool:
    if topic.startswith(f"{topics.base}/"):
        return True
    try:
        document: Any = json.loads(cast(bytes, payload))
    except (ValueError, TypeError):
        return False
    return (
        isinstance(document, dict)
        and cast(dict[str, Any], document).get("availability_topic") == topics.status
    )
