"""What the file system of an insole holds when it leaves the factory: launcher, and firmware in slot a.

The launcher (`main.py`, `boot.py`, `/launcher`) is never changed over the air. It chooses between the slots
by `/slot.json`; `manifest.bin`, the head of the bundle that a slot came from, says that the slot is whole.
docs/explanation/updates.md explains why.
"""

import ast
import hashlib
import json
from collections.abc import Mapping, Sequence

from insole_protocol.layout_id import LAYOUT_ID

from plantigrade.firmware_image.build import FirmwareBuild, FirmwareError, firmware_folder
from plantigrade.firmware_image.bundle import (
    ARCHITECTURES,
    UNSIGNED,
    Bundle,
    BundleKind,
    Manifest,
    pack_files,
)
from plantigrade.firmware_image.signing import PublicKey, launcher_keys, launcher_source

BoardFile = tuple[str, bytes]

LAUNCHER = ("boot.py", "main.py", "launcher/")
"""How paths of a build begin that are the launcher's."""
FACTORY_SLOT = "a"
BOARDS = {"x64": "esp32s3_r1", "xtensawin": "esp32s3_r1", "rv32imc": "esp32c3_r1"}
"""Which board a build is for; the virtual board is built as the one with the ESP32-S3."""
MPY_WORD = 0x0306
"""Version of .mpy files with machine code that mpy-cross writes, as in `sys.implementation._mpy` without the
architecture: 6, sub-version 3 (MicroPython, py/persistentcode.h)."""
LOWEST_MICROPYTHON = (1, 23, 0)
"""Pairing is remembered from here on: docs/how-to/build-micropython-for-the-insole.md."""
HIGHEST_MICROPYTHON = (1, 29, 255)
"""The newest that the firmware was run on."""
SECURITY_COUNTER = 1
"""Raised by one with each release that closes a fault of security."""
FLOOR = 1
"""The lowest counter that an insole takes once this release is confirmed on it."""


def launcher_files(build: FirmwareBuild, keys: Sequence[PublicKey] | None = None) -> list[BoardFile]:
    """The part of a board's files that no update changes.

    Args:
        build: the compiled firmware.
        keys: that sign updates for this insole; the test keys when None.
    """
    own = [(name, content) for name, content in build.files() if name.startswith(LAUNCHER)]
    source = launcher_source(launcher_keys(release=False) if keys is None else keys)
    return sorted([*own, ("launcher/keys.py", source.encode())])


def slot_files(build: FirmwareBuild) -> list[BoardFile]:
    """The part that an update brings: paths inside a slot, `lib/...`."""
    return [(name, content) for name, content in build.files() if not name.startswith(LAUNCHER)]


def firmware_version() -> str:
    """The version that the firmware's sources say of themselves.

    Raises:
        FirmwareError: they say none.
    """
    path = firmware_folder() / "insole" / "identity.py"
    for line in ast.parse(path.read_text(encoding="utf-8")).body:
        match line:
            case ast.Assign(targets=[ast.Name("FIRMWARE_VERSION")], value=ast.Constant(str(version))):
                return version
            case _:
                pass
    raise FirmwareError(f"{path}: says no FIRMWARE_VERSION")


def unsigned_bundle(
    build: FirmwareBuild,
    key_id: int = 0,
    version: str | None = None,
    changed: Mapping[str, bytes | None] | None = None,
) -> Bundle:
    """A build as a bundle that nobody has signed yet.

    Args:
        build: the compiled firmware.
        key_id: of the key that will sign it.
        version: for people; that of the sources when None.
        changed: files of the slot with another content, or none.
    """
    files = {**dict(slot_files(build)), **(changed or {})}
    payload = pack_files((name, content) for name, content in files.items() if content is not None)
    manifest = Manifest(
        kind=BundleKind.FILES,
        key_id=key_id,
        lowest_layout=LAYOUT_ID,
        highest_layout=LAYOUT_ID,
        architecture=build.architecture,
        mpy_word=MPY_WORD | ARCHITECTURES[build.architecture] << 10,
        board=BOARDS[build.architecture],
        lowest_micropython=LOWEST_MICROPYTHON,
        highest_micropython=HIGHEST_MICROPYTHON,
        security_counter=SECURITY_COUNTER,
        floor=FLOOR,
        payload_bytes=len(payload),
        payload_sha256=hashlib.sha256(payload).digest(),
        version=firmware_version() if version is None else version,
    )
    return Bundle(manifest, UNSIGNED, payload)


def board_files(
    build: FirmwareBuild,
    keys: Sequence[PublicKey] | None = None,
    changed: Mapping[str, bytes | None] | None = None,
) -> list[BoardFile]:
    """Path and content of every file of a factory-new insole, in order.

    Nobody signs what is written by cable: the manifest in the slot tells the launcher that it is whole, and
    hosts what it is.

    Args:
        build: the compiled firmware.
        keys: that sign updates for this insole; the test keys when None.
        changed: files of the slot with another content, or none: for tests.
    """
    slot = f"slots/{FACTORY_SLOT}"
    bundle = unsigned_bundle(build, changed=changed)
    state = {"active": FACTORY_SLOT, "trial": 0, "back": 0, "app": "", "floor": FLOOR}
    files = launcher_files(build, keys)
    files.append((f"{slot}/payload.bin", bundle.payload))
    files.append((f"{slot}/manifest.bin", bundle.head))
    files.append(("slot.json", json.dumps(state).encode()))
    return sorted(files)
