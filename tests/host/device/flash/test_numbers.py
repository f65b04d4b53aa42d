"""An insole whose log is erased with the rest of its flash goes on counting: real image, real firmware."""

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from insole_protocol import ids
from littlefs import LittleFS
from plantigrade.device.flash.flashing import NUMBERS, Contents, Numbers, going_on_from

ROOT = Path(__file__).resolve().parents[4]
BLOCK = 4096


@pytest.fixture
def firmware(monkeypatch: pytest.MonkeyPatch) -> None:
    """The insole's own modules can be imported."""
    for folder in ("firmware", "tests/firmware"):
        monkeypatch.syspath_prepend(str(ROOT / folder))  # pyright: ignore[reportUnknownMemberType]


def read(image: bytes) -> tuple[list[str], bytes]:
    """Names at the root of a file system, and what the file of numbers says."""
    fs: Any = LittleFS(block_size=BLOCK, block_count=len(image) // BLOCK, mount=False)
    fs.context.buffer[:] = image
    fs.mount()
    with fs.open(NUMBERS, "rb") as file:
        return fs.listdir("/"), bytes(file.read())


@pytest.mark.parametrize(
    ("numbers", "to_seq"),
    [
        (Numbers(3, 734_000), 740_000),
        (Numbers(40_000, 734_000), 740_000),
        (Numbers(3, ids.NO_SEQ - 100), ids.NO_SEQ - 1),
    ],
)
def test_the_firmware_takes_them_over_into_a_blank_log(
    firmware: None, tmp_path: Path, contents: Contents, numbers: Numbers, to_seq: int
) -> None:
    counters: Any = import_module("insole.persistent_counters")
    recorder: Any = import_module("insole.recorder")
    devices: Any = import_module("log_kit.devices")

    names, content = read(going_on_from(contents, numbers).file_system)
    assert set(names) >= {"main.py", NUMBERS}
    (tmp_path / NUMBERS).write_bytes(content)
    log = recorder.Recorder(devices.RamFlash(8))
    log.open(counters.PersistentCounters(str(tmp_path / NUMBERS)))
    assert (log.boot, log.next_seq) == (numbers.boot + 1, to_seq)
    gaps: list[tuple[int, int, int]] = []
    log.gaps(0, gaps)
    assert gaps == [(0, to_seq, ids.GAP_ERASED)]


def test_what_goes_onto_another_board_has_no_numbers(contents: Contents) -> None:
    assert NUMBERS not in dict(contents.files)
