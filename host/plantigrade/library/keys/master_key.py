"""Where the library's key comes from: the environment, a file, or the keyring of the operating system."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plantigrade.library.keys.vault import KeyMissingError, MasterKey, Vault

KEY_VARIABLE: Final = "PLANTIGRADE_KEY"
FILE_VARIABLE: Final = "PLANTIGRADE_KEY_FILE"
SERVICE: Final = "plantigrade"
_MAX_FILE: Final = 1 << 14


@dataclass(frozen=True)
class FoundKeys:
    """Keys at hand, the present one first, and where they were found, as text."""

    keys: tuple[MasterKey, ...]
    origin: str


def find_keys(library: str, key_file: Path | None = None) -> FoundKeys | None:
    """The keys at hand for a library; None where there are none.

    Looked for in PLANTIGRADE_KEY (several with commas between), in the key file (one a line) that is named or
    stands in PLANTIGRADE_KEY_FILE, and in the keyring under the library's identifier.

    Raises:
        KeyMissingError: a place was named that holds no usable key.
    """
    if text := _in_environment():
        return FoundKeys(_parse(text.split(","), KEY_VARIABLE), f"environment variable {KEY_VARIABLE}")
    path = key_file or _named_file()
    if path is not None:
        return FoundKeys(read_key_file(path), str(path))
    if text := _from_keyring(library):
        return FoundKeys(_parse(text.split(","), "the keyring"), "keyring")
    return None


def read_key_file(path: Path) -> tuple[MasterKey, ...]:
    """The keys in a file, one a line, the present one first.

    Raises:
        KeyMissingError: it cannot be read or holds no key.
    """
    try:
        with path.open(encoding="ascii") as file:
            lines = [line.strip() for line in file.read(_MAX_FILE).splitlines() if line.strip()]
    except OSError as error:
        raise KeyMissingError(f"{path}: the key file cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise KeyMissingError(f"{path}: is no key file") from error
    if not lines:
        raise KeyMissingError(f"{path}: the key file is empty")
    return _parse(lines, str(path))


def save_to_file(path: Path, keys: tuple[MasterKey, ...]) -> None:
    """Write a key file that only its owner can read.

    Raises:
        KeyMissingError: it cannot be written.
    """
    from plantigrade.files.durable import replace_text

    try:
        replace_text(path, "".join(f"{key.text}\n" for key in keys))
    except OSError as error:
        raise KeyMissingError(f"{path}: the key file cannot be written: {error.strerror}") from error


def save_to_keyring(library: str, keys: tuple[MasterKey, ...]) -> None:
    """Put the keys into the keyring of the operating system.

    Raises:
        KeyMissingError: there is no keyring that works.
    """
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, library, ",".join(key.text for key in keys))
    except KeyringError as error:
        raise KeyMissingError(
            "the operating system offers no keyring here; keep the key in a file with --key-file"
        ) from error


def keys_in_place(library: str, key_file: Path | None = None) -> tuple[MasterKey, ...]:
    """The keys that are where `keep_keys` would put others; none where there is nothing yet.

    Raises:
        KeyMissingError: a file is there that holds no usable key.
    """
    path = key_file or _named_file()
    if not _in_environment() and path is not None and not path.exists():
        return ()
    found = find_keys(library, key_file)
    return () if found is None else found.keys


def open_vault(library: str, key_id: str, found: FoundKeys | None) -> Vault:
    """The vault of an encrypted library.

    Raises:
        KeyMissingError: its key is not among those found; says what to do.
    """
    if found is None:
        raise KeyMissingError(
            f"the library is encrypted with key {key_id}, and no key is at hand: set {KEY_VARIABLE} or "
            f"{FILE_VARIABLE}, or open the keyring that holds it (entry {SERVICE}, {library}); without it "
            "nobody can read names, notes or recordings"
        )
    keys = sorted(found.keys, key=lambda key: key.id != key_id)
    if keys[0].id != key_id:
        held = ", ".join(key.id for key in keys)
        raise KeyMissingError(
            f"the library is encrypted with key {key_id}, but {found.origin} holds {held}; "
            "find the right key: without it nobody can read names, notes or recordings"
        )
    return Vault(keys)


def _in_environment() -> str:
    return os.environ.get(KEY_VARIABLE, "").strip()


def _named_file() -> Path | None:
    named = os.environ.get(FILE_VARIABLE, "").strip()
    return Path(named) if named else None


def _parse(texts: list[str], origin: str) -> tuple[MasterKey, ...]:
    return tuple(MasterKey.parse(text.strip(), origin) for text in texts)


def _from_keyring(library: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, library)
    except KeyringError:
        return None  # no keyring on this computer, or it stays locked: as good as no key


def keep_keys(library: str, keys: tuple[MasterKey, ...], key_file: Path | None) -> str:
    """Store keys where the library looks for them; where, as text.

    Raises:
        KeyMissingError: neither a file was named nor a keyring works, or PLANTIGRADE_KEY rules them all.
    """
    if _in_environment():
        raise KeyMissingError(
            f"{KEY_VARIABLE} is set and cannot be changed from here; put its key into a file and use "
            f"{FILE_VARIABLE} instead"
        )
    path = key_file or _named_file()
    if path is not None:
        save_to_file(path, keys)
        return str(path)
    save_to_keyring(library, keys)
    return "the keyring"
