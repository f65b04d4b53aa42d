"""What is done to a library when the power is cut in test_interrupted.py, and the proof of what is left."""

import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from plantigrade.library.catalogue import data_export
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.store import FILE_NAME, Store
from plantigrade.library.entries import Filter, Person
from plantigrade.library.keys.master_key import KEY_VARIABLE
from plantigrade.library.keys.vault import MasterKey
from plantigrade.library.recordings.finalize import finalize_journal

from tests.host.library.library_kit import journal, walk

LIMPS = b"Zyxwvu limps"
KEYS = (MasterKey.new(), MasterKey.new())
OLD_FILE = b"the old one"


@dataclass(frozen=True)
class Interrupted:
    """Something that is done to a library.

    Attributes:
        act: does it; done again after a cut it must come to the same end.
        recordings: how many the library has afterwards.
        begin: makes the library that it is done to.
        keys: what `PLANTIGRADE_KEY` holds meanwhile.
        exports: name of the file that it puts into the folder of the user.
    """

    act: Callable[[Path], object]
    recordings: int
    begin: Callable[[Path], object]
    keys: tuple[MasterKey, ...] = ()
    exports: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """Variables that must be set."""
        return {KEY_VARIABLE: ",".join(key.text for key in self.keys)} if self.keys else {}


def two_walks(data: Path) -> None:
    """A library with two walks, one of them of a named person and with a note."""
    with Library(data) as library:
        for seed in (1, 2):
            entry = library.import_walk(walk(seed, 60), f"Zyxwvu {seed}")
            if seed == 1:
                library.add_person(Person("P001", "Zyxwvu"))
                library.assign(entry.id, "P001")
                library.note(entry.id, LIMPS.decode())


def two_walks_and_a_journal(data: Path) -> None:
    two_walks(data)
    journal(data / "journal")


def two_walks_of_old(data: Path) -> None:
    """The same content in a library that the first released version made."""
    two_walks(data)
    new = data / FILE_NAME
    stored = new.rename(data / "new.sqlite")
    store = Store(data)
    store.bring_up_to_date("0001")
    store.close()
    with closing(sqlite3.connect(new)) as old:
        old.execute("ATTACH ? AS newer", [str(stored)])
        names = [row[0] for row in old.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
        for name in names:
            if name != "alembic_version":
                columns = ", ".join(row[1] for row in old.execute(f"PRAGMA main.table_info({name})"))
                old.execute(f"INSERT INTO main.{name} ({columns}) SELECT {columns} FROM newer.{name}")
        old.commit()
    for path in data.glob("new.sqlite*"):
        path.unlink()


def an_encrypted_library(data: Path) -> None:
    two_walks(data)
    encrypt(data)


def with_an_older_export(data: Path) -> None:
    two_walks(data)
    of_user(data).mkdir()
    (of_user(data) / "handover.zip").write_bytes(OLD_FILE)


def of_user(data: Path) -> Path:
    """The folder into which exports go."""
    return data / "of the user"


def finalize_a_journal(data: Path) -> None:
    finalize_journal(data / "journal", data / "recordings")
    Library(data).close()


def import_walk(data: Path) -> None:
    with Library(data) as library:
        entry = library.import_walk(walk(9, 60), "new")
        library.tag(entry.id, [])


def migrate(data: Path) -> None:
    Library(data).close()


def erase(data: Path) -> None:
    with Library(data) as library:
        if any(person.code == "P001" for person in library.people()):
            library.erase_person("P001")


def encrypt(data: Path) -> None:
    with Library(data) as library:
        change_key(library, KEYS[0])


def rotate(data: Path) -> None:
    with Library(data) as library:
        change_key(library, KEYS[1])


def hand_over(data: Path) -> None:
    with Library(data) as library:
        data_export.export_person(library, "P001", of_user(data) / "handover.zip")


ACTIONS: dict[str, Interrupted] = {
    "sealing": Interrupted(finalize_a_journal, 3, two_walks_and_a_journal),
    "importing": Interrupted(import_walk, 3, two_walks),
    "migrating": Interrupted(migrate, 2, two_walks_of_old),
    "erasing a person": Interrupted(erase, 1, two_walks),
    "encrypting": Interrupted(encrypt, 2, two_walks, KEYS),
    "changing the key": Interrupted(rotate, 2, an_encrypted_library, KEYS),
    "handing over a person": Interrupted(hand_over, 2, with_an_older_export, exports="handover.zip"),
}


def problems(action: Interrupted, data: Path, finished: bool, swept: bool = True) -> list[str]:
    """What is wrong with a library after a cut, or after all was done.

    Args:
        action: what was done.
        data: the library.
        finished: whether it came to its end.
        swept: whether the folder of the user has no hidden drafts either: the next export removes them.
    """
    with Library(data) as library:
        found = [
            problem
            for verdict in library.verify_all()
            for problem in verdict.problems
            if finished or "is not encrypted" not in problem  # said of what was not reached
        ]
        entries = library.find()
        left = [str(path) for path in (data / "recordings").glob(".*")]
        left += [str(path) for path in data.rglob("*.encrypting") if finished]
        found += [f"left behind: {name}" for name in left]
        found += [
            f"{entry.id}: cannot be read" for entry in entries if not library.open(entry.id).walk().feet
        ]
        if finished and len(entries) != action.recordings:
            found.append(f"{len(entries)} recordings, not {action.recordings}")
        found += _problems_of_person(library, data, gone=action.act is erase and len(entries) == 1)
    return found + (
        _problems_of_export(of_user(data) / action.exports, finished, swept) if action.exports else []
    )


def _problems_of_person(library: Library, data: Path, gone: bool) -> list[str]:
    if not gone:
        (person,) = library.people()
        notes = [note.text for note in library.open(library.find(Filter(person="P001"))[0].id).notes]
        is_complete = (person.name, notes) == ("Zyxwvu", [LIMPS.decode()])
        return [] if is_complete else ["the person or a note is lost"]
    library.store.wipe_traces()
    files = [path for path in data.rglob("*") if path.is_file()]
    found = [f"{path.name}: holds a trace" for path in files if LIMPS in path.read_bytes()]
    return found + ([] if not library.people() else ["the person is still there"])


def _problems_of_export(path: Path, finished: bool, swept: bool) -> list[str]:
    """In the user's folder is the old file or the whole new one, and nothing else in sight."""
    new = path.read_bytes() != OLD_FILE
    found = ["the export was not done again"] if finished and not new else []
    if new and zipfile.ZipFile(path).testzip() is not None:
        found.append("the archive is damaged")
    others = [one.name for one in path.parent.iterdir() if one != path]
    return found + [f"left in the user's folder: {name}" for name in others if swept or name[0] != "."]
