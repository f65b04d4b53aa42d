"""Inside the virtual machine: both insoles over unmodified bleak and BlueZ. Prints one line of JSON.

Scan, connect, pair, stream for some seconds; disconnect; connect again, now with the bond, and stream again.
Arguments: seconds of stream. Nothing of ours runs here but the protocol package.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field

from bleak import BleakClient, BleakScanner
from bleak.backends.device import BLEDevice
from insole_protocol import decoder, gap_reasons, host_messages, ids
from insole_protocol.fragments import Fragmenter, Reassembler

_REPLY_TIMEOUT_S = 10.0
_SCAN_TIMEOUT_S = 30.0


@dataclass
class Heard:
    """What one connection brought."""

    name: str
    round: int
    connect_s: float = 0.0
    pair_s: float = 0.0
    mtu: int = 0
    frames: int = 0
    late: int = 0
    lost: int = 0
    never_recorded: dict[str, int] = field(default_factory=lambda: dict[str, int]())
    first_seq: int = -1
    next_seq: int = -1
    broken: dict[str, int] = field(default_factory=lambda: dict[str, int]())


class PlainInsole:
    """An insole by hand: three characteristics, fragments, blocks, and the log for what the stream left out.

    The stream gives way when the host is slow, which a machine in emulation may well be; the log does not.
    """

    def __init__(self, client: BleakClient, heard: Heard) -> None:
        self._client = client
        self.heard = heard
        self._fragmenter = Fragmenter()
        self._control = Reassembler()
        self._stream = Reassembler()
        self._log = Reassembler()
        self._gaps: list[tuple[int, int]] = []
        self._log_ended = asyncio.Event()
        self._replies: asyncio.Queue[host_messages.Reply] = asyncio.Queue()

    async def open(self) -> None:
        """Subscribe and say hello."""
        await self._client.start_notify(ids.CONTROL_UUID, lambda _, value: self._on_control(value))
        await self._client.start_notify(ids.STREAM_UUID, lambda _, value: self._on_stream(value))
        await self._client.start_notify(ids.LOG_UUID, lambda _, value: self._on_log(value))
        await self.ask(ids.OP_HELLO, ids.LOWEST_VERSION, ids.HIGHEST_VERSION)

    async def ask(self, op: int, *arguments: int) -> host_messages.Reply:
        """One command and its reply; raises ReplyError when it is refused."""
        message = host_messages.build_command(op, 1, *arguments)
        for value in host_messages.fragment_values(self._fragmenter, message, 20):
            await self._client.write_gatt_char(ids.CONTROL_UUID, value, response=True)
        reply = await asyncio.wait_for(self._replies.get(), _REPLY_TIMEOUT_S)
        return reply.check()

    def _on_control(self, value: bytearray) -> None:
        message = self._control.feed(value)
        if message is not None:
            self._replies.put_nowait(host_messages.parse_reply(message))

    def _on_stream(self, value: bytearray) -> None:
        record = self._stream.feed(value)
        if record is None:
            return
        header = decoder.decode_block(record).header
        heard = self.heard
        if heard.next_seq < 0:
            heard.first_seq = header.seq
        else:
            heard.lost += header.seq - heard.next_seq
            if header.seq > heard.next_seq:
                self._gaps.append((heard.next_seq, header.seq))
        heard.frames += header.frames
        heard.next_seq = header.end_seq
        heard.broken = dict(self._stream.errors)

    def _on_log(self, value: bytearray) -> None:
        message = self._log.feed(value)
        if message is None:
            return
        found = host_messages.parse_log_message(message)
        if found.kind == ids.LOG_END:
            self._log_ended.set()
        elif found.kind == ids.LOG_GAP:
            first, end, reason = found.fields
            reported = self.heard.never_recorded
            name = gap_reasons.find(reason).title
            reported[name] = reported.get(name, 0) + end - first
        elif found.kind == ids.LOG_BLOCK:
            for record in found.records:
                header = decoder.decode_block(record).header
                for first, end in self._gaps:
                    slots = min(end, header.end_seq) - max(first, header.seq)
                    self.heard.late += max(0, slots)
                    self.heard.lost -= max(0, slots)

    async def fill_gaps(self) -> None:
        """Fetch from the log what the stream left out."""
        for first, end in self._gaps:
            self._log_ended.clear()
            await self.ask(ids.OP_LOG_READ, first, end, 0)
            await asyncio.wait_for(self._log_ended.wait(), _REPLY_TIMEOUT_S)


async def find(count: int) -> list[BLEDevice]:
    """The insoles in reach, by their service."""
    found: dict[str, BLEDevice] = {}
    async with asyncio.timeout(_SCAN_TIMEOUT_S), BleakScanner(service_uuids=[ids.SERVICE_UUID]) as scanner:
        async for device, data in scanner.advertisement_data():
            if data.local_name:
                found[device.address] = device
            if len(found) == count:
                break
    return sorted(found.values(), key=lambda device: device.address)


async def stream(devices: list[BLEDevice], seconds: float, number: int) -> list[Heard]:
    """Connect to all, stream from all at once, disconnect."""
    insoles: list[PlainInsole] = []
    clients: list[BleakClient] = []
    for device in devices:
        heard = Heard(device.name or "", number)
        started = time.monotonic()
        client = BleakClient(device)
        await client.connect()
        heard.connect_s = time.monotonic() - started
        if number == 1:
            started = time.monotonic()
            await client.pair()
            heard.pair_s = time.monotonic() - started
        insole = PlainInsole(client, heard)
        await insole.open()
        heard.mtu = client.mtu_size
        insoles.append(insole)
        clients.append(client)
    for insole in insoles:
        await insole.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
        await insole.ask(ids.OP_STREAM, 1)
    await asyncio.sleep(seconds)
    for insole in insoles:
        await insole.ask(ids.OP_STREAM, 0)
        await insole.fill_gaps()
    for client in clients:
        await client.disconnect()
    return [insole.heard for insole in insoles]


async def main() -> None:
    """Two rounds."""
    seconds = float(sys.argv[1])
    started = time.monotonic()
    devices = await find(2)
    scan_s = time.monotonic() - started
    rounds = await stream(devices, seconds, 1) + await stream(devices, min(3.0, seconds), 2)
    print("RESULT " + json.dumps({"scan_s": scan_s, "connections": [asdict(heard) for heard in rounds]}))


if __name__ == "__main__":
    asyncio.run(main())
