"""Many recordings: each is done once, what is wrong with one stops no other, a run goes on where it was."""

import json
import os
import shutil
import signal
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from plantigrade.archive import actions, plan, task
from plantigrade.archive.actions import Where, verify
from plantigrade.archive.catalogue import reindex
from plantigrade.archive.errors import ArchiveError, StoreAwayError, StoreRefusedError
from plantigrade.archive.results import connect
from plantigrade.archive.run import Progress, Workers
from plantigrade.archive.store import ArchiveStore
from plantigrade.archive.task import Outcome, Place, Task, analyse, check
from plantigrade.gait.engine import analyze as engine
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.sending_tables import ArchiveResultRow

from tests.host.archive import kit

COUNT = 4
NOBODY = {
    "endpoint_url": "http://127.0.0.1:9",
    "key": "a",
    "secret": "b",
    "config_kwargs": {"retries": {"max_attempts": 0}, "connect_timeout": 1},
}
"""Options of a store where nothing listens."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("made") / "data"
    kit.library(data, COUNT).close()
    return data


@pytest.fixture
def library(made: Path, tmp_path: Path) -> Iterator[Library]:
    with Library(Path(shutil.copytree(made, tmp_path / "data"))) as opened:
        yield opened


def asked(library: Library, sql: str, store: ArchiveStore | None = None) -> list[tuple[Any, ...]]:
    connection = connect(library, store or ArchiveStore(str(library.data_dir)))
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def results(library: Library) -> dict[str, str]:
    """Problems by recording, as the catalogue has them."""
    with library.store.read() as session:
        rows = session.scalars(sa.select(ArchiveResultRow))
        return {row.recording_id: row.problem for row in rows}


def test_what_is_missing_is_done_and_nothing_twice(client: Any, library: Library) -> None:
    heard: list[int] = []
    report = kit.analysed(client, library, tell=lambda now: heard.append(now.done))
    assert (report.done, report.failures, heard[-1]) == (COUNT, {}, COUNT)
    assert len(results(library)) == COUNT
    assert kit.analysed(client, library).done == 0
    entry = library.import_walk(kit.piece(9))
    assert [name for name, _ in plan.missing(library)] == [entry.id]
    with library.store.write() as session:
        session.execute(sa.update(ArchiveResultRow).values(version="0"))
    assert len(plan.missing(library)) == COUNT + 1, "older than the algorithm"


def test_questions_to_all_people(client: Any, library: Library) -> None:
    """The strides are those that the engine finds, by person and tag."""
    kit.analysed(client, library)
    expected = {
        number: sum(len(foot.strides) for foot in engine(kit.piece(number)).feet) for number in range(COUNT)
    }
    by_person = asked(
        library,
        "SELECT person, count(*) FROM strides JOIN recordings USING (recording) GROUP BY 1 ORDER BY 1",
    )
    assert by_person == [("P001", expected[0] + expected[2]), ("P002", expected[1] + expected[3])]
    trail = "SELECT count(DISTINCT recording) FROM recordings WHERE list_contains(tags, 'shoe:trail')"
    assert asked(library, trail) == [(COUNT // 2,)]
    ((median,),) = asked(library, "SELECT median(stride_time_s) FROM strides WHERE valid")
    assert 0.8 < median < 1.4


def test_a_question_reads_nothing_else_of_this_computer(client: Any, library: Library) -> None:
    import duckdb

    kit.analysed(client, library)
    with pytest.raises(duckdb.Error):
        asked(library, "SELECT * FROM read_text('/etc/passwd')")


def test_an_encrypted_library_has_encrypted_results(
    client: Any, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key does not travel to the workers: each finds it as every program does."""
    from plantigrade.library.keys.vault import MasterKey, Vault
    from plantigrade.library.recordings.encryption import encrypt_folder

    vault = Vault([MasterKey.new()])
    library.use_vault(vault)
    for folder in library.recordings.iterdir():
        encrypt_folder(folder, vault)
    monkeypatch.setattr(task, "_vault", lambda _place: vault)
    where = kit.place(library)
    done = [analyse(where, one) for one in plan.tasks(library, plan.missing(library))]
    plan.keep(library, done)
    assert [one.problem for one in done] == [""] * COUNT
    files = list((library.data_dir / "results").rglob("*.parquet"))
    assert len(files) == COUNT and {path.read_bytes()[:4] for path in files} == {b"PARE"}
    ((strides,),) = asked(library, "SELECT count(*) FROM strides")
    assert strides == sum(one.strides for one in done)


def test_s3_through_a_server_that_is_not_ours_and_local_give_the_same(
    client: Any, library: Library, s3: dict[str, str]
) -> None:
    kit.analysed(client, library)
    every = "SELECT * EXCLUDE (recording) FROM strides ORDER BY ALL"
    local = str(asked(library, every))  # as text: NaN equals nothing
    store = ArchiveStore("s3://clinic/archive", s3)
    store.fs.mkdir("clinic")
    for folder in library.recordings.iterdir():
        assert store.put_recording(folder)
        assert not store.put_recording(folder), "it is there"
    with library.store.write() as session:
        session.execute(sa.delete(ArchiveResultRow))
    shutil.rmtree(library.data_dir / "results")
    report = kit.analysed(client, library, kit.place(library, "s3://clinic/archive", s3))
    assert (report.done, report.failures) == (COUNT, {})
    assert not (library.data_dir / "results").exists()
    assert str(asked(library, every, store)) == local


def test_a_lost_catalogue_is_made_again_from_the_store(
    library: Library, s3: dict[str, str], tmp_path: Path
) -> None:
    store = ArchiveStore("s3://clinic/lost", s3)
    store.fs.mkdirs("clinic", exist_ok=True)
    for folder in library.recordings.iterdir():
        store.put_recording(folder)
    store.fs.pipe_file("clinic/lost/recordings/broken/recording.json", b"{")
    store.fs.pipe_file(
        "clinic/lost/recordings/newer/recording.json", b'{"schema": "plantigrade.recording/9"}'
    )
    store.fs.pipe_file("clinic/lost/recordings/empty/left.parquet", b"PAR1")
    with Library(tmp_path / "new") as new:
        found = reindex(new, store)
        assert (found.entered, sorted(found.problems)) == (COUNT, ["broken", "empty", "newer"])
        assert "update plantigrade" in found.problems["newer"]
        again = reindex(new, store)
        assert (again.known, again.entered) == (COUNT, 0)
        assert sorted(one.id for one in new.find()) == sorted(one.id for one in library.find())


def _spoil(library: Library) -> dict[str, str]:
    """One recording of a newer version, one truncated, one gone; a part of what is said of each."""
    names = sorted(entry.id for entry in library.find())
    newer, truncated, gone = names[:3]
    manifest = library.recordings / newer / "recording.json"
    manifest.write_text(manifest.read_text().replace("plantigrade.recording/1", "plantigrade.recording/9"))
    with library.store.write() as session:
        from plantigrade.files.durable import file_sum
        from plantigrade.library.catalogue.tables import RecordingRow

        session.execute(
            sa.update(RecordingRow).where(RecordingRow.id == newer).values(books_sha256=file_sum(manifest))
        )
    left = library.recordings / truncated / "left.parquet"
    left.write_bytes(left.read_bytes()[:-100])
    shutil.rmtree(library.recordings / gone)
    return {newer: "update plantigrade", truncated: "left.parquet", gone: "not in the store"}


@pytest.mark.parametrize("work", [analyse, check])
def test_what_is_wrong_is_named_and_stops_nothing(client: Any, library: Library, work: Any) -> None:
    expected = _spoil(library)
    report = kit.analysed(client, library, work=work)
    assert report.done == COUNT - len(expected)
    assert report.failures.keys() == expected.keys()
    for name, text in expected.items():
        assert text in report.failures[name]
    assert {name for name, problem in results(library).items() if problem} == set(expected)
    assert len(plan.missing(library)) == 0, "it is not tried for ever"
    assert len(plan.missing(library, again=True)) == len(expected)


def _ends_once(place: Place, one: Task) -> Outcome:
    """A worker that is ended in the middle of its first task, as by the kernel."""
    flag = place.data_dir / "ended"
    if not flag.exists():
        flag.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return analyse(place, one)


def _ends_always(place: Place, one: Task) -> Outcome:
    """One recording that takes more memory than any worker has; the others are as they are."""
    if one.recording == sorted(path.name for path in (place.data_dir / "recordings").iterdir())[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    return analyse(place, one)


@pytest.mark.slow
def test_workers_that_are_killed_lose_nothing(client: Any, library: Library) -> None:
    report = kit.analysed(client, library, work=_ends_once)
    assert (report.done, report.failures) == (COUNT, {})
    assert len(results(library)) == COUNT


@pytest.mark.soak
def test_a_recording_that_ends_every_worker_is_named(client: Any, library: Library) -> None:
    report = kit.analysed(client, library, work=_ends_always)
    assert "memory" in next(iter(report.failures.values()))
    assert len(report.failures) + report.done == COUNT


class Interrupted(Exception):
    pass


def test_a_client_that_ends_in_the_middle_goes_on_where_it_was(client: Any, library: Library) -> None:
    def tell(now: Progress) -> None:
        if now.done == 2:
            raise Interrupted

    with pytest.raises(Interrupted):
        kit.analysed(client, library, tell=tell)
    left = len(plan.missing(library))
    assert left == COUNT - 2
    assert kit.analysed(client, library).done == left
    assert len(results(library)) == COUNT


def test_two_clients_at_once_double_nothing(client: Any, library: Library) -> None:
    begun = False

    def tell(_now: Progress) -> None:
        nonlocal begun
        if not begun:
            begun = True
            kit.analysed(client, library)

    kit.analysed(client, library, tell=tell)
    ((strides, recordings),) = asked(library, "SELECT count(*), count(DISTINCT recording) FROM strides")
    assert recordings == COUNT and len(results(library)) == COUNT
    assert strides == sum(len(foot.strides) for n in range(COUNT) for foot in engine(kit.piece(n)).feet)


def _away_until(place: Place, one: Task) -> Outcome:
    if not (place.data_dir / "store is back").exists():
        return Outcome(one.recording, one.manifest_sha256, "503 Service Unavailable", away=True)
    return analyse(place, one)


def test_a_store_that_answers_503_for_an_hour(client: Any, library: Library) -> None:
    """It is waited for, longer each time; nothing fails because of it."""
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        if sum(waited) > 3600:
            (library.data_dir / "store is back").touch()

    report = kit.analysed(client, library, work=_away_until, wait=wait)
    assert (report.done, report.failures) == (COUNT, {})
    assert waited[:3] == [5.0, 10.0, 20.0] and max(waited) == 300.0


def test_a_store_that_is_not_there(library: Library) -> None:
    with pytest.raises(StoreAwayError, match="does not answer") as away:
        ArchiveStore("s3://clinic/x", NOBODY).read("a")
    assert not isinstance(away.value, StoreRefusedError)
    with pytest.raises(ArchiveError, match="no store of a kind"):
        ArchiveStore("nonsense://x")


def test_wrong_settings_of_a_store_are_said_at_once(library: Library, tmp_path: Path, s3: Any) -> None:
    """A store that is away is waited for; one that was named wrongly would be waited for in vain."""
    wrong: list[tuple[str, dict[str, str], str]] = [
        (f"{tmp_path}/nowhere", {}, "nowhere: there is no such folder; check --store, or attach its disk"),
        ("s3://nobucket/x", s3, "no such bucket"),
        (
            "s3://clinic/x",
            s3 | {"endpoint_url": "nonsense"},
            "Invalid endpoint: nonsense.*check --store-options",
        ),
        ("s3://clinic/x", {"profile": "nobody"}, "nobody.*check --store-options"),
    ]
    for store, options, text in wrong:
        where = Where(library.data_dir, None, None, store, json.dumps(options))
        with pytest.raises(StoreRefusedError, match=text):
            verify(where, Workers(count=1), None)


def test_keys_that_give_no_access(s3: Any) -> None:
    def ask_for_keys_after(requests: str) -> None:  # https://docs.getmoto.org/en/latest/docs/iam.html
        address = f"{s3['endpoint_url']}/moto-api/reset-auth"
        posted = urllib.request.Request(address, requests.encode(), {"Content-Type": "text/plain"})
        urllib.request.urlopen(posted).close()

    ask_for_keys_after("0")
    try:
        with pytest.raises(StoreRefusedError, match=r"no access \(Forbidden\); check the keys, and what"):
            ArchiveStore("s3://clinic/x", s3 | {"skip_instance_cache": True}).require("a")
    finally:
        ask_for_keys_after("inf")


def test_a_store_that_is_away_is_waited_for_and_named(capfd: pytest.CaptureFixture[str]) -> None:
    actions.require_store(ArchiveStore("s3://clinic/x", NOBODY), "a")
    assert "s3://clinic/x: the store does not answer: " in (printed := capfd.readouterr().err)
    assert printed.endswith("; waiting for it\n")


@pytest.mark.parametrize("count", [5_000, pytest.param(100_000, marks=pytest.mark.soak)])
def test_tiny_recordings_are_named_and_counted(client: Any, library: Library, count: int) -> None:
    """The scheduler never has more than some of them."""
    wanted = [(f"tiny-{number}", "") for number in range(count)]
    stored = 0

    def keep(outcomes: list[Outcome]) -> None:
        nonlocal stored
        stored += len(outcomes)

    from plantigrade.archive.run import run

    tasks = (Task(name, manifest) for name, manifest in wanted)
    report = run(client, kit.place(library), _tiny, tasks, len(wanted), keep)
    failed = count // 1000
    assert (report.done, len(report.failures), stored) == (count - failed, failed, count)


def _tiny(_place: Place, one: Task) -> Outcome:
    return Outcome(one.recording, "", "odd" if one.recording.endswith("777") else "")


def test_ten_thousand_tiny_recordings_are_looked_up_by_pages(library: Library) -> None:
    names = [entry.id for entry in library.find()]
    wanted = [(names[number % COUNT], "") for number in range(10_000)]
    assert sum(1 for _ in plan.tasks(library, wanted)) == 10_000
