"""The eFuses of a board are a file that Espressif's own tool reads and burns."""

import asyncio
import sys
from pathlib import Path

import pytest
from plantigrade.errors import FileError
from plantigrade.twin.rom.fuses import FUSE_NAME, SIZE, factory_fuses, read_fuses, write_fuses

from tests.host.twin.rom.line import UNIQUE_ID
from tests.processes import end

PATIENCE_S = 60
JSON_SUMMARY = ("summary", "--format", "json")


async def espefuse(path: Path, *texts: str) -> str:
    """Output of the unmodified espefuse on a board's file; fails the test when it fails."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "espefuse", "--chip", "esp32s3", "--virt"),
        *("--path-efuse-file", str(path), *texts),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    finally:
        await end(process)
    assert process.returncode == 0, output.decode()
    return output.decode()


async def test_what_espefuse_burns_is_what_the_chip_says_of_itself(tmp_path: Path) -> None:
    path = tmp_path / FUSE_NAME
    write_fuses(path, factory_fuses(UNIQUE_ID))
    assert "0a:50:47:7a:3f:01" in await espefuse(path, "summary")
    burned = ("SECURE_BOOT_EN", "1", "DIS_PAD_JTAG", "1", "KEY_PURPOSE_1", "SECURE_BOOT_DIGEST0")
    await espefuse(path, "--do-not-confirm", "burn-efuse", *burned, "DIS_DOWNLOAD_MODE", "1")
    fuses = read_fuses(path)
    assert fuses.download_disabled
    assert not fuses.download_is_restricted
    info = fuses.security_info()
    assert info[:4] == (1 << 0 | 1 << 7).to_bytes(4, "little")
    assert info[5:11] == bytes((0, 9, 0, 0, 0, 0))  # purposes of the keys


def test_a_new_chip_has_nothing_burned_but_mac_and_revision(tmp_path: Path) -> None:
    fuses = factory_fuses(UNIQUE_ID)
    assert fuses.security_info() == bytes(12) + (9).to_bytes(4, "little") + bytes(4)
    assert (fuses.download_disabled, fuses.download_is_restricted) == (False, False)
    assert fuses.word(0x50) >> 18 & 7 == 2  # v0.2
    assert fuses.word(SIZE) == fuses.word(0x45) == 0  # no such register


@pytest.mark.parametrize("content", [b"", bytes(SIZE - 4), bytes(SIZE + 4)])
def test_a_file_of_another_length_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / FUSE_NAME
    path.write_bytes(content)
    with pytest.raises(FileError, match="eFuses of an ESP32-S3 have 512 bytes, not"):
        read_fuses(path)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot read the eFuses"):
        read_fuses(tmp_path / FUSE_NAME)
