"""One virtual board: its folder, its power, its resets, and what happens to it while it runs.

The board's folder holds `board.json` (for the interpreter), `flash.bin` (`flash_file`) and `card.bin` (its SD
NAND). Flash survives everything; a factory-new board gets the built firmware.
"""

import asyncio
import logging
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from plantigrade.errors import PlantigradeError
from plantigrade.firmware_image.build import build_twin_chip
from plantigrade.twin.board_spec import BoardSpec, Feed, RadioEnd, make_card
from plantigrade.twin.boot_chain import BOOT_LOADER, BootChain, PowerLostError
from plantigrade.twin.chip_run import ChipRun
from plantigrade.twin.clock import ClockRule, ClockTruth
from plantigrade.twin.deep_sleep import DeepSleep
from plantigrade.twin.factory import write_at_the_factory
from plantigrade.twin.flash_file import FLASH_NAME, MIB, FlashFile
from plantigrade.twin.nor_flash import COUNT_NAME
from plantigrade.twin.serial_port import FRIENDLY_PROMPT, SerialPort
from plantigrade.twin.type_ahead import CTRL_C

log = logging.getLogger(__name__)

# What the virtual chip takes, ROM and registers on a real one: 207 KB once loaded, 51 of them so that
# the interpreter's table of names need not grow any more (firmware/sim/boot_steps.py), and what it needs to
# talk to the radio while it runs. The firmware alone is held to its share in tests/firmware/test_heap.py.
CHIP_HEAP = 256 * 1024
BOOT_BUTTON_PIN = 0  # the button is on the pin that the ROM looks at (`BUTTON_PIN` of firmware/boards)
_MAX_CRASHES = 3
_REMOVE_THE_FOLDER = (
    "that this board has, so made by another version: remove the folder, and a factory-new board takes its "
    "place"
)
_FORMER_FLASH = "vfs.bin"  # once there was a file for each partition


class BoardError(PlantigradeError):
    """A virtual board did not do what was asked."""


@dataclass
class BoardState:
    """What has happened to a board so far.

    Attributes:
        powered: whether it has power; False too after power failed at a write.
        boots: how often it came as far as its own scripts.
        downloading: whether its ROM waits to be flashed: no app runs.
        app: label of the partition whose app runs, or ran last; empty in download mode.
        resets: causes of restarts but power-on: hard, watchdog, deepsleep, bootloader (into download mode),
            soft, soft-raw (from its prompt).
        crashes: of the interpreter itself, which is a defect.
        chip_heap_bytes: what the virtual chip took of the interpreter's heap at the last boot.
        led_lit: whether its LED is lit.
        blinks: how often it has lit up.
    """

    powered: bool = False
    downloading: bool = False
    app: str = ""
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
        blank: whether a new board's flash is erased, as it comes from the maker of the chip; `files` are not
            used then.

    Attributes:
        flash: its flash, for whoever holds the chip in hand; not while it runs.
        serial_port: path of the pseudo-terminal.
        state: what has happened so far.
    """

    def __init__(
        self,
        spec: BoardSpec,
        folder: Path,
        files: Iterable[tuple[str, bytes]] = (),
        radio: RadioEnd | None = None,
        feed: Feed | None = None,
        blank: bool = False,
    ) -> None:
        self.spec = spec
        self.folder = folder
        self.flash = FlashFile(folder / FLASH_NAME)
        self._make_flash(files, blank)
        self.state = BoardState()
        self.serial = SerialPort()
        self.serial_port = self.serial.path
        self._radio = radio or RadioEnd()
        self._feed = feed or Feed()
        self._chip = build_twin_chip()
        self._clock = ClockTruth()
        self._clock_restarts = True
        self._chain = BootChain(folder, self.flash, bytes.fromhex(spec.unique_id))
        self._run: ChipRun | None = None
        self._watch: asyncio.Task[None] | None = None
        self._wanted: str | None = None  # reset that the board asked for
        self._sleep: DeepSleep | None = None  # that the board asked for, or is in
        self._power_ons = 0
        self._changed = asyncio.Condition()
        self._notifying: set[asyncio.Future[None]] = set()

    def _make_flash(self, files: Iterable[tuple[str, bytes]], blank: bool) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.flash.path
        if not path.exists():
            if (self.folder / _FORMER_FLASH).exists():
                raise BoardError(
                    f"{self.folder}: holds a file for each partition, not the one flash {_REMOVE_THE_FOLDER}"
                )
            self.flash.make_blank(self.spec.flash_mib)
            if not blank:
                write_at_the_factory(self.flash, self.spec.flash_mib, files)
        elif self.flash.size != self.spec.flash_mib * MIB:
            raise BoardError(f"{path}: not the flash of {self.spec.flash_mib} MiB {_REMOVE_THE_FOLDER}")

        if self.spec.card_sectors:
            make_card(self.folder, self.spec.card_sectors)

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
        return self._run.pid if self._run is not None else None

    @property
    def flash_operations(self) -> int:
        """Erases and writes that its flash has seen, whoever did them."""
        return self._chain.operations

    async def power_on(self) -> None:
        """Switch on; nothing happens when it is on."""
        if self.state.powered:
            return
        self.state.powered = True
        self._power_ons += 1
        await self._start("power")
        if self.state.powered:
            self._watch = asyncio.create_task(self._supervise())

    async def power_cut(self) -> None:
        """Take the power away, now; flash keeps what was written."""
        self.state.powered = False
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
        if self._run is not None:
            self._run.kill()
            await self._run.wait()
            self._ended()
        self._chain.leave()
        self.state.downloading = False
        await self._notify_changed()

    def cut_power_at_write(self, after: int, torn: bool) -> None:
        """Lose power at the `after`-th write or erase of flash from now (1: the next; 0: never), left out or
        half done: of the app, of the boot loader or of the ROM that is flashed, across resets.
        """
        self._chain.cut_power(after, torn)
        if self._run is not None:
            self._request(f"cut {after} {int(torn)}")

    def hold_boot_button(self, held: bool = True) -> None:
        """Hold the boot button down, or let it go. At the next power-on or reset the ROM waits to be flashed
        if it is held; while the app runs it is the app's button.
        """
        self._chain.button_held = held
        if self._run is not None:
            self.set_pin(BOOT_BUTTON_PIN, 0 if held else 1)

    # From outside, while it runs

    def break_motion_channel(self, channel: int) -> None:
        """Let a channel of the motion sensor give 0: 1 to 3 acceleration along the chip's x, y and z, 4 to 6
        angular rate about them; 0 mends it."""
        self._request(f"imu {channel}")

    def set_battery(self, millivolts: int) -> None:
        """Change the battery's voltage."""
        self._request(f"battery {millivolts}")

    def set_pin(self, number: int, level: int) -> None:
        """Drive an input pin (button, charger); one that the chip watches in its sleep wakes it."""
        if self._run is None and self._sleep is not None:
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
            async with asyncio.timeout(timeout_s), self._changed:
                await self._changed.wait_for(lambda: condition(self.state))
        except TimeoutError:
            raise BoardError(
                f"{self.spec.side} board: waited {timeout_s:g} s in vain; {self.state}"
            ) from None

    def _request(self, line: str) -> None:
        if self._run is None:
            off = "waits to be flashed" if self.state.downloading else "is off"
            raise BoardError(f"{self.spec.side} board {off}")
        self._run.request(line)

    # From reset to app

    async def _start(self, cause: str) -> None:
        """What follows a reset: all of the boot chain, but after the interpreter's own soft reset."""
        if cause == "power":
            self.serial.type_ahead.forget()
        if not cause.startswith("soft"):
            try:
                runs = self._chain.start(cause, self.serial)
            except PowerLostError:
                self.state.powered = False
                await self._notify_changed()
                return
            self.state.downloading, self.state.app = not runs, self._chain.app
            if not runs:
                await self._notify_changed()
                return
        await self._boot("hard" if cause == BOOT_LOADER else cause)

    async def _boot(self, cause: str) -> None:
        inner = self.serial.open_inner()
        raw_again = cause == "soft-raw"
        run = ChipRun(self.folder, self._on_event)
        settings = self._settings(cause.split("-")[0], run_main=not raw_again)
        await run.start(inner, self.spec.heap + CHIP_HEAP, self._chip.folder / "boot.py", settings)
        self._run = run
        self._wanted, self.state.led_lit = None, False
        if raw_again:
            self.serial.type_ahead.hand_over()
            self.serial.swallow(FRIENDLY_PROMPT, lambda: self.serial.type(b"\x01"))
        await self._notify_changed()

    def _settings(self, cause: str, run_main: bool) -> dict[str, Any]:
        if cause == "soft" and self._clock.rules:
            last = self._clock.rules[-1]
            clock = {"origin_us": last.origin_us, "offset_us": last.offset_us, "drift_ppb": last.drift_ppb}
        else:
            clock = {
                "origin_us": time.monotonic_ns() // 1000,
                "offset_us": self.spec.clock_offset_us,
                "drift_ppb": round(self.spec.drift_ppm * 1000),
            }
        after, torn = self._chain.cut_to_come()
        return {
            "clock": clock,
            "reset_cause": cause,
            "run_main": run_main,
            "unique_id": self.spec.unique_id,
            "imu": self.spec.imu,
            "card_sectors": self.spec.card_sectors,
            "chip": self.spec.chip.as_settings(),
            "battery_mv": self.spec.battery_mv,
            "flash": FLASH_NAME,
            "operations": COUNT_NAME,
            "running": self._chain.app,
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
                "motion": str(self._feed.motion) if self._feed.motion else None,
            },
        }

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
                if self._run is not None:
                    self._run.kill()
            case ["listens"] | ["prompt"]:
                self.serial.type_ahead.hand_over()
            case ["interrupted", "by", char]:
                self.serial.heed_ctrl_c(int(char) == ord(CTRL_C))
            case ["led", level]:
                self.state.led_lit = level == "1"
                self.state.blinks += self.state.led_lit
                self._notice()
            case ["interrupt"]:
                self.serial.type(b"\x03")
            case _:
                log.warning("%s board: unknown event %s", self.spec.side, fields)

    async def _supervise(self) -> None:
        """Restart the chip as it restarts, until the power is gone."""
        while self.state.powered:
            if self._chain.downloading:
                cause = await self._chain.wait_for_host()
                self.state.downloading = False
            else:
                cause = await self._end_of_run()
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
            await self._start(cause)

    async def _end_of_run(self) -> str:
        assert self._run is not None
        code = await self._run.wait()
        self._run.read_events()
        raw = self.serial.raw_repl
        self._ended()
        return self._cause(code, raw)

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
        self.serial.close_inner()
        if self._run is not None:
            self._run.close()
        self._run = None

    def _notice(self) -> None:
        """`_notify_changed` from a callback."""
        task = asyncio.ensure_future(self._notify_changed())
        self._notifying.add(task)
        task.add_done_callback(self._notifying.discard)

    async def _notify_changed(self) -> None:
        async with self._changed:
            self._changed.notify_all()
