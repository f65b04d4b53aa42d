"""MicroPython for the insole (`firmware/port`): its partition tables, its settings and what is frozen into
it, against what the firmware asks for. Nothing is built here: that takes ESP-IDF.
"""

import ast
import re
from pathlib import Path

import pytest
from esp_idf_defs.partitions import PartitionTable
from plantigrade.firmware_image.board_files import board_files, launcher_files
from plantigrade.firmware_image.build import BLOCK_SIZE, build_firmware, littlefs_image
from plantigrade.firmware_image.partition_table import TableRow, partition_table

from firmware.boards import esp32s3_r1

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware"
BOARD = FIRMWARE / "port" / "PLANTIGRADE_R1"
FLASH_MIB = (8, 16)
KIB = 1024

# The official image of MicroPython 1.26.0 for the ESP32-S3: its app, with Wi-Fi, which ours leaves out.
OFFICIAL_APP_BYTES = 1_667_312
RESERVED_BLOCKS = 100  # of 256; with both slots full 155 are free
ROOM_TO_GROW = 0.12  # a share of the app; 14 % are there

# What the firmware itself writes into the file system; each fits a block.
WRITTEN = ("settings", "bonds", "counters", "boot record", "crash", "slot of the update")

# What MicroPython's ESP32 port brings built in, as far as the firmware imports it (1.29: extmod, ports/esp32)
BUILT_IN = {
    "array",
    "binascii",
    "bluetooth",
    "cryptolib",
    "errno",
    "esp32",
    "gc",
    "hashlib",
    "io",
    "json",
    "machine",
    "micropython",
    "os",
    "random",
    "select",
    "struct",
    "sys",
    "time",
    "vfs",
}
FROZEN_BY_MICROPYTHON = {"asyncio", "uasyncio"}  # extmod/asyncio/manifest.py
NOT_ON_A_BOARD = {"types", "typing"}  # imported for the type checker alone


def rows(flash_mib: int) -> dict[str, TableRow]:
    """The table by label."""
    return {row.label: row for row in partition_table(flash_mib)}


def settings(*names: str) -> dict[str, str]:
    """CONFIG_ lines of the board's files; later ones win, as in ESP-IDF."""
    text = "\n".join((BOARD / name).read_text() for name in names)
    return dict(re.findall(r"^CONFIG_(\w+)=(.*)$", text, re.MULTILINE))


class TestTable:
    def test_labels_and_their_order_are_fixed_for_good(self) -> None:
        wanted = ["nvs", "otadata", "phy", "ota_0", "ota_1", "vfs", "id", "keys", "log"]
        assert [list(rows(size)) for size in FLASH_MIB] == [wanted, wanted]

    @pytest.mark.parametrize("flash_mib", FLASH_MIB)
    def test_partitions_follow_one_another_up_to_the_end_of_the_flash(self, flash_mib: int) -> None:
        at = 0x9000  # behind boot loader and table
        for row in partition_table(flash_mib):
            assert row.offset == at, row.label
            at += row.size
        assert at == flash_mib * KIB * KIB

    @pytest.mark.parametrize("flash_mib", FLASH_MIB)
    def test_apps_begin_at_64_kib_and_all_is_made_of_whole_blocks(self, flash_mib: int) -> None:
        for row in partition_table(flash_mib):
            step = 64 * KIB if row.is_app else BLOCK_SIZE
            assert row.offset % step == 0 and row.size % step == 0, row.label

    def test_both_sizes_have_the_same_table_but_for_the_log(self) -> None:
        small, large = rows(8), rows(16)
        assert [large[name] for name in large if name != "log"] == [
            small[name] for name in small if name != "log"
        ]
        assert large["log"].offset == small["log"].offset
        assert large["log"].size - small["log"].size == 8 * KIB * KIB, "all that is more"

    @pytest.mark.parametrize("flash_mib", FLASH_MIB)
    def test_the_table_that_goes_onto_the_flash_says_the_same(self, flash_mib: int) -> None:
        path = FIRMWARE / "port" / f"partitions-{flash_mib}MiB.csv"
        binary = PartitionTable.from_csv(path.read_text()).to_binary()
        again = PartitionTable.from_binary(binary)
        assert [(part.name, part.offset, part.size) for part in again] == [
            (row.label, row.offset, row.size) for row in partition_table(flash_mib)
        ]

    def test_an_app_slot_holds_micropython_with_room_to_grow(self) -> None:
        slots = [rows(8)[name].size for name in ("ota_0", "ota_1")]
        assert slots[0] == slots[1]
        assert slots[0] / OFFICIAL_APP_BYTES - 1 >= ROOM_TO_GROW

    def test_every_partition_that_the_firmware_opens_is_in_it(self) -> None:
        wanted = {esp32s3_r1.LOG_PARTITION} | _labels_in(FIRMWARE)
        assert {"log", "vfs"} <= wanted
        assert wanted <= {row.label for row in partition_table() if row.is_for_the_firmware}

    def test_the_file_system_holds_the_firmware_twice(self) -> None:
        """An update writes the new one beside the one that runs."""
        files = board_files(build_firmware("xtensawin"))
        other = [(name.replace("/a/", "/b/"), content) for name, content in files if "slots/a" in name]
        used = littlefs_image(iter(files + other), rows(8)["vfs"].blocks)
        empty = used.count(b"\xff" * BLOCK_SIZE)
        assert empty >= 2 * len(WRITTEN) + 4, "each is written beside what it replaces"
        assert empty >= RESERVED_BLOCKS, "room for a firmware to grow, and for what an insole notes"

    def test_identity_and_keys_have_two_copies_of_two_records_each(self) -> None:
        assert [rows(8)[name].blocks for name in ("id", "keys")] == [4, 4]


def _labels_in(folder: Path) -> set[str]:
    """Labels that the firmware's sources look for in the partition table."""
    found: set[str] = set()
    for path in folder.rglob("*.py"):
        if "sim" in path.parts or path.name in ("cases.py", "fake.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("Partition", "Partition.find"):
                named = [keyword.value for keyword in node.keywords if keyword.arg == "label"]
                labels = [*named, *node.args[:1]]
                found |= {label.value for label in labels if isinstance(label, ast.Constant)}
    return {label for label in found if isinstance(label, str)}


class TestFrozen:
    def test_a_module_is_frozen_or_in_the_file_system_never_both(self) -> None:
        in_files = {name.removeprefix("lib/").partition("/")[0] for name in _on_board()}
        frozen = {path.stem for path in (BOARD / "modules").glob("*.py")} | FROZEN_BY_MICROPYTHON
        assert frozen == {"_boot"} | FROZEN_BY_MICROPYTHON
        assert not {name.partition(".")[0] for name in in_files} & frozen

    def test_the_manifest_freezes_just_these(self) -> None:
        calls = [
            (call.func.id, call.args[0].value)
            for call in ast.walk(ast.parse((BOARD / "manifest.py").read_text()))
            if isinstance(call, ast.Call)
            and isinstance(call.func, ast.Name)
            and isinstance(call.args[0], ast.Constant)
        ]
        assert calls == [("freeze", "modules"), ("include", "$(MPY_DIR)/extmod/asyncio")]

    def test_every_import_of_the_firmware_is_found_on_the_chip(self) -> None:
        own = {name.removeprefix("lib/").partition("/")[0].partition(".")[0] for name in _on_board()}
        own |= {Path(name).stem for name, _ in launcher_files(build_firmware("xtensawin"))}
        there = own | BUILT_IN | FROZEN_BY_MICROPYTHON
        missing = {
            f"{name} in {path.relative_to(ROOT)}"
            for path in _sources()
            for name in _imports(path) - there - NOT_ON_A_BOARD
        }
        assert not missing

    def test_every_source_of_the_firmware_goes_onto_the_board(self) -> None:
        names = {path.relative_to(FIRMWARE).with_suffix("").as_posix() for path in _sources()} - {
            f"port/PLANTIGRADE_R1/modules/{path.stem}" for path in (BOARD / "modules").glob("*.py")
        }
        placed = {name.removeprefix("lib/").rpartition(".")[0] for name in _on_board()}
        drivers = {name for name in names if name.startswith("drivers/") and name.endswith("/__init__")}
        lone = {name.removesuffix("/__init__") for name in drivers}
        assert names - drivers <= placed, "all but a driver lie on a board as in the repository"
        assert lone <= placed | {"drivers"}, "a driver is one file there"


def _sources() -> list[Path]:
    """What runs on an insole, of `firmware/`."""
    parts = (
        "main.py",
        "boot.py",
        "insole/**/*.py",
        "drivers/**/*.py",
        "boards/**/*.py",
        "port/*/modules/*.py",
    )
    found = [path for part in parts for path in sorted(FIRMWARE.glob(part))]
    return [path for path in found if path.name not in ("cases.py", "fake.py")]


def _on_board() -> set[str]:
    return {name for name, _ in build_firmware("xtensawin").files()}


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def _constant(file: str, name: str) -> str:
    """How a module of the firmware sets a constant."""
    for node in ast.parse((FIRMWARE / file).read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.unparse(node.value)
    raise AssertionError(f"{file} has no {name}")


class TestBoard:
    @pytest.mark.parametrize(
        ("files", "flash_mib"), [(("sdkconfig.board",), 8), (("sdkconfig.board", "sdkconfig.flash_16M"), 16)]
    )
    def test_one_flash_size_is_chosen_and_it_is_that_of_the_table(
        self, files: tuple[str, ...], flash_mib: int
    ) -> None:
        chosen = {
            name
            for name, value in settings(*files).items()
            if name.startswith("ESPTOOLPY_FLASHSIZE_") and value == "y"
        }
        assert chosen == {f"ESPTOOLPY_FLASHSIZE_{flash_mib}MB"}
        cmake = "mpconfigboard.cmake" if flash_mib == 8 else "mpconfigvariant_FLASH_16M.cmake"
        assert f"/../partitions-{flash_mib}MiB.csv" in (BOARD / cmake).read_text()

    def test_what_the_firmware_relies_on_is_set(self) -> None:
        found = settings("sdkconfig.board")
        assert found["FREERTOS_HZ"] == "1000", (
            "a wait is a tick: insole.session and tx_scheduler ask for 1 ms"
        )
        assert found["BOOTLOADER_APP_ROLLBACK_ENABLE"] == "y", "an update that does not start is taken back"
        assert found["PM_ENABLE"] == "y", "insole.power sets the clock with machine.freq"
        assert found["BT_NIMBLE_NVS_PERSIST"] == "n", "insole.bonds stores the bonds"
        assert found["GPTIMER_ISR_CACHE_SAFE"] == "n", "with it no hardware timer would start"

    def test_the_radio_has_as_many_places_as_the_firmware_clears(self) -> None:
        places = _constant("insole/radio.py", "STACK_CONNECTIONS")
        assert settings("sdkconfig.board")["BT_NIMBLE_MAX_CONNECTIONS"] == places
        assert int(places) > int(_constant("insole/radio.py", "MAX_CONNECTIONS")), (
            "others are sent away in order"
        )

    def test_the_firmware_knows_this_build_by_its_name(self) -> None:
        """MicroPython's build is called after the folder (`MICROPY_BOARD_BUILD_NAME`, py/mkrules.cmake)."""
        assert BOARD.name.startswith(ast.literal_eval(_constant("insole/sampler.py", "MENDED_BUILD")))

    def test_pins_are_those_of_the_board(self) -> None:
        header = (BOARD / "mpconfigboard.h").read_text()
        found = {name: int(pin) for name, pin in re.findall(r"MICROPY_HW_(I2C0_\w+)\s+\((\d+)\)", header)}
        assert found == {"I2C0_SCL": esp32s3_r1.I2C_SCL_PIN, "I2C0_SDA": esp32s3_r1.I2C_SDA_PIN}
        assert "ESP32C3" not in header, "boards.current() tells the chips apart by this"

    def test_every_setting_has_its_reason_beside_it(self) -> None:
        for paragraph in (BOARD / "sdkconfig.board").read_text().split("\n\n"):
            assert paragraph.startswith("#"), paragraph
