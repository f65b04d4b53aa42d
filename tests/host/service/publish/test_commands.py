"""`plantigrade service published`: shown, and taken away from a real broker."""

import asyncio
from pathlib import Path

from click.testing import CliRunner, Result
from plantigrade.cli import plantigrade
from plantigrade.service.publish.discovery import Topics
from plantigrade.service.publish.errors import PublishError
from plantigrade.service.publish.installation import installation_id
from plantigrade.service.publish.settings import read_settings
from plantigrade.service.settings_file import settings_file

from tests.host.service.publish.conftest import listening
from tools.mosquitto.broker import Broker


def run(data: Path, *texts: str) -> Result:
    return CliRunner().invoke(plantigrade, ["--data", str(data), "service", "published", *texts])


def test_without_settings_nothing_leaves(tmp_path: Path) -> None:
    assert run(tmp_path).output.startswith("Nothing leaves this computer")
    refused = run(tmp_path, "--remove")
    assert refused.exit_code == 1 and isinstance(refused.exception, PublishError)


def test_what_was_left_at_the_broker_is_taken_away(tmp_path: Path, broker: Broker) -> None:
    path = settings_file(tmp_path)
    path.parent.mkdir(parents=True)
    path.write_text(f'[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\n')
    assert run(tmp_path).output.startswith(f"MQTT broker 127.0.0.1:{broker.port}")
    mqtt = read_settings(tmp_path).mqtt
    assert mqtt is not None
    topics = Topics(mqtt, installation_id(tmp_path))

    async def leave() -> None:
        async with listening(broker.port) as listener:
            for topic, payload in topics.of_insole("A1B2", "left"):
                await listener.client.publish(topic, payload, qos=1, retain=True)

    async def left() -> list[str]:
        async with listening(broker.port) as listener:
            await listener.settle()
            return [topic for topic, _, _ in listener.got]

    asyncio.run(leave())
    assert len(asyncio.run(left())) == 6
    assert run(tmp_path, "--remove").output == "6 messages taken away from 127.0.0.1\n"
    assert asyncio.run(left()) == []
    broker.stop()
    assert "cannot be used" in str(run(tmp_path, "--remove").exception)
