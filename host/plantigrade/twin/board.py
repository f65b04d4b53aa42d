"""One virtual board: its folder, its power, its resets, and what happens to it while it runs.

The board's folder holds `board.json` (for the interpreter), `flash.bin` (`flash_file`) and `card.bin` (its SD
NAND). Flash survives everything; a factory-new board gets the built firmware.
"""

import asyncio
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from plantigrade.errors import PlantigradeError
from plantigrade.firmware_image.build import build_twin_chip, littlefs_image
from plantigrade.firmware_image.partition_table import partition_table
from plantigrade.twin.board_spec import BoardSpec, Feed, RadioEnd, make_card
from plantigrade.twin.clock import ClockRule, ClockTruth
from plantigrade.twin.deep_sleep import DeepSleep
from plantigrade.twin.flash_file import FLASH_NAME, MIB, FlashFile
from plantigrade.twin.serial_port import FRIENDLY_PROMPT, SerialPort

log = logging.getLogger(__name__)

# What the virtual chip takes, which is ROM and registers on a real one: 141 KB once loaded, and what it needs
# to talk to the radio while it runs. The firmware alone is held to its share in tests/firmware/test_heap.py.
CHIP_HEAP = 184 * 1024
_MAX_CRASHES = 3
_REMOVE_THE_FOLDER = (
    "that this board has, so made by another version: remove the folder, and a factory-new board takes its "
    "place"
)
_FORMER_FLASH = "vfs.bin"  # once there was a file for each partition
_PIPES = ("wake", "kick", "control", "events")


class BoardError(PlantigradeError):
    """A virtual board did not do what was asked."""


@dataclass
class BoardState:
    """What has happened to a board so far.

    Attributes:
        powered: whether it has power; False too after power failed at a write.
        boots: how often it came as far as its own scripts.
        resets: causes of restarts but power-on: hard, watchdog, deepsleep, soft, soft-raw (from its prompt).
        crashes: of the interpreter itself, which is a defect.
        chip_heap_bytes: what the virtual chip took of the interpreter's heap at the last boot.
        led_lit: whether its LED is lit.
        blinks: how often it has lit up.
    """

    powered: bool = False
    boots: int = 0
    resets: list[str] = field(default_factory=lambda: list[str]())
    crashes: int = 0
    chip_heap_bytes: int = 0
    led_lit: bool = False
    blinks: int = 0


class VirtualBoard:
    """A board under supervision; an asynchronous context manager that powers it on and, at the end, off.

    Args:
        spec: what it is made of.
        folder: its own folder; created, or used again with the flash it holds.
        files: for a factory-new board: path and content of everything in its file system.
        radio: where its radio is.
        feed: what its sensors measure.

    Attributes:
        flash: its flash, for whoever holds the chip in hand; not while it runs.
        serial_port: path of the pseudo-terminal.
        state: what has happened so far.
    """

    def __init__(
        self,
        spec: BoardSpec,
        folder: Path,
        files: Iterator[tuple[str, bytes]],
        radio: RadioEnd | None = None,
        feed: Feed | None = None,
    ) -> None:
        self.spec = spec
        self.folder = folder
        self.flash = FlashFile(folder / FLASH_NAME)
        self._make_flash(files)
        self.state = BoardState()
        self.serial = SerialPort()
        self.serial_port = self.serial.path
        self._radio = radio or RadioEnd()
        self._feed = feed or Feed()
        self._chip = build_twin_chip()
        self._clock = ClockTruth()
        self._clock_restarts = True
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._pipes: dict[str, int] = {}
        self._events = b""
        self._wanted: str | None = None  # reset that the board asked for
        self._sleep: DeepSleep | None = None  # that the board asked for, or is in
        self._cut_after = (0, False)
        self._power_ons = 0
        self._changed = asyncio.Condition()
        self._notifying: set[asyncio.Future[None]] = set()

    def _make_flash(self, files: Iterator[tuple[str, bytes]]) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.flash.path
        if not path.exists():
            if (self.folder / _FORMER_FLASH).exists():
                raise BoardError(
                    f"{self.folder}: holds a file for each partition, not the one flash {_REMOVE_THE_FOLDER}"
                )
            self.flash.make_blank(self.spec.flash_mib)
            self._write_at_the_factory(files)
        elif self.flash.size != self.spec.flash_mib * MIB:
            raise BoardError(f"{path}: not the flash of {self.spec.flash_mib} MiB {_REMOVE_THE_FOLDER}")

        if self.spec.card_sectors:
            make_card(self.folder, self.spec.card_sectors)

    def _write_at_the_factory(self, files: Iterator[tuple[str, bytes]]) -> None:
        self.flash.write_table(partition_table(self.spec.flash_mib))
        self.flash.write("vfs", littlefs_image(files, self.flash.row("vfs").blocks))

    # Power

    async def __aenter__(self) -> "VirtualBoard":
        """Power on."""
        await self.power_on()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Power off and leave the serial port."""
        await self.power_cut()
        self.serial.close()

    @property
    def pid(self) -> int | None:
        """Process id of the interpreter, while it runs."""
        return self._process.pid if self._process is not None else None

    async def power_on(self) -> None:
        """Switch on; nothing happens when it is on."""
        if self.state.powered:
            return
        self.state.powered = True
        self._power_ons += 1
        await self._boot("power")
        self._watch = asyncio.create_task(self._supervise())

    async def power_cut(self) -> None:
        """Take the power away, now; flash keeps what was written."""
        self.state.powered = False
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
        if self._process is not None:
            _kill(self._process)
            await self._process.wait()
            self._ended()
        await self._notify_changed()

    def cut_power_at_write(self, after: int, torn: bool) -> None:
        """Lose power at the `after`-th write or erase of flash from now (1: the next), left out or half
        done.
        """
        self._cut_after = (after, torn)
        if self._process is not None:
            self._request(f"cut {after} {int(torn)}")

    # From outside, while it runs

    def set_battery(self, millivolts: int) -> None:
        """Change the battery's voltage."""
        self._request(f"battery {millivolts}")

    def set_pin(self, number: int, level: int) -> None:
        """Drive an input pin (button, charger); one that the chip watches in its sleep wakes it."""
        if self._process is None and self._sleep is not None:
            self._sleep.set_pin(number, level)
            return
        self._request(f"pin {number} {level}")

    def set_clock(self, drift_ppm: float, step_us: int = 0) -> None:
        """From now on another drift, after a step of the device's clock."""
        self._request(f"clock {round(drift_ppm * 1000)} {step_us}")

    def true_clock(self) -> ClockTruth:
        """What its clock showed and shows; grows with each reset."""
        return self._clock

    async def wait_until(self, condition: Callable[[BoardState], bool], timeout_s: float = 10.0) -> None:
        """Wait until the board's state fulfils a condition; it is looked at after each change.

        Raises:
            BoardError: it did not happen in time.
        """
        try:
            async with self._changed:
                await asyncio.wait_for(self._changed.wait_for(lambda: condition(self.state)), timeout_s)
        except TimeoutError:
            raise BoardError(
                f"{self.spec.side} board: waited {timeout_s:g} s in vain; {self.state}"
            ) from None

    def _request(self, line: str) -> None:
        if self._process is None:
            raise BoardError(f"{self.spec.side} board is off")
        os.write(self._pipes["control_out"], line.encode() + b"\n")

    # One run of the interpreter

    async def _boot(self, cause: str) -> None:
        inner = self.serial.open_inner()
        raw_again = cause == "soft-raw"
        for name in _PIPES:
            self._pipes[f"{name}_in"], self._pipes[f"{name}_out"] = os.pipe()
        child_ends = {
            "wake_in": self._pipes["wake_in"],
            "wake_out": self._pipes["wake_out"],
            "kick_in": self._pipes["kick_in"],
            "kick_out": self._pipes["kick_out"],
            "control": self._pipes["control_in"],
            "events": self._pipes["events_out"],
        }
        self._write_settings(cause.split("-")[0], child_ends, run_main=not raw_again)
        self._events = b""
        os.set_blocking(self._pipes["events_in"], False)
        asyncio.get_running_loop().add_reader(self._pipes["events_in"], self._on_events)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "plantigrade.twin.board_process",
            str(self.spec.heap + CHIP_HEAP),
            str(self._chip.folder / "boot.py"),
            stdin=inner,
            stdout=inner,
            stderr=inner,
            pass_fds=tuple(child_ends.values()),
            env={**os.environ, "PLANTIGRADE_BOARD": str(self.folder)},
        )
        os.close(inner)
        for name in ("wake_in", "wake_out", "kick_in", "kick_out", "control_in", "events_out"):
            os.close(self._pipes.pop(name))
        self._wanted, self.state.led_lit = None, False
        if raw_again:
            self.serial.swallow(FRIENDLY_PROMPT, lambda: self.serial.type(b"\x01"))
        await self._notify_changed()

    def _write_settings(self, cause: str, pipes: dict[str, int], run_main: bool) -> None:
        if cause == "soft" and self._clock.rules:
            last = self._clock.rules[-1]
            clock = {"origin_us": last.origin_us, "offset_us": last.offset_us, "drift_ppb": last.drift_ppb}
        else:
            clock = {
                "origin_us": time.monotonic_ns() // 1000,
                "offset_us": self.spec.clock_offset_us,
                "drift_ppb": round(self.spec.drift_ppm * 1000),
            }
        after, torn = self._cut_after
        self._cut_after = (0, False)
        values = {
            "pipes": pipes,
            "clock": clock,
            "reset_cause": cause,
            "run_main": run_main,
            "unique_id": self.spec.unique_id,
            "imu": self.spec.imu,
            "card_sectors": self.spec.card_sectors,
            "chip": self.spec.chip.as_settings(),
            "battery_mv": self.spec.battery_mv,
            "flash": FLASH_NAME,
            "cut": {"after": after, "torn": torn},
            "radio": {
                "host": "127.0.0.1",
                "port": self._radio.port,
                "token": self._radio.token,
                "side": self.spec.side,
                "address": self.spec.radio_address,
            },
            "feed": {
                "file": str(self._feed.file) if self._feed.file else None,
                "start_us": self._feed.start_ns // 1000,
                "loop": self._feed.loop,
            },
        }
        path = self.folder / "board.json"
        path.touch(mode=0o600)
        path.write_text(json.dumps(values))

    def _on_events(self) -> None:
        try:
            data = os.read(self._pipes["events_in"], 4096)
        except (BlockingIOError, KeyError):
            return
        if not data:
            asyncio.get_running_loop().remove_reader(self._pipes["events_in"])
            return
        *lines, self._events = (self._events + data).split(b"\n")
        for line in lines:
            self._on_event(line.decode("ascii", "replace").split())

    def _on_event(self, fields: list[str]) -> None:
        match fields:
            case ["clock", origin, offset, drift]:
                rule = ClockRule(
                    int(origin), int(offset), int(drift), len(self.state.resets) + self._power_ons
                )
                self._clock.rules.append(rule)
                self._notice()
            case ["booted", heap]:
                self.state.chip_heap_bytes = int(heap)
                self.state.boots += 1
                self._notice()
            case ["reset", kind, *rest]:
                self._wanted = kind
                self._sleep = DeepSleep(int(rest[0]) / 1000, rest[1:], self._feed) if rest else None
                if self._process is not None:
                    _kill(self._process)
            case ["led", level]:
                self.state.led_lit = level == "1"
                self.state.blinks += self.state.led_lit
                self._notice()
            case ["interrupt"]:
                self.serial.type(b"\x03")
            case _:
                log.warning("%s board: unknown event %s", self.spec.side, fields)

    async def _supervise(self) -> None:
        """Restart the interpreter as a chip restarts, until the power is gone."""
        while self.state.powered:
            assert self._process is not None
            code = await self._process.wait()
            self._on_events()
            raw = self.serial.raw_repl
            self._ended()
            cause = self._cause(code, raw)
            if cause == "off":
                self.state.powered = False
                await self._notify_changed()
                return
            self.state.resets.append(cause)
            if cause == "deepsleep" and self._sleep is not None:
                await self._notify_changed()
                await self._sleep.wait()
                self._sleep = None
            if cause.startswith("soft"):
                self.serial.print(b"MPY: soft reboot\r\n")
            await self._boot(cause)

    def _cause(self, code: int, raw: bool) -> str:
        """Why the interpreter ended: a reset's name, or "off"."""
        if self._wanted is not None:
            return self._wanted
        if code == -signal.SIGKILL:
            return "off"  # power failed at a write
        if code >= 0:
            return "soft-raw" if raw else "soft"
        self.state.crashes += 1
        log.error("%s board: interpreter ended by signal %d", self.spec.side, -code)
        return "off" if self.state.crashes >= _MAX_CRASHES else "hard"

    def _ended(self) -> None:
        self._process = None
        self.serial.close_inner()
        if "events_in" in self._pipes:
            asyncio.get_running_loop().remove_reader(self._pipes["events_in"])
        for descriptor in self._pipes.values():
            os.close(descriptor)
        self._pipes.clear()

    def _notice(self) -> None:
        """`_notify_changed` from a callback."""
        task = asyncio.ensure_future(self._notify_changed())
        self._notifying.add(task)
        task.add_done_callback(self._notifying.discard)

    async def _notify_changed(self) -> None:
        async with self._changed:
            self._changed.notify_all()


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
