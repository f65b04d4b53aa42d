"""The air between controllers: Bumble's local link with connection events, limits, fading and loss."""

import asyncio
from collections.abc import Callable
from typing import Any

from bumble import hci, ll
from bumble.controller import Connection, Controller, LegacyAdvertiser
from bumble.core import PhysicalTransport
from bumble.link import LocalLink

from plantigrade.twin.radio.conditions import RadioConditions
from plantigrade.twin.radio.connection_events import LL_PAYLOAD, AirConnection

MAX_BACKLOG_BYTES = 16384  # that a host has not read yet
_REASON_TIMEOUT = hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR
_REASON_NEVER_BEGAN = hci.HCI_ErrorCode.CONNECTION_FAILED_TO_BE_ESTABLISHED_ERROR
_ESTABLISHED_WITHIN_EVENTS = 6  # Bluetooth Core, volume 6, part B, 4.5

Delivered = Callable[[bytes], None]


class _Advertiser(LegacyAdvertiser):
    """Legacy advertising at the interval asked for (Bumble takes its units of 0.625 ms for milliseconds)."""

    def _on_timer_fired(self) -> None:
        self.send_advertising_data()
        self.timer_handle = asyncio.get_running_loop().call_later(
            self.advertising_interval_min * 0.000625, self._on_timer_fired
        )


class AirController(Controller):
    """A Bluetooth LE 5 controller with data length extension and legacy advertising, as an ESP32 has.

    Args:
        name: for log messages.
        air: the link it joins.
        public_address: its device address as text, or None.
        delivered: called with each of its L2CAP packets once that packet has been on the air.

    Attributes:
        backlog_bytes: how much its host has not read yet.
    """

    le_acl_data_packet_length = LL_PAYLOAD
    supported_max_tx_octets = LL_PAYLOAD
    supported_max_rx_octets = LL_PAYLOAD
    suggested_max_tx_octets = LL_PAYLOAD
    le_features = (
        hci.LeFeatureMask.LE_ENCRYPTION
        | hci.LeFeatureMask.LE_DATA_PACKET_LENGTH_EXTENSION
        | hci.LeFeatureMask.LE_2M_PHY
    )

    def __init__(
        self, name: str, air: "Air", public_address: str | None = None, delivered: Delivered | None = None
    ) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType]
            name, link=air, public_address=public_address
        )
        self.le_legacy_advertiser = _Advertiser(self)
        self.air = air
        self.delivered = delivered
        self.backlog_bytes: Callable[[], int] = lambda: 0
        self._reported: set[tuple[bytes, int, bytes]] = set()

    # Advertising as seen by a scanner

    def on_hci_le_set_scan_enable_command(self, command: Any) -> hci.HCI_StatusReturnParameters:
        """Each scan reports every advertiser anew: duplicates are filtered within one scan only (Bluetooth
        Core, volume 4, part E, 7.8.11).
        """
        self._reported.clear()
        return super().on_hci_le_set_scan_enable_command(  # pyright: ignore[reportUnknownMemberType]
            command
        )

    def on_advertising_pdu(self, pdu: ll.AdvInd | ll.AdvExtInd) -> None:
        """Report data and scan response separately (Bumble repeats the data as the response), then
        connect.
        """
        advertiser = self.air.advertiser(pdu.advertiser_address)
        event_type = hci.HCI_LE_Advertising_Report_Event.EventType
        if self.le_scan_enable:
            self._report(event_type.ADV_IND, pdu.advertiser_address, pdu.data)
            if advertiser is not None and advertiser.scan_response_data:
                self._report(event_type.SCAN_RSP, pdu.advertiser_address, advertiser.scan_response_data)
        pending = self.pending_le_connection
        if pending is not None and pending.peer_address == pdu.advertiser_address:
            self.create_le_connection(pdu.advertiser_address)

    def _report(self, kind: int, address: hci.Address, data: bytes) -> None:
        if self.filter_duplicates:
            seen = (bytes(address), kind, data)
            if seen in self._reported:
                return
            self._reported.add(seen)
        report = hci.HCI_LE_Advertising_Report_Event.Report(
            event_type=kind, address_type=address.address_type, address=address, data=data, rssi=-50
        )
        self.send_hci_packet(hci.HCI_LE_Advertising_Report_Event([report]))

    # Connections

    def create_le_connection(self, peer_address: hci.Address) -> None:
        """Answer an advertisement. Of several who do, the advertiser hears one; the others believe that they
        are connected, and are told after six events that they are not.
        """
        super().create_le_connection(peer_address)
        connection = self.le_connections.get(peer_address)
        if connection is not None:
            within_s = _ESTABLISHED_WITHIN_EVENTS * self.air.conditions.interval_ms / 1000
            asyncio.get_running_loop().call_later(within_s, self.air.drop_if_alone, self, connection)

    def send_hci_packet(self, packet: hci.HCI_Packet) -> None:
        """Give connection events the interval that is really in force."""
        if isinstance(packet, hci.HCI_LE_Connection_Complete_Event) and packet.status == 0:
            packet = self.air.connected(self, packet)
        super().send_hci_packet(packet)

    def on_ll_control_pdu(self, sender_address: hci.Address, packet: ll.ControlPdu) -> None:
        """Follow parameter updates of the central, else as Bumble does."""
        if sender_address not in self.le_connections:
            return  # crossed with a disconnection
        if isinstance(packet, ll.ConnectionUpdateInd):
            self.air.updated(self.le_connections[sender_address], packet)
        super().on_ll_control_pdu(sender_address, packet)

    def on_le_disconnected(self, connection: Connection, reason: int) -> None:
        """Forget what waited for the air."""
        self.air.closed(connection)
        super().on_le_disconnected(connection, reason)

    def on_hci_disconnect_command(self, command: hci.HCI_Disconnect_Command) -> None:
        """Disconnect after what was handed over before, such as the last keys of a pairing, has been sent."""
        connection = self.find_le_connection_by_handle(command.connection_handle)
        if connection is None:
            super().on_hci_disconnect_command(command)
        else:
            proceed = super().on_hci_disconnect_command
            self.air.when_sent(self, connection, lambda: proceed(command))

    def on_hci_le_create_connection_cancel_command(self, _command: Any) -> hci.HCI_StatusReturnParameters:
        """Complete the cancelled connection with an error, as the specification asks (Bumble leaves that
        out).
        """
        pending = self.pending_le_connection
        self.pending_le_connection = None
        if pending is not None:
            self.send_hci_packet(
                hci.HCI_LE_Connection_Complete_Event(
                    status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
                    connection_handle=0,
                    role=hci.Role.CENTRAL,
                    peer_address_type=pending.peer_address.address_type,
                    peer_address=pending.peer_address,
                    connection_interval=0,
                    peripheral_latency=0,
                    supervision_timeout=0,
                    central_clock_accuracy=0,
                )
            )
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


class Air(LocalLink):
    """All controllers in reach of each other.

    Attributes:
        conditions: may be replaced at any time.
    """

    def __init__(self, conditions: RadioConditions) -> None:
        super().__init__()
        self.conditions = conditions
        self._connections: dict[frozenset[bytes], AirConnection[AirController]] = {}
        self._faded_until: dict[bytes, float] = {}

    # Who is there

    def advertiser(self, address: hci.Address):
        """The running advertiser with this address, or None."""
        for controller in self.controllers:
            advertiser = controller.le_legacy_advertiser
            if advertiser.enabled and advertiser.address == address:
                return advertiser
        return None

    @property
    def packets_per_event(self) -> int:
        """Link-layer packets that one side may send in one connection event."""
        return self.conditions.packets_per_event

    def is_faded(self, controller: Controller) -> bool:
        """Whether the controller is out of everybody's reach now."""
        return any(
            self.is_faded_address(address)
            for address in (controller.random_address, controller.public_address)
        )

    def is_faded_address(self, address: hci.Address) -> bool:
        """Whether the device with this address is out of everybody's reach now."""
        return self._faded_until.get(bytes(address), 0.0) > asyncio.get_running_loop().time()

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        """Broadcast, except from and to devices out of reach, and from those that lost their power."""
        if self.is_faded(sender_controller) or sender_controller not in self.controllers:
            return
        super().send_advertising_pdu(sender_controller, packet)

    def send_ll_control_pdu(
        self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu
    ) -> None:
        """Link control between two devices; waits while one is out of reach, is lost when the other is
        gone.
        """
        if self.find_le_controller(receiver_address) is None:
            return
        faded = [a for a in (sender_address, receiver_address) if self.is_faded_address(a)]
        if not faded:
            super().send_ll_control_pdu(sender_address, receiver_address, packet)
            return
        loop = asyncio.get_running_loop()
        until = max(self._faded_until[bytes(address)] for address in faded)
        loop.call_at(until + 0.001, self.send_ll_control_pdu, sender_address, receiver_address, packet)

    def is_congested(self, address: hci.Address) -> bool:
        """Whether the host of this device does not read what its controller has for it; its peer waits."""
        controller = self.find_le_controller(address)
        return isinstance(controller, AirController) and controller.backlog_bytes() > MAX_BACKLOG_BYTES

    # Data

    def send_acl_data(
        self,
        sender_controller: Controller,
        destination_address: hci.Address,
        transport: PhysicalTransport,
        data: bytes,
    ) -> None:
        """Queue one packet for the events of its connection."""
        connection = sender_controller.le_connections.get(destination_address)
        if connection is None or not isinstance(sender_controller, AirController):
            return
        events = self._connections.get(_key(connection))
        if events is not None:
            events.send(sender_controller, destination_address, data)

    def when_sent(self, sender: AirController, connection: Connection, then: Callable[[], None]) -> None:
        """Call `then` once everything that `sender` has handed over for the connection is on the air."""
        events = self._connections.get(_key(connection))
        if events is None:
            then()
        else:
            events.when_sent(sender, then)

    def deliver(self, sender: AirController, destination: hci.Address, packet: bytes) -> None:
        """A packet has been on the air; it arrives now or after the extra latency."""
        connection = sender.le_connections.get(destination)
        if connection is None:
            return
        if sender.delivered is not None:
            sender.delivered(packet)
        receiver = self.find_le_controller(destination)
        if receiver is None:
            return
        source = connection.self_address

        def arrive() -> None:
            if source in receiver.le_connections:
                receiver.on_link_acl_data(source, PhysicalTransport.LE, packet)

        if self.conditions.latency_ms:
            asyncio.get_running_loop().call_later(self.conditions.latency_ms / 1000, arrive)
        else:
            arrive()

    # Life of connections

    def connected(
        self, controller: AirController, event: hci.HCI_LE_Connection_Complete_Event
    ) -> hci.HCI_LE_Connection_Complete_Event:
        """Note a new connection; returns its event with the parameters in force."""
        connection = controller.le_connections[event.peer_address]
        key = _key(connection)
        asked_s = event.supervision_timeout / 100
        if event.role == hci.Role.CENTRAL or key not in self._connections:
            self._connections[key] = AirConnection(self, self.conditions.interval_ms, max(asked_s, 0.1))
        events = self._connections[key]
        return hci.HCI_LE_Connection_Complete_Event(
            status=event.status,
            connection_handle=event.connection_handle,
            role=event.role,
            peer_address_type=event.peer_address_type,
            peer_address=event.peer_address,
            connection_interval=round(events.interval_s * 800),
            peripheral_latency=event.peripheral_latency,
            supervision_timeout=round(events.supervision_s * 100),
            central_clock_accuracy=event.central_clock_accuracy,
        )

    def updated(self, connection: Connection, update: ll.ConnectionUpdateInd) -> None:
        """The central chose other parameters."""
        events = self._connections.get(_key(connection))
        if events is not None:
            events.interval_s = update.interval / 800
            events.supervision_s = update.timeout / 100

    def closed(self, connection: Connection) -> None:
        """One side has left the connection."""
        events = self._connections.pop(_key(connection), None)
        if events is not None:
            events.close()

    # Loss

    def drop_if_alone(self, controller: AirController, connection: Connection) -> None:
        """The peer, which is there, knows nothing of this connection."""
        peer = self.find_le_controller(connection.peer_address)
        is_open = controller.le_connections.get(connection.peer_address) is connection
        if is_open and peer is not None and connection.self_address not in peer.le_connections:
            controller.on_le_disconnected(connection, _REASON_NEVER_BEGAN)

    def cut(self, controller: AirController) -> None:
        """Both sides of all its connections see a supervision timeout at once."""
        for connection in list(controller.le_connections.values()):
            self._lose(controller, connection)

    def _lose(self, controller: AirController, connection: Connection) -> None:
        peer = self.find_le_controller(connection.peer_address)
        if peer is not None:
            mirrored = peer.le_connections.get(connection.self_address)
            if mirrored is not None:
                peer.on_le_disconnected(mirrored, _REASON_TIMEOUT)
        if controller.le_connections.get(connection.peer_address) is connection:
            controller.on_le_disconnected(connection, _REASON_TIMEOUT)

    def fade(self, controller: AirController, seconds: float) -> None:
        """Out of reach for a while: nothing passes, and each connection is lost if that exceeds its
        timeout.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        for address in (controller.random_address, controller.public_address):
            self._faded_until[bytes(address)] = until
        for connection in list(controller.le_connections.values()):
            events = self._connections.get(_key(connection))
            if events is not None and events.supervision_s < seconds:
                loop.call_later(events.supervision_s, self._lose_if_same, controller, connection)

    def _lose_if_same(self, controller: AirController, connection: Connection) -> None:
        if controller.le_connections.get(connection.peer_address) is connection:
            self._lose(controller, connection)

    def unplug(self, controller: AirController) -> None:
        """The controller lost its power: it is gone at once, its peers find out after their supervision
        timeouts.
        """
        loop = asyncio.get_running_loop()
        controller.le_legacy_advertiser.stop()
        controller.pending_le_connection = None
        for connection in list(controller.le_connections.values()):
            events = self._connections.pop(_key(connection), None)
            peer = self.find_le_controller(connection.peer_address)
            mirrored = peer.le_connections.get(connection.self_address) if peer is not None else None
            if events is None or not isinstance(peer, AirController) or mirrored is None:
                continue
            events.close()
            loop.call_later(events.supervision_s, self._peer_notices, peer, mirrored)
        controller.le_connections.clear()
        controller.delivered = None
        self.controllers.discard(controller)

    def _peer_notices(self, peer: AirController, connection: Connection) -> None:
        if peer.le_connections.get(connection.peer_address) is connection:
            peer.on_le_disconnected(connection, _REASON_TIMEOUT)


def _key(connection: Connection) -> frozenset[bytes]:
    return frozenset((bytes(connection.self_address), bytes(connection.peer_address)))
