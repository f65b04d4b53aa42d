"""Keys that sign update bundles: RSA-3072, PKCS#1 v1.5 with SHA-256, as the insole's launcher verifies them.

The public half of a key is a small TOML file in `firmware/keys/`; an insole's launcher holds two of them,
the key of now and the next one. The keys in `firmware/keys/test/` have their secret half beside them, for the
twin and the tests: their ids start at 240, and a release's launcher never gets them.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from insole_protocol import bundle_layout as layout

from plantigrade.errors import FileError
from plantigrade.firmware_image.build import firmware_folder
from plantigrade.firmware_image.bundle import UNSIGNED, Bundle, BundleError, BundleFault, Manifest

KEY_BITS = 8 * layout.SIGNATURE_BYTES
EXPONENT = 65537
LAUNCHER_KEYS = 2
"""The key of now and the next one."""
MAX_NAME = 40


class KeyFileError(FileError):
    """A key that cannot be read, written or used."""


@dataclass(frozen=True)
class PublicKey:
    """The half of a key that everybody may have.

    Attributes:
        id: number in bundles, 1 to 255; from 240 on a test key.
        name: for people.
        modulus: 384 bytes, big-endian. The exponent is 65537.
    """

    id: int
    name: str
    modulus: bytes

    @property
    def is_test_key(self) -> bool:
        """Whether everybody has its secret half."""
        return self.id >= layout.TEST_KEYS_FROM

    @property
    def fingerprint(self) -> str:
        """The first 16 hexadecimal digits of the SHA-256 of the modulus."""
        return hashlib.sha256(self.modulus).hexdigest()[:16]

    def holds(self, message: bytes, signature: bytes) -> bool:
        """Whether `signature` is this key's, of `message`."""
        numbers = rsa.RSAPublicNumbers(EXPONENT, int.from_bytes(self.modulus, "big"))
        try:
            numbers.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True


def keys_folder() -> Path:
    """Where the public keys lie."""
    return firmware_folder() / "keys"


def read_public_key(path: Path) -> PublicKey:
    """The public key in a file.

    Raises:
        KeyFileError: it cannot be read, or is no RSA-3072 key.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
        key = PublicKey(int(values["id"]), str(values["name"]), bytes.fromhex(values["modulus"]))
    except OSError as error:
        raise KeyFileError(path, f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise KeyFileError(path, f"is no public key of Plantigrade: {error}") from error
    if len(key.modulus) != layout.SIGNATURE_BYTES or not key.modulus[0] & 0x80 or not 1 <= key.id <= 255:
        raise KeyFileError(path, f"is no key of {KEY_BITS} bits with an id from 1 to 255")
    return key


def release_keys(folder: Path | None = None) -> tuple[PublicKey, ...]:
    """The keys of this repository's releases (`now.toml` and `next.toml`), the present one first; none where
    nobody has made any.

    Raises:
        KeyFileError: one cannot be read, or is a test key.
    """
    found: list[PublicKey] = []
    for name in ("now.toml", "next.toml"):
        path = (folder or keys_folder()) / name
        if path.is_file():
            key = read_public_key(path)
            if key.is_test_key:
                raise KeyFileError(path, f"key {key.id} is a test key; a release never takes one")
            found.append(key)
    return tuple(found)


def test_keys() -> tuple[PublicKey, ...]:
    """The two keys for the twin and for tests, the present one first."""
    folder = keys_folder() / "test"
    return tuple(read_public_key(folder / f"{name}.toml") for name in ("now", "next"))


def test_private_key(name: str = "now") -> rsa.RSAPrivateKey:
    """The secret half of a test key, which is no secret."""
    return read_private_key(keys_folder() / "test" / f"{name}.pem", None)


def launcher_keys(release: bool) -> tuple[PublicKey, ...]:
    """The keys that a launcher gets.

    Args:
        release: whether the launcher is one for people; it gets no test key then.

    Raises:
        KeyFileError: there is no release key, or two have the same id.
    """
    keys = release_keys() if release else test_keys()
    if not keys:
        raise KeyFileError(
            keys_folder(), "holds no release key; make two with `plantigrade firmware keys new`"
        )
    if len({key.id for key in keys}) != len(keys):
        raise KeyFileError(keys_folder(), "two keys have the same id: see `plantigrade firmware keys show`")
    return keys[:LAUNCHER_KEYS]


def launcher_source(keys: Sequence[PublicKey]) -> str:
    """`/launcher/keys.py`: the keys as the launcher reads them.

    >>> print(launcher_source([PublicKey(1, "release 1", bytes([0xAB, 0xCD]))]))
    # Public keys that sign updates, by id: RSA-3072, modulus big-endian. Generated: do not edit.
    KEYS = {
        1: b"\\xab\\xcd",  # release 1
    }
    <BLANKLINE>
    """
    lines = ["# Public keys that sign updates, by id: RSA-3072, modulus big-endian. Generated: do not edit."]
    lines.append("KEYS = {")
    for key in keys:
        text = "".join(f"\\x{byte:02x}" for byte in key.modulus)
        lines.append(f'    {key.id}: b"{text}",  # {key.name}')
    return "\n".join([*lines, "}", ""])


def read_private_key(path: Path, passphrase: str | None) -> rsa.RSAPrivateKey:
    """The secret key in a PEM file.

    Raises:
        KeyFileError: it cannot be read, is encrypted with another passphrase, or is of another kind.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KeyFileError(path, f"cannot be read: {error.strerror}") from error
    try:
        key = serialization.load_pem_private_key(data, passphrase.encode() if passphrase else None)
    except TypeError as error:
        wanted = "is not encrypted: leave the passphrase out" if passphrase else "needs its passphrase"
        raise KeyFileError(path, wanted) from error
    except ValueError as error:
        raise KeyFileError(path, "holds no secret key in PEM, or the passphrase is wrong") from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size != KEY_BITS:
        raise KeyFileError(path, f"is no RSA key of {KEY_BITS} bits")
    if key.public_key().public_numbers().e != EXPONENT:
        raise KeyFileError(path, f"has another exponent than {EXPONENT}")
    return key


def modulus_of(key: rsa.RSAPrivateKey) -> bytes:
    """The public half, 384 bytes."""
    return key.public_key().public_numbers().n.to_bytes(layout.SIGNATURE_BYTES, "big")


def sign(bundle: Bundle, secret: rsa.RSAPrivateKey, keys: Iterable[PublicKey]) -> Bundle:
    """The bundle, signed; its manifest gets the id that the key has among `keys`.

    Raises:
        BundleError: no public key is this one's other half: no insole would know the signature.
    """
    modulus = modulus_of(secret)
    for key in keys:
        if key.modulus == modulus:
            manifest = replace(bundle.manifest, key_id=key.id)
            signature = secret.sign(manifest.to_bytes(), padding.PKCS1v15(), hashes.SHA256())
            return Bundle(manifest, signature, bundle.payload)
    raise BundleError(
        BundleFault.UNKNOWN_KEY,
        "no public key belongs to this secret one: its .toml must lie in firmware/keys",
    )


def verify(bundle: Bundle, keys: Sequence[PublicKey], allow_test_keys: bool = True) -> PublicKey:
    """The key that has signed a bundle; `verify_head` with what it holds.

    Raises:
        BundleError: nobody has, or none of these keys, or what was signed is not what is here.
    """
    return verify_head(bundle.manifest, bundle.signature, keys, allow_test_keys)


def verify_head(
    manifest: Manifest, signature: bytes, keys: Sequence[PublicKey], allow_test_keys: bool = True
) -> PublicKey:
    """The key that has signed a manifest.

    Raises:
        BundleError: nobody has, or none of these keys, or it was changed since.
    """
    if signature == UNSIGNED:
        raise BundleError(BundleFault.UNSIGNED, "the bundle is not signed: see `plantigrade firmware sign`")
    wanted = manifest.key_id
    key = next((key for key in keys if key.id == wanted), None)
    if key is None:
        known = ", ".join(f"{key.id} ({key.name})" for key in keys) or "none"
        raise BundleError(
            BundleFault.UNKNOWN_KEY, f"the bundle is signed by the unknown key {wanted}; known keys: {known}"
        )
    if key.is_test_key and not allow_test_keys:
        raise BundleError(
            BundleFault.TEST_KEY, f"the bundle is signed by the test key {key.id}, which anybody can do"
        )
    if not key.holds(manifest.to_bytes(), signature):
        raise BundleError(
            BundleFault.SIGNATURE,
            f"the signature is not that of key {key.id} ({key.name}): the bundle was changed or forged",
        )
    return key
