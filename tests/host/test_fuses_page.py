"""The page about fuses: its commands, run on a board in a file, burn what its tables say and nothing else."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/how-to/fuses-and-flash-encryption.md"
BLOCK = re.compile(r"^```sh test\n(.*?)^```", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| `(\w+)` \| (.+) \|$", re.MULTILINE)
BESIDE = {
    "BLOCK_KEY0": {"RD_DIS", "WR_DIS", "WR_DIS.BLK4", "KEY_PURPOSE_0"},
    "BLOCK_KEY1": {"RD_DIS", "WR_DIS", "KEY_PURPOSE_1"},
}
"""Protections that espefuse burns with a key by itself: not to be read, not to be changed."""
SECTIONS = dict(re.findall(r"^## (.+)\n((?:(?!^## ).*\n?)*)", PAGE.read_text("utf-8"), re.MULTILINE))
OPTIONS = {title: body for title, body in SECTIONS.items() if ROW.search(body)}


def shell(folder: Path, script: str) -> subprocess.CompletedProcess[str]:
    """A block as a reader would run it, in an empty folder."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def fuses(folder: Path) -> dict[str, Any]:
    """All fuses of the board in the folder; of a new one where there is none."""
    command = (
        "espefuse --chip esp32s3 --virt --path-efuse-file board.bin summary --format json --file fuses.json"
    )
    done = shell(folder, command)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((folder / "fuses.json").read_text("utf-8"))
    return {name: one["value"] for name, one in found.items()}


def test_there_are_options_and_each_has_its_commands() -> None:
    assert list(OPTIONS) == ["No JTAG", "Only writing over USB", "Encrypted flash", "Signed boot loader"]
    assert all(len(BLOCK.findall(body)) == 1 for body in OPTIONS.values())


@pytest.mark.slow
@pytest.mark.parametrize("title", OPTIONS)
def test_an_option_burns_what_its_table_says(tmp_path: Path, title: str) -> None:
    (script,) = BLOCK.findall(OPTIONS[title])
    stated = dict(ROW.findall(OPTIONS[title]))
    (tmp_path / "new").mkdir()
    new = fuses(tmp_path / "new")
    done = shell(tmp_path, script)
    assert done.returncode == 0, done.stdout + done.stderr
    burned = fuses(tmp_path)
    changed = {name for name in burned if burned[name] != new[name]}
    beside = set[str]().union(*(names for key, names in BESIDE.items() if key in stated))
    assert set(stated) <= changed <= set(stated) | beside
    for name, value in stated.items():
        if value != "your key":
            assert str(burned[name]) == value


@pytest.mark.slow
def test_the_key_that_was_burned_cannot_be_read_back(tmp_path: Path) -> None:
    (script,) = BLOCK.findall(OPTIONS["Encrypted flash"])
    assert shell(tmp_path, script).returncode == 0
    key = (tmp_path / "flash.key").read_bytes()
    shown = str(fuses(tmp_path)["BLOCK_KEY0"]).replace(" ", "")
    assert key.hex() not in shown and key[::-1].hex() not in shown
    assert "??" in shown


@pytest.mark.slow
def test_what_cannot_be_taken_back(tmp_path: Path) -> None:
    (script,) = BLOCK.findall(SECTIONS["What cannot be taken back"])
    done = shell(tmp_path, script)
    assert done.returncode == 0
    assert "New value is not accepted for eFuse 'DIS_USB_JTAG'" in done.stdout + done.stderr
    assert fuses(tmp_path)["DIS_USB_JTAG"] is True


def test_every_fuse_command_of_the_page_is_one_that_is_run() -> None:
    """None stands outside of the blocks that tests run."""
    text = PAGE.read_text("utf-8")
    outside = BLOCK.sub("", text)
    assert not re.search(r"^\s*(?:\$F|espefuse|espsecure) ", outside, re.MULTILINE)
