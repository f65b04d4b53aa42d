"""Which moments power fails at, what must hold then, and after the same command has run again."""

import asyncio
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from plantigrade.device.flash.errors import FlashError
from plantigrade.device.flash.flashing import Contents, write_board
from plantigrade.device.flash.plan import BOOT_LOADER, TABLE
from plantigrade.device.flash.ports import BoardPort
from plantigrade.device.flash.settings import START_BYTES
from plantigrade.firmware_image.esp_image import MAGIC
from plantigrade.firmware_image.partition_table import TABLE_OFFSET
from plantigrade.twin.boot_loader.power_on import start_from_flash
from plantigrade.twin.flash_file import FlashFile
from plantigrade.twin.nor_flash import NorFlash, OperationCount

from tools.flash_power_cuts.rom_on_port import Operation, RomOnPort
from tools.flash_power_cuts.scenarios import RETAINED, ROWS, Scenario, flash_after, plan_for

EVERY = (TABLE, "otadata", "id", "keys")
"""Parts in which power fails at every single operation, clean and torn; in the others at a sample."""


@dataclass(frozen=True)
class Cut:
    """Power fails at one operation.

    Attributes:
        number: of the operation, from 1 on.
        torn: whether it is half done, else left out.
        label: part of the flash that it works on.
    """

    number: int
    torn: bool
    label: str


def record(scenario: Scenario, new: Contents) -> list[Operation]:
    """All operations of one undisturbed flashing, which must end as it should.

    Raises:
        AssertionError: it does not.
    """
    trace, flash = run(scenario, new, scenario.before)
    assert flash == scenario.after, f"{scenario.name}: not what was planned"
    return trace


def run(scenario: Scenario, new: Contents, flash: bytes) -> tuple[list[Operation], bytes]:
    """Flash a board with the real esptool; the operations that it took, and what the flash then holds."""
    with tempfile.TemporaryDirectory() as folder, RomOnPort(Path(folder), flash) as rom:
        board = BoardPort(rom.port, virtual=True, usb_serial=None)
        asyncio.run(
            write_board(board, new, scenario.wishes, False, lambda line: None, lambda done, size: None)
        )
        return rom.trace, rom.contents()


def choose(trace: Sequence[Operation], sampled: int, seed: int, every: bool = True) -> Iterator[Cut]:
    """The cuts to be tried, in order.

    Args:
        trace: of an undisturbed flashing.
        sampled: how many of the bulk; of all, if not `every`.
        seed: of the sample.
        every: whether each operation on the parts of `EVERY` is taken.
    """
    dice = random.Random(seed)
    labels = [_label(operation.offset) for operation in trace]
    named = [n for n, label in enumerate(labels, 1) if label in EVERY] if every else []
    rest = [n for n in range(1, len(trace) + 1) if n not in set(named)]
    cuts = [(n, torn) for n in named for torn in (False, True)]
    cuts += [(n, dice.random() < 0.5) for n in dice.sample(rest, min(sampled, len(rest)))]
    for number, torn in sorted(cuts):
        yield Cut(number, torn, labels[number - 1])


def flash_at(scenario: Scenario, trace: Sequence[Operation], cut: Cut) -> bytes:
    """What the flash holds after a cut."""
    flash = bytearray(scenario.before)
    for operation in trace[: cut.number - 1]:
        operation.apply(flash)
    if cut.torn:
        trace[cut.number - 1].apply(flash, torn=True)
    return bytes(flash)


def check_when_cut(scenario: Scenario, flash: bytes, cut: Cut) -> list[str]:
    """What is wrong with a board whose power failed: it starts nothing half written, and keeps its data."""
    wrong: list[str] = []
    if scenario.keeps:
        wrong += [
            f"{label} is not as it was" for label in RETAINED if not _same(flash, scenario.before, label)
        ]
    untouched = flash == scenario.before
    entire = flash[TABLE_OFFSET:] == scenario.after[TABLE_OFFSET:]  # all but the boot loader, which is last
    if not untouched and not entire and starts(flash):
        wrong.append("it starts although it is half written")
    return [f"{scenario.name}, {cut}: {text}" for text in wrong]


def check_after(scenario: Scenario, new: Contents, flash: bytes, cut: Cut) -> list[str]:
    """What is wrong when the same command runs again after a cut: every byte must be as planned.

    On a busy computer esptool may give up waiting; the command is then run once more, as the message says.
    """
    try:
        _, again = run(scenario, new, flash)
    except FlashError as error:
        print(f"{scenario.name}, {cut}: once more, since {error}", flush=True)
        _, again = run(scenario, new, flash)
    if again == scenario.after and starts(again):
        return []
    return [f"{scenario.name}, {cut}: run again, the flash is not what was planned"]


def check_every(scenario: Scenario, new: Contents, trace: Sequence[Operation]) -> tuple[int, list[str]]:
    """Every operation, clean and torn, without esptool: how many cuts there are, and what is wrong.

    What the same command would do after a cut follows from the start of the flash alone. Where that changes,
    the plan is made anew and every byte that it would lead to is compared; elsewhere it is enough that the
    plan writes the part that the operation has touched.
    """
    flash = bytearray(scenario.before)
    wrong: list[str] = []
    plan = plan_for(scenario, new, flash)
    loader_begins = max(n for n, one in enumerate(trace, 1) if one.offset == 0 and one.data is None)
    for number, operation in enumerate(trace, 1):
        for torn in (False, True):
            cut = Cut(number, torn, _label(operation.offset))
            if torn:
                operation.apply(flash, torn=True)
            if operation.offset < START_BYTES:
                plan = plan_for(scenario, new, flash)
                completes = flash_after(plan, flash) == scenario.after
            else:
                completes = any(
                    part.offset <= operation.offset < part.offset + part.size for part in plan.written()
                )
            if not completes:
                wrong.append(f"{scenario.name}, {cut}: the same command would not complete it")
            if flash[0] == MAGIC and (number, torn) != (1, False) and number <= loader_begins:
                wrong.append(f"{scenario.name}, {cut}: it starts although it is half written")
            if scenario.keeps and cut.label in RETAINED:
                wrong.append(f"{scenario.name}, {cut}: this was to stay as it was")
        operation.apply(flash)
    return 2 * len(trace), wrong


def starts(flash: bytes) -> bool:
    """Whether the boot loader finds an app to start."""
    with tempfile.TemporaryDirectory() as folder:
        file = FlashFile(Path(folder) / "flash.bin")
        file.path.write_bytes(flash)
        with NorFlash(file, OperationCount(Path(folder))) as nor:
            return start_from_flash(nor, True, lambda text: None) is not None


def _same(flash: bytes, other: bytes, label: str) -> bool:
    row = ROWS[label]
    return flash[row.offset : row.offset + row.size] == other[row.offset : row.offset + row.size]


def _label(offset: int) -> str:
    for label, row in ROWS.items():
        if row.offset <= offset < row.offset + row.size:
            return label
    return TABLE if offset >= TABLE_OFFSET else BOOT_LOADER
