"""The firmware as a board gets it: which sources go where, what is compiled, what is kept how long."""

import os
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.firmware_image import build
from plantigrade.firmware_image.build import (
    FirmwareBuild,
    FirmwareError,
    build_firmware,
    build_twin_chip,
    littlefs_image,
)

FILES = (
    "main.py",
    "boot.py",
    "insole/core.py",
    "insole/__pycache__/core.py",
    "drivers/adc/__init__.py",
    "drivers/adc/fake.py",
    "drivers/adc/cases.py",
    "boards/a/pins.py",
    "sim/boot.py",
    "sim/chip.py",
    "sim/soak/day.py",
    "tests/other.py",
)


class Workshop:
    """Small sources, a cache of its own, and a compiler that writes what it was asked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sources = folder / "firmware"
        self.cache = folder / "cache"
        self.compiled: list[tuple[str, str]] = []
        self.fails = ""
        for name in FILES:
            path = self.sources / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"# {name}\n")
        protocol = folder / "protocol"
        protocol.mkdir()
        (protocol / "ids.py").write_text("# ids\n")
        (folder / "mpy-cross").write_text("compiler")
        monkeypatch.setattr(build, "firmware_folder", lambda: self.sources)
        monkeypatch.setattr(build, "_protocol_folder", lambda: protocol)
        monkeypatch.setattr(build, "_compiler", lambda: str(folder / "mpy-cross"))
        monkeypatch.setattr(build.platformdirs, "user_cache_dir", lambda *_w, **_n: str(self.cache))
        monkeypatch.setattr(subprocess, "run", self._run)

    def _run(self, command: list[str], **_named: Any) -> Any:
        _, march, _, name, _, target, source = command
        self.compiled.append((march, name))
        if self.fails:
            return SimpleNamespace(returncode=1, stderr=self.fails, stdout="")
        Path(target).write_bytes(b"M" + Path(source).read_bytes())
        return SimpleNamespace(returncode=0, stderr="", stdout="")

    @property
    def stored(self) -> list[str]:
        return sorted(path.name for path in (self.cache / "firmware").iterdir())


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return Workshop(tmp_path, monkeypatch)


def test_main_and_boot_stay_sources_and_the_rest_is_compiled(workshop: Workshop) -> None:
    made = build_firmware("xtensawin")
    assert dict(made.files()) == {
        "boot.py": b"# boot.py\n",
        "main.py": b"# main.py\n",
        "lib/insole/core.mpy": b"M# insole/core.py\n",
        "lib/drivers/adc.mpy": b"M# drivers/adc/__init__.py\n",
        "lib/boards/a/pins.mpy": b"M# boards/a/pins.py\n",
        "lib/insole_protocol/ids.mpy": b"M# ids\n",
    }
    assert [name for name, _ in made.files()] == sorted(name for name, _ in made.files())
    assert ("-march=xtensawin", "insole/core.py") in workshop.compiled
    assert ("-march=xtensawin", "insole_protocol/ids.py") in workshop.compiled
    assert len(workshop.compiled) == 4
    assert made.architecture == "xtensawin"


def test_the_chip_of_the_twin_has_its_boards_and_no_soak(workshop: Workshop) -> None:
    made = build_twin_chip()
    assert dict(made.files()) == {
        "boot.py": b"# sim/boot.py\n",
        "sim/chip.mpy": b"M# sim/chip.py\n",
        "sim/parts/adc.mpy": b"M# drivers/adc/fake.py\n",
        "boards/a/pins.mpy": b"M# boards/a/pins.py\n",
    }
    assert made.architecture == "x64"


def test_nothing_is_compiled_twice_and_every_input_counts(workshop: Workshop) -> None:
    first = build_firmware()
    count = len(workshop.compiled)
    again = build_firmware()
    assert (again, len(workshop.compiled)) == (first, count)
    assert workshop.stored == [f"{first.digest[:32]}-x64"]
    other = build_firmware("rv32imc")
    (workshop.sources / "insole" / "core.py").write_text("# changed\n")
    changed = build_firmware()
    (workshop.sources / "insole" / "core.py").rename(workshop.sources / "insole" / "kern.py")
    renamed = build_firmware()
    assert len({first.digest, other.digest, changed.digest, renamed.digest}) == 4
    assert len(workshop.stored) == 4
    (workshop.sources / "sim" / "chip.py").write_text("# changed\n")
    assert build_firmware() == renamed, "what is not on the board does not count"
    (workshop.sources.parent / "mpy-cross").write_text("another compiler")
    assert build_firmware().digest != renamed.digest


def test_a_build_that_nobody_used_for_a_week_is_dropped(workshop: Workshop) -> None:
    old, recent = build_firmware("a"), build_firmware("b")
    week_s = 7 * 24 * 3600
    os.utime(old.folder, (0, time.time() - week_s - 60))
    os.utime(recent.folder, (0, time.time() - week_s + 60))
    made = build_firmware("c")
    assert workshop.stored == sorted([recent.folder.name, made.folder.name])


def test_use_keeps_a_build(workshop: Workshop) -> None:
    made = build_firmware("a")
    os.utime(made.folder, (0, 0))
    build_firmware("a")
    assert made.folder.stat().st_mtime > time.time() - 60
    build_firmware("b")
    assert made.folder.name in workshop.stored


@pytest.mark.parametrize(
    ("stderr", "text"),
    [
        ("Traceback\n  line 3\nSyntaxError: invalid syntax\n", "SyntaxError: invalid syntax"),
        ("", "no message"),
    ],
)
def test_a_source_that_does_not_compile_is_named(workshop: Workshop, stderr: str, text: str) -> None:
    workshop.fails = stderr or " "
    with pytest.raises(FirmwareError) as refused:
        build_firmware("x64")
    assert str(refused.value).endswith(f".py: does not compile for x64: {text}")
    assert str(refused.value).startswith(str(workshop.sources))
    assert workshop.stored == []


def test_a_cache_that_cannot_be_written_is_told(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_texts: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(FileError, match=r"cannot store the compiled firmware \(No space left on device\)"):
        build_firmware()


def test_another_process_that_was_faster_is_no_error(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(_path: Path, target: Path) -> None:
        Path(target).mkdir()
        raise OSError(39, "Directory not empty")

    monkeypatch.setattr(Path, "rename", lose)
    made = build_firmware()
    assert workshop.stored == [made.folder.name]


def test_an_image_holds_the_files_and_is_the_same_each_time() -> None:
    littlefs = pytest.importorskip("littlefs")
    files = [("main.py", b"print(1)\n"), ("lib/insole/core.mpy", bytes(range(256)) * 20)]
    image = littlefs_image(iter(files), 32)
    assert len(image) == 32 * 4096
    assert littlefs_image(iter(files), 32) == image
    fs = littlefs.LittleFS(block_size=4096, block_count=32, mount=False)
    fs.context.buffer = bytearray(image)
    fs.mount()
    for name, content in files:
        with fs.open(name, "rb") as file:
            assert file.read() == content


def test_an_image_that_is_too_small_is_told() -> None:
    pytest.importorskip("littlefs")
    with pytest.raises(FirmwareError, match=r"^the firmware does not fit into 32 KiB$"):
        littlefs_image(iter([("main.py", bytes(40_000))]), 8)


def test_the_sources_are_found_in_the_repository_or_told_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert (build.firmware_folder() / "main.py").is_file()
    package = tmp_path / "a" / "b" / "plantigrade"
    monkeypatch.setattr(build, "__file__", str(package / "device" / "build.py"))
    with pytest.raises(PlantigradeError, match="reinstall plantigrade"):
        build.firmware_folder()
    (package / "_firmware" / "sim").mkdir(parents=True)
    assert build.firmware_folder() == package / "_firmware"
    (tmp_path / "a" / "firmware" / "sim").mkdir(parents=True)
    assert build.firmware_folder() == tmp_path / "a" / "firmware"


def test_files_of_a_build_leave_out_folders(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "a.mpy").write_bytes(b"1")
    assert list(FirmwareBuild("x64", tmp_path, "").files()) == [("lib/a.mpy", b"1")]
