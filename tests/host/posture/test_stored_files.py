"""Diary and baseline in any order of adding, replacing, refusing and reading again, beside plain models."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import hypothesis.strategies as st
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot
from plantigrade.library.posture_commands.commands import posture
from plantigrade.posture.baseline.baseline import PersonalBaseline, load_baseline, reference_of
from plantigrade.posture.diary.diary import BodySite, Entry, daily_worst, load_diary, save_diary
from plantigrade.posture.rules_engine.features import StrideColumns

FIRST = date(2026, 1, 1)


class DiaryMachine(RuleBasedStateMachine):
    """A diary that is added to by command and by code, damaged and mended, beside a list."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(mkdtemp())
        self.path = self.folder / "pain.json"
        self.stored: list[Entry] = []

    def teardown(self) -> None:
        rmtree(self.folder)

    @rule(
        day=st.integers(0, 4),
        hour=st.integers(0, 23),
        place=st.sampled_from([BodySite.KNEE, BodySite.LOWER_BACK]),
        score=st.integers(0, 10),
        side=st.sampled_from(["", "left", "both"]),
        note=st.sampled_from(["", "stairs", 'a "quoted"\nnote ä']),
    )
    def add(self, day: int, hour: int, place: BodySite, score: int, side: str, note: str) -> None:
        at = datetime(2026, 1, 1, hour, tzinfo=UTC) + timedelta(days=day)
        entry = Entry(at, place, score, side, note)
        save_diary(self.path, [*self.stored, entry])
        self.stored = sorted([*self.stored, entry], key=lambda one: one.at)

    @rule(day=st.integers(1, 5), score=st.integers(-1, 11))
    def add_by_command(self, day: int, score: int) -> None:
        at = f"2026-01-{day:02d}T12:30"
        asked = ["diary", "add", "--at", at, "--diary", str(self.path), "--", "knee", str(score)]
        result = CliRunner().invoke(posture, asked)
        if not 0 <= score <= 10:
            assert result.exit_code == 2
            return
        assert result.exit_code == 0
        entry = Entry(datetime(2026, 1, day, 12, 30).astimezone(), BodySite.KNEE, score)
        self.stored = sorted([*self.stored, entry], key=lambda one: one.at)

    @rule()
    def damage_and_mend(self) -> None:
        if not self.stored:
            return
        complete = self.path.read_bytes()
        self.path.write_bytes(complete[:-5])
        asked = ["diary", "add", "knee", "3", "--diary", str(self.path)]
        assert isinstance(CliRunner().invoke(posture, asked).exception, FileError)
        assert self.path.read_bytes() == complete[:-5], "what is damaged is left as it is"
        self.path.write_bytes(complete)

    @invariant()
    def the_file_holds_what_was_added(self) -> None:
        if not self.stored:
            assert not self.path.exists()
            return
        assert load_diary(self.path) == self.stored
        assert [one.name for one in self.folder.iterdir()] == ["pain.json"]

    @invariant()
    def the_worst_of_each_day_counts(self) -> None:
        worst: dict[date, int] = {}
        for one in self.stored:
            if one.place is BodySite.KNEE:
                worst[one.at.date()] = max([one.score, worst.get(one.at.date(), 0)])
        assert daily_worst(self.stored, BodySite.KNEE) == worst


def strides(foot: Foot, count: int, value: float) -> StrideColumns:
    return StrideColumns(
        foot, np.arange(float(count)), np.ones(count, np.bool_), {"x": np.full(count, value)}
    )


class BaselineMachine(RuleBasedStateMachine):
    """Days of two pairs of shoes, learned, learned again and kept, beside a dictionary."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(mkdtemp())
        self.path = self.folder / "own.json"
        self.own = PersonalBaseline()
        self.days: dict[tuple[date, str], tuple[float, float]] = {}

    def teardown(self) -> None:
        rmtree(self.folder)

    @rule(
        day=st.integers(0, 5),
        tag=st.sampled_from(["trail", "work"]),
        left=st.sampled_from([59, 60, 80]),
        right=st.sampled_from([60, 90]),
        value=st.sampled_from([0.1, 0.2, 0.4, 0.9]),
    )
    def learn(self, day: int, tag: str, left: int, right: int, value: float) -> None:
        on = FIRST + timedelta(days=day)
        tables = [strides(Foot.LEFT, left, value), strides(Foot.RIGHT, right, 2 * value)]
        assert self.own.add_day(on, tag, tables, {"steps": 100 * value}) is (left >= 60)
        if left >= 60:
            self.days.pop((on, tag), None)
            self.days[on, tag] = (value, 100 * value)

    @rule()
    def keep_and_read(self) -> None:
        self.own.save(self.path)
        self.own = load_baseline(self.path)
        for tag in ("trail", "work"):
            if sum(one[1] == tag for one in self.days) >= 3:
                assert reference_of(self.path, tag).days == [one for one in self.own.days if one.tag == tag]
            else:
                with pytest.raises(FileError, match="has fewer than three days"):
                    reference_of(self.path, tag)

    @invariant()
    def days_are_those_of_the_model(self) -> None:
        stored = [(one.day, one.tag, one.medians["left/x"], one.loads["steps"]) for one in self.own.days]
        assert stored == [(on.isoformat(), tag, *known) for (on, tag), known in self.days.items()]

    @invariant()
    def the_usual_value_is_the_median_of_the_days_of_those_shoes(self) -> None:
        for tag in ("trail", "work"):
            known = [value for (_, worn), (value, _) in self.days.items() if worn == tag]
            reference = self.own.for_tag(tag)
            assert (reference is None) == (len(known) < 3)
            if reference is not None:
                assert reference.centre(Foot.LEFT, "x") == pytest.approx(float(np.median(known)))
                assert reference.centre(Foot.RIGHT, "x") == pytest.approx(2 * float(np.median(known)))


TestDiaryMachine = DiaryMachine.TestCase
TestDiaryMachine.settings = settings(max_examples=10, stateful_step_count=15, deadline=None)
TestBaselineMachine = BaselineMachine.TestCase
TestBaselineMachine.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
