"""The power cut itself: what it sees, what it leaves, and that it finds writers that do not sync."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from plantigrade.files.durable import replace_text, sync_folder

from tests.host.power_cut.disk import torn
from tests.host.power_cut.plugin import Cut, PowerCut, PowerCutError

OLD, NEW = json.dumps({"gain": 1}), json.dumps({"gain": 2, "offset": [1, 2, 3]})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "data"
    place.mkdir()
    (place / "settings.json").write_text(OLD)
    return place


def old_or_new(left: Path, cut: Cut) -> None:
    text = (left / "settings.json").read_text()
    assert text in ((NEW,) if cut.finished else (OLD, NEW))


def without_fsync(path: Path) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(NEW)
    draft.replace(path)
    sync_folder(path.parent)


def without_flush(path: Path) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("w") as file:
        file.write(NEW)
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def without_folder(path: Path) -> None:
    draft = path.with_suffix(".draft")
    with draft.open("w") as file:
        file.write(NEW)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def in_place(path: Path) -> None:
    with path.open("w") as file:
        file.write(NEW)
        file.flush()
        os.fsync(file.fileno())


def removing_first(path: Path) -> None:
    path.unlink()
    replace_text(path, NEW)


def without_python(path: Path) -> None:
    draft = path.with_suffix(".draft")
    assert os.system(f"printf '%s' '{NEW}' > '{draft}'") == 0
    draft.replace(path)
    sync_folder(path.parent)


WRONG = [without_fsync, without_flush, without_folder, in_place, removing_first, without_python]


def test_a_file_that_is_replaced_properly_is_old_or_new(power_cut: PowerCut, folder: Path) -> None:
    report = power_cut(folder, lambda: replace_text(folder / "settings.json", NEW), old_or_new)
    assert dict(report.operations) == {"open": 1, "write": 1, "fsync": 2, "replace": 1}
    # The draft empty, torn, whole (not in place; named or not), the new one in place, after the end.
    assert report.states >= 6


@pytest.mark.parametrize("write", WRONG)
def test_a_writer_that_forgets_something_is_found(
    write: Callable[[Path], None], power_cut: PowerCut, folder: Path
) -> None:
    with pytest.raises(PowerCutError, match=r"of \d+ states after a power cut fail"):
        power_cut(folder, lambda: write(folder / "settings.json"), old_or_new)


def test_the_failure_names_the_cut(power_cut: PowerCut, folder: Path) -> None:
    with pytest.raises(PowerCutError) as found:
        power_cut(folder, lambda: without_fsync(folder / "settings.json"), old_or_new)
    assert "cut 4 before fsync data, names kept, contents torn: AssertionError" in str(found.value)


def test_what_is_left_at_each_cut(power_cut: PowerCut, folder: Path) -> None:
    """Five cuts of one replacement, spelled out: (operation, names, contents) to what is in the folder."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}

    def act() -> None:
        with (folder / "new").open("w") as file:
            file.write("abcd")
            file.flush()
            os.fsync(file.fileno())
        (folder / "new").replace(folder / "settings.json")

    def look(left: Path, cut: Cut) -> None:
        found[cut.operation, cut.names, cut.contents] = {p.name: p.read_text() for p in left.iterdir()}

    power_cut(folder, act, look)
    assert found == {
        ("open new", "kept", "kept"): {"settings.json": OLD},
        ("write new", "kept", "kept"): {"settings.json": OLD, "new": ""},
        ("fsync new", "kept", "kept"): {"settings.json": OLD, "new": "abcd"},
        ("fsync new", "kept", "torn"): {"settings.json": OLD, "new": "ab"},
        ("the end", "kept", "kept"): {"settings.json": "abcd"},
        ("the end", "lost", "kept"): {"settings.json": OLD},
    }


@pytest.mark.parametrize(
    ("old", "new", "left"),
    [
        (b"", b"abcd", b"ab"),
        (b"ab", b"abcdef", b"abcd"),
        (b"aaaa", b"bbbb", b"bbaa"),
        (b"aaaaaa", b"bb", b"b"),
        (b"same", b"same", b"same"),
        (b"abcd", b"", b""),
    ],
)
def test_a_torn_content_is_half_way(old: bytes, new: bytes, left: bytes) -> None:
    assert torn(old, new) == left


def test_every_way_to_change_files_is_seen(power_cut: PowerCut, folder: Path) -> None:
    def act() -> None:
        descriptor = os.open(folder / "a", os.O_WRONLY | os.O_CREAT)
        os.write(descriptor, b"one")
        os.ftruncate(descriptor, 1)
        os.fdatasync(descriptor)
        os.close(descriptor)
        os.truncate(folder / "a", 0)
        with open(folder / "a", "r+b", buffering=0) as file:  # noqa: PTH123
            file.write(b"two")
            file.truncate(1)
        with os.fdopen(os.open(folder / "a", os.O_WRONLY), "w") as file:
            file.write("three")
        os.link(folder / "a", folder / "b")
        os.rename(folder / "b", folder / "c")  # noqa: PTH104
        (folder / "made").mkdir()
        (folder / "made" / "below").mkdir()
        (folder / "made" / "below" / "d").touch()
        shutil.rmtree(folder / "made")
        (folder / "c").unlink()
        with tempfile.NamedTemporaryFile(dir=folder) as file:
            file.write(b"four")

    report = power_cut(folder, act, lambda *_: None)
    assert dict(report.operations) == {
        "open": 6, "write": 5, "ftruncate": 1, "fdatasync": 1, "truncate": 1, "link": 1, "rename": 1,
        "mkdir": 2, "unlink": 2, "rmdir": 2,
    }  # fmt: skip


def test_reading_and_other_folders_are_no_operations(
    power_cut: PowerCut, folder: Path, tmp_path: Path
) -> None:
    before = open, os.open, os.replace, os.fsync

    def act() -> None:
        assert (folder / "settings.json").read_text() == OLD
        (tmp_path / "elsewhere").write_text("x")
        sync_folder(tmp_path)

    assert not power_cut(folder, act, lambda *_: None).operations
    assert (open, os.open, os.replace, os.fsync) == before


def test_of_many_states_a_few_are_checked_or_all(
    power_cut: PowerCut, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers: list[int] = []

    def act() -> None:
        for number in range(10):
            (folder / str(number)).mkdir()

    def counted(_left: Path, cut: Cut) -> None:
        numbers.append(cut.number)

    report = power_cut(folder, act, counted, most=3)
    # Before each mkdir with the names kept, and after the last also without: 10 + 2 states.
    assert (report.states, report.checked, numbers) == (12, 3, [1, 7, 11])
    monkeypatch.setenv("PLANTIGRADE_POWER_CUTS", "all")
    assert power_cut(folder, lambda: None, counted, most=3).checked == 1
    assert (
        power_cut(folder, lambda: [(folder / f"x{n}").touch() for n in range(5)], counted, most=3).checked > 5
    )


def test_what_was_promised_is_told(power_cut: PowerCut, folder: Path) -> None:
    def act() -> None:
        for number in range(3):
            replace_text(folder / "settings.json", str(number))
            power_cut.note(number)

    def check(left: Path, cut: Cut) -> None:
        text = (left / "settings.json").read_text()
        assert text == OLD if text == OLD and not cut.recorded else int(text) >= len(cut.recorded) - 1

    power_cut(folder, act, check)


@pytest.mark.parametrize(("synchronous", "is_sound"), [("FULL", True), ("NORMAL", False)])
def test_a_commit_is_durable_only_where_sqlite_syncs_it(
    synchronous: str, is_sound: bool, power_cut: PowerCut, folder: Path
) -> None:
    def engine_at(place: Path) -> sa.Engine:
        return sa.create_engine(f"sqlite:///{place / 'numbers.sqlite'}", poolclass=sa.StaticPool)

    engine = engine_at(folder)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = WAL")
        connection.exec_driver_sql("CREATE TABLE numbers (n INTEGER)")
    engine.dispose()

    def act() -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA synchronous = {synchronous}")
            connection.commit()
            for number in range(3):
                connection.execute(sa.text("INSERT INTO numbers VALUES (:n)"), {"n": number})
                connection.execute(sa.text("INSERT INTO numbers VALUES (:n)"), {"n": number})
                connection.commit()
                power_cut.note(number)

    def check(left: Path, cut: Cut) -> None:
        other = engine_at(left)
        with other.connect() as connection:
            found = list(connection.scalars(sa.text("SELECT n FROM numbers")))
        other.dispose()
        assert found in [[0, 0, 1, 1, 2, 2][: 2 * done] for done in range(len(cut.recorded), 4)]

    try:
        if is_sound:
            report = power_cut(folder, act, check)
            assert report.operations == {"SQL": 11} and report.states >= 8
        else:
            with pytest.raises(PowerCutError):
                power_cut(folder, act, check)
    finally:
        engine.dispose()
