"""From a recording to local days: midnight, clocks that change, and what each day gets."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Analysis
from plantigrade.library.recordings.columns import ColumnFile
from plantigrade.library.recordings.overview import EVERY_SECOND, Overview, read_overview, write_overview
from plantigrade.service.day.wear_day import days_of_span, wear_days

from tests.host.service.workers.walks import START_NS, bundled_walk

BERLIN = ZoneInfo("Europe/Berlin")


def utc_ns(*when: int) -> int:
    """Of a local time in Berlin."""
    return round(datetime(*when, tzinfo=BERLIN).timestamp()) * 10**9  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("begins", "hours", "shares"),
    [
        ((2026, 3, 2, 8, 0), 2.0, {"2026-03-02": 2.0}),
        ((2026, 3, 2, 23, 0), 2.0, {"2026-03-02": 1.0, "2026-03-03": 1.0}),
        ((2026, 3, 29, 0, 0), 23.0, {"2026-03-29": 23.0}),
        ((2026, 3, 29, 0, 0), 24.0, {"2026-03-29": 23.0, "2026-03-30": 1.0}),
        ((2026, 10, 25, 0, 0), 25.0, {"2026-10-25": 25.0}),
        ((2026, 10, 24, 23, 0), 48.0, {"2026-10-24": 1.0, "2026-10-25": 25.0, "2026-10-26": 22.0}),
    ],
)
def test_each_local_day_gets_its_part(
    begins: tuple[int, ...], hours: float, shares: dict[str, float]
) -> None:
    """Also the days of 23 and of 25 hours."""
    spans = days_of_span(utc_ns(*begins), 0.0, hours * 3600.0, BERLIN)
    found = {str(day): (to_s - from_s) / 3600.0 for day, (from_s, to_s) in spans.items()}
    assert found == {day: pytest.approx(share) for day, share in shares.items()}


@given(
    start=st.integers(0, 2_000_000_000),
    seconds=st.floats(0.1, 400_000.0),
    zone=st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "Pacific/Apia", "America/St_Johns", "UTC"]),
)
def test_the_parts_lie_end_to_end(start: int, seconds: float, zone: str) -> None:
    """Nothing is lost and nothing counted twice, whatever the zone does with its clocks."""
    spans = list(days_of_span(start * 10**9, 0.0, seconds, ZoneInfo(zone)).items())
    assert spans[0][1][0] == 0.0
    assert spans[-1][1][1] == seconds
    for (day, (_, end)), (later, (begin, _)) in pairwise(spans):
        assert end == pytest.approx(begin, abs=1e-6)
        assert later > day


@cache
def analysed() -> Analysis:
    return analyze(bundled_walk())


@pytest.fixture
def seconds(tmp_path: Path) -> Overview:
    write_overview(bundled_walk(), tmp_path / "overview.parquet")
    return read_overview(ColumnFile(tmp_path / "overview.parquet"), points=EVERY_SECOND)


def test_a_walk_on_one_day(seconds: Overview) -> None:
    """Two minutes of steady walking: its steps, its strides, its load in body weights."""
    (day,) = wear_days(analysed(), seconds, START_NS, BERLIN).values()
    analysis = analysed()
    assert day.steps == sum(bout.steps for bout in analysis.bouts)
    assert day.strides == sum(int(foot.strides.valid.sum()) for foot in analysis.feet)
    assert day.worn_h * 3600 == pytest.approx(analysis.to_s - analysis.from_s, rel=0.05)
    walk, weight_n = bundled_walk(), analysis.body_weight_n
    assert weight_n is not None
    for foot, load in ((walk.left, day.load_left_bw_s), (walk.right, day.load_right_bw_s)):
        assert foot is not None
        by_hand = float(np.asarray(foot.force_n, np.float64).sum()) / walk.sample_rate_hz / weight_n
        assert load == pytest.approx(by_hand, rel=1e-6)


@pytest.mark.parametrize("before_midnight_s", [0.5, 10.0, 60.3, 121.0])
def test_midnight_in_the_middle_of_a_walk(seconds: Overview, before_midnight_s: float) -> None:
    """Both days together have all steps, strides, minutes and load, each once."""
    start_ns = utc_ns(2026, 3, 3, 0, 0) - round(before_midnight_s * 1e9)
    (first, second) = wear_days(analysed(), seconds, start_ns, BERLIN).items()
    assert (first[0], second[0]) == (date(2026, 3, 2), date(2026, 3, 3))
    (complete,) = wear_days(analysed(), seconds, START_NS, BERLIN).values()
    together = first[1] + second[1]
    assert (together.steps, together.strides) == (complete.steps, complete.strides)
    assert together.worn_h == pytest.approx(complete.worn_h)
    assert together.walking_min == pytest.approx(complete.walking_min)
    assert together.load_left_bw_s == pytest.approx(complete.load_left_bw_s)
    assert together.recorded_h == pytest.approx(complete.recorded_h)


@pytest.mark.parametrize(("worn", "load"), [(True, None), (False, 0.0)])
def test_load_without_a_body_weight(seconds: Overview, worn: bool, load: float | None) -> None:
    """Unknown; but insoles that lay about carried nothing, and do not make the day's load unknown."""
    activities = analysed().activities if worn else ()
    analysis = replace(analysed(), body_weight_n=None, activities=activities)
    (day,) = wear_days(analysis, seconds, START_NS, BERLIN).values()
    assert day.load_left_bw_s == load


def test_a_recording_without_a_clock_belongs_to_no_day(seconds: Overview) -> None:
    """Nobody knows when it was."""
    assert wear_days(analysed(), seconds, None, BERLIN) == {}


def test_without_a_zone_the_days_are_those_of_this_computer(seconds: Overview) -> None:
    """One day, yesterday's or today's, but one."""
    days = wear_days(analysed(), seconds, START_NS, None)
    local = datetime.fromtimestamp(START_NS * 1e-9).date()
    assert set(days) <= {local, local + timedelta(days=1)}
