"""Mobilise-D's names: walking bouts and their aggregates, worked out by hand."""

import csv
import json
from pathlib import Path
from statistics import mean

import pytest
from plantigrade.analysis.mobility_outcomes import BOUT_COLUMNS, WalkingBout, mobility_outcomes
from plantigrade.exports.formats import FORMATS
from plantigrade.gait.results import Bout, Parameter

from tests.host.exports import tiny


def bout(
    index: int, duration_s: float, steps: int, turns: int, cadence: float, figures: dict[str, float]
) -> Bout:
    """A bout from `100 index` seconds on, with means of its strides."""
    from_s = 100.0 * index
    parameters = {name: Parameter(value, "", 5) for name, value in figures.items()}
    return Bout(
        index, from_s, from_s + duration_s, steps, steps // 2, steps // 2, turns, cadence, "", parameters
    )


def moved(stride_s: float, length_m: float, speed: float) -> dict[str, float]:
    return {"stride_time_s": stride_s, "stride_length_m": length_m, "walking_speed_m_per_s": speed}


BOUTS = [
    bout(0, 8.0, 14, 1, 100.0, {"stride_time_s": 1.2}),  # too short for a speed in any group
    bout(1, 10.0, 18, 0, 104.0, moved(1.16, 1.1, 0.9)),  # not longer than 10 s
    bout(2, 30.0, 54, 2, 106.0, moved(1.14, 1.2, 1.0)),  # 10 to 30 s, its end belongs to it
    bout(3, 40.0, 74, 0, 110.0, moved(1.10, 1.3, 1.2)),
    bout(4, 60.0, 114, 3, 114.0, moved(1.06, 1.4, 1.4)),  # not longer than 60 s
    bout(5, 152.0, 300, 4, 118.0, {"stride_time_s": 1.02}),  # nothing is known of its motion
]


def outcomes() -> dict[str, float | None]:
    return {one.name: one.value for one in mobility_outcomes(BOUTS)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("wb_all__count", 6),
        ("total_walking_duration_min", 5.0),  # 8 + 10 + 30 + 40 + 60 + 152 = 300 s
        ("wb_all__n_raw_initial_contacts__sum", 574),  # 14 + 18 + 54 + 74 + 114 + 300
        ("wb_all__n_turns__sum", 10),
        ("wb_all__duration_s__avg", 35.0),  # median, between 30 and 40
        ("wb_all__duration_s__p90", 106.0),  # of six values at place 4.5: halfway from 60 to 152
        ("wb_all__cadence_spm__avg", 652 / 6),  # 100 + 104 + 106 + 110 + 114 + 118
        ("wb_all__stride_duration_s__avg", 6.68 / 6),  # 1.2 + 1.16 + 1.14 + 1.1 + 1.06 + 1.02
        ("wb_10_30__count", 1),
        ("wb_10_30__walking_speed_mps__avg", 1.0),
        ("wb_10_30__stride_length_m__avg", 1.2),
        ("wb_10__count", 4),
        ("wb_10__walking_speed_mps__p90", 1.36),  # of 1.0, 1.2, 1.4 at place 1.8
        ("wb_30__count", 3),
        ("wb_30__walking_speed_mps__avg", 1.3),
        ("wb_30__stride_length_m__avg", 1.35),
        ("wb_30__cadence_spm__avg", 114.0),
        ("wb_30__stride_duration_s__avg", 1.06),
        ("wb_30__walking_speed_mps__p90", 1.38),  # of 1.2 and 1.4 at place 0.9
        ("wb_30__cadence_spm__p90", 117.2),  # of 110, 114, 118 at place 1.8
        ("wb_30__walking_speed_mps__var", 0.02**0.5 / 1.3),  # 0.1 and -0.1 off the mean: variance 0.02
        ("wb_30__stride_length_m__var", 0.005**0.5 / 1.35),
        ("wb_60__count", 1),
    ],
)
def test_aggregates_of_six_bouts(name: str, value: float) -> None:
    assert outcomes()[name] == pytest.approx(value)


def test_variation_is_the_sample_s_over_the_mean() -> None:
    """Cadences 100, 104, 106, 110, 114, 118 lie -26, -14, -8, 4, 16 and 28 thirds off 326/3."""
    variance = (26**2 + 14**2 + 8**2 + 4**2 + 16**2 + 28**2) / 9 / 5
    assert outcomes()["wb_all__cadence_spm__var"] == pytest.approx(variance**0.5 / (326 / 3))
    durations = [one.duration_s for one in BOUTS]
    off = sum((one - mean(durations)) ** 2 for one in durations)
    assert outcomes()["wb_all__duration_s__var"] == pytest.approx((off / 5) ** 0.5 / 50.0)


def test_one_bout_has_no_variation_and_none_has_only_counts() -> None:
    one = {o.name: o for o in mobility_outcomes(BOUTS[3:4])}
    assert one["wb_30__walking_speed_mps__var"].value is None
    assert one["wb_30__walking_speed_mps__var"].n_bouts == 1
    none = mobility_outcomes([])
    assert {o.value for o in none if o.name.endswith(("__count", "__sum"))} == {0.0}
    assert {o.value for o in none if o.name.endswith(("__avg", "__p90", "__var"))} == {None}


def test_every_outcome_has_two_names_of_its_own() -> None:
    found = mobility_outcomes([])
    assert len({o.name for o in found}) == len({o.study_name for o in found}) == len(found) == 26


def test_a_bout_under_mobilise_d_s_names() -> None:
    assert WalkingBout.of(BOUTS[2]) == WalkingBout(2, 200.0, 230.0, 30.0, 54, 54, 2, 106.0, 1.14, 1.2, 1.0)


def test_the_folder(tmp_path: Path) -> None:
    """The recording of `tiny` has one bout of 0.05 to 0.62 s, and no motion."""
    lacks = FORMATS["mobilise-d"].write_data(tiny.data(tmp_path / "recordings"), tmp_path / "out")
    assert "no motion was recorded" in " ".join(lacks)
    rows = list(csv.reader((tmp_path / "out" / "walking_bouts.csv").read_text("utf-8").splitlines()))
    assert tuple(rows[0]) == BOUT_COLUMNS
    assert rows[1] == ["0", "0.05", "0.62", "0.57", "2", "4", "0", "96.5", "", "", ""]
    outcomes = list(
        csv.DictReader((tmp_path / "out" / "mobility_outcomes.csv").read_text("utf-8").splitlines())
    )
    assert outcomes[0] == {
        "name": "wb_all__count", "study_name": "wb_all_sum", "value": "1", "unit": "bouts", "n_bouts": "1"
    }  # fmt: skip
    speed = next(o for o in outcomes if o["study_name"] == "ws_30_avg")
    assert (speed["value"], speed["n_bouts"]) == ("", "0")
    assert json.loads((tmp_path / "out" / "about.json").read_text("utf-8"))["recording"]
