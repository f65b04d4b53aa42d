"""New keys for releases: made, put where the launcher's builder finds their public half, and rotated.

The secret half goes into one file for its owner alone and is never shown. What a launcher holds changes only
by cable: an insole that was flashed with keys A and B takes updates signed by A or B until it is flashed
again. So B has to exist, and to lie somewhere else than A, before the first insole leaves.
"""

import os
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from insole_protocol import bundle_layout as layout

from plantigrade.firmware_image.signing import (
    EXPONENT,
    KEY_BITS,
    MAX_NAME,
    KeyFileError,
    PublicKey,
    keys_folder,
    modulus_of,
    read_public_key,
)

NOW, NEXT = "now.toml", "next.toml"
_HEX_A_LINE = 96


def new_key(secret_file: Path, name: str, passphrase: str | None, folder: Path | None = None) -> PublicKey:
    """Make the first key or the next one; its public half goes into `firmware/keys`.

    Raises:
        KeyFileError: there are two already (rotate them), or a file is there or cannot be written.
    """
    folder = folder or keys_folder()
    for place in (NOW, NEXT):
        if not (folder / place).exists():
            return _make(secret_file, name, passphrase, folder, place)
    raise KeyFileError(
        folder, "holds a key of now and a next one; `plantigrade firmware keys rotate` goes on"
    )


def rotate(
    secret_file: Path, name: str, passphrase: str | None, folder: Path | None = None
) -> tuple[PublicKey, PublicKey]:
    """The next key becomes that of now, and a new one is made for the next time.

    Returns:
        The key of now and the next one, as launchers that are flashed from here on hold them.

    Raises:
        KeyFileError: there is no next key, or a file is there or cannot be written.
    """
    folder = folder or keys_folder()
    if not (folder / NEXT).exists():
        raise KeyFileError(folder / NEXT, "is missing; make it with `plantigrade firmware keys new`")
    now = read_public_key(folder / NEXT)
    fresh = _make(secret_file, name, passphrase, folder, "fresh.toml")
    (folder / NEXT).replace(folder / NOW)
    (folder / "fresh.toml").replace(folder / NEXT)
    return now, fresh


def _make(secret_file: Path, name: str, passphrase: str | None, folder: Path, place: str) -> PublicKey:
    if not name.isprintable() or '"' in name or "\\" in name or not 0 < len(name) <= MAX_NAME:
        raise KeyFileError(folder / place, f"a key's name has 1 to {MAX_NAME} letters, without quotes")
    taken = [read_public_key(path).id for path in sorted(folder.glob("*.toml"))]
    number = max(taken, default=0) + 1
    if number >= layout.TEST_KEYS_FROM:
        raise KeyFileError(folder, f"holds {len(taken)} keys: there is no number left")
    secret = rsa.generate_private_key(EXPONENT, KEY_BITS)
    _write_secret(secret_file, secret, passphrase)
    key = PublicKey(number, name, modulus_of(secret))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / place).write_text(public_text(key), encoding="utf-8")
    except OSError as error:
        raise KeyFileError(folder / place, f"cannot be written: {error.strerror}") from error
    return key


def _write_secret(path: Path, secret: rsa.RSAPrivateKey, passphrase: str | None) -> None:
    """For the owner alone, and never over another file."""
    how = (
        serialization.BestAvailableEncryption(passphrase.encode())
        if passphrase
        else serialization.NoEncryption()
    )
    text = secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
    except FileExistsError as error:
        raise KeyFileError(path, "is there already; a secret key is never overwritten") from error
    except OSError as error:
        raise KeyFileError(path, f"cannot be written: {error.strerror}") from error


def public_text(key: PublicKey) -> str:
    """The file of a public key."""
    digits = key.modulus.hex()
    rows = [digits[at : at + _HEX_A_LINE] for at in range(0, len(digits), _HEX_A_LINE)]
    return "\n".join([f"id = {key.id}", f'name = "{key.name}"', 'modulus = """', *rows, '"""', ""])
