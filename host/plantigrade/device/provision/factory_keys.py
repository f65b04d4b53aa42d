"""The key that signs identity records, and the public halves by which a computer knows its makers.

A secret key is an RSA-3072 key in PEM. A public half is a small TOML file as those of update keys
(`plantigrade.firmware_image.signing`), in the folder `factory-keys` of the data folder, or in
`firmware/keys/factory` of this package for insoles of this project.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from plantigrade.device.provision.record import UNSIGNED_KEY, key_id
from plantigrade.errors import FileError
from plantigrade.files.atomic_write import new_file
from plantigrade.firmware_image.signing import (
    PublicKey,
    keys_folder,
    modulus_of,
    read_private_key,
    read_public_key,
)

FOLDER: Final = "factory-keys"
FACTORY_KEY_ID: Final = 1
"""The number that key files have; records name a key by its hash instead."""
PASSPHRASE: Final = "PLANTIGRADE_FACTORY_KEY_PASSPHRASE"
"""Environment variable with the passphrase of an encrypted key, so that no shell keeps it."""


@dataclass(frozen=True)
class FactoryKey:
    """A secret key at hand.

    Attributes:
        public: its public half.
    """

    public: PublicKey
    _secret: rsa.RSAPrivateKey = field(repr=False)

    @property
    def record_id(self) -> bytes:
        """What a record says of it."""
        return key_id(self.public.modulus)

    def sign(self, message: bytes) -> bytes:
        """RSA-3072, PKCS#1 v1.5 over SHA-256."""
        return self._secret.sign(message, padding.PKCS1v15(), hashes.SHA256())


def read_factory_key(path: Path) -> FactoryKey:
    """The secret key in a PEM file.

    Raises:
        KeyFileError: it cannot be read, needs another passphrase, or is no RSA-3072 key.
    """
    secret = read_private_key(path, os.environ.get(PASSPHRASE))
    return FactoryKey(PublicKey(FACTORY_KEY_ID, path.stem, modulus_of(secret)), secret)


def signer_of(key: FactoryKey | None) -> tuple[bytes, Callable[[bytes], bytes] | None]:
    """Key id and signing function for `InsoleIdentity.to_record`; without a key the record stays unsigned."""
    return (UNSIGNED_KEY, None) if key is None else (key.record_id, key.sign)


def remember_maker(key: PublicKey, data_dir: Path) -> Path:
    """Put a public half where `known_makers` finds it; the file, which stays as it is when it is there.

    Raises:
        FileError: it cannot be written.
    """
    path = data_dir / FOLDER / f"{key.fingerprint}.toml"
    if not path.is_file():
        make_folder(path.parent)
        with new_file(path) as draft:
            name = "".join(letter if letter.isalnum() or letter in " -_." else "-" for letter in key.name)
            draft.write_text(f'id = {key.id}\nname = "{name}"\nmodulus = "{key.modulus.hex()}"\n', "utf-8")
    return path


def make_folder(path: Path) -> None:
    """The folder and those above it.

    Raises:
        FileError: it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(path, f"cannot be made ({error.strerror})") from error


def known_makers(data_dir: Path) -> tuple[PublicKey, ...]:
    """Public halves of the factories whose insoles are genuine here.

    Raises:
        KeyFileError: one of the files is no key.
    """
    folders = (keys_folder() / "factory", data_dir / FOLDER)
    return tuple(
        read_public_key(path)
        for folder in folders
        if folder.is_dir()
        for path in sorted(folder.glob("*.toml"))
    )
