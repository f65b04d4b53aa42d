"""A soak board: the interpreter with the firmware, its flash, and the pipe on which its time is turned."""

import contextlib
import json
import os
import shutil
import struct
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import plantigrade
from plantigrade.errors import PlantigradeError
from plantigrade.firmware_image.build import littlefs_image
from plantigrade.twin.board_spec import CARD_SECTORS, make_card
from plantigrade.twin.chip_behaviour import ChipBehaviour

HEAD = struct.Struct("<BQI")
REACHED, NOTIFICATION, EVENT = ord("r"), ord("n"), ord("e")
BLOCK = 4096
SECTOR = 512
USED = b"\x5a"
"""Flash that was written before must be erased first, as all but the very first pages of an insole's life."""
VFS_BLOCKS = 64
HEAP_BYTES = 1 << 20
CHIP = "sim/soak"
LAST_LINES = 12


class SoakError(PlantigradeError):
    """The soak could not go on: a board ended although nobody stopped it."""


@dataclass(frozen=True)
class Radio:
    """The radio of one board.

    Attributes:
        interval_us: between connection events.
        phase_us: when they take place within an interval.
        buffers: notifications that the board's stack holds.
        per_event: notifications that one event carries.
    """

    interval_us: int = 30_000
    phase_us: int = 0
    buffers: int = 12
    per_event: int = 6


@dataclass(frozen=True)
class Message:
    """A message of a board, and when it was sent in true time."""

    kind: int
    true_us: int
    payload: bytes


@dataclass
class ClockRun:
    """The device's clock from a moment on: device = device_us + (true - true_us) * (1 + drift_ppb / 1e9)."""

    boot: int
    true_us: int
    device_us: int
    drift_ppb: int


@dataclass
class Board:
    """One board over any number of power-ons.

    Attributes:
        side: "left" or "right".
        folder: holds the flash, the files and what the sensors showed.
        sources: what `copy_sources` made.
        plan: what the sensors play: (from true us, first row of the feed, rows, repeating).
        card_sectors: of the SD NAND; 0: there is none, and the log lies in flash.
        drift_ppb: of the crystal now.
        chip: how unkind the chip is.
        clocks: every stretch of the device's clock.
        boots: the firmware's boot counter at each power-on that got so far, with the file of what was
        sampled. off_us: stretches of true time without power.
        causes: what the numbers in the notes of a power-on stand for, by its file and the number.
    """

    side: str
    folder: Path
    sources: Path
    feed: Path
    plan: list[tuple[int, int, int]]
    unique_id: str
    log_blocks: int
    radio: Radio
    card_sectors: int = CARD_SECTORS
    drift_ppb: int = 0
    chip: ChipBehaviour = field(default_factory=ChipBehaviour)
    clocks: list[ClockRun] = field(default_factory=list[ClockRun])
    boots: list[tuple[int, Path]] = field(default_factory=list[tuple[int, Path]])
    off_us: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    causes: dict[tuple[Path, int], str] = field(default_factory=dict[tuple[Path, int], str])
    ended: str = ""
    reached_us: int = 0
    connection: int = 0
    _process: subprocess.Popen[bytes] | None = None
    _went_off_us: int = 0
    _runs: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        side = json.dumps({"version": 2, "values": {"side": 0 if self.side == "left" else 1}})
        files = iter([("settings.json", side.encode())])
        (self.folder / "vfs.bin").write_bytes(littlefs_image(files, VFS_BLOCKS))
        if self.card_sectors:
            make_card(self.folder, self.card_sectors)
        with (self.folder / "log.bin").open("wb") as file:
            for _ in range(self.log_blocks):
                file.write(USED * BLOCK)

    @property
    def _console(self) -> Path:
        """What the interpreter prints in this power-on."""
        return self.folder / "console.txt"

    @staticmethod
    def held_of(truth: Path) -> Path:
        """When the chip was held in the power-on of a file of what was sampled."""
        return truth.with_name(truth.name.replace("sampled", "held"))

    @property
    def log_file(self) -> tuple[Path, int]:
        """Where the log lies as long as nothing refuses, and how many pages it has."""
        if self.card_sectors:
            return self.folder / "card.bin", self.card_sectors * SECTOR // BLOCK
        return self.folder / "log.bin", self.log_blocks

    @property
    def powered(self) -> bool:
        """Whether it runs."""
        return self._process is not None

    def power_on(self, true_us: int, cause: str = "power") -> None:
        """Start the interpreter; it stops at its first meeting with the host."""
        if self._runs:
            self.off_us.append((self._went_off_us, true_us))
        self._runs += 1
        self.ended = ""
        to_chip, from_chip = os.pipe(), os.pipe()
        truth = self.folder / f"sampled-{self._runs}.bin"
        values = {
            "in": to_chip[0],
            "out": from_chip[1],
            "true_us": true_us,
            "drift_ppb": self.drift_ppb,
            "cause": cause,
            "unique_id": self.unique_id,
            "vfs_blocks": VFS_BLOCKS,
            "log_blocks": self.log_blocks,
            "card_sectors": self.card_sectors,
            "chip": self.chip.as_settings(),
            "feed": str(self.feed),
            "plan": self.plan,
            "truth": str(truth),
            "held": str(self.held_of(truth)),
            "interval_us": self.radio.interval_us,
            "phase_us": self.radio.phase_us,
            "buffers": self.radio.buffers,
            "per_event": self.radio.per_event,
            "firmware": str(self.sources / "firmware"),
            "shared": str(self.sources / "shared"),
        }
        (self.folder / "board.json").write_text(json.dumps(values))
        interpreter = Path(sys.executable).with_name("micropython")
        console = self._console.open("wb")
        self._process = subprocess.Popen(
            [interpreter, "-X", f"heapsize={HEAP_BYTES}", self.sources / "firmware" / CHIP / "boot.py"],
            pass_fds=(to_chip[0], from_chip[1]),
            stdout=console,
            stderr=subprocess.STDOUT,
            env={
                **os.environ,
                "PLANTIGRADE_SOAK": str(self.folder),
                "MICROPYPATH": os.pathsep.join(
                    (str(self.sources / "firmware" / CHIP), str(values["firmware"]), ".frozen")
                ),
            },
        )
        console.close()
        os.close(to_chip[0])
        os.close(from_chip[1])
        self._to = os.fdopen(to_chip[1], "wb", buffering=0)
        self._from = os.fdopen(from_chip[0], "rb")
        self._truth = truth
        self.clocks.append(ClockRun(0, true_us, 0, self.drift_ppb))
        self.take(self.listen())

    def power_off(self, true_us: int) -> None:
        """Take the power away at this moment; flash keeps what was written."""
        if self._process is None:
            return
        process, self._process = self._process, None
        self._to.close()  # the chip ends when it next meets the host, which is where it waits now
        self._from.close()
        process.wait()
        self._went_off_us = true_us

    def send(self, line: str) -> None:
        """Send the chip an event of the world outside; one that has ended is found out by `listen`."""
        with contextlib.suppress(BrokenPipeError):
            self._to.write(line.encode() + b"\n")

    def listen(self) -> list[Message]:
        """Everything the board sends until it has reached its time."""
        heard: list[Message] = []
        while True:
            head = self._from.read(HEAD.size)
            if len(head) < HEAD.size:
                raise SoakError(self._obituary())
            kind, true_us, length = HEAD.unpack(head)
            message = Message(kind, true_us, self._from.read(length))
            if kind == REACHED:
                self.reached_us = true_us
                return heard
            heard.append(message)

    def _obituary(self) -> str:
        """How the interpreter ended, and the last that it printed."""
        assert self._process is not None
        status = self._process.wait()
        last = self._console.read_text(errors="replace").splitlines()[-LAST_LINES:]
        printed = "\n  ".join(last) or "(nothing)"
        after_s = (self.reached_us - self.clocks[0].true_us) * 1e-6
        return (
            f"{self.side} board: the firmware ended by itself (status {status}) in power-on {self._runs},"
            f" after {after_s:.1f} s of true time; it last printed:\n  {printed}"
        )

    def take(self, heard: list[Message]) -> list[Message]:
        """Act on events; what is left are notifications."""
        for message in heard:
            if message.kind == EVENT:
                self._on_event(message)
        return [message for message in heard if message.kind == NOTIFICATION]

    def _on_event(self, message: Message) -> None:
        fields = message.payload.decode().split()
        if fields[0] == "boot":
            self.boots.append((int(fields[1]), self._truth))
            self.clocks[-1].boot = int(fields[1])
        elif fields[0] == "cause":
            self.causes[self._truth, int(fields[1])] = fields[2]
        elif fields[0] == "clock":
            boot = self.clocks[-1].boot
            self.clocks.append(ClockRun(boot, message.true_us, int(fields[1]), int(fields[2])))
        else:
            self.ended = " ".join(fields)


def copy_sources(folder: Path) -> Path:
    """A copy of firmware, chip and protocol, so that a long run does not change under its own feet."""
    import insole_protocol

    package = Path(plantigrade.__file__).parent
    packed = package / "_firmware"
    target = folder / "sources"
    skip = shutil.ignore_patterns("__pycache__")
    firmware = packed if packed.is_dir() else package.parents[1] / "firmware"
    shutil.copytree(firmware, target / "firmware", ignore=skip)
    shutil.copytree(Path(insole_protocol.__file__).parent, target / "shared" / "insole_protocol", ignore=skip)
    return target
