"""Back-up and restore of a clinic whose recordings lie in an object store: the guide's own commands, into an
empty database and an empty bucket. The store is moto's S3 server, which is not ours."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plantigrade.archive import plan
from plantigrade.archive.store import ArchiveStore
from plantigrade.archive.task import check

from tests.host.archive import kit as archive_kit
from tests.host.library.clinic_machine import DATABASE, Machine, commands
from tests.host.library.command_line import reported
from tests.host.library.library_kit import FIRST, SECOND, PostgresServer, finalized

BUCKET, STORE = "clinic", "s3://clinic/archive"
ALL_SOUND = "2 verified"


@pytest.fixture
def machine(
    tmp_path: Path, postgres: PostgresServer, s3: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Machine]:
    """A clinic with two recordings of a person, in its database and its bucket; the folder has none."""
    for program in ("rsync", "rclone"):
        if shutil.which(program) is None:
            pytest.skip(f"no {program} is installed; tests/host/library/install_postgres installs it")
    remote = {"type": "s3", "provider": "Other", "endpoint": s3["endpoint_url"]}
    remote |= {"access_key_id": s3["key"], "secret_access_key": s3["secret"]}
    environment = {f"RCLONE_CONFIG_STORE_{name.upper()}": value for name, value in remote.items()}
    environment |= {"RCLONE_CONFIG": str(tmp_path / "rclone.conf"), "AWS_ENDPOINT_URL": s3["endpoint_url"]}
    environment |= {"AWS_ACCESS_KEY_ID": s3["key"], "AWS_SECRET_ACCESS_KEY": s3["secret"]}
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)  # rclone 1.60 cannot load one; here is no TLS
    made = Machine(tmp_path, postgres, environment)
    made.make_database()
    _fill(made, ArchiveStore(STORE, s3))
    yield made
    made.remove_database()
    _remove_bucket(s3)


def _fill(machine: Machine, store: ArchiveStore) -> None:
    reported(machine.data, "keys", "new", "--library", machine.url, "--key-file", str(machine.key))
    store.fs.mkdirs(BUCKET, exist_ok=True)
    with machine.open() as library:
        for name in (FIRST, SECOND):
            finalized(library.recordings, name)
        library.scan()
        for name in (FIRST, SECOND):
            store.put_recording(library.recordings / name)
            shutil.rmtree(library.recordings / name)


def _remove_bucket(s3: dict[str, str]) -> None:
    store = ArchiveStore(STORE, s3)
    if store.fs.exists(BUCKET):
        store.fs.rm(BUCKET, recursive=True)
        store.fs.invalidate_cache()


def sums(s3: dict[str, str]) -> dict[str, str]:
    """SHA-256 of every object, read from the server."""
    store = ArchiveStore(STORE, s3)
    store.fs.invalidate_cache()
    return {path: hashlib.sha256(store.fs.cat_file(path)).hexdigest() for path in store.fs.find(BUCKET)}


def back_up_lose_and_restore(machine: Machine, s3: dict[str, str]) -> str:
    """What the last commands of the guide say; the key comes from elsewhere."""
    for title in ("Back-up and restore", "Back-up and restore of an object store"):
        machine.run(commands(title)[0])
    machine.run(f"dropdb {DATABASE}")
    shutil.rmtree(machine.data)
    _remove_bucket(s3)
    assert not ArchiveStore(STORE, s3).fs.exists(BUCKET)
    machine.run(commands()[1].replace("plantigrade sessions verify\n", ""))
    return machine.run(commands("Back-up and restore of an object store")[1])


@pytest.mark.slow
def test_every_object_is_there_again_and_equal(machine: Machine, s3: dict[str, str]) -> None:
    before = sums(s3)
    assert len(before) == 6, "two manifests, two keys, two files of samples"
    shown = back_up_lose_and_restore(machine, s3)
    assert ALL_SOUND in shown
    assert sums(s3) == before


def test_an_object_that_the_back_up_lacks_is_named(machine: Machine, s3: dict[str, str]) -> None:
    """Its recording by name, the other one is sound."""
    ArchiveStore(STORE, s3).fs.rm(f"{BUCKET}/archive/recordings/{SECOND}/left.parquet")
    with machine.open() as library:
        place = archive_kit.place(library, STORE, s3)
        tasks: list[Any] = list(plan.tasks(library, plan.everything(library)))
    problems = {task.recording: _checked(machine, place, task) for task in tasks}
    assert problems[FIRST] == ""
    assert "left.parquet" in problems[SECOND]


def _checked(machine: Machine, place: Any, task: Any) -> str:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PLANTIGRADE_KEY_FILE", str(machine.key))
        return check(place, task).problem
