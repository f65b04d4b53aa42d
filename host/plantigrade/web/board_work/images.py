"""Images that a browser may install by Web Serial: prepared and checked here, fetched part by part."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from plantigrade.device.flash.flashing import Contents
from plantigrade.device.flash.plan import Part, Wishes, make_plan
from plantigrade.device.flash.settings import START_BYTES
from plantigrade.firmware_image.esp_image import BOOT_LOADER_AT, with_flash_size
from plantigrade.library.catalogue.library import Library
from plantigrade.web.board_work.settings import KEEP_IMAGE_S, MOST_IMAGES
from plantigrade.web.per_library import PerLibrary

_BLANK: Final = b"\xff"


@dataclass(frozen=True)
class InstallableImage:
    """What a browser writes to a board of one flash size.

    Attributes:
        id: nobody can guess it.
        account: that prepared it.
        version: of MicroPython.
        flash_mib: of the boards that it is for.
        parts: label to (offset, bytes), in the order in which they are written.
        made_s: monotonic.
    """

    id: str
    account: str
    version: str
    flash_mib: int
    parts: dict[str, tuple[int, bytes]]
    made_s: float

    def manifest(self) -> dict[str, Any]:
        """As esp-web-tools reads it (its README, "Manifest")."""
        parts = [
            {"path": f"{self.id}/{label}.bin", "offset": offset}
            for label, (offset, _data) in self.parts.items()
        ]
        return {
            "name": "Plantigrade insole",
            "version": f"MicroPython {self.version}",
            "new_install_prompt_erase": True,
            "new_install_improv_wait_time": 0,  # there is no Wi-Fi to be set up
            "builds": [{"chipFamily": "ESP32-S3", "parts": parts}],
        }


class InstallableImages:
    """The images that wait for a browser.

    Args:
        clock_s: monotonic.
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._clock_s = clock_s
        self._images: dict[str, InstallableImage] = {}
        self._lock = threading.Lock()

    def prepare(self, account: str, contents: Contents, flash_mib: int) -> InstallableImage:
        """Lay out what is written to a blank board; the oldest image goes when there are too many.

        Identity, keys and log are left as they are: nobody has seen yet whether they are an insole's. Whoever
        wants them gone lets the installer erase the whole board.
        """
        plan = make_plan(flash_mib, contents.image, contents.file_system, _BLANK * START_BYTES, Wishes())
        parts = {
            part.label.replace(" ", "-"): (part.offset, _data_of(part, flash_mib))
            for part in plan.written()
            if part.label not in ("id", "keys", "log")
        }
        now_s = self._clock_s()
        image = InstallableImage(
            secrets.token_urlsafe(12), account, contents.image.version, flash_mib, parts, now_s
        )
        with self._lock:
            self._expire(now_s)
            while len(self._images) >= MOST_IMAGES:
                del self._images[min(self._images.values(), key=lambda one: one.made_s).id]
            self._images[image.id] = image
        return image

    def find(self, image: str, account: str) -> InstallableImage | None:
        """An image of this account; None where there is none, or where it is too old."""
        with self._lock:
            self._expire(self._clock_s())
            found = self._images.get(image)
        return found if found is not None and found.account == account else None

    def _expire(self, now_s: float) -> None:
        for image in list(self._images.values()):
            if now_s - image.made_s > KEEP_IMAGE_S:
                del self._images[image.id]


def _data_of(part: Part, flash_mib: int) -> bytes:
    """The boot loader refuses a table that goes beyond the size in its header; esptool sets it by itself."""
    return with_flash_size(part.data, flash_mib) if part.offset == BOOT_LOADER_AT else part.data


_OF_LIBRARY: Final = PerLibrary[InstallableImages]()


def images_of(library: Library) -> InstallableImages:
    """The images that the pages of a library offer."""
    return _OF_LIBRARY.of(library, InstallableImages)
