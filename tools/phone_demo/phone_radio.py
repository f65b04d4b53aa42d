"""The browser's emulated Bluetooth joined to the virtual radio: what the page writes goes to real firmware,
and what that notifies comes back.

The protocol of the browser has no command for a notification. The page's `startNotifications` is therefore
followed by a loop of reads; each is answered with the next notification, and raises the very event that a
notification raises. The page under test knows nothing of it.
"""

import asyncio
import base64
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError
from insole_protocol import ids
from plantigrade.twin.bleak_backend import backend_for
from plantigrade.twin.radio.client import RadioAddress

from tools.phone_demo.devtools import DevTools, DevToolsError, Json, Tab

OK: Final = 0
FAILED: Final = 0x0E
NO_CONNECTION: Final = 0x3E
SCAN_S: Final = 20.0
_CCC: Final = "00002902-0000-1000-8000-00805f9b34fb"
_PROPERTIES: Final = {
    "read": "read",
    "write": "write",
    "notify": "notify",
    "indicate": "indicate",
    "write-without-response": "writeWithoutResponse",
}
PUMP: Final = """
(() => {
  const kind = globalThis.BluetoothRemoteGATTCharacteristic?.prototype;
  if (!kind) return;
  const start = kind.startNotifications;
  kind.startNotifications = async function () {
    const answer = await start.call(this);
    const link = this.service.device.gatt;
    const token = (link.plantigradeToken ??= {});
    const forget = () => { link.plantigradeToken = undefined; };
    link.device.addEventListener("gattserverdisconnected", forget, { once: true });
    (async () => {
      while (link.connected && link.plantigradeToken === token) {
        try { await this.readValue(); } catch { return; }
      }
    })();
    return answer;
  };
})();
"""


@dataclass
class Characteristic:
    """One characteristic as the browser sees it.

    Attributes:
        asked: the page waits for the next value.
    """

    address: str
    uuid: str
    notifies: bool
    asked: bool = False


@dataclass
class Notified:
    """What one insole has notified, in its order over all characteristics, as one radio link keeps it.

    Attributes:
        values: characteristic and value, not yet handed over.
        busy: one is being handed over.
    """

    values: deque[tuple[str, bytes]] = field(default_factory=deque[tuple[str, bytes]])
    busy: bool = False


class PhoneRadio:
    """The phone's radio.

    Args:
        radio: the virtual radio, with the phone's own bonds.
        pair: whether the phone pairs by itself, as a person who confirms it would.

    Attributes:
        devices: found insoles by address.
        clients: connections by address.
        most_waiting: the longest that notifications queued up.
        written, notified: how many values.
        refuse_connections: how many of the next connections fail.
    """

    def __init__(self, radio: RadioAddress, pair: bool = True) -> None:
        self._scanner, self._client = backend_for(radio)
        self._pair = pair
        self._tools: DevTools | None = None
        self._characteristics: dict[str, Characteristic] = {}
        self._notified_by: dict[str, Notified] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._wanted = ""
        self._chosen: set[str] = set()
        self.devices: dict[str, tuple[BLEDevice, Any]] = {}
        self.clients: dict[str, BleakClient] = {}
        self.most_waiting = self.written = self.notified = 0
        self.refuse_connections = 0

    async def look(self, count: int) -> list[str]:
        """The addresses of the insoles in reach, once there are so many.

        Raises:
            TimeoutError: there are fewer.
        """
        enough = asyncio.Event()

        def heard(device: BLEDevice, data: Any) -> None:
            if ids.SERVICE_UUID in data.service_uuids and data.local_name:
                self.devices[device.address] = device, data
                if len(self.devices) >= count:
                    enough.set()

        async with BleakScanner(heard, [ids.SERVICE_UUID], backend=self._scanner), asyncio.timeout(SCAN_S):
            await enough.wait()
        return sorted(self.devices, key=lambda address: (self.devices[address][1].local_name, address))

    async def join(self, tools: DevTools, tab: Tab) -> None:
        """Stand for the radio of a browser, whose page `tab` is."""
        self._tools = tools
        self._characteristics.clear()
        self._notified_by.clear()
        browser = tools.browser
        await tab.send("Page.addScriptToEvaluateOnNewDocument", source=PUMP)
        await tab.send("DeviceAccess.enable")
        tab.on["DeviceAccess.deviceRequestPrompted"] = lambda event: self._do(self._choose(tab, event))
        browser.on["BluetoothEmulation.gattOperationReceived"] = lambda event: self._do(self._gatt(event))
        browser.on["BluetoothEmulation.characteristicOperationReceived"] = lambda event: self._do(
            self._operation(event)
        )
        await browser.send("BluetoothEmulation.enable", state="powered-on", leSupported=True)
        for address, (_, data) in self.devices.items():
            await browser.send(
                "BluetoothEmulation.simulatePreconnectedPeripheral",
                address=address,
                name=data.local_name,
                manufacturerData=[
                    {"key": key, "data": _text(value)} for key, value in data.manufacturer_data.items()
                ],
                knownServiceUuids=[ids.SERVICE_UUID],
            )

    def choose(self, address: str) -> None:
        """The insole that the person will tap next."""
        self._wanted = address

    async def part(self) -> None:
        """The browser has gone: its connections end."""
        self._tools = None
        for client in [*self.clients.values()]:
            try:
                await client.disconnect()
            except BleakError:
                continue
        self.clients.clear()
        for task in self._tasks:
            task.cancel()

    def _do(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, DevToolsError):
            raise error

    async def _choose(self, tab: Tab, event: Json) -> None:
        # A prompt is told once more for each device; answered twice it ends the browser.
        if event["id"] not in self._chosen and any(one["id"] == self._wanted for one in event["devices"]):
            self._chosen.add(event["id"])
            await tab.send("DeviceAccess.selectPrompt", id=event["id"], deviceId=self._wanted)

    async def _send(self, method: str, **parameters: Any) -> Json:
        if self._tools is None:
            raise DevToolsError("no browser")
        return await self._tools.browser.send(f"BluetoothEmulation.{method}", **parameters)

    async def _gatt(self, event: Json) -> None:
        address, code = event["address"], OK
        if event["type"] == "connection":
            code = OK if await self._connect(address) else NO_CONNECTION
        elif event["type"] == "disconnection" and (client := self.clients.pop(address, None)):
            await client.disconnect()
        await self._send("simulateGATTOperationResponse", address=address, type=event["type"], code=code)

    async def _connect(self, address: str) -> bool:
        if self.refuse_connections:
            self.refuse_connections -= 1
            return False
        client = BleakClient(
            self.devices[address][0],
            backend=self._client,
            disconnected_callback=lambda _: self._do(self._gone(address, client)),
        )
        try:
            await client.connect()
            if self._pair:
                await client.pair()
        except (BleakError, TimeoutError):
            return False
        self.clients[address] = client
        for service in client.services:
            made = await self._send("addService", address=address, serviceUuid=service.uuid)
            for characteristic in service.characteristics:
                await self._add(address, made["serviceId"], characteristic)
        return True

    async def _add(self, address: str, service: str, found: Any) -> None:
        properties = {_PROPERTIES[name]: True for name in found.properties if name in _PROPERTIES}
        notifies = bool(properties.keys() & {"notify", "indicate"})
        if notifies:
            properties["read"] = True
        made = await self._send(
            "addCharacteristic", serviceId=service, characteristicUuid=found.uuid, properties=properties
        )
        key = made["characteristicId"]
        self._characteristics[key] = Characteristic(address, found.uuid, notifies)
        if notifies:
            await self._send("addDescriptor", characteristicId=key, descriptorUuid=_CCC)

    async def _gone(self, address: str, client: BleakClient) -> None:
        """The link broke: pending reads end first, or the browser waits for them for ever."""
        if self.clients.get(address) is client:
            del self.clients[address]
        self._notified_by.pop(address, None)
        for key, one in self._characteristics.items():
            if one.address == address and one.asked:
                one.asked = False
                await self._answer(key, "read", FAILED)
        await self._send("simulateGATTDisconnection", address=address)

    async def _operation(self, event: Json) -> None:
        key, kind = event["characteristicId"], event["type"]
        one = self._characteristics[key]
        client = self.clients.get(one.address)
        if client is None:
            await self._answer(key, kind, FAILED)
            return
        try:
            if kind == "write":
                self.written += 1
                with_response = event.get("writeType") != "write-without-response"
                await client.write_gatt_char(
                    one.uuid, base64.b64decode(event["data"]), response=with_response
                )
                await self._answer(key, kind, OK)
            elif kind == "subscribe-to-notifications":
                await client.start_notify(one.uuid, lambda _, value: self._notified(key, bytes(value)))
                await self._answer(key, kind, OK)
            elif kind == "read" and one.notifies:
                one.asked = True
                await self._pump(one.address)
            elif kind == "read":
                await self._answer(key, kind, OK, bytes(await client.read_gatt_char(one.uuid)))
            else:
                await self._answer(key, kind, OK)
        except BleakError:
            await self._answer(key, kind, FAILED)

    def _notified(self, key: str, value: bytes) -> None:
        one = self._characteristics.get(key)
        if one is None or one.address not in self.clients:
            return
        notified = self._notified_by.setdefault(one.address, Notified())
        notified.values.append((key, value))
        self.most_waiting = max(self.most_waiting, len(notified.values))
        if one.asked:
            self._do(self._pump(one.address))

    async def _pump(self, address: str) -> None:
        """Hand over what was notified as long as the page waits for the next in order."""
        notified = self._notified_by.get(address)
        if notified is None or notified.busy:
            return
        notified.busy = True
        try:
            while notified.values and self._characteristics[notified.values[0][0]].asked:
                key, value = notified.values.popleft()
                self._characteristics[key].asked = False
                self.notified += 1
                await self._answer(key, "read", OK, value)
        finally:
            notified.busy = False

    async def _answer(self, key: str, kind: str, code: int, data: bytes | None = None) -> None:
        more = {} if data is None else {"data": _text(data)}
        await self._send(
            "simulateCharacteristicOperationResponse", characteristicId=key, type=kind, code=code, **more
        )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
