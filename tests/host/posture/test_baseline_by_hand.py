"""The personal baseline: what a day must have, centre, spread and variation worked out on paper, the file."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from plantigrade.errors import FileError
from plantigrade.gait.signals import Foot
from plantigrade.posture.baseline.baseline import (
    Day,
    PersonalBaseline,
    TagReference,
    load_baseline,
    reference_of,
)
from plantigrade.posture.rules_engine.features import StrideColumns

from tests.host.posture.kit import columns

FIRST = date(2026, 1, 1)
LEFT, RIGHT = Foot.LEFT, Foot.RIGHT


def days(metric: str, *medians: float, foot: Foot = LEFT) -> TagReference:
    key = f"{foot.value}/{metric}"
    listed = [Day(f"2026-01-{i:02d}", "shoe", 60, {key: m}) for i, m in enumerate(medians, 1)]
    return TagReference("shoe", listed)


@pytest.mark.worked_example("centre", "spread")
def test_centre_and_spread_of_four_days():
    """0.10, 0.14, 0.16, 0.30: median 0.15, deviations 0.05, 0.01, 0.01, 0.15 with the median 0.03.

    1.4826 x 0.03 = 0.044478; widened for four days by sqrt(1 + 1/4) = 1.118034.
    """
    usual = days("force_arch_index", 0.10, 0.30, 0.14, 0.16)
    assert usual.centre(LEFT, "force_arch_index") == pytest.approx(0.15)
    assert usual.spread(LEFT, "force_arch_index") == pytest.approx(0.049727916, rel=1e-7)
    for asked in (usual.centre, usual.spread, usual.cv_pct):
        assert np.isnan(asked(RIGHT, "force_arch_index"))
        assert np.isnan(asked(LEFT, "stance_pct"))


FLOORS = {
    "force_arch_index": 0.010,
    "lateral_arch_index": 0.013,
    "ml_index_heel": 0.040,
    "ml_index_forefoot": 0.035,
    "load_share_heel_pct": 1.2,
    "load_share_midfoot_pct": 1.0,
    "load_share_forefoot_pct": 1.2,
    "load_share_toes_pct": 1.0,
    "forefoot_pti_bw": 3.0,
    "heel_pti_bw": 3.0,
    "push_off_bw": 0.02,
    "loading_rate_bw_per_s": 0.7,
    "stride_time_s": 0.025,
    "stance_time_s": 0.016,
    "stance_pct": 0.45,
    "double_support_pct": 0.8,
    "cpei_pct": 1.5,
    "second_peak_missing": 0.15,
}


@pytest.mark.worked_example("spread")
@pytest.mark.parametrize(("metric", "floor"), FLOORS.items())
def test_days_that_hardly_differ_are_believed_to_differ_by_the_floor(metric: str, floor: float):
    """Three equal days: the floor x sqrt(1 + 1/3) = 1.154701."""
    assert days(metric, 2.0, 2.0, 2.0).spread(LEFT, metric) == pytest.approx(1.1547005 * floor, rel=1e-6)


def test_a_value_without_a_floor_of_its_own_has_one_of_three_per_cent_of_its_size():
    assert days("x", -2.0, -2.0, -2.0).spread(LEFT, "x") == pytest.approx(
        0.0692820, rel=1e-6
    )  # 0.06 x 1.1547


def test_less_than_three_days_that_know_a_value_give_nothing():
    two = TagReference("shoe", [*days("x", 1.0, 2.0).days, *days("y", 1.0).days])
    assert np.isnan(two.centre(LEFT, "x"))
    assert np.isnan(two.spread(LEFT, "x"))
    assert days("x", 1.0, 2.0, 9.0).centre(LEFT, "x") == 2.0


@pytest.mark.worked_example("cv_pct")
def test_the_usual_variation_is_the_median_over_days():
    listed = [
        Day(f"2026-01-{i}", "shoe", 60, {}, {"left/stride_time_s": cv})
        for i, cv in enumerate((4.0, 2.0, 9.0))
    ]
    assert TagReference("shoe", listed).cv_pct(LEFT, "stride_time_s") == 4.0
    assert np.isnan(TagReference("shoe", listed[:2]).cv_pct(LEFT, "stride_time_s"))
    assert np.isnan(TagReference("shoe", listed).cv_pct(RIGHT, "stride_time_s"))


def table(foot: Foot, valid: int, **values: list[float]) -> StrideColumns:
    n = max(map(len, values.values()), default=valid)
    filled = {name: np.array(v + [np.nan] * (n - len(v))) for name, v in values.items()}
    return StrideColumns(foot, np.arange(float(n)), np.arange(n) < valid, filled)


def test_a_day_keeps_medians_of_each_foot_and_the_variation_of_the_stride_time():
    """Left: 30 of 1.0 s and 30 of 1.2 s: SD sqrt(60 x 0.01 / 59) = 0.100844, over 1.1 s 9.1676 %."""
    own = PersonalBaseline()
    left = table(LEFT, 60, stride_time_s=[1.0] * 30 + [1.2] * 30, x=[5.0] * 30, y=[5.0] * 29)
    right = table(RIGHT, 61, stride_time_s=[1.1] * 61, z=[1.0] * 20 + [3.0] * 41)
    assert own.add_day(FIRST, "trail", [left, right], {"steps": 120.0})
    (day,) = own.days
    assert (day.day, day.tag, day.strides, day.loads) == ("2026-01-01", "trail", 60, {"steps": 120.0})
    assert day.medians == pytest.approx(
        {"left/stride_time_s": 1.1, "left/x": 5.0, "right/stride_time_s": 1.1, "right/z": 3.0}
    )
    assert day.cvs == pytest.approx({"left/stride_time_s": 9.167627, "right/stride_time_s": 0.0}, rel=1e-6)
    assert (day.of_feet("stride_time_s"), day.of_feet("x"), day.of_feet("w")) == ([1.1, 1.1], [5.0], [])


@pytest.mark.parametrize(("left", "right", "taught"), [(60, 60, True), (59, 90, False), (90, 59, False)])
def test_a_day_needs_sixty_valid_strides_of_each_foot(left: int, right: int, taught: bool):
    own = PersonalBaseline()
    tables = [table(LEFT, left, x=[1.0] * 100), table(RIGHT, right, x=[1.0] * 100)]
    assert own.add_day(FIRST, "trail", tables) is taught
    assert len(own.days) == taught
    assert not own.add_day(FIRST, "trail", [])


def steady(value: float) -> list[StrideColumns]:
    return [columns(foot, 60, noise=0.0, x=value) for foot in Foot]


def test_a_day_learned_again_replaces_the_one_of_the_same_shoes():
    own = PersonalBaseline()
    for tag, value in (("trail", 1.0), ("work", 2.0), ("trail", 3.0)):
        own.add_day(FIRST, tag, steady(value), {"steps": value})
    own.add_day(FIRST + timedelta(days=1), "trail", steady(4.0))
    reported = [(day.day, day.tag, day.medians["left/x"], day.loads) for day in own.days]
    assert reported == [
        ("2026-01-01", "work", 2.0, {"steps": 2.0}),
        ("2026-01-01", "trail", 3.0, {"steps": 3.0}),
        ("2026-01-02", "trail", 4.0, {}),
    ]


def test_the_latest_sixty_days_are_kept():
    own = PersonalBaseline()
    for i in range(62):
        own.add_day(FIRST + timedelta(days=i), "trail", steady(float(i)))
    assert [day.medians["left/x"] for day in own.days] == [float(i) for i in range(2, 62)]


def test_a_reference_is_of_one_pair_of_shoes_and_needs_three_days():
    own = PersonalBaseline()
    for i, tag in enumerate(["trail", "work", "trail", "work", "work"]):
        own.add_day(FIRST + timedelta(days=i), tag, steady(float(i)))
    assert own.for_tag("trail") is None
    work = own.for_tag("work")
    assert work is not None
    assert work.tag == "work"
    assert work.centre(RIGHT, "x") == 3.0  # of 1, 3 and 4


def test_the_file_says_what_it_holds_and_gives_it_back(tmp_path: Path):
    path = tmp_path / "own.json"
    own = PersonalBaseline([Day("2026-01-01", "trail", 60, {"left/x": 1.5}, {"left/y": 2.5}, {"steps": 9.0})])
    own.save(path)
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "schema": "plantigrade.baseline/1",
        "days": [
            {
                "day": "2026-01-01",
                "tag": "trail",
                "strides": 60,
                "medians": {"left/x": 1.5},
                "cvs": {"left/y": 2.5},
                "loads": {"steps": 9.0},
            }
        ],
    }
    assert path.read_text(encoding="utf-8").endswith("}\n")
    assert load_baseline(path).days == own.days


def stored(path: Path, **changed: object) -> Path:
    entry: dict[str, object] = {"day": "2026-01-01", "tag": "t", "strides": 60, "medians": {"left/x": 1}}
    entry = {name: value for name, value in (entry | changed).items() if value is not None}
    path.write_text(json.dumps({"schema": "plantigrade.baseline/1", "days": [entry]}))
    return path


def test_a_file_from_before_variation_and_loads_were_kept_is_read(tmp_path: Path):
    (day,) = load_baseline(stored(tmp_path / "own.json")).days
    assert day == Day("2026-01-01", "t", 60, {"left/x": 1.0}, {}, {})


@pytest.mark.parametrize(
    "wrong",
    [
        {"day": "tomorrow"},
        {"day": None},
        {"tag": None},
        {"strides": "many"},
        {"medians": None},
        {"medians": [1]},
        {"medians": {"left/x": "high"}},
        {"medians": {"left/x": None}},
        {"cvs": {"left/x": "wide"}},
        {"loads": 7},
    ],
)
def test_a_day_that_makes_no_sense_is_refused_by_name(tmp_path: Path, wrong: dict[str, object]):
    path = stored(tmp_path / "own.json", **wrong)
    with pytest.raises(FileError, match=r"own\.json: holds a day that makes no sense: "):
        load_baseline(path)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"{", r"own\.json: is not JSON: "),
        (b"\xff\xfe", r"own\.json: is not JSON: "),
        (b"[]", r"own\.json: is not a baseline of the schema plantigrade\.baseline/1$"),
        (b'{"days": []}', r"own\.json: is not a baseline of the schema plantigrade\.baseline/1$"),
        (b'{"schema": "plantigrade.diary/1"}', r"is not a baseline of the schema plantigrade\.baseline/1$"),
        (b'{"schema": "plantigrade.baseline/1"}', r"holds a day that makes no sense: 'days'"),
        (b'{"schema": "plantigrade.baseline/1", "days": [1]}', r"holds a day that makes no sense: "),
    ],
)
def test_a_file_that_is_no_baseline_is_refused_by_name(tmp_path: Path, content: bytes, text: str):
    path = tmp_path / "own.json"
    path.write_bytes(content)
    with pytest.raises(FileError, match=text):
        load_baseline(path)


def test_a_file_that_is_missing_or_cannot_be_written_is_named(tmp_path: Path):
    with pytest.raises(FileError, match=r"none\.json: cannot be read \(No such file or directory\)"):
        load_baseline(tmp_path / "none.json")
    with pytest.raises(FileError, match=r"own\.json: cannot be written \(No such file or directory\)"):
        PersonalBaseline().save(tmp_path / "nowhere" / "own.json")


def test_a_reference_from_a_file_needs_three_days_of_the_tag(tmp_path: Path):
    own, path = PersonalBaseline(), tmp_path / "own.json"
    for i in range(3):
        own.add_day(FIRST + timedelta(days=i), "trail", steady(float(i)))
    own.save(path)
    assert reference_of(path, "trail").centre(LEFT, "x") == 1.0
    with pytest.raises(FileError) as refused:
        reference_of(path, "work")
    assert str(refused.value) == (
        f"{path}: has fewer than three days with the tag 'work': add some with `plantigrade posture learn`, "
        "or name another --tag"
    )
