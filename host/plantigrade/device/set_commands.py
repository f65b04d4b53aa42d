"""`plantigrade device set`: a command for each setting of the protocol's table."""

import asyncio
from typing import TYPE_CHECKING

import click
from insole_protocol import settings as table
from insole_protocol.settings import Setting

from plantigrade.device.setting_values import MEANINGS, allowed, command_name, value_of

if TYPE_CHECKING:
    from plantigrade.bridge.session import Session


@click.group("set", short_help="Change a setting of an insole: side, label, mode and more.")
def set_group() -> None:
    """Change a setting of an insole; it is read back and confirmed.

    What is set stays in the insole through restarts and updates. TARGET names it as in the other commands of
    `plantigrade device`.

    \b
    Examples:
      plantigrade device set side left
      plantigrade device set label "Blue pair" /dev/ttyACM0
      plantigrade device set mode daily right
    """


def change(setting: Setting, text: str, target: str | None) -> None:
    """Change a setting, read it back and say so.

    Raises:
        SettingError: the setting cannot be that, or the insole tells another value afterwards.
        LinkError, BridgeError: it cannot be reached, or refuses.
    """
    from plantigrade.device import targets

    value = value_of(setting, text)

    async def work() -> str:
        async with targets.conversation(await targets.find(target)) as session:
            return await _change(session, setting, value)

    click.echo(asyncio.run(work()))


async def _change(session: "Session", setting: Setting, value: int | str) -> str:
    from insole_protocol import ids, replies

    from plantigrade.device.setting_values import SettingError, word_of

    ask = session.command_client.ask
    identity = session.insole.identity
    serial = "insole" if identity is None else identity.serial
    await ask(ids.OP_SET_SETTING, setting.key, value=table.encode(setting, value))
    stored = table.decode(
        setting, replies.SettingReply((await ask(ids.OP_GET_SETTING, setting.key)).reply).value
    )
    name = command_name(setting)
    if stored == value:
        if setting.name == "boot_mode":
            await ask(ids.OP_SET_MODE, int(stored))
        return f"{serial}: {name} is {word_of(setting, stored)}"
    if value == setting.default:
        return f"{serial}: {name} is {word_of(setting, stored)}, as the insole was made"
    raise SettingError(
        f"{serial}: {name} was set to {word_of(setting, value)}, but reads {word_of(setting, stored)}; try "
        "again, and look at `plantigrade device selftest`"
    )


def _command(setting: Setting) -> click.Command:
    @click.argument("value", metavar="VALUE")
    @click.argument("target", required=False)
    def run(value: str, target: str | None) -> None:
        change(setting, value, target)

    meaning = MEANINGS[setting.name]
    example = {"label": '"Blue pair"'}.get(setting.name, allowed(setting).split(",")[0].split(" ")[0])
    name = command_name(setting)
    return click.command(
        name,
        short_help=f"{allowed(setting)}: {meaning}.",
        help=f"Set {name}: {meaning}.\n\nVALUE is {allowed(setting)}.\n\n\b\nExample:\n"
        f"  plantigrade device set {name} {example}",
    )(run)


for _row in table.TABLE:
    set_group.add_command(_command(_row))
