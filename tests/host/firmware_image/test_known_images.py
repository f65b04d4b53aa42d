"""The list of known images of MicroPython: what is let through, and by which words it is not."""

from pathlib import Path

import pytest
from plantigrade.errors import FileError
from plantigrade.firmware_image import known_images as module
from plantigrade.firmware_image.esp_image import MicroPythonImage, read_micropython, virtual_micropython_image
from plantigrade.firmware_image.known_images import KnownImage, UnknownImageError, known_images, require_known

DATA = virtual_micropython_image()
VIRTUAL = read_micropython(DATA, "a.bin")
SHA256 = VIRTUAL.sha256
ROW = f'[[image]]\nname = "A-1.29.bin"\nsize = {len(DATA)}\nsha256 = "{SHA256}"\nadded = 2026-11-29\n'


@pytest.fixture
def real() -> MicroPythonImage:
    """The made-up image, taken for one of a chip."""
    return MicroPythonImage(**{**vars(VIRTUAL), "machine": "Generic ESP32S3 module with ESP32S3"})


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list of its own in the place of the firmware's."""
    monkeypatch.setattr(module, "firmware_folder", lambda: tmp_path)
    path = tmp_path / "micropython.lock"
    path.write_text(ROW)
    return path


def test_the_list_that_comes_with_the_firmware_is_readable() -> None:
    assert all(len(row.sha256) == 64 for row in known_images())


def test_a_known_image_is_let_through(lock: Path, real: MicroPythonImage) -> None:
    row = KnownImage("A-1.29.bin", len(DATA), SHA256, "2026-11-29")
    assert require_known(real, len(DATA), "any-name.bin") == row


def test_an_unknown_one_is_refused_with_its_hash_and_the_way_on(lock: Path, real: MicroPythonImage) -> None:
    lock.write_text(ROW.replace(SHA256, "0" * 64))
    with pytest.raises(UnknownImageError, match=f"--accept-unknown {SHA256}") as caught:
        require_known(real, len(DATA), "a.bin")
    assert "a.bin: MicroPython 1.29.0 of 2026-11-29 is not among the known images" in str(caught.value)


@pytest.mark.parametrize("accepted", [SHA256, SHA256.upper()])
def test_an_unknown_one_is_accepted_by_its_hash(lock: Path, real: MicroPythonImage, accepted: str) -> None:
    lock.write_text("")
    assert require_known(real, len(DATA), "a.bin", accepted) is None


@pytest.mark.parametrize("accepted", ["0" * 64, SHA256[:-1], ""])
def test_another_hash_than_the_file_has_is_refused_even_for_a_known_one(
    lock: Path, real: MicroPythonImage, accepted: str
) -> None:
    with pytest.raises(UnknownImageError, match=f"its SHA-256 is {SHA256}, not the one accepted"):
        require_known(real, len(DATA), "a.bin", accepted)


def test_the_made_up_image_needs_no_row(lock: Path) -> None:
    lock.write_text("")
    assert require_known(VIRTUAL, len(DATA), "the made-up image") is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[[image", "is not TOML"),
        ("[image]\nname = 1", "begin each image with a line"),
        ("[[image]]\nname = 'a'", "each image needs name, size, sha256 and added"),
        ("image = [1]", "each image needs name"),
        (ROW.replace(SHA256, SHA256[:63]), "64 hexadecimal digits"),
        (ROW.replace(SHA256, SHA256.upper()), "64 hexadecimal digits"),
        (ROW.replace(f"size = {len(DATA)}", "size = 'large'"), "no number of bytes"),
    ],
)
def test_a_list_that_cannot_be_read_is_said(lock: Path, text: str, problem: str) -> None:
    lock.write_text(text)
    with pytest.raises(FileError, match=problem):
        known_images()


def test_a_list_that_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot read the list of known images"):
        known_images(tmp_path / "none")
