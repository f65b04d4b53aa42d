"""The update bundle `plantigrade-VERSION-ARCHITECTURE.pgfw`: built, read and judged.

A bundle says what it is in a manifest of fixed size, which is signed; the manifest names the hash of the
payload. So an insole can verify a bundle as it arrives and holds nothing whole in memory. The layout is in
`insole_protocol.bundle_layout`; docs/reference/update-bundles.md explains it.
"""

import hashlib
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from pathlib import Path

from insole_protocol import bundle_layout as layout

from plantigrade.errors import FileError, PlantigradeError

SUFFIX = ".pgfw"
ARCHITECTURES = {"x64": 2, "xtensawin": 10, "rv32imc": 11}
"""Number of each architecture in .mpy files (MicroPython, py/persistentcode.h: MP_NATIVE_ARCH_*)."""
UNSIGNED = bytes(layout.SIGNATURE_BYTES)
LARGEST = layout.PAYLOAD_AT + max(layout.MAX_FILES_BYTES, layout.MAX_APP_BYTES)
"""A file with more bytes is no bundle."""

MicroPythonVersion = tuple[int, int, int]


class BundleKind(IntEnum):
    """What a bundle brings."""

    FILES = layout.KIND_FILES
    MICROPYTHON = layout.KIND_MICROPYTHON


class BundleFault(StrEnum):
    """What may be wrong with a bundle."""

    MAGIC = "magic"
    FORMAT = "format"
    TRUNCATED = "truncated"
    LENGTH = "length"
    MANIFEST = "manifest"
    HASH = "hash"
    INDEX = "index"
    UNSIGNED = "unsigned"
    UNKNOWN_KEY = "unknown_key"
    TEST_KEY = "test_key"
    SIGNATURE = "signature"


class BundleError(PlantigradeError):
    """A bundle that cannot be used.

    Attributes:
        fault: what is wrong, by name.
    """

    def __init__(self, fault: BundleFault, text: str) -> None:
        super().__init__(text)
        self.fault = fault


@dataclass(frozen=True)
class Manifest:
    """What a bundle says of itself.

    Attributes:
        kind: what it brings.
        key_id: the key that signed it, or is to sign it.
        lowest_layout, highest_layout: layouts of sensors that this firmware serves.
        architecture: of mpy-cross.
        mpy_word: `sys.implementation._mpy` of an interpreter that takes its .mpy files.
        board: as in `firmware/boards`; "" for every board.
        lowest_micropython, highest_micropython: interpreters that this firmware runs on; for kind 2 the
            version that it brings, twice.
        security_counter: of this version; rises when a fault of security is closed.
        floor: lowest counter that an insole takes once this version is confirmed.
        payload_bytes, payload_sha256: of the payload.
        version: for people.
        product: what it is for.
    """

    kind: BundleKind
    key_id: int
    lowest_layout: int
    highest_layout: int
    architecture: str
    mpy_word: int
    board: str
    lowest_micropython: MicroPythonVersion
    highest_micropython: MicroPythonVersion
    security_counter: int
    floor: int
    payload_bytes: int
    payload_sha256: bytes
    version: str
    product: str = layout.PRODUCT.decode()

    def to_bytes(self) -> bytes:
        """The 256 bytes that are signed.

        Raises:
            BundleError: a text is too long, or a number does not fit.
        """
        for name, text, most in (("version", self.version, 24), ("board", self.board, 16)):
            if not text.isascii() or not text.isprintable() or len(text) > most:
                raise BundleError(
                    BundleFault.MANIFEST, f"the {name} {text!r} is not at most {most} ASCII characters"
                )
        try:
            fields = struct.pack(
                layout.MANIFEST,
                layout.MAGIC,
                layout.FORMAT,
                self.kind,
                self.key_id,
                self.lowest_layout,
                self.highest_layout,
                ARCHITECTURES[self.architecture],
                self.mpy_word,
                self.product.encode(),
                self.board.encode(),
                bytes(self.lowest_micropython),
                bytes(self.highest_micropython),
                self.security_counter,
                self.floor,
                self.payload_bytes,
                self.payload_sha256,
                self.version.encode(),
            )
        except (struct.error, ValueError) as error:
            raise BundleError(
                BundleFault.MANIFEST, f"a number of the manifest is out of range: {error}"
            ) from error
        return fields + bytes(layout.MANIFEST_BYTES - len(fields))

    @classmethod
    def from_bytes(cls, data: bytes, name: str = "the bundle") -> "Manifest":
        """The manifest in the first 256 bytes of `data`.

        Raises:
            BundleError: they hold none that this version knows.
        """
        if data[:4] != layout.MAGIC:
            raise BundleError(BundleFault.MAGIC, f"{name} is no update bundle of Plantigrade (wrong magic)")
        if len(data) < layout.MANIFEST_BYTES:
            raise BundleError(BundleFault.TRUNCATED, f"{name} ends within its manifest; fetch it again")
        fields = struct.unpack_from(layout.MANIFEST, data, 0)
        if fields[1] != layout.FORMAT:
            raise BundleError(
                BundleFault.FORMAT,
                f"{name} has format {fields[1]}, this version knows {layout.FORMAT}; "
                "bring Plantigrade up to date",
            )
        architectures = {code: architecture for architecture, code in ARCHITECTURES.items()}
        if fields[layout.KIND] not in tuple(BundleKind) or fields[layout.ARCHITECTURE] not in architectures:
            raise BundleError(
                BundleFault.MANIFEST,
                f"{name} is of kind {fields[layout.KIND]} for architecture {fields[layout.ARCHITECTURE]}, "
                "which this version does not know; bring Plantigrade up to date",
            )
        manifest = cls(
            BundleKind(fields[layout.KIND]),
            fields[layout.KEY_ID],
            fields[layout.LOWEST_LAYOUT],
            fields[layout.HIGHEST_LAYOUT],
            architectures[fields[layout.ARCHITECTURE]],
            fields[layout.MPY_WORD],
            layout.text_of(fields[layout.BOARD_TEXT]),
            _version(fields[layout.LOWEST_MICROPYTHON]),
            _version(fields[layout.HIGHEST_MICROPYTHON]),
            *fields[layout.SECURITY_COUNTER : layout.VERSION_TEXT],
            version=layout.text_of(fields[layout.VERSION_TEXT]),
            product=layout.text_of(fields[layout.PRODUCT_TEXT]),
        )
        if manifest.to_bytes() != data[: layout.MANIFEST_BYTES]:
            raise BundleError(
                BundleFault.MANIFEST, f"{name}: the manifest holds bytes that have no meaning; it is damaged"
            )
        return manifest


@dataclass(frozen=True)
class BundledFile:
    """A file of a bundle: where it lies in a slot, and its content."""

    path: str
    content: bytes


@dataclass(frozen=True)
class Bundle:
    """A bundle whose lengths and hashes are right; who signed it is for `signing.verify`.

    Attributes:
        manifest: what it says of itself.
        signature: of the manifest; zeros while it is not signed.
        payload: as an insole gets it.
    """

    manifest: Manifest
    signature: bytes
    payload: bytes

    @property
    def is_signed(self) -> bool:
        """Whether there is a signature, whosesoever."""
        return self.signature != UNSIGNED

    @property
    def head(self) -> bytes:
        """Manifest and signature: what goes to an insole first."""
        return self.manifest.to_bytes() + self.signature

    def to_bytes(self) -> bytes:
        """The whole file."""
        return self.head + self.payload

    def files(self) -> Iterator[BundledFile]:
        """The files of a bundle of kind 1; none of the other kind."""
        if self.manifest.kind is BundleKind.FILES:
            yield from _read_index(self.payload, "the bundle")


def _version(data: bytes) -> MicroPythonVersion:
    return data[0], data[1], data[2]


def pack_files(files: Iterable[tuple[str, bytes]]) -> bytes:
    """The payload of kind 1: the index, and the files behind it, in order of their paths.

    Raises:
        BundleError: too many files, or one of them too large, or with a path that no slot takes.
    """
    ordered = sorted(files)
    parts = [struct.pack("<H", len(ordered))] if len(ordered) <= layout.MAX_FILES else []
    for path, content in ordered:
        name = path.encode()
        parts.append(bytes((len(name) & 0xFF,)) + name)
        parts.append(struct.pack(layout.FILE_ENTRY, len(content), hashlib.sha256(content).digest()))
    payload = b"".join([*parts, *(content for _, content in ordered)])
    if not parts or len(ordered) > layout.MAX_FILES:
        raise BundleError(BundleFault.INDEX, f"{len(ordered)} files, a bundle has at most {layout.MAX_FILES}")
    if len(payload) > layout.MAX_FILES_BYTES:
        raise BundleError(
            BundleFault.LENGTH, f"{len(payload)} bytes, a slot takes at most {layout.MAX_FILES_BYTES}"
        )
    for _ in _read_index(payload, "the bundle"):
        pass
    return payload


def _read_index(payload: bytes, name: str) -> Iterator[BundledFile]:
    """Each file of a payload of kind 1, after all lengths and this file's hash have been found right."""
    entries: list[tuple[str, int, bytes]] = []
    at = layout.COUNT_BYTES
    count = int.from_bytes(payload[:at], "little")
    if len(payload) < at or not 0 < count <= layout.MAX_FILES:
        raise BundleError(
            BundleFault.INDEX, f"{name} names {count} files; 1 to {layout.MAX_FILES} are allowed"
        )
    for _ in range(count):
        length = payload[at] if at < len(payload) else 0
        end = at + 1 + length + layout.FILE_ENTRY_BYTES
        path = payload[at + 1 : at + 1 + length].decode("ascii", "backslashreplace")
        if end > len(payload) or not _is_path(path):
            raise BundleError(BundleFault.INDEX, f"{name}: the index of its files is damaged at byte {at}")
        size, digest = struct.unpack_from(layout.FILE_ENTRY, payload, end - layout.FILE_ENTRY_BYTES)
        if size > layout.MAX_FILE_BYTES or (entries and path <= entries[-1][0]):
            raise BundleError(
                BundleFault.INDEX,
                f"{name}: {path} is out of order, or above {layout.MAX_FILE_BYTES} bytes",
            )
        entries.append((path, size, digest))
        at = end
    if at + sum(size for _, size, _ in entries) != len(payload):
        raise BundleError(BundleFault.INDEX, f"{name}: its files do not fill it, or go beyond its end")
    for path, size, digest in entries:
        content = payload[at : at + size]
        if hashlib.sha256(content).digest() != digest:
            raise BundleError(BundleFault.HASH, f"{name}: {path} is not the file that the index names (hash)")
        yield BundledFile(path, content)
        at += size


def _is_path(path: str) -> bool:
    """Whether a path stays inside a slot, below `lib/`: the launcher is never in a bundle."""
    parts = path.split("/")
    return (
        len(path) <= layout.MAX_PATH_BYTES
        and parts[0] == "lib"
        and len(parts) > 1
        and all(part not in {"", ".", ".."} and part.isprintable() and "\\" not in part for part in parts)
    )


def parse(data: bytes, name: str = "the bundle") -> Bundle:
    """The bundle in `data`, with all lengths and hashes checked.

    Raises:
        BundleError: it is none, or damaged; the text says how.
    """
    manifest = Manifest.from_bytes(data, name)
    most = layout.MAX_FILES_BYTES if manifest.kind is BundleKind.FILES else layout.MAX_APP_BYTES
    if manifest.payload_bytes > most:
        raise BundleError(
            BundleFault.LENGTH,
            f"{name} claims a payload of {manifest.payload_bytes} bytes; a slot takes at most {most}",
        )
    wanted = layout.PAYLOAD_AT + manifest.payload_bytes
    if len(data) < wanted:
        raise BundleError(
            BundleFault.TRUNCATED, f"{name} is truncated: {len(data)} of {wanted} bytes; fetch it again"
        )
    if len(data) > wanted:
        raise BundleError(BundleFault.LENGTH, f"{name} has {len(data) - wanted} bytes behind its end")
    payload = data[layout.PAYLOAD_AT :]
    if hashlib.sha256(payload).digest() != manifest.payload_sha256:
        raise BundleError(BundleFault.HASH, f"{name} is damaged: its payload has not the hash that it names")
    if manifest.kind is BundleKind.FILES:
        for _ in _read_index(payload, name):
            pass
    return Bundle(manifest, data[layout.MANIFEST_BYTES : layout.PAYLOAD_AT], payload)


def read(path: Path) -> Bundle:
    """The bundle in a file.

    Raises:
        FileError: it cannot be read.
        BundleError: it holds no bundle, or a damaged one.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise FileError(path, f"cannot be read: {error.strerror}") from error
    return parse(data, path.name)
