"""A command that was given up is answered all the same: that answer is nobody's."""

import asyncio
from typing import Any, cast

import pytest
from bumble import hci
from plantigrade.twin.hci_host import CancellableHost


class SlowController:
    """Answers each command when it is told to."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def on_packet(self, packet: bytes) -> None:
        command = hci.HCI_Packet.from_bytes(packet)
        assert isinstance(command, hci.HCI_Command)
        self.asked.append(command.op_code)

    def answer(self, host: CancellableHost) -> None:
        """The oldest command succeeds."""
        success = hci.HCI_StatusReturnParameters(status=hci.HCI_ErrorCode.SUCCESS)
        host.on_packet(
            bytes(
                hci.HCI_Command_Complete_Event(
                    num_hci_command_packets=1,
                    command_opcode=self.asked.pop(0),
                    return_parameters=success,
                )
            )
        )


ADVERTISE = cast(Any, hci.HCI_LE_Set_Advertising_Enable_Command(advertising_enable=0))
SCAN = cast(Any, hci.HCI_LE_Set_Scan_Enable_Command(le_scan_enable=0, filter_duplicates=0))


async def a_moment() -> None:
    """Let everything run that can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def given(host: CancellableHost, command: Any) -> Any:
    return await host.send_sync_command(command)


async def test_the_answer_to_a_cancelled_command_disturbs_nobody() -> None:
    troubles: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, trouble: troubles.append(trouble))
    controller = SlowController()
    host = CancellableHost(None, controller)
    host.ready = True
    given_up = asyncio.create_task(given(host, ADVERTISE))
    await a_moment()
    given_up.cancel()
    next_one = asyncio.create_task(given(host, SCAN))
    with pytest.raises(asyncio.CancelledError):
        await given_up
    await a_moment()
    assert controller.asked == [ADVERTISE.op_code, SCAN.op_code]

    controller.answer(host)
    await a_moment()
    assert not next_one.done(), "that was not its answer"
    controller.answer(host)
    assert (await next_one).status == hci.HCI_ErrorCode.SUCCESS
    assert troubles == []
