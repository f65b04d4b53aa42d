"""The virtual walker has what healthy people were measured to have: mean, change with speed, spread."""

from dataclasses import replace

import pytest
from plantigrade.twin.body import draw_person
from plantigrade.twin.body.person import at_speed

from tools.walker_against_norms.__main__ import main
from tools.walker_against_norms.norms import Row, rows
from tools.walker_against_norms.people import Measured, measured

ROWS = tuple(rows())
PEOPLE, FIRST_SEED = 150, 50000


@pytest.fixture(scope="module")
def found() -> dict[str, Measured]:
    return {one.row.label: one for one in measured(ROWS, PEOPLE, FIRST_SEED)}


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=[row.label for row in ROWS])
def test_a_row_is_held(row: Row, found: dict[str, Measured]):
    assert found[row.label].outside() == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changed", "outside"),
    [
        ({"mean": 59.9}, ("mean",)),
        ({"slope": 0.0}, ("slope",)),
        ({"spread": 1.7}, ("spread",)),
        ({"mean": 66.9, "slope": -12.0, "spread": 0.6}, ("mean", "slope", "spread")),
    ],
)
def test_a_walker_that_is_off_is_not_held(
    changed: dict[str, float], outside: tuple[str, ...], found: dict[str, Measured]
):
    stance = found["stance"]
    assert replace(stance, row=replace(stance.row, **changed)).outside() == outside


def test_a_person_at_another_speed_is_the_same_person_with_other_steps():
    person = draw_person(5)
    slow, back = at_speed(person, 0.9), at_speed(at_speed(person, 0.9), person.speed_m_s)
    assert draw_person(5, speed_m_s=0.9).stride_time_s == slow.stride_time_s > person.stride_time_s
    assert slow.stance_pct > person.stance_pct
    assert slow.first_peak < person.first_peak
    assert back.stride_time_s == pytest.approx(person.stride_time_s)
    assert back.log_amplitude == pytest.approx(person.log_amplitude)


def test_the_page_says_what_is_held(capsys: pytest.CaptureFixture[str]):
    main(["--people", "3", "--output", "-"])
    text = capsys.readouterr().out
    assert all(f"| {row.label} |" in text for row in ROWS)
    assert f" of {len(ROWS)} rows are held." in text
    assert "| flat-foot:2 | 1 |" in text
