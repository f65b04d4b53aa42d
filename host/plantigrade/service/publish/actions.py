"""What `plantigrade service published` does."""

import asyncio
from pathlib import Path

import click

from plantigrade.service.publish.describe import describe
from plantigrade.service.publish.errors import PublishError
from plantigrade.service.publish.installation import installation_id
from plantigrade.service.publish.retained import remove_retained
from plantigrade.service.publish.settings import read_settings
from plantigrade.service.settings_file import settings_file


def show(data: Path) -> None:
    """Say what leaves this computer.

    Raises:
        FileError: the settings make no sense.
    """
    click.echo(describe(read_settings(data), installation_id(data)))


def remove(data: Path) -> None:
    """Take away what was left at the broker.

    Raises:
        FileError: the settings make no sense.
        PublishError: they name no broker, or it cannot be used.
    """
    mqtt = read_settings(data).mqtt
    if mqtt is None:
        raise PublishError(f"{settings_file(data)} has no section [mqtt]: which broker is not known")
    number = asyncio.run(remove_retained(mqtt, installation_id(data)))
    click.echo(f"{number} messages taken away from {mqtt.host}")
