"""Keys come back: the library's own from its paper code, those of insoles from a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from plantigrade.keys.errors import KeysError
from plantigrade.library.catalogue.insole_keys import InsoleKeys, insole_keys, keep_insole_keys
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.store import OpenLibrary
from plantigrade.library.keys.encrypted_files import read_keys
from plantigrade.library.keys.master_key import keep_keys, keys_in_place
from plantigrade.library.keys.vault import KeyMissingError, MasterKey, Vault
from plantigrade.library.recordings.container import find_recordings


@dataclass(frozen=True)
class Taken:
    """What became of the keys of one insole in a file.

    Attributes:
        serial: of the insole.
        device: "new", "known", "none in the file", or "another one is here" where the library's stays.
        new_logs: how many log keys the library had not.
        logs: how many the file holds.
    """

    serial: str
    device: str
    new_logs: int
    logs: int


def put_back(library: str, key_id: str, key: MasterKey, key_file: Path | None) -> str | None:
    """Put the key of a library back where it is looked for; where. None: it was there already.

    Other keys that are there stay behind it.

    Raises:
        KeyMissingError: it is not the library's key, or cannot be stored.
    """
    if key.id != key_id:
        raise KeyMissingError(
            f"this is the code of key {key.id}, and the library is encrypted with key {key_id}: look for the "
            "paper with that number; nothing was changed"
        )
    there = keys_in_place(library, key_file)
    if key in there:
        return None
    return keep_keys(library, (key, *there), key_file)


def adopt(library: OpenLibrary, key: MasterKey, key_file: Path | None) -> tuple[str, int]:
    """Encrypt a library that is not encrypted, as after its catalogue was lost, with a key that it had.

    Returns:
        Where the key is, and how many recordings are encrypted with it.

    Raises:
        KeysError: a recording is encrypted with another key; nothing was changed.
        KeyMissingError: the key cannot be stored.
    """
    vault = Vault([key])
    for folder in find_recordings(library.recordings):
        for foot, entry in read_keys(folder).items():
            try:
                vault.reencrypt(entry.wrapped, foot)
            except KeyMissingError as error:
                raise KeysError(
                    f"recording {folder.name} is encrypted with another key than {key.id}; nothing was "
                    "changed"
                ) from error
    there = tuple(one for one in keys_in_place(library.uuid, key_file) if one != key)
    place = keep_keys(library.uuid, (key, *there), key_file)
    return place, change_key(library, key)


def take_in(library: OpenLibrary, insoles: Sequence[InsoleKeys]) -> list[Taken]:
    """Keep the keys of a file. A device key that the library has is never replaced by that of a file: it may
    be an old one that was revoked.

    Raises:
        LibraryError: the library is not encrypted.
    """
    done: list[Taken] = []
    for given in insoles:
        here = insole_keys(library, given.serial)
        new_logs = tuple(key for key in given.logs if key not in here.logs)
        is_new = here.device is None and given.device is not None
        keep_insole_keys(library, InsoleKeys(given.serial, given.device if is_new else None, new_logs))
        done.append(
            Taken(given.serial, _became(given.device, here.device), len(set(new_logs)), len(set(given.logs)))
        )
    return done


def _became(given: bytes | None, here: bytes | None) -> str:
    if given is None:
        return "none in the file"
    if here is None:
        return "new"
    return "known" if given == here else "another one is here"
