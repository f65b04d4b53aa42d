"""What each unkind behaviour of the chip costs: one insole walks for some minutes of virtual time under each.

    python -m tools.unkind_table                    the firmware of this tree
    python -m tools.unkind_table --before FOLDER    beside it another one: a tree with firmware/ and shared/

Everything is off but the behaviours of the row. Told are slots without a sample, by what held the chip;
samples that were taken more than half a millisecond off their slot's time; restarts; and whether a host that
connects in the end gets an answer. The chip is the same for both.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from insole_protocol import ids
from insole_protocol.fragments import Fragmenter
from insole_protocol.host_messages import build_command, fragment_values
from plantigrade.link.base import Channel
from plantigrade.twin.board_spec import CARD_SECTORS
from plantigrade.twin.chip_behaviour import ChipBehaviour
from plantigrade.twin.soak.board import Board, Radio, SoakError, copy_sources
from plantigrade.twin.soak.lost_slots import UNKNOWN, lost_by_cause, slots_of
from plantigrade.twin.soak.proof import NOTE, SLOT_US
from plantigrade.twin.soak.wearing import PIECE_S, RATE_HZ, make_wearing
from plantigrade.twin.soak.world import CHANNELS, VALUE_BYTES

START_US: Final = 1_000_000_000
OFF_TIME_US: Final = 500
RESTART_US: Final = 300_000
STEP_US: Final = 1_000_000
ANSWER_US: Final = 3_000_000
SEED: Final = 1
BOOT: Final = Path("firmware/sim/soak/boot.py")
CHARGES: Final = "    code_time.wanted = True\n"
"""Code time is charged where the firmware of this tree calls; another tree's calls differ and go free."""
_STARTS = (
    "import main",
    "from insole import assembly",
)  # how the boot script begins to speak of the firmware


@dataclass(frozen=True)
class Trial:
    """One row.

    Attributes:
        name: of the behaviour, for people.
        values: of the behaviours; whatever is not named is off.
        level: of all behaviours, unless "off".
        card: whether the board has its SD NAND.
        restarts: so many changes between idle and daily mode while it walks, each of which starts the timer.
    """

    name: str
    values: dict[str, int] = field(default_factory=dict[str, int])
    level: str = "off"
    card: bool = True
    restarts: int = 0


@dataclass(frozen=True)
class Cost:
    """What a trial came to: slots that were due, those without a sample by cause, samples off their time,
    restarts by cause, whether the last second had samples, whether the radio answered then."""

    due: int
    lost: dict[str, int]
    off_time: int
    restarts: list[str]
    samples: bool
    answers: bool

    def text(self) -> str:
        """One cell of the table. Slots that nobody wanted, in idle mode, are lost to nothing known."""
        lost = {cause: count for cause, count in self.lost.items() if cause != UNKNOWN}
        by = ", ".join(f"{cause.replace('_', ' ')} {count}" for cause, count in lost.items())
        parts = [f"{sum(lost.values())} of {self.due} slots lost" + (f" ({by})" if lost else "")]
        if not self.samples:
            parts.append("no more samples in the end")
        if self.off_time and UNKNOWN not in self.lost:
            parts.append(f"{self.off_time} samples off their time")
        if self.restarts:
            parts.append(f"{len(self.restarts)} restarts ({', '.join(sorted(set(self.restarts)))})")
        if not self.answers:
            parts.append("no answer on the radio")
        return "; ".join(parts)


FLASH_TYPICAL: Final = {"flash_erase_us": 45_000, "flash_program_us": 700}
FLASH_WORST: Final = {"flash_erase_us": 400_000, "flash_program_us": 3_000}
TRIALS: Final = (
    Trial("nothing", {}),
    Trial("flash, typical", FLASH_TYPICAL),
    Trial("flash and the timer's phase, typical", FLASH_TYPICAL | {"timer_phase_lost": 1}),
    Trial("the same, no SD NAND", FLASH_TYPICAL | {"timer_phase_lost": 1}, card=False),
    Trial("flash and the timer's phase, worst", FLASH_WORST | {"timer_phase_lost": 1}),
    Trial("the same, no SD NAND", FLASH_WORST | {"timer_phase_lost": 1}, card=False),
    Trial("300 starts of the timer", {"timer_inits": 255}, restarts=300),
    Trial("ticks of 10 ms", {"tick_us": 10_000}),
    Trial("all, typical", level="typical"),
    Trial("all but the refused buffer setting, typical", {"ble_rxbuf_refused": 0}, level="typical"),
    Trial("all, typical, no SD NAND", level="typical", card=False),
    Trial("all, worst", level="worst"),
    Trial("all but the refused buffer setting, worst", {"ble_rxbuf_refused": 0}, level="worst"),
    Trial("all, worst, no SD NAND", level="worst", card=False),
)


def sources_of(tree: Path, folder: Path) -> Path:
    """The sources of a board with the firmware of another tree on the chip of this one."""
    target = copy_sources(folder)
    for part in ("insole", "drivers"):
        shutil.rmtree(target / "firmware" / part)
        shutil.copytree(tree / "firmware" / part, target / "firmware" / part)
    for path in sorted((tree / "firmware").glob("*.py")):
        shutil.copy(path, target / "firmware")
    shutil.rmtree(target / "shared" / "insole_protocol")
    shutil.copytree(tree / "shared" / "insole_protocol", target / "shared" / "insole_protocol")
    chip, firmware = (target / BOOT).read_text(), (tree / BOOT).read_text()
    (target / BOOT).write_text(_part(chip, 0) + _part(firmware, 1))
    wiring = target / BOOT.with_name("wiring.py")
    wiring.write_text(wiring.read_text().replace(CHARGES, ""))
    return target


def _part(boot: str, number: int) -> str:
    """The part of a boot script before it first speaks of the firmware, or the part from there on."""
    at = min(boot.index(f"\n{line}") for line in _STARTS if f"\n{line}" in boot)
    return (boot[:at], boot[at:])[number]


class Walk:
    """One insole on its way through a trial."""

    def __init__(self, trial: Trial, sources: Path, folder: Path, minutes: float) -> None:
        wearing = make_wearing(folder, SEED, 0.01, START_US)
        self.trial = trial
        self.end_us = START_US + round(minutes * 60e6)
        self.restarts: list[str] = []
        self._fragmenter = Fragmenter()
        self._tag = 0
        self._answered = False
        self._on_us = START_US
        self.board = Board(
            side="left",
            folder=folder / "left",
            sources=sources,
            feed=wearing.feeds["left"],
            plan=[(START_US, 0, PIECE_S * RATE_HZ)],
            unique_id="0a50477a3f01",
            log_blocks=2048,
            radio=Radio(),
            card_sectors=CARD_SECTORS if trial.card else 0,
            chip=ChipBehaviour(trial.level, trial.values),
        )

    def run(self) -> Cost:
        """Walk to the end and say hello there."""
        board = self.board
        board.power_on(START_US)
        try:
            if self.trial.restarts:
                self._connect(START_US + STEP_US)
                self._change_modes()
            self._run_to(self.end_us)
            self._answered = False
            for attempt in range(2):  # the insole may have waited for the end of a connection to restart
                if not self._answered:
                    self._connect(self.end_us + attempt * ANSWER_US)
                    self._run_to(self.end_us + (attempt + 1) * ANSWER_US)
        finally:
            board.power_off(board.reached_us)
        taken = [np.fromfile(path, NOTE)["device_us"].astype(np.int64) for _, path in board.boots]
        return Cost(
            sum(_slots(us) for us in taken),
            lost_by_cause(board),
            sum(_off_time(us) for us in taken),
            self.restarts,
            bool(taken) and int(taken[-1][-1]) > self.end_us - self._on_us - STEP_US,
            self._answered,
        )

    def _connect(self, at_us: int) -> None:
        self.board.send(f"at {at_us} connect 1")
        self._write(at_us + 100_000, build_command(ids.OP_HELLO, 1, 1, 1))

    def _write(self, at_us: int, message: bytes) -> None:
        for value in fragment_values(self._fragmenter, message, VALUE_BYTES):
            self.board.send(f"at {at_us} write 1 {value.hex()}")

    def _change_modes(self) -> None:
        step_us = (self.end_us - START_US - 10 * STEP_US) // self.trial.restarts
        for number in range(self.trial.restarts):
            at_us = START_US + 3 * STEP_US + number * step_us
            for mode, later_us in ((ids.MODE_IDLE, 0), (ids.MODE_DAILY, step_us // 2)):
                self._tag = (self._tag + 1) % 256
                self._write(at_us + later_us, build_command(ids.OP_SET_MODE, self._tag, mode))

    def _run_to(self, until_us: int) -> None:
        board = self.board
        while board.reached_us < until_us:
            board.send(f"go {min(until_us, board.reached_us + STEP_US)} 0")
            for message in board.take(board.listen()):
                self._answered |= CHANNELS[message.payload[0]] is Channel.CONTROL
            if board.ended:
                self.restarts.append(board.ended)
                cause = board.ended.split()[1] if board.ended.startswith("reset") else "power"
                self._on_us = board.reached_us + RESTART_US
                board.power_off(board.reached_us)
                board.power_on(self._on_us, cause)


def _slots(taken_us: np.ndarray) -> int:
    return int(slots_of(taken_us)[-1]) + 1 if len(taken_us) else 0


def _off_time(taken_us: np.ndarray) -> int:
    if not len(taken_us):
        return 0
    late_us = taken_us - taken_us[0] - slots_of(taken_us) * SLOT_US
    return int(np.count_nonzero(np.abs(late_us) > OFF_TIME_US))


def rows(before: Path | None, minutes: float, chosen: str) -> Iterator[tuple[str, list[str]]]:
    """Name and cells of each row, as they come."""
    for trial in TRIALS:
        if chosen not in trial.name:
            continue
        cells: list[str] = []
        for tree in [before, None] if before else [None]:
            with tempfile.TemporaryDirectory(prefix="plantigrade-unkind-") as name:
                folder = Path(name)
                sources = sources_of(tree, folder) if tree else copy_sources(folder)
                cells.append(_cell(Walk(trial, sources, folder, minutes)))
        yield trial.name, cells


def _cell(walk: Walk) -> str:
    """What a walk cost; firmware that does not even live through it is told with its last word."""
    try:
        return walk.run().text()
    except SoakError as error:
        return f"the firmware ends: {str(error).splitlines()[-1].strip()}"


def main(arguments: list[str] | None = None) -> int:
    """Print the table; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tools.unkind_table", description=__doc__)
    parser.add_argument("--before", type=Path, help="a tree with another firmware to run beside")
    parser.add_argument("--minutes", type=float, default=6.0, help="of virtual time for each row")
    parser.add_argument("--row", default="", help="only rows whose name contains this")
    options = parser.parse_args(arguments)
    print("| behaviour | " + ("before | after |" if options.before else "cost |"))
    print("|---|---|" + ("---|" if options.before else ""))
    for name, cells in rows(options.before, options.minutes, options.row):
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
