"""Inside the virtual machine: the pairing agent that a desktop would have. It accepts what an agent without
display and keys can accept.

Waits for BlueZ on the system bus, registers, says so in one line, and stays.
"""

import asyncio
import time
from typing import Final

from dbus_fast import BusType, DBusError, Message, MessageType
from dbus_fast.aio.message_bus import MessageBus

_PATH: Final = "/plantigrade/agent"
_BLUEZ_TIMEOUT_S: Final = 60.0
_PAUSE_S: Final = 0.1


def _answer(message: Message) -> Message | bool:
    """Confirm every request that BlueZ makes of the agent (`org.bluez.Agent1`); none of them asks for a value
    that such an agent could have."""
    if message.path != _PATH or message.interface != "org.bluez.Agent1":
        return False
    return Message.new_method_return(message)


async def _call(bus: MessageBus, member: str, signature: str, body: list[str]) -> None:
    reply = await bus.call(
        Message(
            destination="org.bluez",
            path="/org/bluez",
            interface="org.bluez.AgentManager1",
            member=member,
            signature=signature,
            body=body,
        )
    )
    assert reply is not None
    if reply.message_type is MessageType.ERROR:
        raise DBusError(reply.error_name or "", str(reply.body))


async def main() -> None:
    """Register with BlueZ, which may come up later than this program."""
    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    bus.add_message_handler(_answer)
    give_up = time.monotonic() + _BLUEZ_TIMEOUT_S
    while True:
        try:
            await _call(bus, "RegisterAgent", "os", [_PATH, "NoInputNoOutput"])
            await _call(bus, "RequestDefaultAgent", "o", [_PATH])
            break
        except DBusError:
            if time.monotonic() > give_up:
                raise
            await asyncio.sleep(_PAUSE_S)
    print("pairing agent registered", flush=True)
    await bus.wait_for_disconnect()


if __name__ == "__main__":
    asyncio.run(main())
