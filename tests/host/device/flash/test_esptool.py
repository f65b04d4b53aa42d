"""What esptool says in cases that cannot be made here, by a program in its place that prints the same."""

import asyncio
import re
from pathlib import Path

import pytest
from plantigrade.device.flash import esptool as module
from plantigrade.device.flash.errors import FlashError, NotABoardError, PortError, WriteBrokenError
from plantigrade.device.flash.esptool import Esptool, WriteLog

FATAL = " ERROR: A fatal error occurred: "
PORT = "/dev/ttyACM0"


def in_its_place(folder: Path, text: str, code: int = 2) -> Esptool:
    """An esptool that prints a text and ends."""
    (folder / "esptool.py").write_text(f"import sys\nprint({text!r}, flush=True)\nsys.exit({code})\n")
    return Esptool(PORT, folder, virtual=False)


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        (
            f"{FATAL}Could not open {PORT}, the port is busy or doesn't exist.\n"
            f"([Errno 13] could not open port {PORT}: [Errno 13] Permission denied: '{PORT}')",
            PortError,
            f"{PORT}: not allowed; give yourself access to serial ports",
        ),
        (
            f"{FATAL}Could not open COM3, the port is busy or doesn't exist.\n"
            "(could not open port 'COM3': PermissionError(13, 'Access is denied.', None, 5))",
            PortError,
            "not allowed",
        ),
        (
            f"{FATAL}Could not open {PORT}, the port is busy or doesn't exist.\n"
            f"([Errno 16] could not open port {PORT}: [Errno 16] Device or resource busy: '{PORT}')",
            PortError,
            "busy or gone; close other programs",
        ),
        (
            f"{FATAL}Failed to connect to ESP32-S3: No serial data received.",
            NotABoardError,
            "hold the button",
        ),
        (
            f"{FATAL}Failed to connect to Espressif device: Wrong boot mode detected (0x8)!",
            NotABoardError,
            "hold the button",
        ),
        (f"{FATAL}The chip stopped responding.", FlashError, "esptool: The chip stopped responding."),
        ("Traceback\nKeyError: 'a defect'", FlashError, "esptool: KeyError: 'a defect'"),
        ("", FlashError, "esptool: it printed nothing"),
    ],
    ids=["rights", "rights on Windows", "busy", "silent", "running", "stopped", "a defect", "nothing"],
)
def test_what_it_gave_up_for(tmp_path: Path, text: str, error: type[FlashError], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)) as caught:
        asyncio.run(in_its_place(tmp_path, text).chip())
    assert type(caught.value) is error


def test_a_chip_that_it_does_not_name(tmp_path: Path) -> None:
    with pytest.raises(FlashError, match="does not say which chip this is"):
        asyncio.run(in_its_place(tmp_path, "esptool v9 prints otherwise", code=0).chip())


@pytest.mark.parametrize("size", ["", "Detected flash size: 512KB\n"], ids=["silent", "less than 1 MiB"])
def test_a_flash_whose_size_is_not_in_whole_mib(tmp_path: Path, size: str) -> None:
    text = f"Connected to ESP32-S3 on {PORT}:\nMAC:   7c:df:a1:00:01:02\n{size}"
    chip = asyncio.run(in_its_place(tmp_path, text, code=0).chip())
    assert (chip.name, chip.serial, chip.flash_mib) == ("ESP32-S3", "7cdfa1000102", None)


def test_one_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SILENCE_S", 0.3)
    esptool = in_its_place(tmp_path, "")
    (tmp_path / "esptool.py").write_text("import time\ntime.sleep(60)\n")
    with pytest.raises(FlashError, match="esptool has printed nothing for 0 s"):
        asyncio.run(esptool.chip())


def test_whatever_fails_while_it_writes_is_a_flash_half_written(tmp_path: Path) -> None:
    text = f"Writing 'vfs.bin' at 0x003b0000...\n{FATAL}Failed to connect to ESP32-S3: gone."
    esptool = in_its_place(tmp_path, text)
    with pytest.raises(WriteBrokenError, match=r"writing broke off at vfs .* run the same"):
        asyncio.run(esptool.write([(0x3B0000, "vfs.bin")], 8, False, lambda name, share: None))


def test_what_became_of_each_file() -> None:
    log = WriteLog()
    lines = [
        "Writing 'ota_0.bin' at 0x00010000...",
        "Writing at 0x00014000 ━━━━━━  50.0% 16.00kB/24.22kB [0s]",
        "Hash of data verified.",
        "Writing 'table.bin' at 0x00008000...",
        "'table.bin' at 0x00008000 already in flash, skipping write.",
    ]
    assert [log.take(line) for line in lines] == [None, 0.5, 1.0, None, 1.0]
    assert (log.verified, log.unchanged) == (["ota_0.bin"], ["table.bin"])
