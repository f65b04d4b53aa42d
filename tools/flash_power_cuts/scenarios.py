"""Boards that are flashed while power fails: what was on them, what is asked, what must be on them then."""

import hashlib
from dataclasses import dataclass

from plantigrade.device.flash.flashing import Contents, make_contents
from plantigrade.device.flash.plan import BOOT_LOADER, FlashPlan, Wishes, make_plan
from plantigrade.device.flash.settings import START_BYTES
from plantigrade.firmware_image.esp_image import read_micropython, virtual_micropython_image, with_flash_size
from plantigrade.firmware_image.ota_data import AppState, entry_for
from plantigrade.firmware_image.partition_table import partition_table
from plantigrade.twin.flash_file import MIB
from plantigrade.twin.nor_flash import SECTOR

FLASH_MIB = 8
ROWS = {row.label: row for row in partition_table(FLASH_MIB)}
RETAINED = ("id", "keys", "log")


@dataclass(frozen=True)
class Scenario:
    """One board before it is flashed.

    Attributes:
        name: of the scenario.
        before: its whole flash.
        wishes: what is asked.
        plan: what will be done.
        after: its whole flash when that is done.
        keeps: whether identity, keys and log must be on it at any moment.
    """

    name: str
    before: bytes
    wishes: Wishes
    plan: FlashPlan
    after: bytes
    keeps: bool


def contents() -> Contents:
    """What goes onto each board."""
    return make_contents(None, None)


def scenarios(new: Contents) -> list[Scenario]:
    """A board of somebody else's, on which everything is written; and an insole, whose data must stay."""
    return [
        _scenario("another's board", _anothers_board(), new, Wishes(), keeps=False),
        _scenario("an insole", _insole(new), new, Wishes(), keeps=True),
    ]


def plan_for(scenario: Scenario, new: Contents, flash: bytes | bytearray) -> FlashPlan:
    """What the scenario's command would do with a board that holds this."""
    return make_plan(FLASH_MIB, new.image, new.file_system, bytes(flash[:START_BYTES]), scenario.wishes)


def flash_after(plan: FlashPlan, before: bytes | bytearray) -> bytes:
    """What a flash holds when a plan has been carried out."""
    flash = bytearray(b"\xff" * len(before) if plan.erase_all else before)
    for part in plan.written():
        data = with_flash_size(part.data, plan.flash_mib) if part.label == BOOT_LOADER else part.data
        end = part.offset + -(-len(data) // SECTOR) * SECTOR
        flash[part.offset : end] = data.ljust(end - part.offset, b"\xff")
    return bytes(flash)


def _scenario(name: str, before: bytes, new: Contents, wishes: Wishes, keeps: bool) -> Scenario:
    plan = make_plan(FLASH_MIB, new.image, new.file_system, before[:START_BYTES], wishes)
    return Scenario(name, before, wishes, plan, flash_after(plan, before), keeps)


def _anothers_board() -> bytes:
    """MicroPython as its makers publish it, with their table; where an insole has its own, other bytes."""
    flash = bytearray(b"\xff" * (FLASH_MIB * MIB))
    entire = virtual_micropython_image("1.27.0")
    flash[: len(entire)] = entire
    for label in ("nvs", "otadata", "ota_1", "vfs", *RETAINED):
        _fill(flash, label, 8 * SECTOR)
    return bytes(flash)


def _insole(new: Contents) -> bytes:
    """Flashed with an older MicroPython, used since: identity, keys and log are there, ota_1 was started."""
    old = read_micropython(virtual_micropython_image("1.28.0"), "older")
    blank = b"\xff" * (FLASH_MIB * MIB)
    plan = make_plan(FLASH_MIB, old, new.file_system, blank[:START_BYTES], Wishes())
    flash = bytearray(flash_after(plan, blank))
    for label in ("nvs", *RETAINED):
        _fill(flash, label, 8 * SECTOR)
    _fill(flash, "vfs", SECTOR)
    entry = entry_for(1, AppState.VALID)
    at = ROWS["otadata"].offset
    flash[at : at + 32] = (
        entry.sequence.to_bytes(4, "little") + b"\xff" * 20 + bytes(4) + entry.crc.to_bytes(4, "little")
    )
    return bytes(flash)


def _fill(flash: bytearray, label: str, most: int) -> None:
    row = ROWS[label]
    size = min(row.size, most)
    blocks = (hashlib.sha256(f"{label} {n}".encode()).digest() for n in range(size // 32))
    flash[row.offset : row.offset + size] = b"".join(blocks)
