"""The Bluetooth link through its life: pairing, refused writes, connections that break, and what is said."""

import asyncio
from typing import Any

import pytest
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from insole_protocol import ids
from insole_protocol.fragments import Fragmenter
from insole_protocol.host_messages import fragment_values
from plantigrade.link.base import Channel, LinkClosedError, LinkCounters, LinkError
from plantigrade.link.ble import BleLink

from tests.host.bridge_kit.virtual_time import run_virtually
from tests.host.link.test_ble import MTU, UUIDS, FakeClient, opened

ADDRESS = "AA:BB:CC:DD:EE:FF"


class CannotPair(FakeClient):
    async def pair(self, *args: Any, **kwargs: Any) -> None:
        raise NotImplementedError


class RefusesPairing(FakeClient):
    async def pair(self, *args: Any, **kwargs: Any) -> None:
        raise BleakError("pairing was refused")


class SaysNothing(FakeClient):
    async def connect(self, pair: bool, **kwargs: Any) -> None:
        raise TimeoutError


class HangsWhileConnecting(FakeClient):
    hanging: asyncio.Event

    async def start_notify(self, characteristic: Any, callback: Any, **kwargs: Any) -> None:
        self.hanging.set()
        await asyncio.Event().wait()


class RefusesWrites(FakeClient):
    drops = False

    async def write_gatt_char(self, characteristic: Any, data: Any, response: bool) -> None:
        if self.drops:
            self.drop()
        raise BleakError("insufficient authentication")


class DropsWhileWriting(RefusesWrites):
    drops = True


class FailsToDisconnect(FakeClient):
    async def disconnect(self) -> None:
        raise BleakError("not connected")


async def test_a_connection_is_paired_before_anything_is_subscribed_to() -> None:
    link, _ = await opened()
    assert FakeClient.latest.paired
    assert set(FakeClient.latest.notify) == set(UUIDS.values())
    assert not link.closed.is_set()
    await link.close()
    assert not FakeClient.latest.is_connected
    assert link.closed.is_set()
    await link.close()  # once more does nothing


async def test_connecting_may_take_twenty_seconds_and_each_write_is_acknowledged() -> None:
    link, _ = await opened()
    assert FakeClient.latest.made_with["timeout"] == 20
    await link.send(Channel.CONTROL, bytes(100))
    assert FakeClient.latest.acknowledged == [True] * 3
    await link.close()


def test_an_insole_that_falls_silent_while_it_is_subscribed_to_is_given_up() -> None:
    async def opening() -> None:
        HangsWhileConnecting.hanging = asyncio.Event()
        link = BleLink(ADDRESS, backend=HangsWhileConnecting)
        with pytest.raises(LinkError, match=f"cannot connect to {ADDRESS}: TimeoutError"):
            await link.open()
        assert link.closed.is_set() and not FakeClient.latest.is_connected

    run_virtually(opening())


async def test_pairing_can_be_left_out() -> None:
    link = BleLink(ADDRESS, backend=FakeClient, pair=False)
    await link.open()
    assert not FakeClient.latest.paired
    await link.close()


async def test_a_system_that_pairs_by_itself_is_left_to_do_so() -> None:
    link, _ = await opened(CannotPair)
    assert FakeClient.latest.is_connected
    await link.close()


FREE = "is it on, within reach, and free? It serves two hosts"


@pytest.mark.parametrize(
    "backend, texts",
    [
        (
            RefusesPairing,
            f"cannot connect to {ADDRESS}: pairing was refused; {FREE}",
        ),
        (
            SaysNothing,
            f"cannot connect to {ADDRESS}: TimeoutError; {FREE}",
        ),
    ],
)
async def test_a_connection_that_fails_on_the_way_is_closed_again(
    backend: type[FakeClient], texts: str
) -> None:
    link = BleLink(ADDRESS, backend=backend)
    with pytest.raises(LinkError) as caught:
        await link.open()
    assert str(caught.value) == texts
    assert link.closed.is_set()
    assert not FakeClient.latest.is_connected
    with pytest.raises(LinkClosedError, match=f"^{ADDRESS} is not connected$"):
        await link.send(Channel.CONTROL, b"\x03\x01")


async def test_giving_up_while_connecting_leaves_no_connection() -> None:
    HangsWhileConnecting.hanging = asyncio.Event()
    link = BleLink(ADDRESS, backend=HangsWhileConnecting)
    opening = asyncio.create_task(link.open())
    await HangsWhileConnecting.hanging.wait()
    assert FakeClient.latest.is_connected
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert not FakeClient.latest.is_connected
    assert link.closed.is_set()


async def test_a_refused_write_is_an_error_and_a_write_into_a_broken_connection_is_its_end() -> None:
    link, _ = await opened(RefusesWrites)
    with pytest.raises(
        LinkError, match=f"^{ADDRESS} refused a command: insufficient authentication$"
    ) as caught:
        await link.send(Channel.CONTROL, b"\x03\x01")
    assert not isinstance(caught.value, LinkClosedError)
    assert link.counters.messages_sent == 0
    assert not link.closed.is_set()
    await link.close()
    link, _ = await opened(DropsWhileWriting)
    with pytest.raises(LinkClosedError, match=f"^{ADDRESS} disconnected$"):
        await link.send(Channel.CONTROL, b"\x03\x01")
    await link.close()


async def test_a_connection_that_has_gone_already_is_closed_all_the_same() -> None:
    link, _ = await opened(FailsToDisconnect)
    await link.close()
    assert link.counters.malformed == {"disconnect_BleakError": 1}


async def test_what_the_other_end_has_closed_is_not_closed_once_more() -> None:
    link, _ = await opened(FailsToDisconnect)
    FakeClient.latest.drop()
    assert link.value_bytes == 20
    await link.close()
    assert link.counters.malformed == {}


async def test_a_link_is_called_by_name_or_address() -> None:
    assert BleLink(ADDRESS).name == ADDRESS
    assert BleLink(BLEDevice(ADDRESS, "Plantigrade L", None)).name == "Plantigrade L"
    assert BleLink(BLEDevice(ADDRESS, None, None)).name == ADDRESS


async def test_a_write_carries_20_bytes_at_least_and_what_the_connection_agreed_on() -> None:
    link = BleLink(ADDRESS, backend=FakeClient)
    assert link.value_bytes == 20
    await link.open()
    assert link.value_bytes == MTU - 3 == 47
    await link.close()
    assert link.value_bytes == 20


async def test_bytes_and_messages_are_counted_in_both_directions() -> None:
    link, got = await opened()
    values = fragment_values(Fragmenter(), bytes(100), MTU - 3)
    for value in values:
        FakeClient.latest.notify[ids.LOG_UUID](bytearray(value))
    assert got == [(Channel.LOG, bytes(100))]
    await link.send(Channel.CONTROL, b"\x03\x01")
    counters = link.counters
    assert (counters.messages_received, counters.messages_sent) == (1, 1)
    assert counters.bytes_received == sum(len(value) for value in values)
    await link.close()


def test_a_link_is_made_before_there_is_an_event_loop() -> None:
    """Whoever parses a command line may make links; they are opened later, in a loop."""
    link = BleLink(ADDRESS, backend=FakeClient)

    async def open_and_close() -> bool:
        await link.open()
        up = FakeClient.latest.is_connected
        await link.close()
        return up

    assert asyncio.run(open_and_close())


def test_dropped_input_is_counted_by_name_with_what_others_count() -> None:
    counters = LinkCounters()
    stored = {"crc": 0, "cut": 2}
    counters.attach("log_", stored)
    counters.count_malformed("log_cut")
    counters.count_malformed("crc")
    counters.count_malformed("crc")
    assert counters.malformed == {"log_cut": 3, "crc": 2}
    stored["crc"] = 1
    assert counters.malformed == {"log_cut": 3, "crc": 2, "log_crc": 1}


class BleLinkMachine(RuleBasedStateMachine):
    """New, open, closed: whatever happens in whatever order, messages pass while it is open, never after."""

    @initialize()
    def begin(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.state = "new"
        self.got: list[bytes] = []
        self.expected: list[bytes] = []
        self.number = 0
        self.cutter = Fragmenter()
        self.link = BleLink(ADDRESS, backend=FakeClient)
        self.link.on_message = lambda channel, message, arrival_ns: self.got.append(message)

    def teardown(self) -> None:
        if hasattr(self, "loop"):
            self.loop.run_until_complete(self.link.close())
            self.loop.close()

    @precondition(lambda self: self.state == "new")
    @rule(reached=st.booleans())
    def open(self, reached: bool) -> None:
        FakeClient.refuses = None if reached else BleakError("device not found")
        try:
            self.loop.run_until_complete(self.link.open())
            assert reached
            self.client = FakeClient.latest
        except LinkError:
            assert not reached
        finally:
            FakeClient.refuses = None
        self.state = "open" if reached else "closed"

    @rule()
    def send(self) -> None:
        if self.state == "open":
            self.loop.run_until_complete(self.link.send(Channel.CONTROL, b"\x03\x01"))
        else:
            with pytest.raises(LinkClosedError):
                self.loop.run_until_complete(self.link.send(Channel.CONTROL, b"\x03\x01"))

    @precondition(lambda self: self.state == "open")
    @rule(length=st.integers(1, 120))
    def hear(self, length: int) -> None:
        self.number += 1
        message = bytes((self.number % 256,)) * length
        for value in fragment_values(self.cutter, message, MTU - 3):
            self.client.notify[ids.STREAM_UUID](bytearray(value))
        self.expected.append(message)

    @precondition(lambda self: self.state == "open")
    @rule()
    def lose(self) -> None:
        self.client.drop()
        self.state = "closed"

    @rule()
    def close(self) -> None:
        self.loop.run_until_complete(self.link.close())
        self.state = "closed"

    @invariant()
    def says_where_it_is(self) -> None:
        if hasattr(self, "link"):
            assert self.link.closed.is_set() is (self.state == "closed")
            assert self.got == self.expected


TestBleLinkAgainstItsStates = BleLinkMachine.TestCase
TestBleLinkAgainstItsStates.settings = settings(max_examples=25, stateful_step_count=12, deadline=None)
