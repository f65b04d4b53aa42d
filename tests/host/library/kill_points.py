"""Run by test_killed.py: does one thing to a library and dies by SIGKILL at the n-th step, for every n.

A step is an operation on files (told by the audit hooks of the interpreter), an SQL statement or a commit.
After each death the library is opened and proved, the thing is done again, and the library is proved again.
"""

import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy.event
from plantigrade.errors import PlantigradeError
from plantigrade.library import handover
from plantigrade.library.catalogue import Library
from plantigrade.library.entries import Person
from plantigrade.library.protect import change_key
from plantigrade.library.seal import seal
from plantigrade.library.vault import MasterKey
from sqlalchemy.engine import Engine

from tests.host.library.library_kit import journal, walk

WATCHED = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree", "tempfile.mkstemp")
KEYS = (MasterKey.new(), MasterKey.new())


class Steps:
    """Counts steps and dies at the chosen one."""

    def __init__(self) -> None:
        self.counting, self.count, self.last = False, 0, 0
        sys.addaudithook(self._audited)
        sqlalchemy.event.listen(Engine, "before_cursor_execute", lambda *_: self.step())
        sqlalchemy.event.listen(Engine, "commit", lambda *_: self.step())

    def _audited(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and not (
            isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        ):
            return
        if event in WATCHED:
            self.step()

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
                library.note(entry.id, "Zyxwvu limps")


def do_seal(data: Path) -> None:
    seal(data / "journal", data / "recordings")
    Library(data).close()


def do_import(data: Path) -> None:
    with Library(data) as library:
        entry = library.import_walk(walk(9, 60), "new")
        library.tag(entry.id, [])


def do_migrate(data: Path) -> None:
    Library(data).close()


def do_erase(data: Path) -> None:
    with Library(data) as library:
        if any(person.code == "P001" for person in library.people()):
            library.erase_person("P001")


def do_encrypt(data: Path) -> None:
    os.environ["PLANTIGRADE_KEY"] = ",".join(key.text for key in KEYS)
    with Library(data) as library:
        change_key(library, KEYS[0])


def do_export(data: Path) -> None:
    with Library(data) as library:
        handover.export_person(library, "P001", data / "person.zip")


def prove(action: str, data: Path, finished: bool) -> list[str]:
    """What is wrong with a library after a death, or after it was all done again."""
    if action == "encrypt":
        os.environ["PLANTIGRADE_KEY"] = ",".join(key.text for key in KEYS)
    with Library(data) as library:
        problems = [
            p
            for verdict in library.verify_all()
            for p in verdict.problems
            if finished or "is not encrypted" not in p  # said of what the interrupted command had not reached
        ]
        entries = library.find()
        left = [str(p) for p in (data / "recordings").glob(".*")]
        problems += [f"left behind: {name}" for name in left]
        for entry in entries:
            recording = library.open(entry.id)
            if not recording.walk().feet:
                problems.append(f"{entry.id}: cannot be read")
        titles = {entry.title for entry in entries}
        if action == "erase" and len(entries) == 1:  # the person has gone: wholly
            library.store.wipe_traces()
            files = [p for p in data.rglob("*") if p.is_file()]
            problems += [f"{p.name}: holds a trace" for p in files if b"Zyxwvu limps" in p.read_bytes()]
            problems += [] if not library.people() else ["the person is still there"]
        expected = {"seal": 3, "import": 3, "migrate": 0, "erase": 1, "encrypt": 2, "export": 2}[action]
        if finished and len(entries) != expected:
            problems.append(f"{len(entries)} recordings {titles}, not {expected}")
    archive = data / "person.zip"
    if archive.exists():
        import zipfile

        problems += [] if zipfile.ZipFile(archive).testzip() is None else ["the archive is damaged"]
    return problems


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


def main(action: str, stride: int) -> None:
    steps = Steps()
    act = {
        "seal": do_seal,
        "import": do_import,
        "migrate": do_migrate,
        "erase": do_erase,
        "encrypt": do_encrypt,
        "export": do_export,
    }[action]
    root = Path(tempfile.mkdtemp())
    base = root / "base"
    base.mkdir()

    def make() -> list[str]:
        if action != "migrate":
            prepare(base)
        if action == "seal":
            journal(base / "journal")
        return []

    def run(data: Path, last: int) -> list[str]:
        steps.last, steps.counting = last, True
        act(data)
        steps.counting = False
        return [str(steps.count)]

    _, said = child(make)
    if said:
        raise SystemExit(f"{said}")
    points, problems, last = 0, list[str](), 1
    while True:
        data = root / f"at {last}"
        shutil.copytree(base, data)
        killed, said = child(lambda data=data, last=last: run(data, last))
        if not killed:
            problems += [] if said and said[0].isdigit() else said
            break
        points += 1
        for what, finished in (("after the death", False), ("after doing it again", True)):
            if finished:
                _, again = child(lambda data=data: act(data) or [])
                problems += [f"step {last}, again: {p}" for p in again]
            _, found = child(lambda data=data, finished=finished: prove(action, data, finished))
            problems += [f"step {last}, {what}: {p}" for p in found]
        shutil.rmtree(data)
        last += stride
    shutil.rmtree(root)
    print(json.dumps({"points": points, "problems": problems}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
