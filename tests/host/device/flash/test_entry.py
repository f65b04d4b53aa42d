"""`plantigrade device flash` on the command line: each refusal is one line that says what to do."""

import hashlib
import os
import pty
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plantigrade.device.commands import device
from plantigrade.device.flash import flashing
from plantigrade.device.flash.actions import as_json
from plantigrade.device.flash.errors import PortError
from plantigrade.device.flash.esptool import Chip, WriteLog
from plantigrade.device.flash.flashing import Contents, Flashed
from plantigrade.device.flash.plan import Wishes, make_plan
from plantigrade.device.flash.settings import START_BYTES
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.firmware_image import signing
from plantigrade.firmware_image.build import FirmwareError
from plantigrade.firmware_image.esp_image import (
    APP_AT,
    DamagedImageError,
    ImageTooLargeError,
    OldMicroPythonError,
    WrongChipError,
    virtual_micropython_image,
)
from plantigrade.firmware_image.known_images import UnknownImageError
from plantigrade.firmware_image.partition_table import partition_table

MACHINE = "Generic ESP32S3 module with ESP32S3"
CHIP_IMAGE = virtual_micropython_image(machine=MACHINE)
SHA256 = hashlib.sha256(CHIP_IMAGE).hexdigest()
SLOT_BYTES = next(row.size for row in partition_table() if row.label == "ota_0")


@pytest.fixture
def terminal() -> Iterator[str]:
    """A virtual board's port on which nobody answers."""
    outer, inner = pty.openpty()
    yield os.ttyname(inner)
    os.close(inner)
    os.close(outer)


def run(*texts: str | Path) -> Result:
    return CliRunner().invoke(device, ["flash", *(str(word) for word in texts)])


def flipped(data: bytes, at: int) -> bytes:
    """The data with one bit changed."""
    return data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


def for_the_c3(data: bytes) -> bytes:
    """The number of the ESP32-C3 in the boot loader's header."""
    return data[:12] + b"\5\0" + data[14:]


class TestAnImageThatIsRefused:
    """No board is looked at: none is there."""

    @pytest.mark.parametrize(
        ("data", "error", "text"),
        [
            (for_the_c3(CHIP_IMAGE), WrongChipError, "is for an ESP32-C3, not for an ESP32-S3"),
            (flipped(CHIP_IMAGE, APP_AT + 20_000), DamagedImageError, "is damaged: the checksum differs"),
            (CHIP_IMAGE[:-100], DamagedImageError, "its app is truncated"),
            (
                virtual_micropython_image(app_bytes=SLOT_BYTES, machine=MACHINE),
                ImageTooLargeError,
                f"the place for it {SLOT_BYTES}",
            ),
            (
                virtual_micropython_image("1.22.0", machine=MACHINE),
                OldMicroPythonError,
                "needs 1.23 or newer",
            ),
            (CHIP_IMAGE, UnknownImageError, f"then add --accept-unknown {SHA256}"),
        ],
        ids=["another chip", "a flipped bit", "truncated", "too large", "too old", "unknown"],
    )
    def test_by_name(self, tmp_path: Path, data: bytes, error: type[PlantigradeError], text: str) -> None:
        path = tmp_path / "micropython.bin"
        path.write_bytes(data)
        result = run("/dev/ttyNONE", "--micropython", path)
        assert isinstance(result.exception, error)
        assert text in str(result.exception) and "\n" not in str(result.exception)
        assert str(result.exception).startswith("micropython.bin: ")

    def test_another_hash_than_the_one_accepted(self, tmp_path: Path) -> None:
        path = tmp_path / "micropython.bin"
        path.write_bytes(CHIP_IMAGE)
        result = run("/dev/ttyNONE", "--micropython", path, "--accept-unknown", "0" * 64)
        assert isinstance(result.exception, UnknownImageError)
        assert SHA256 in str(result.exception)


class TestWhatARealInsoleTrusts:
    def test_the_keys_of_the_repository_only_when_told_so(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "micropython.bin"
        path.write_bytes(CHIP_IMAGE)
        monkeypatch.setattr(signing, "release_keys", lambda: ())
        with pytest.raises(FirmwareError, match=r"holds no release key; .* add --test-keys"):
            flashing.make_contents(path, SHA256)
        assert flashing.make_contents(path, SHA256, trust_test_keys=True).image.architecture == "xtensawin"


class TestAPortThatIsRefused:
    def test_that_is_not_there(self) -> None:
        result = run("/dev/ttyNONE")
        assert isinstance(result.exception, PortError)
        assert str(result.exception).startswith("/dev/ttyNONE: there is no such port")

    def test_a_chips_image_for_a_virtual_board(self, tmp_path: Path, terminal: str) -> None:
        path = tmp_path / "micropython.bin"
        path.write_bytes(CHIP_IMAGE)
        result = run(terminal, "--micropython", path, "--accept-unknown", SHA256, "--test-keys")
        assert "a virtual board cannot run MicroPython for a chip" in str(result.exception)


class TestWrongUsage:
    def test_erase_and_keep(self) -> None:
        result = run("--erase", "--keep-log")
        assert result.exit_code == 2
        assert "--erase erases everything; leave --keep-... out" in result.output

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        result = run("--micropython", tmp_path / "none.bin")
        assert result.exit_code == 2 and "does not exist" in result.output

    def test_a_file_that_cannot_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(FileError, match="cannot be read"):
            flashing.make_contents(tmp_path, None)


def test_the_result_as_json(contents: Contents) -> None:
    start = b"\xff" * START_BYTES
    plan = make_plan(8, contents.image, contents.file_system, start, Wishes())
    log = WriteLog(verified=["vfs.bin"], unchanged=["log.bin"])
    chip = Chip("ESP32-S3", "7cdfa1000102", 8)
    values = as_json(Flashed("/dev/pts/3", chip, None, plan, log, None, {"write": 1.234}), contents)
    assert values["schema"] == "plantigrade.flash/1"
    assert (values["serial"], values["flash_mib"], values["architecture"]) == ("7cdfa1000102", 8, "x64")
    assert values["micropython"] == {
        "version": "1.29.0",
        "date": "2026-11-29",
        "machine": "Plantigrade virtual board with ESP32S3",
        "sha256": contents.image.sha256,
        "known_as": None,
    }
    assert values["seconds"] == {"write": 1.23} and not values["dry_run"]
    parts = {part["label"]: part for part in values["parts"]}
    assert parts["log"] == {
        "label": "log",
        "offset": 0x4B8000,
        "size": 0x348000,
        "action": "erase",
        "bytes": 0,
        "unchanged": True,
    }
    assert parts["ota_0"]["bytes"] == len(contents.image.app.data) and not parts["ota_0"]["unchanged"]
