"""Bundles as they are released: the firmware of this repository, or a MicroPython image, ready to be signed.

The same sources, version and compiler give the same bytes, whoever builds and however often.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from insole_protocol.layout_id import LAYOUT_ID

from plantigrade.firmware_image import signing
from plantigrade.firmware_image.board_files import (
    BOARDS,
    FLOOR,
    MPY_WORD,
    SECURITY_COUNTER,
    firmware_version,
    unsigned_bundle,
)
from plantigrade.firmware_image.build import build_firmware, compile_text, firmware_folder
from plantigrade.firmware_image.bundle import (
    ARCHITECTURES,
    SUFFIX,
    UNSIGNED,
    Bundle,
    BundleError,
    BundleFault,
    BundleKind,
    Manifest,
)
from plantigrade.firmware_image.esp_image import MicroPythonImage

_SAYS_VERSION = "lib/insole/identity"


def firmware_bundle(
    architecture: str,
    version: str | None = None,
    security_counter: int = SECURITY_COUNTER,
    floor: int = FLOOR,
    changed: Mapping[str, bytes | None] | None = None,
) -> Bundle:
    """The firmware of this repository as a bundle that nobody has signed yet.

    Args:
        architecture: of mpy-cross; x64 is for the twin.
        version: that the insole will say it has; that of the sources when None.
        security_counter: see `Manifest`.
        floor: see `Manifest`.
        changed: files with another content, or none: for tests.

    Raises:
        FirmwareError: the sources do not compile.
        BundleError: the floor is above the counter: an insole would refuse this very version.
        MissingPartError: mpy-cross is not installed.
    """
    if floor > security_counter:
        raise BundleError(
            BundleFault.MANIFEST,
            f"a floor of {floor} above the security counter {security_counter} would shut out this version",
        )
    own = firmware_version()
    files = dict(changed or {})
    if version is not None and version != own:
        files[f"{_SAYS_VERSION}.mpy"] = _identity_of(version, own, architecture)
    bundle = unsigned_bundle(build_firmware(architecture), version=version, changed=files)
    manifest = replace(bundle.manifest, security_counter=security_counter, floor=floor)
    return Bundle(manifest, UNSIGNED, bundle.payload)


def _identity_of(version: str, own: str, architecture: str) -> bytes:
    """The module that says the version, compiled to say another one than its source does."""
    source = (firmware_folder() / "insole" / "identity.py").read_text(encoding="utf-8")
    text = source.replace(f'FIRMWARE_VERSION = "{own}"', f'FIRMWARE_VERSION = "{version}"')
    return compile_text(f"{_SAYS_VERSION}.py", text, architecture)


def micropython_bundle(
    image: MicroPythonImage,
    version: str | None = None,
    security_counter: int = SECURITY_COUNTER,
    floor: int = FLOOR,
) -> Bundle:
    """The app of a MicroPython image as a bundle that nobody has signed yet.

    Args:
        image: checked already.
        version: for people; that of the image when None.
        security_counter: see `Manifest`.
        floor: see `Manifest`.
    """
    app = image.app.data
    manifest = Manifest(
        kind=BundleKind.MICROPYTHON,
        key_id=0,
        lowest_layout=LAYOUT_ID,
        highest_layout=LAYOUT_ID,
        architecture=image.architecture,
        mpy_word=MPY_WORD | ARCHITECTURES[image.architecture] << 10,
        board=BOARDS[image.architecture],
        lowest_micropython=image.number,
        highest_micropython=image.number,
        security_counter=security_counter,
        floor=floor,
        payload_bytes=len(app),
        payload_sha256=hashlib.sha256(app).digest(),
        version=image.version[:24] if version is None else version,
    )
    return Bundle(manifest, UNSIGNED, app)


@cache
def carried_bundle(architecture: str) -> Bundle:
    """The firmware that comes with this version of Plantigrade, signed by the test key: for the twin, and for
    insoles whose launcher has the test keys.

    Raises:
        FirmwareError: the sources do not compile.
        MissingPartError: mpy-cross is not installed.
    """
    return signing.sign(firmware_bundle(architecture), signing.test_private_key(), signing.test_keys())


def file_name(manifest: Manifest) -> str:
    """What a bundle's file is called.

    >>> from plantigrade.firmware_image.bundle import Manifest
    >>> numbers = (1, 2, 3), (1, 2, 3), 1, 1, 0, b""
    >>> file_name(Manifest(BundleKind.FILES, 0, 1, 1, "x64", 0, "", *numbers, version="0.2.0"))
    'plantigrade-0.2.0-x64.pgfw'
    """
    what = "plantigrade" if manifest.kind is BundleKind.FILES else "micropython"
    return f"{what}-{manifest.version}-{manifest.architecture}{SUFFIX}"


def listing(bundle: Bundle) -> str:
    """What is in a bundle, in the form of `sha256sum`, for comparison between two who have built it."""
    lines = [f"{hashlib.sha256(file.content).hexdigest()}  {file.path}\n" for file in bundle.files()]
    return "".join([*lines, f"{bundle.manifest.payload_sha256.hex()}  payload\n"])
