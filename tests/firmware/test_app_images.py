"""The virtual chip and the boot loader's model agree on which app images can be started."""

import random
from pathlib import Path

import pytest
from plantigrade.firmware_image.esp_image import read_micropython, virtual_micropython_image
from plantigrade.twin.boot_loader.image import ImageRefusedError, check_image
from plantigrade.twin.flash_file import FlashFile
from plantigrade.twin.nor_flash import NorFlash, OperationCount

from tests.firmware.micropython_run import HERE, run

PLACE = 24 * 1024
CHANGES = 60
SEED = 4


def images() -> list[bytes]:
    """Good ones, and good ones with a byte changed or with an end missing."""
    draw = random.Random(SEED)
    good = [
        read_micropython(virtual_micropython_image(app_bytes=size), "made-up").app.data
        for size in (600, 4096, 8200, 20_000)
    ]
    changed: list[bytes] = []
    for _ in range(CHANGES):
        image = bytearray(draw.choice(good))
        at = draw.choice(
            [draw.randrange(48), draw.randrange(len(image)), len(image) - 1 - draw.randrange(50)]
        )
        image[at] = draw.randrange(256)
        changed.append(bytes(image))
    cut = [image[: draw.randrange(len(image))] for image in good]
    return [*good, *changed, *cut, b""]


@pytest.mark.micropython
def test_the_chip_chooses_what_the_boot_loader_starts(tmp_path: Path) -> None:
    made = images()
    path = tmp_path / "images.bin"
    path.write_bytes(b"".join(image.ljust(PLACE, b"\xff") for image in made))
    ended = run(HERE / "scripts" / "check_images.py", str(path), str(PLACE))
    assert ended.returncode == 0, ended.stdout + ended.stderr
    chip = [line.split()[1] == "valid" for line in ended.stdout.splitlines()]
    loader: list[bool] = []
    with NorFlash(FlashFile(path), OperationCount(tmp_path)) as flash:
        for place in range(len(made)):
            try:
                check_image(flash, place * PLACE, PLACE)
                loader.append(True)
            except ImageRefusedError:
                loader.append(False)
    assert chip == loader
    assert loader[:4] == [True] * 4
    assert sum(loader) < 20
