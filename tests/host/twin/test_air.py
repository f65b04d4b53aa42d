"""What a host hears of advertisers through its virtual controller."""

import asyncio
from typing import Any

from bumble import hci, ll
from plantigrade.twin.radio.air import Air, AirController
from plantigrade.twin.radio.conditions import RadioConditions

INSOLE = hci.Address("CA:50:47:00:00:01")


class _Host:
    """Keeps the advertising reports it is given."""

    def __init__(self) -> None:
        self.reports = 0

    def on_packet(self, packet: bytes) -> None:
        event = hci.HCI_Packet.from_bytes(packet)
        self.reports += isinstance(event, hci.HCI_LE_Advertising_Report_Event)


def _scanner() -> tuple[AirController, _Host]:
    controller = AirController("host", Air(RadioConditions()), "C4:50:0A:00:00:01")
    host = _Host()
    controller.host = host  # pyright: ignore[reportAttributeAccessIssue]
    return controller, host


def _scan(controller: AirController, on: bool, filtered: bool = True) -> None:
    made: Any = hci.HCI_LE_Set_Scan_Enable_Command
    command = made(le_scan_enable=on, filter_duplicates=filtered)
    controller.on_hci_le_set_scan_enable_command(command)


async def test_a_scan_tells_of_each_advertiser_once_and_the_next_scan_anew() -> None:
    controller, host = _scanner()
    advertisement = ll.AdvInd(advertiser_address=INSOLE, data=b"\x02\x01\x06")
    heard: list[int] = []
    for on in (True, False, True):  # as quickly as a host does it before it connects: nothing comes between
        _scan(controller, on)
        if on:
            controller.on_advertising_pdu(advertisement)
            controller.on_advertising_pdu(advertisement)
        await asyncio.sleep(0)
        heard.append(host.reports)
    assert heard == [1, 1, 2]


async def test_without_the_filter_each_advertisement_is_told() -> None:
    controller, host = _scanner()
    _scan(controller, True, filtered=False)
    for _ in range(3):
        controller.on_advertising_pdu(ll.AdvInd(advertiser_address=INSOLE, data=b"\x02\x01\x06"))
    await asyncio.sleep(0)
    assert host.reports == 3


async def test_who_lost_power_advertises_no_more_even_if_its_stack_was_about_to_begin() -> None:
    controller, host = _scanner()
    _scan(controller, True, filtered=False)
    board = AirController("insole", controller.air, str(INSOLE))
    advertisement = ll.AdvInd(advertiser_address=INSOLE, data=b"\x02\x01\x06")
    heard: list[int] = []
    for powered in (True, False):
        if not powered:
            controller.air.unplug(board)
        controller.air.send_advertising_pdu(board, advertisement)
        for _ in ("the air", "the controller", "the host"):
            await asyncio.sleep(0)
        heard.append(host.reports)
    assert heard == [1, 1]
