"""What the catalogue and small files promise holds from then on, whatever cut comes."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from plantigrade.files import atomic_write
from plantigrade.files.durable import replace_text, sync_and_sum
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Filter, Person, StoredAlert, Tag
from plantigrade.library.keys.encrypted_files import EncryptedFile, read_keys, write_keys
from plantigrade.library.keys.master_key import read_key_file, save_to_file
from plantigrade.library.keys.vault import MasterKey
from plantigrade.library.recordings.container import Draft
from plantigrade.library.recordings.finalize import read_journal, roll

from tests.host.library.library_kit import finalized, frames, journal
from tests.host.power_cut.plugin import Cut, PowerCut

NAME = "20260301T100000Z-00000001"
STEPS: tuple[Callable[[Library], object], ...] = (
    lambda library: library.add_person(Person("P001", "Anna")),
    lambda library: library.assign(NAME, "P001"),
    lambda library: library.tag(NAME, [Tag("shoe", "trail"), Tag("terrain", "grass")]),
    lambda library: library.tag(NAME, [Tag("terrain", "grass")], remove=True),
    lambda library: library.note(NAME, "limps", 1.5),
    lambda library: library.rename(NAME, "after the ride"),
    lambda library: library.change_person(Person("P001", "Anna Berg", weight_kg=61.0)),
    lambda library: library.delete(NAME),
    lambda library: library.restore(NAME),
)
DONE = [
    # people, wearer, tags, notes, title, deleted, actions in the audit log
    ([], None, "", [], "", False),
    (["Anna"], None, "", [], "", False),
    (["Anna"], "P001", "", [], "", False),
    (["Anna"], "P001", "shoe:trail terrain:grass", [], "", False),
    (["Anna"], "P001", "shoe:trail", [], "", False),
    (["Anna"], "P001", "shoe:trail", ["limps"], "", False),
    (["Anna"], "P001", "shoe:trail", ["limps"], "after the ride", False),
    (["Anna Berg"], "P001", "shoe:trail", ["limps"], "after the ride", False),
    (["Anna Berg"], "P001", "shoe:trail", ["limps"], "after the ride", True),
    (["Anna Berg"], "P001", "shoe:trail", ["limps"], "after the ride", False),
]
"""What the catalogue tells after so many of `STEPS`."""
LOGGED = [
    "add",
    "add person",
    "assign",
    "tag",
    "untag",
    "note",
    "rename",
    "change person",
    "delete",
    "restore",
]


def reported(library: Library) -> tuple[object, ...]:
    (entry,) = library.find() + library.find(Filter(deleted=True))
    return (
        [person.name for person in library.people()],
        entry.person,
        " ".join(map(str, entry.tags)),
        [note.text for note in library.open(NAME).notes],
        entry.title,
        entry.deleted_utc is not None,
    )


def test_a_change_of_the_catalogue_is_there_once_its_call_returned(
    power_cut: PowerCut, tmp_path: Path
) -> None:
    """Each change is one transaction: a cut leaves as many whole ones as were promised, or one more."""
    data = tmp_path / "data"
    with Library(data) as library:
        finalized(library.recordings, NAME)
        library.scan()

    def act() -> None:
        with Library(data) as library:
            for number, step in enumerate(STEPS, 1):
                step(library)
                power_cut.note(number)

    def check(left: Path, cut: Cut) -> None:
        with Library(left) as library:
            found, log = reported(library), library.audit()
        logged = [line.action for line in log if line.action != "read"]
        done = len(logged) - 1
        assert found == DONE[done] and logged == LOGGED[: done + 1]
        assert len(cut.recorded) <= done <= len(cut.recorded) + 1

    report = power_cut(data, act, check, most=30)
    assert report.operations["SQL"] > 60


def test_alerts_of_an_analysis_are_replaced_wholly_or_not_at_all(power_cut: PowerCut, tmp_path: Path) -> None:
    from plantigrade.library.catalogue.details import keep_alerts

    data = tmp_path / "data"
    before = [StoredAlert("overload", "left", at, None, {}, "analysis") for at in (1.0, 2.0)]
    after = [StoredAlert("overload", "right", at, None, {}, "analysis") for at in (3.0, 4.0, 5.0)]
    with Library(data) as library:
        finalized(library.recordings, NAME)
        library.scan()
        keep_alerts(library, NAME, before)

    def act() -> None:
        with Library(data) as library:
            keep_alerts(library, NAME, after)
            power_cut.note("kept")

    def check(left: Path, cut: Cut) -> None:
        with Library(left) as library:
            found = [alert.from_s for alert in library.open(NAME).known_alerts]
        assert found in ([[3.0, 4.0, 5.0]] if cut.recorded else [[1.0, 2.0], [3.0, 4.0, 5.0]])

    power_cut(data, act, check, most=12)


def test_a_deletion_that_expired_is_purged_however_often_it_is_cut(
    power_cut: PowerCut, tmp_path: Path
) -> None:
    data, late = tmp_path / "data", datetime(2999, 1, 1, tzinfo=UTC)
    with Library(data) as library:
        finalized(library.recordings, NAME)
        library.scan()
        library.delete(NAME)

    def act() -> None:
        with Library(data) as library:
            library.purge_expired(late)

    def check(left: Path, cut: Cut) -> None:
        with Library(left) as library:
            there = library.count(Filter(deleted=True))
            assert library.count() == 0
            assert there == (library.recordings / NAME / "recording.json").is_file()
            library.purge_expired(late)
            assert library.count(Filter(deleted=True)) == 0 == len(list(library.recordings.iterdir()))
        assert not cut.finished or not there

    power_cut(data, act, check, most=15)


def test_a_sealed_recording_is_whole_or_not_there(power_cut: PowerCut, tmp_path: Path) -> None:
    """A folder with its final name has every file, and each file is the one that was written."""
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    sums: list[str] = []

    def act() -> None:
        folder = finalized(recordings, NAME)
        sums.append(sync_and_sum(folder / "left.parquet"))

    def check(left: Path, cut: Cut) -> None:
        folder = left / NAME
        assert folder.exists() or not cut.finished
        if folder.exists():
            assert sorted(path.name for path in folder.iterdir()) == ["left.parquet", "recording.json"]
            assert sync_and_sum(folder / "left.parquet") == sums[0]

    power_cut(recordings, act, check)


def test_a_journal_that_is_rolled_loses_no_frame(power_cut: PowerCut, tmp_path: Path) -> None:
    """The 60 frames are in the journal or in a recording that proves; the new journal knows what it holds."""
    data = tmp_path / "data"
    Library(data).close()
    path = journal(data / "journal")

    def check(left: Path, cut: Cut) -> None:
        content = read_journal(left / path.name)
        with Library(left) as library:
            stored = [entry.frames_recorded for entry in library.find()]
            assert all(verdict.ok for verdict in library.verify_all())
        (foot,) = content.feet.values()
        if foot.records:
            assert len(foot.records) == 6 and stored in ([], [60]) and not cut.finished
        else:
            assert stored == [60] and [tuple(piece) for piece in foot.held] == [(0, 60)]
            assert content.last_run["after"] == content_of_old.name

    content_of_old = read_journal(path)
    power_cut(data, lambda: roll(path, data / "recordings"), check)


def test_small_files_are_the_old_or_the_new_one(power_cut: PowerCut, tmp_path: Path) -> None:
    folder = tmp_path / "settings"
    folder.mkdir()
    keys = MasterKey.new(), MasterKey.new()
    old, new = ({"left": EncryptedFile(word * 40, word * 64)} for word in "ab")
    (folder / "text").write_text("old")
    save_to_file(folder / "keys", keys[:1])
    write_keys(folder, old)

    def act() -> None:
        replace_text(folder / "text", "new, and longer")
        power_cut.note("text")
        save_to_file(folder / "keys", keys)
        power_cut.note("key file")
        write_keys(folder, new)
        power_cut.note("keys of a recording")

    def check(left: Path, cut: Cut) -> None:
        found = (
            (left / "text").read_text() == "new, and longer",
            read_key_file(left / "keys") == keys,
            read_keys(left) == new,
        )
        assert found >= tuple(number < len(cut.recorded) for number in range(3))
        assert found[0] or (left / "text").read_text() == "old"
        assert found[1] or read_key_file(left / "keys") == keys[:1]
        assert found[2] or read_keys(left) == old
        others = {path.name for path in left.iterdir()} - {"text", "keys", "keys.json"}
        assert all(name.startswith(".") for name in others)

    power_cut(folder, act, check)


def test_what_is_put_into_the_folder_of_the_user_is_whole(power_cut: PowerCut, tmp_path: Path) -> None:
    target = tmp_path / "of the user"
    target.mkdir()
    (target / "out.csv").write_text("old")
    content = {"a.csv": "1,2\n" * 100, "sub/b.json": "{}" * 100}

    def act() -> None:
        with atomic_write.new_file(target / "out.csv") as draft:
            draft.write_text("new " * 100)
        power_cut.note("file")
        with atomic_write.new_folder(target / "out") as folder:
            for name, text in content.items():
                (folder / name).parent.mkdir(exist_ok=True)
                (folder / name).write_text(text)
        power_cut.note("folder")

    def check(left: Path, cut: Cut) -> None:
        text = (left / "out.csv").read_text()
        assert text == "new " * 100 or (text == "old" and not cut.recorded)
        if (left / "out").exists():
            assert {name: (left / "out" / name).read_text() for name in content} == content
        assert (left / "out").exists() or len(cut.recorded) < 2
        shown = {path.name for path in left.iterdir() if path.name[0] != "."}
        assert shown <= {"out.csv", "out"}
        with atomic_write.new_file(left / "next") as draft:  # sweeps what was interrupted
            draft.write_text("x")
        assert {path.name for path in left.iterdir()} == shown | {"next"}

    power_cut(target, act, check)


@pytest.mark.parametrize("is_abandoned", [True, False])
def test_a_draft_leaves_nothing(is_abandoned: bool, power_cut: PowerCut, tmp_path: Path) -> None:
    """A recording that is given up, or that a cut ends: the next draft sweeps it."""
    recordings = tmp_path / "recordings"
    recordings.mkdir()

    def act() -> None:
        draft = Draft.begin(recordings, "one")
        draft.write_frames("left", frames(20))
        if is_abandoned:
            draft.abandon()

    def check(left: Path, _cut: Cut) -> None:
        assert all(path.name.startswith(".one.") for path in left.iterdir())
        Draft.begin(left, "two").abandon()
        assert list(left.iterdir()) == []

    power_cut(recordings, act, check)
