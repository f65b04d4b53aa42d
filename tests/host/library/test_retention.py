"""Raw samples that a person does not want kept: when they go, what stays, and what may interrupt it."""

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from plantigrade.library import retention
from plantigrade.library.catalogue import recording_states
from plantigrade.library.catalogue.data_export import export_person
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.recording_states import unanalysed
from plantigrade.library.catalogue.tables import RecordingRow
from plantigrade.library.entries import Person
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.vault import MasterKey
from plantigrade.library.person.entries import PersonSettings
from plantigrade.library.recordings import computed
from plantigrade.library.recordings.columns import ColumnFile
from plantigrade.library.recordings.overview import overview, read_overview
from plantigrade.library.recordings.strides import strides
from plantigrade.library.retention import apply_retention
from plantigrade.service.workers.analyse import analyse_recording

from tests.host.service.workers.walks import START_NS, stored

RECORDED = datetime.fromtimestamp(START_NS * 1e-9, UTC)
LATER = RECORDED + timedelta(days=31)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """One person who keeps raw samples for 30 days."""
    library = Library(tmp_path / "library")
    library.add_person(Person("P001"))
    library.record("P001").settings.set(PersonSettings(raw_days=30))
    return library


def analysed(library: Library) -> str:
    name = stored(library, person="P001")
    analyse_recording(library, name)
    return name


def raw_files(library: Library, name: str) -> list[str]:
    return sorted(
        path.name for path in (library.recordings / name).iterdir() if path.stem in ("left", "right")
    )


def test_samples_go_after_the_days_that_the_person_set(library: Library) -> None:
    """Not a day before; afterwards the room is given back and the catalogue knows."""
    name = analysed(library)
    before = library.entry(name).bytes
    assert apply_retention(library, LATER - timedelta(days=2)) == []
    (gone,) = apply_retention(library, LATER)
    assert (gone.recording, gone.problem) == (name, "")
    assert gone.freed_bytes > 0
    assert library.entry(name).bytes == pytest.approx(before - gone.freed_bytes, abs=200)
    assert raw_files(library, name) == []
    assert apply_retention(library, LATER) == []


def test_what_was_computed_stays(library: Library) -> None:
    """Overview, strides, analysis, alerts, tags; the recording says what is gone, and verifies."""
    name = analysed(library)
    seconds, steps = overview(library.open(name)), strides(library.open(name))
    apply_retention(library, LATER)
    recording = library.open(name)
    assert np.array_equal(
        overview(recording).feet["left"].mean_n, seconds.feet["left"].mean_n, equal_nan=True
    )
    assert len(strides(recording).tables()) == len(steps.tables()) == 2
    assert len(recording.analyses) == 1
    with pytest.raises(RecordingError, match=r"raw samples were removed on 2026-03-28.*strides"):
        recording.walk()
    assert library.verify(name).problems == []
    assert unanalysed(library, "a later one") == []


@pytest.mark.parametrize(
    "change", [{"state": "provisional"}, {"unassigned": "two people"}, {"books_sha256": "f" * 64}]
)
def test_samples_that_may_still_be_needed_stay(library: Library, change: dict[str, str]) -> None:
    """Of a recording that is not final, whose wearer is unclear, or whose analysis is of another version."""
    name = analysed(library)
    with library.store.write() as session:
        session.execute(sa.update(RecordingRow).values(**change))
    assert all(one.problem for one in apply_retention(library, LATER))
    assert len(raw_files(library, name)) == 2


@pytest.mark.parametrize("file", ["overview.parquet", "strides.parquet", "computed.json"])
@pytest.mark.parametrize(
    "damage", [Path.unlink, lambda path: path.write_bytes(path.read_bytes()[:-7] + b"1234567")]
)
def test_samples_stay_where_what_is_to_stay_is_damaged(
    library: Library, file: str, damage: Callable[[Path], object]
) -> None:
    """Nothing is removed before what replaces it was read whole."""
    name = analysed(library)
    damage(library.recordings / name / file)
    (one,) = apply_retention(library, LATER)
    assert one.problem
    assert len(raw_files(library, name)) == 2


def test_a_person_without_a_rule_keeps_everything(library: Library) -> None:
    """As does everyone by default."""
    name = analysed(library)
    library.record("P001").settings.set(PersonSettings())
    assert apply_retention(library, LATER + timedelta(days=10_000)) == []
    assert len(raw_files(library, name)) == 2


@pytest.mark.parametrize("step", ["write_computed", "_raw_files", "sync_folder", "note_bytes"])
def test_whatever_is_interrupted_is_finished_next_time(
    library: Library, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """The power goes before any step: afterwards the recording verifies, and the next call finishes."""
    name = analysed(library)

    def power_goes(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(retention, step, power_goes)
        with pytest.raises(KeyboardInterrupt):
            apply_retention(library, LATER)
    assert library.verify(name).problems == []
    apply_retention(library, LATER)
    assert raw_files(library, name) == []
    assert library.verify(name).problems == []


def test_an_encrypted_library_gives_up_the_keys_as_well(library: Library) -> None:
    """The samples are unreadable from the moment their keys are gone; the overview opens with its own."""
    name = analysed(library)
    change_key(library, MasterKey.new())
    apply_retention(library, LATER)
    assert not (library.recordings / name / "keys.json").exists()
    assert overview(library.open(name)).feet["right"].samples.sum() > 0
    assert library.verify(name).problems == []
    change_key(library, MasterKey.new())
    assert strides(library.open(name)).tables()


def test_a_library_that_is_encrypted_afterwards_keeps_what_is_left(library: Library, tmp_path: Path) -> None:
    """The files that stay are encrypted, and the person's export has them in plain."""
    name = analysed(library)
    apply_retention(library, LATER)
    plain = (library.recordings / name / "strides.parquet").read_bytes()
    change_key(library, MasterKey.new())
    assert (library.recordings / name / "strides.parquet").read_bytes()[:4] == b"PARE" != plain[:4]
    assert library.verify(name).problems == []
    assert export_person(library, "P001", tmp_path / "all.zip") == 1


def test_an_analysis_under_way_takes_nothing_back(library: Library) -> None:
    """Begun before the samples went, it may not write over what says that they are gone."""
    name = analysed(library)
    folder = library.recordings / name
    before = computed.read_computed(folder)
    assert before is not None
    begun = computed.begin(folder, before.manifest_sha256, before.release, before.wearer)
    computed.write_computed(folder, before)
    apply_retention(library, LATER)
    with pytest.raises(RecordingError, match="meanwhile"):
        computed.put_files(folder, None, begun, {"overview": ((), lambda path, key: path.write_bytes(b"x"))})
    assert library.verify(name).problems == []


def test_removed_samples_are_not_analysed_again(library: Library) -> None:
    """Not even when someone asks for it: what was computed must not be lost."""
    name = analysed(library)
    apply_retention(library, LATER)
    with pytest.raises(RecordingError, match="were removed"):
        computed.begin(library.recordings / name, "0" * 64, "1", None)
    assert computed.read_computed(library.recordings / name) is not None


def test_on_both_databases(open_library: Callable[[], Library]) -> None:
    """What waits, what is done, days of the person, and samples that go."""
    library = open_library()
    library.add_person(Person("P001"))
    library.record("P001").settings.set(PersonSettings(raw_days=30))
    name = stored(library, person="P001")
    assert [one.id for one in unanalysed(library, "1")] == [name]
    result = analyse_recording(library, name)
    assert (len(result.days), result.learned) == (1, result.days)
    assert unanalysed(library, "1") == []
    assert [one.problem for one in apply_retention(library, LATER)] == [""]
    assert raw_files(library, name) == []
    library.assign(name, None)
    recording_states.forget_days(library, name)
    assert recording_states.code_of(library, 1) == "P001"


@pytest.mark.parametrize("removed", [False, True])
def test_the_persons_export_has_what_was_computed(library: Library, tmp_path: Path, removed: bool) -> None:
    """In plain from an encrypted library; the samples as well, unless they are gone."""
    name = analysed(library)
    change_key(library, MasterKey.new())
    if removed:
        apply_retention(library, LATER)
    export_person(library, "P001", tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as bundle:
        names = {entry.rsplit("/", 1)[-1] for entry in bundle.namelist() if f"recordings/{name}/" in entry}
        (path,) = (entry for entry in bundle.namelist() if entry.endswith("/overview.parquet"))
        bundle.extract(path, tmp_path)
    assert {"overview.parquet", "strides.parquet", "recording.json"} <= names
    assert ("left.parquet" in names) is not removed
    seconds = read_overview(ColumnFile(tmp_path / path))
    assert np.array_equal(
        seconds.feet["left"].maximum_n, overview(library.open(name)).feet["left"].maximum_n, equal_nan=True
    )
