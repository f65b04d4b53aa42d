"""What `plantigrade firmware` does."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from plantigrade.errors import FileError
from plantigrade.firmware_image import bundle as bundles
from plantigrade.firmware_image import key_making, release, signing
from plantigrade.firmware_image.bundle import Bundle, BundleKind
from plantigrade.firmware_image.esp_image import read_micropython
from plantigrade.firmware_image.signing import PublicKey
from plantigrade.json_output import write_json


def build(
    folder: Path, architecture: str, version: str | None, security_counter: int | None, floor: int | None
) -> None:
    """The firmware as an unsigned bundle, and the list of what is in it, in a folder."""
    counter = release.SECURITY_COUNTER if security_counter is None else security_counter
    lowest = release.FLOOR if floor is None else floor
    _put_out(release.firmware_bundle(architecture, version, counter, lowest), folder)


def build_micropython(folder: Path, image: Path, version: str | None) -> None:
    """MicroPython as an unsigned bundle in a folder."""
    _put_out(release.micropython_bundle(read_micropython(_read(image), image.name), version), folder)


def _put_out(bundle: Bundle, folder: Path) -> None:
    name = release.file_name(bundle.manifest)
    data = bundle.to_bytes()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
        (folder / f"{name}.sha256").write_text(release.listing(bundle), encoding="utf-8")
    except OSError as error:
        raise FileError(folder, f"cannot be written: {error.strerror}") from error
    click.echo(f"{folder / name}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}")
    click.echo("not signed yet: plantigrade firmware sign")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(path, f"cannot be read: {error.strerror}") from error


def all_keys(public: Sequence[Path] = ()) -> tuple[PublicKey, ...]:
    """Keys that this repository knows: those named, those of releases, and those of the tests."""
    named = tuple(signing.read_public_key(path) for path in public)
    return (*named, *signing.release_keys(), *signing.test_keys())


def sign(path: Path, key: Path, passphrase: str | None, public: Sequence[Path], output: Path | None) -> None:
    """Sign a bundle with a secret key, in its file or in another one."""
    secret = signing.read_private_key(key, passphrase)
    signed = signing.sign(bundles.read(path), secret, all_keys(public))
    target = output or path
    draft = target.with_name(f".{target.name}.new")
    try:
        draft.write_bytes(signed.to_bytes())
        draft.replace(target)
    except OSError as error:
        raise FileError(target, f"cannot be written: {error.strerror}") from error
    name = signing.verify(signed, all_keys(public))
    click.echo(f"{target}: signed by key {name.id} ({name.name})")


def verify(path: Path, public: Sequence[Path], for_release: bool, json_file: Path | None) -> None:
    """Say what a bundle is and who has signed it.

    Raises:
        BundleError: it is damaged, not signed, or not by a key that is known.
    """
    bundle = bundles.read(path)
    key = signing.verify(bundle, all_keys(public), allow_test_keys=not for_release)
    described = describe(bundle, key)
    if json_file is not None:
        write_json({"schema": "plantigrade.bundle/1", **described}, json_file)
    if json_file is None or str(json_file) != "-":
        width = max(map(len, described))
        for name, value in described.items():
            click.echo(f"{name.replace('_', ' '):{width}}  {value}")


def describe(bundle: Bundle, key: PublicKey) -> dict[str, Any]:
    """What a signed bundle says of itself, by name."""
    manifest = bundle.manifest
    kind = "firmware" if manifest.kind is BundleKind.FILES else "MicroPython"
    return {
        "product": manifest.product,
        "kind": kind,
        "version": manifest.version,
        "board": manifest.board or "every board",
        "architecture": manifest.architecture,
        "mpy_word": f"0x{manifest.mpy_word:04x}",
        "micropython": f"{_dotted(manifest.lowest_micropython)} to {_dotted(manifest.highest_micropython)}",
        "layouts": f"{manifest.lowest_layout} to {manifest.highest_layout}",
        "security_counter": manifest.security_counter,
        "floor": manifest.floor,
        "files": sum(1 for _ in bundle.files()),
        "payload_bytes": manifest.payload_bytes,
        "payload_sha256": manifest.payload_sha256.hex(),
        "key_id": key.id,
        "key": key.name,
        "key_fingerprint": key.fingerprint,
        "test_key": key.is_test_key,
    }


def _dotted(version: tuple[int, int, int]) -> str:
    return ".".join(map(str, version))


def new_key(secret_file: Path, name: str, passphrase: str | None, folder: Path | None) -> None:
    """Make a key; its secret half is written and not shown."""
    key = key_making.new_key(secret_file, name, passphrase, folder)
    click.echo(f"key {key.id} ({key.name}), fingerprint {key.fingerprint}")
    click.echo(f"secret half: {secret_file} (keep it off this computer, and a copy of it elsewhere)")


def rotate_keys(secret_file: Path, name: str, passphrase: str | None, folder: Path | None) -> None:
    """Go on to the next key."""
    now, following = key_making.rotate(secret_file, name, passphrase, folder)
    click.echo(f"now: key {now.id} ({now.name}); next: key {following.id} ({following.name})")
    click.echo("insoles flashed before take bundles signed by the former two; flash them again in time")


def show_keys(folder: Path | None, json_file: Path | None) -> None:
    """The public keys that launchers get."""
    keys = signing.release_keys(folder)
    rows = [
        {"place": place, "id": key.id, "name": key.name, "fingerprint": key.fingerprint, "test_key": False}
        for place, key in zip(("now", "next"), keys, strict=False)
    ]
    rows += [
        {"place": place, "id": key.id, "name": key.name, "fingerprint": key.fingerprint, "test_key": True}
        for place, key in zip(("now", "next"), signing.test_keys(), strict=True)
    ]
    if json_file is not None:
        write_json({"schema": "plantigrade.keys/1", "keys": rows}, json_file)
    if json_file is None or str(json_file) != "-":
        if not keys:
            click.echo("no release key yet: plantigrade firmware keys new")
        for row in rows:
            kind = "test key, for the twin" if row["test_key"] else "release"
            click.echo(f"{row['id']:3}  {row['place']:4}  {row['fingerprint']}  {row['name']}  ({kind})")
