"""What fetching the log costs the live view, and how fast it goes, on a virtual insole with real firmware.

    python -m tools.measure_backfill

Over the virtual radio: the age of live frames on arrival, without and with a transfer from the log going on
and the rate of that transfer as a share of what the radio carries (packets of 244 bytes, so many each
connection event). Over the virtual USB port: the rate of a transfer as a share of what full-speed USB carries
at most, or of what an interpreter pushes through the virtual port when it does nothing but write, if that is
less. A busy computer shows in all of these figures.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from insole_protocol import ids
from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.bridge.session import Session, SessionPolicy
from plantigrade.bridge.slot_ranges import SlotRange
from plantigrade.firmware_image.build import build_firmware
from plantigrade.link.base import Channel, Link
from plantigrade.link.ble import BleLink
from plantigrade.link.discovery import Radio, scan
from plantigrade.link.usb import UsbLink
from plantigrade.twin import central
from plantigrade.twin.bleak_backend import backend_for
from plantigrade.twin.board import VirtualBoard
from plantigrade.twin.board_spec import BoardSpec
from plantigrade.twin.body import load_walk, write_feed
from plantigrade.twin.electrical import FrontEnd
from plantigrade.twin.pair import VirtualPair
from plantigrade.twin.radio.conditions import RadioConditions

SIDES = ("left", "right")
VALUE_BYTES = 244
USB_FULL_SPEED_BYTES_PER_S = 19 * 64 * 1000
"""19 bulk packets of 64 bytes fit into a frame of 1 ms (USB 2.0 specification, table 5-9)."""
LATENCY_BAR_MS = 300.0
RATE_BAR = 0.7
RAW_CHUNK = 128
RAW_PIECES = 500
RAW_WRITER = """
import sys
data = memoryview(bytes(65 + n % 26 for n in range({chunk})))
line = sys.stdin.buffer.readline
while True:
    for _ in range(int(line())):
        sys.stdout.buffer.write(data)
"""
"""Firmware that does nothing but write: pieces as long as those of `insole/usb.py`, how many a line says."""


@dataclass(frozen=True)
class Latency:
    """Ages of the newest frame of live records on arrival, in ms."""

    p50_ms: float
    p99_ms: float
    max_ms: float
    records: int


@dataclass(frozen=True)
class Rate:
    """A transfer from the log: bytes a second that came, what the link carries, and the share."""

    bytes_per_s: float
    limit_bytes_per_s: float
    share: float
    log_share: float


@dataclass(frozen=True)
class Figures:
    """What was measured; `load` is the computer's at the end."""

    live_alone: Latency
    live_with_backfill: Latency
    ble: Rate
    usb: Rate
    load: float

    @property
    def met(self) -> bool:
        """Whether it is as good as promised."""
        shares = (self.ble.log_share, self.usb.share)
        return self.live_with_backfill.p99_ms < LATENCY_BAR_MS and min(shares) >= RATE_BAR


class Listener:
    """Counts what a session's link brings, by channel, and how old live frames are."""

    def __init__(self, link: Link, board: VirtualBoard | None, insole: Insole) -> None:
        self.bytes_by_channel = dict.fromkeys(Channel, 0)
        self.ages_ms: list[float] = []
        self._board = board
        take = link.on_message

        def counted(channel: Channel, message: bytes, arrival_ns: int) -> None:
            self.bytes_by_channel[channel] += len(message)
            take(channel, message, arrival_ns)

        link.on_message = counted
        insole.on_frames.append(lambda _, stamped: self._age(stamped))

    def _age(self, stamped: StampedFrames) -> None:
        frames = stamped.frames
        if self._board is not None and not frames.late:
            taken_ns = self._board.true_clock().host_monotonic_ns(float(frames.device_us[-1]))
            self.ages_ms.append((frames.arrival_ns - taken_ns) * 1e-6)

    def latency(self) -> Latency:
        """Of all live records since the last call."""
        ages, self.ages_ms = np.array(self.ages_ms), []
        p50, p99 = np.percentile(ages, [50, 99])
        return Latency(round(float(p50), 1), round(float(p99), 1), round(float(ages.max()), 1), len(ages))


async def fetch_for(session: Session, seconds: float, wanted: SlotRange) -> float:
    """Fetch a range of the log again and again for so long; the seconds that it took."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        await session.read_log(wanted)
    return time.monotonic() - began


@asynccontextmanager
async def connected(
    link: Link, board: VirtualBoard | None, policy: SessionPolicy
) -> AsyncGenerator[tuple[Session, Listener]]:
    """A session that runs on a link, and what it hears."""
    insole = Insole(link.name)
    await link.open()
    try:
        session = Session(link, insole, policy)
        listener = Listener(link, board, insole)
        await session.start()
        running = asyncio.create_task(session.run())
        try:
            yield session, listener
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    finally:
        await link.close()


async def over_the_air(pair: VirtualPair, seconds: float) -> tuple[Latency, Latency, Rate]:
    """Live latency alone and with a transfer, and the transfer's rate."""
    board = pair.boards["left"]
    conditions = pair.air.conditions
    radio = Radio(*backend_for(pair.radio), virtual=True)
    async with central.using(central.central_at(pair.radio)):
        address = board.spec.radio_address
        found = await scan(10, radio, lambda seen: address in seen)
        link = BleLink(found[address].device, backend=radio.client)
        policy = SessionPolicy(mode=None, fill_gaps=False)
        async with connected(link, board, policy) as (session, listener):
            log = await session.fetch_log_info()
            # What was logged without a host is fetched: records of live mode are short and fill packets less.
            await session.command_client.ask(ids.OP_SET_MODE, ids.MODE_LIVE)
            await asyncio.sleep(2)
            listener.latency()
            await asyncio.sleep(seconds)
            alone = listener.latency()
            before = link.counters.bytes_received
            log_before = listener.bytes_by_channel[Channel.LOG]
            took_s = await fetch_for(session, seconds, SlotRange(log.oldest_seq, log.next_seq))
            during = listener.latency()
            came = link.counters.bytes_received - before
            log_bytes = listener.bytes_by_channel[Channel.LOG] - log_before
    limit = VALUE_BYTES * conditions.packets_per_event / conditions.interval_ms * 1000
    return alone, during, rate(came / took_s, log_bytes / took_s, limit)


async def over_usb(pair: VirtualPair, seconds: float, folder: Path) -> Rate:
    """The rate of a transfer over the port, and of an interpreter that only writes.

    The host is a process of its own here, as in real life: this one empties the twin's port.
    """
    port = pair.boards["right"].serial_port
    texts = [sys.executable, "-m", "tools.measure_backfill", "--seconds", str(seconds), "--port", port]
    host = await asyncio.create_subprocess_exec(*texts, stdout=asyncio.subprocess.PIPE)
    shown_text, _ = await host.communicate()
    if host.returncode:
        raise RuntimeError("the host on the USB port failed")
    came, log = json.loads(shown_text)
    limit = min(USB_FULL_SPEED_BYTES_PER_S, await raw_port_rate(seconds, folder))
    return rate(came, log, limit)


async def fetch_from_port(port: str, seconds: float) -> tuple[float, float]:
    """Bytes a second that a transfer brings over a port: all of them, and those of the log's messages."""
    link = UsbLink(port)
    policy = SessionPolicy(mode=None, stream=False, fill_gaps=False)
    async with connected(link, None, policy) as (session, listener):
        before, log_before = link.counters.bytes_received, listener.bytes_by_channel[Channel.LOG]
        log = await session.fetch_log_info()
        took_s = await fetch_for(session, seconds, SlotRange(log.oldest_seq, log.next_seq))
        came = link.counters.bytes_received - before
        log_bytes = listener.bytes_by_channel[Channel.LOG] - log_before
    return came / took_s, log_bytes / took_s


def rate(came: float, log: float, limit: float) -> Rate:
    """Rounded for reading."""
    return Rate(round(came), round(limit), round(came / limit, 3), round(log / limit, 3))


async def raw_port_rate(seconds: float, folder: Path) -> float:
    """Bytes a second of an interpreter that only writes to the port of a virtual board."""
    files = dict(build_firmware().files())
    files.pop("boot.py", None)
    files["main.py"] = RAW_WRITER.format(chunk=RAW_CHUNK).encode()
    async with VirtualBoard(BoardSpec("left", "0a50477a3f09"), folder, iter(files.items())) as board:
        port = os.open(board.serial_port, os.O_RDWR | os.O_NOCTTY)
        try:
            return await asyncio.to_thread(_read_for, port, seconds)
        finally:
            os.close(port)


def _read_for(port: int, seconds: float) -> float:
    """Ask for pieces and take them, so many at a time, for so long."""
    came = 0
    _take(port, RAW_PIECES)  # once, until the interpreter is up
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        came += _take(port, RAW_PIECES)
    return came / (time.monotonic() - began)


def _take(port: int, pieces: int) -> int:
    os.write(port, b"%d\n" % pieces)
    left = pieces * RAW_CHUNK
    while left:
        left -= len(os.read(port, min(left, 65536)))
    return pieces * RAW_CHUNK


async def measure(seconds: float, log_s: float, on_step: Callable[[str], None]) -> Figures:
    """Run a virtual pair for a while and measure."""
    with tempfile.TemporaryDirectory(prefix="plantigrade-backfill-") as name:
        folder = Path(name)
        walk = load_walk()
        feeds = [folder / f"{side}.bin" for side in SIDES]
        for seed, (side, feed) in enumerate(zip(SIDES, feeds, strict=True)):
            write_feed(feed, FrontEnd(seed).counts(getattr(walk, side), walk.rate_hz), walk.rate_hz)
        conditions = RadioConditions(interval_ms=30)
        async with VirtualPair(feeds[0], feeds[1], conditions, directory=folder / "twin") as pair:
            on_step(f"filling the logs for {log_s:g} s")
            await asyncio.sleep(log_s)
            on_step("over the air")
            alone, during, ble = await over_the_air(pair, seconds)
            on_step("over USB")
            usb = await over_usb(pair, seconds, folder / "raw")
        return Figures(alone, during, ble, usb, round(os.getloadavg()[0], 1))


def report(figures: Figures) -> str:
    """The figures as text."""
    alone, during, ble, usb = figures.live_alone, figures.live_with_backfill, figures.ble, figures.usb
    return "\n".join(
        [
            f"age of live frames alone   p50 {alone.p50_ms} p99 {alone.p99_ms} max {alone.max_ms} ms",
            f"age in a log transfer      p50 {during.p50_ms} p99 {during.p99_ms} max {during.max_ms} ms",
            f"Bluetooth {ble.bytes_per_s / 1e3:.1f} kB/s of {ble.limit_bytes_per_s / 1e3:.1f}:"
            f" {ble.share:.0%}, records of the log alone {ble.log_share:.0%}",
            f"USB {usb.bytes_per_s / 1e3:.1f} kB/s of {usb.limit_bytes_per_s / 1e3:.1f}: {usb.share:.0%},"
            f" records of the log alone {usb.log_share:.0%}",
            f"load of the computer {figures.load}",
        ]
    )


def main(texts: list[str] | None = None) -> int:
    """Print the figures; 1 when they fall short."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=30.0, help="of each measurement")
    parser.add_argument("--log-seconds", type=float, default=120.0, help="of walking in the logs before")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--port", help="only fetch from this port, and print the two rates")
    options = parser.parse_args(texts)
    if options.port:
        print(json.dumps(asyncio.run(fetch_from_port(options.port, options.seconds))))
        return 0
    figures = asyncio.run(
        measure(options.seconds, options.log_seconds, lambda text: print(text, file=sys.stderr))
    )
    print(json.dumps(asdict(figures), indent=2) if options.json else report(figures))
    return 0 if figures.met else 1


if __name__ == "__main__":
    sys.exit(main())
