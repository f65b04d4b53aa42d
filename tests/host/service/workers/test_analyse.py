"""What follows a wearing: analysis, overview, strides, days and baseline, and what may go wrong."""

from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from plantigrade.files.durable import replace_folder
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.library import Library
from plantigrade.library.catalogue.recording_states import MOST_ATTEMPTS, state_of, unanalysed
from plantigrade.library.catalogue.tables import RecordingRow
from plantigrade.library.catalogue.versions import FINAL, PROVISIONAL, Version, put_version
from plantigrade.library.entries import Person
from plantigrade.library.errors import RecordingError
from plantigrade.library.recordings.computed import read_computed
from plantigrade.library.recordings.overview import overview
from plantigrade.library.recordings.strides import strides
from plantigrade.posture.rules_engine.features import from_analysis
from plantigrade.service.workers.analyse import AnalysisJob, Outcome, analyse, analyse_recording

from tests.host.library.library_kit import FIRST, finalized
from tests.host.service.workers.walks import bundled_walk, heavier, stored

DAY = date(2026, 2, 25)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path / "library")


def test_everything_follows_a_wearing(library: Library) -> None:
    """Document and alerts, overview, strides, the day and the baseline's day; then nothing is left to do."""
    library.add_person(Person("P001", time_zone="Europe/Berlin"))
    name = stored(library, person="P001")
    assert [one.id for one in unanalysed(library, "1")] == [name]
    result = analyse_recording(library, name)
    assert (result.outcome, result.person, result.note) == (Outcome.ANALYSED, "P001", "")
    assert (result.days, result.learned) == ((DAY,), (DAY,))
    assert unanalysed(library, "1") == []
    recording = library.open(name)
    assert len(recording.analyses) == 1
    day = library.record("P001").days.between(DAY, DAY)[DAY]
    found = recording.analysis()
    assert day.steps == sum(bout.steps for bout in found.bouts) > 100
    assert overview(recording).feet["left"].samples.sum() == len(bundled_walk().left or ())
    assert library.verify(name).problems == []


def test_stored_strides_are_those_of_the_analysis(library: Library) -> None:
    """Every value to the last bit, with the columns that posture derives; those of motion with a sensor."""
    name = stored(library)
    analyse_recording(library, name)
    recording = library.open(name)
    found = {table.foot: table for table in strides(recording).tables()}
    for table in from_analysis(recording.analysis()):
        mine = found[table.foot]
        assert np.array_equal(mine.valid, table.valid)
        assert np.array_equal(mine.end_s, table.end_s)
        for metric, values in table.values.items():
            stored_values = mine.values.get(metric, np.full(len(values), np.nan))
            assert np.array_equal(stored_values, values, equal_nan=True), metric
    assert set(found) == {Foot.LEFT, Foot.RIGHT}


def test_nobodys_data_reach_nobody(library: Library) -> None:
    """While the wearer is unclear there are strides and an overview, no day and no baseline."""
    library.add_person(Person("P001"))
    name = stored(library, person="P001")
    with library.store.write() as session:
        session.execute(sa.update(RecordingRow).values(unassigned="sides swapped"))
    result = analyse_recording(library, name)
    assert (result.outcome, result.days, result.learned) == (Outcome.ANALYSED, (), ())
    assert library.record("P001").days.between(date(2020, 1, 1), date(2030, 1, 1)) == {}
    assert library.record("P001").baseline.all() == []


def test_a_wearer_who_becomes_unclear_loses_the_day(library: Library) -> None:
    """Taken back from a person: their day and their baseline are as if it had never been."""
    library.add_person(Person("P001"))
    name = stored(library, person="P001")
    analyse_recording(library, name)
    library.assign(name, None)
    assert analyse_recording(library, name).outcome is Outcome.ANALYSED
    library.assign(name, "P001")
    assert library.record("P001").days.between(date(2020, 1, 1), date(2030, 1, 1)) == {}
    assert library.record("P001").baseline.all() == []


def test_a_provisional_recording_has_its_day_but_no_baseline(library: Library) -> None:
    """The baseline learns when the recording is final; nothing but that is done then."""
    library.add_person(Person("P001"))
    name = stored(library, person="P001", state="provisional")
    assert analyse_recording(library, name).learned == ()
    made = library.open(name).analyses[0].made_utc
    with library.store.write() as session:
        session.execute(sa.update(RecordingRow).values(state="final"))
    assert [one.id for one in unanalysed(library, "1")] == [name]
    assert analyse_recording(library, name).learned != ()
    assert library.open(name).analyses[0].made_utc == made
    assert unanalysed(library, "1") == []


def test_recordings_of_a_day_become_one_day_of_the_baseline(library: Library) -> None:
    """Morning and evening in the same shoes: strides of both, steps added up."""
    library.add_person(Person("P001"))
    for factor, later_s in ((1.0, 0), (1.1, 3600)):
        analyse_recording(library, stored(library, heavier(factor), "P001", later_s=later_s))
    (learned,) = library.record("P001").baseline.all()
    one = strides(library.open(library.find()[0].id))
    strides_of_one = min(int(table.valid.sum()) for table in one.tables())
    assert learned.day.strides == 2 * strides_of_one
    assert learned.day.loads["steps"] == 2 * one.loads["steps"]


def test_a_wearer_who_turns_out_to_be_another_leaves_nothing_behind(library: Library) -> None:
    """The recording is analysed anew for the right person, and the day of the wrong one is forgotten."""
    for code in ("P001", "P002"):
        library.add_person(Person(code))
    name = stored(library, person="P001")
    analyse_recording(library, name)
    library.assign(name, "P002")
    assert [one.id for one in unanalysed(library, "1")] == [name]
    analyse_recording(library, name)
    assert [len(library.record(code).baseline.all()) for code in ("P001", "P002")] == [0, 1]
    span = (date(2026, 1, 1), date(2026, 12, 31))
    assert [len(library.record(code).days.between(*span)) for code in ("P001", "P002")] == [0, 1]


def test_what_cannot_be_analysed_says_why_and_is_not_tried_for_ever(library: Library) -> None:
    """A damaged file: after some attempts it is left alone for a day, or until a newer program comes."""
    name = stored(library)
    (library.recordings / name / "left.parquet").write_bytes(b"PAR1 nothing")
    for attempt in range(1, MOST_ATTEMPTS + 1):
        result = analyse_recording(library, name)
        assert (result.outcome, result.attempts) == (Outcome.NOT_ANALYSED, attempt)
        assert "left.parquet" in result.note
    release = read_computed(library.recordings / name)
    assert release is not None
    now = datetime.now(UTC)
    assert unanalysed(library, release.release, now) == []
    assert len(unanalysed(library, "a later one", now)) == 1
    assert len(unanalysed(library, release.release, now.replace(year=now.year + 1))) == 1


def test_a_deleted_recording_is_gone_and_no_failure(library: Library) -> None:
    """Deleted while it waited."""
    name = stored(library)
    library.delete(name)
    assert analyse_recording(library, name).outcome is Outcome.GONE
    assert analyse_recording(library, "20260101T000000Z-none").outcome is Outcome.GONE


def test_a_new_version_that_comes_meanwhile_is_done_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was computed of the older one is not taken for the newer one's."""
    name = stored(library)
    monkeypatch.setattr("plantigrade.service.workers.analyse._store_days", lambda *_: _other_version(library))
    assert analyse_recording(library, name).outcome is Outcome.SUPERSEDED
    state = state_of(library, name)
    assert state is not None
    assert not state.is_done(read_computed(library.recordings / name))


def _other_version(library: Library) -> tuple[date, ...]:
    with library.store.write() as session:
        session.execute(sa.update(RecordingRow).values(books_sha256="f" * 64, version=2))
    return ()


def test_a_library_that_cannot_be_opened_is_a_result(tmp_path: Path) -> None:
    """Such as one whose key is missing: said, and nothing is counted against the recording."""
    (tmp_path / "library.sqlite").write_bytes(b"this is no database at all, it only looks like a file")
    result = analyse(AnalysisJob(tmp_path, None, None, "x"))
    assert (result.outcome, result.attempts) == (Outcome.NOT_ANALYSED, 0)
    assert "library.sqlite" in result.note


def test_a_completed_version_is_analysed_anew(library: Library, tmp_path: Path) -> None:
    """Frames that came later: the older overview is not shown for newer samples, and all is redone."""
    library.add_person(Person("P001"))
    folder = finalized(library.recordings, FIRST, rows=3000)
    first = Version(PROVISIONAL, person="P001")
    put_version(library, folder, first)
    assert analyse_recording(library, FIRST).outcome is Outcome.ANALYSED
    replace_folder(finalized(tmp_path / "drafts", FIRST, rows=6000), folder)
    put_version(library, folder, Version(FINAL, datetime.now(UTC), is_new=False))
    assert [one.id for one in unanalysed(library, "1")] == [FIRST]
    with pytest.raises(RecordingError, match="no overview yet"):
        overview(library.open(FIRST))
    assert analyse_recording(library, FIRST).outcome is Outcome.ANALYSED
    assert overview(library.open(FIRST)).feet["left"].samples.sum() == 6000
    assert library.verify(FIRST).problems == []
    assert unanalysed(library, "1") == []
