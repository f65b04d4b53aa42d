"""Parcels, homes and a clinic for the tests."""

import io
from dataclasses import replace
from pathlib import Path

from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.keys.vault import MasterKey, Vault
from plantigrade.library.receiving.entries import Parcel, Sender
from plantigrade.library.receiving.filing import Filing
from plantigrade.library.receiving.senders import SenderRegister
from plantigrade.library.recording_tar.pack import tar_of
from plantigrade.parcels.digest import PiecesDigest
from plantigrade.parcels.header import Kind, ParcelHeader
from plantigrade.parcels.keys import PublicKey
from plantigrade.parcels.open import open_parcel
from plantigrade.parcels.seal import seal
from plantigrade.parcels.stream import Preamble

from tests.host.library.library_kit import finalized

PERSON = "P001"
NAME = "20260301T100000Z-00000001"


def a_vault() -> Vault:
    return Vault([MasterKey.new()])


def clinic(data: Path, url: str | None = None, vault: Vault | None = None) -> Library:
    """A clinic with one person."""
    library = Library(data, url)
    library.use_vault(vault)
    library.add_person(Person(PERSON))
    return library


def recording(folder: Path, name: str = NAME, rows: int = 300, vault: Vault | None = None) -> Path:
    """A recording as a home has it."""
    made = finalized(folder, name, rows)
    if vault is not None:
        from plantigrade.library.recordings.encryption import encrypt_folder

        encrypt_folder(made, vault)
    return made


def parcel_of(
    folder: Path, key: PublicKey, person: str = PERSON, vault: Vault | None = None, **changes: object
) -> bytes:
    """A parcel of a recording; `changes` of its header."""
    content = b"".join(tar_of(folder, vault).pieces())
    return parcel_with(content, key, person, **{"name": folder.name} | changes)


def parcel_with(content: bytes, key: PublicKey, person: str = PERSON, **changes: object) -> bytes:
    digest = PiecesDigest()
    digest.update(content)
    header = ParcelHeader(Kind.RECORDING, NAME, person, digest.bytes, digest.hex())
    return b"".join(seal(replace(header, **changes), [content], key))


def id_of(parcel: bytes) -> str:
    return Preamble.parse(parcel[:82]).parcel_id


def joined(library: Library, person: str = PERSON) -> tuple[Sender, str]:
    register = SenderRegister(library.store)
    found = register.join(register.invite(person), "a home")
    assert found is not None
    return found


def received(filing: Filing, sender: Sender, parcel: bytes) -> Parcel:
    """A parcel as if it had been uploaded."""
    begun = filing.parcels.begin(sender.id, id_of(parcel), len(parcel))
    return filing.parcels.append(begun, begun.received, parcel[begun.received :])


def opened(parcel: bytes, library: Library) -> bytes:
    from plantigrade.library.receiving.clinic_keys import secret_keys

    return b"".join(open_parcel(io.BytesIO(parcel), secret_keys(library.store)).content)
