"""Run by test_killed.py: does one thing to a library and dies by SIGKILL at the n-th step, for every n.

A step is an operation on files (told by the audit hooks of the interpreter), an fsync, an SQL statement or a
commit. After each death the library is opened and proved, the thing is done again, and the library is proved
again. Prints JSON: how many points there were, and what was wrong after which.
"""

import json
import os
import shutil
import signal
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy.event
from plantigrade.calibration import Calibrator, nominal
from plantigrade.errors import PlantigradeError
from plantigrade.exports.formats import FORMATS
from plantigrade.library import handover
from plantigrade.library.catalogue import Library
from plantigrade.library.entries import Filter, Person
from plantigrade.library.protect import change_key
from plantigrade.library.seal import seal
from plantigrade.library.store import FILE_NAME, Store
from plantigrade.library.vault import MasterKey
from sqlalchemy.engine import Engine

from tests.host.library.library_kit import journal, walk

WATCHED = {
    "open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "shutil.rmtree",
    "tempfile.mkstemp", "tempfile.mkdtemp", "fcntl.flock",
}  # fmt: skip
SAMPLE = 3
HEAVY = (
    "alembic.command", "alembic.autogenerate", "ezc3d", "fhir.resources.R4B.bundle", "pandas",
    "pyarrow.csv",
    "pyarrow.parquet.encryption", "scipy.io", "plantigrade.analyze.whole", "plantigrade.exports.archive",
    "plantigrade.exports.bids", "plantigrade.exports.fhir", "plantigrade.exports.opengo",
)  # fmt: skip
"""Imported before the processes are forked, which would all import it again."""
LIMPS = b"Zyxwvu limps"
KEYS = (MasterKey.new(), MasterKey.new())


class Steps:
    """Counts steps and dies at the chosen one."""

    def __init__(self) -> None:
        self.counting, self.count, self.last = False, 0, 0
        sys.addaudithook(self._audited)
        sqlalchemy.event.listen(Engine, "before_cursor_execute", lambda *_: self.step())
        sqlalchemy.event.listen(Engine, "commit", lambda *_: self.step())
        self._fsync, os.fsync = os.fsync, self._counted_fsync

    def _audited(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and not (
            isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        ):
            return
        if event in WATCHED:
            self.step()

    def _counted_fsync(self, descriptor: int) -> None:
        self.step()
        self._fsync(descriptor)

    def step(self) -> None:
        if self.counting:
            self.count += 1
            if self.count == self.last:
                os.kill(os.getpid(), signal.SIGKILL)


def prepare(data: Path) -> None:
    with Library(data) as library:
        for seed in (1, 2):
            entry = library.import_walk(walk(seed, 60), f"Zyxwvu {seed}")
            if seed == 1:
                library.add_person(Person("P001", "Zyxwvu"))
                library.assign(entry.id, "P001")
                library.note(entry.id, LIMPS.decode())


def do_seal(data: Path) -> None:
    seal(data / "journal", data / "recordings")
    Library(data).close()


def do_import(data: Path) -> None:
    with Library(data) as library:
        entry = library.import_walk(walk(9, 60), "new")
        library.tag(entry.id, [])


def as_old_version(data: Path) -> None:
    """Turn the library into one that the first released version made, with the same content."""
    new = data / FILE_NAME
    kept = new.rename(data / "new.sqlite")
    store = Store(data)
    store.bring_up_to_date("0001")
    store.close()
    with closing(sqlite3.connect(new)) as old:
        old.execute("ATTACH ? AS newer", [str(kept)])
        names = [row[0] for row in old.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")]
        for name in names:
            if name != "alembic_version":
                columns = ", ".join(row[1] for row in old.execute(f"PRAGMA main.table_info({name})"))
                old.execute(f"INSERT INTO main.{name} ({columns}) SELECT {columns} FROM newer.{name}")
        old.commit()
    for path in data.glob("new.sqlite*"):
        path.unlink()


def do_migrate(data: Path) -> None:
    Library(data).close()


def do_erase(data: Path) -> None:
    with Library(data) as library:
        if any(person.code == "P001" for person in library.people()):
            library.erase_person("P001")


def hand_keys() -> None:
    os.environ["PLANTIGRADE_KEY"] = ",".join(key.text for key in KEYS)


def do_encrypt(data: Path) -> None:
    hand_keys()
    with Library(data) as library:
        change_key(library, KEYS[0])


def do_rotate(data: Path) -> None:
    hand_keys()
    with Library(data) as library:
        change_key(library, KEYS[1])


def do_handover(data: Path) -> None:
    with Library(data) as library:
        handover.export_person(library, "P001", target(data, "handover"))


def do_export(data: Path) -> None:
    with Library(data) as library:
        FORMATS["zip"].write(library.open(library.find(Filter(person="P001"))[0].id), target(data, "export"))


def target(data: Path, action: str) -> Path:
    """Where an export is put: a folder of the user's, with an older file of the same name."""
    folder = data / "of the user"
    folder.mkdir(exist_ok=True)
    return folder / f"{action}.zip"


ACTIONS: dict[str, tuple[Callable[[Path], None], int]] = {
    "seal": (do_seal, 3),
    "import": (do_import, 3),
    "migrate": (do_migrate, 2),
    "erase": (do_erase, 1),
    "encrypt": (do_encrypt, 2),
    "rotate": (do_rotate, 2),
    "handover": (do_handover, 2),
    "export": (do_export, 2),
}
"""What is done, and how many recordings the library has afterwards."""


def make_base(action: str, base: Path) -> list[str]:
    """The library as it is before."""
    prepare(base)
    if action == "migrate":
        as_old_version(base)
    if action == "seal":
        journal(base / "journal")
    if action == "rotate":
        do_encrypt(base)
    if action in ("handover", "export"):
        target(base, action).write_bytes(b"the old one")
    return []


def prove(action: str, data: Path, finished: bool) -> list[str]:
    """What is wrong with a library after a death, or after it was all done again."""
    if action in ("encrypt", "rotate"):
        hand_keys()
    with Library(data) as library:
        problems = [
            p
            for verdict in library.verify_all()
            for p in verdict.problems
            if finished or "is not encrypted" not in p  # said of what the interrupted command had not reached
        ]
        entries = library.find()
        left = [str(p) for p in (data / "recordings").glob(".*")]
        left += [str(p) for p in data.rglob("*.encrypting") if finished]
        problems += [f"left behind: {name}" for name in left]
        for entry in entries:
            recording = library.open(entry.id)
            if not recording.walk().feet:
                problems.append(f"{entry.id}: cannot be read")
        if finished and len(entries) != ACTIONS[action][1]:
            problems.append(f"{len(entries)} recordings, not {ACTIONS[action][1]}")
        problems += _prove_person(library, data, gone=action == "erase" and len(entries) == 1)
    return problems + (_prove_target(target(data, action), finished) if action in EXPORTS else [])


def _prove_person(library: Library, data: Path, gone: bool) -> list[str]:
    if not gone:
        (person,) = library.people()
        notes = [note.text for note in library.open(library.find(Filter(person="P001"))[0].id).notes]
        return (
            [] if (person.name, notes) == ("Zyxwvu", [LIMPS.decode()]) else ["the person or a note is lost"]
        )
    library.store.wipe_traces()
    files = [p for p in data.rglob("*") if p.is_file()]
    problems = [f"{p.name}: holds a trace" for p in files if LIMPS in p.read_bytes()]
    return problems + ([] if not library.people() else ["the person is still there"])


EXPORTS = ("handover", "export")


def _prove_target(path: Path, finished: bool) -> list[str]:
    """In the user's folder is the old file or the whole new one; done again, nothing else."""
    new = path.read_bytes() != b"the old one"
    problems = ["the export was not done again"] if finished and not new else []
    if new and zipfile.ZipFile(path).testzip() is not None:
        problems.append("the archive is damaged")
    others = [p.name for p in path.parent.iterdir() if p != path]
    shown = others if finished else [name for name in others if name[0] != "."]
    return problems + [f"left in the user's folder: {name}" for name in shown]


def child(work: Callable[[], list[str]]) -> tuple[bool, list[str]]:
    """Do something in a forked process: whether it was killed, and what it said."""
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reader)
        status = 1
        try:
            os.write(writer, json.dumps(work()).encode())
            status = 0
        except PlantigradeError as error:
            os.write(writer, json.dumps([f"{type(error).__name__}: {error}"]).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        text = pipe.read()
    _, status = os.waitpid(process, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        return False, ["ended with an error that nobody foresaw"]
    return os.WIFSIGNALED(status), json.loads(text) if text else []


def warm_up() -> None:
    """Import and compile what each child would otherwise begin with."""
    for name in HEAVY:
        import_module(name)
    from plantigrade.analyze.whole import Request, of_walk

    Calibrator(nominal(), 100).feed(np.zeros((4, 16), np.uint16))
    of_walk(walk(1, 60), Request(Path()))


def main(action: str, stride: int) -> None:
    """Die at every `stride`-th step; 0 for a sample of a few steps over the whole way."""
    warm_up()
    steps = Steps()
    act = ACTIONS[action][0]
    root = Path(tempfile.mkdtemp())
    base = root / "base"
    base.mkdir()
    _, said = child(lambda: make_base(action, base))
    if said:
        raise SystemExit(f"{said}")

    def run(last: int) -> tuple[Path, list[str]]:
        data = root / f"at {last}"
        shutil.copytree(base, data)

        def work() -> list[str]:
            steps.last, steps.counting = last, True
            act(data)
            steps.counting = False
            return [str(steps.count)]

        return data, child(work)[1]

    total = int(run(0)[1][0])
    chosen = range(1, total + 1, stride or max(1, total // SAMPLE))
    problems = [problem for last in chosen for problem in _die_at(last, action, run)]
    shutil.rmtree(root)
    print(json.dumps({"steps": total, "points": len(chosen), "problems": problems}))


def _die_at(last: int, action: str, run: Callable[[int], tuple[Path, list[str]]]) -> list[str]:
    """Die at one step; prove; do it again; prove again."""
    data, said = run(last)
    problems = [f"step {last}: was not killed: {said}"] if said else []
    for what, finished in (("after the death", False), ("after doing it again", True)):
        if finished:
            _, again = child(lambda: ACTIONS[action][0](data) or [])
            problems += [f"step {last}, again: {p}" for p in again]
        _, found = child(lambda finished=finished: prove(action, data, finished))
        problems += [f"step {last}, {what}: {p}" for p in found]
    shutil.rmtree(data)
    return problems


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
