"""What a report says of motion: of feet that are drawn by formulas, and without a sensor."""

from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import pytest
from plantigrade.gait import stairs
from plantigrade.gait.activity_kinds import Flight, StairPattern
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Analysis, Parameter
from plantigrade.report.document_blocks import Block, Table, Text
from plantigrade.report.document_motion import floors_sentence, motion_blocks, way_sentence
from plantigrade.report.wording import load_wording

from tests.host.motion.drawn_feet import Strides, walk_of

WORDING = load_wording("en")


@cache
def analysed(turn_deg: float = 0.0) -> Analysis:
    """20 strides of 1.2 m, one a second."""
    return analyze(walk_of(Strides(count=20, turn_deg=turn_deg)))


def blocks(analysis: Analysis) -> list[Block]:
    return motion_blocks(SimpleNamespace(analysis=analysis), WORDING)


def test_speed_and_stride_length_stand_beside_their_uncertainty() -> None:
    table, caption = blocks(analysed())
    assert isinstance(table, Table) and isinstance(caption, Text)
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    assert rows["Walking speed, m/s"][2].startswith("1.20 ± 0.0")
    assert [text.partition(" ")[0] for text in rows["Stride length, m"][:3]] == ["1.20"] * 3
    sd_m = float(rows["Uncertainty of stride length, m"][0].partition(" ")[0])
    assert 0.01 < sd_m < 0.05
    assert "10 %" in caption.text


def test_turns_are_listed_with_angle_and_duration() -> None:
    """25 degrees in each of 20 strides: no stride is steady."""
    why, turns = blocks(analysed(25.0))
    assert why == Text(WORDING("motion.no_stride"))
    assert isinstance(turns, Text) and turns.text.startswith("Turns: 1. ") and "to the left in" in turns.text


def test_the_wearer_reads_way_and_speed() -> None:
    assert "1.20 m/s (4.3 km/h)" in way_sentence(analysed(), WORDING)


@pytest.mark.parametrize("language", ["en", "de"])
def test_stairs_are_summed_for_the_clinician_and_are_floors_for_the_wearer(language: str) -> None:
    """2.4 and 0.8 m up, in 14 and 5 stairs, are a floor and a bit; 1.2 m down."""
    step, both = StairPattern.STEP_OVER_STEP, StairPattern.STEP_BY_STEP
    flights = (
        Flight(0.0, 9.0, 2.4, 0.14, 14, step),
        Flight(20.0, 26.0, -1.2, 0.07, 7, step),
        Flight(40.0, 50.0, 0.8, 0.08, 5, both),
    )
    wording = load_wording(language)
    climbed = replace(analysed(), stairs=flights, both={**analysed().both, **stairs.figures(flights)})
    lines = [one.text for one in motion_blocks(SimpleNamespace(analysis=climbed), wording)[-2:]]
    assert all(part in lines[0] for part in ("3.2 ± 0.2 m", ": 2;", ": 19;", ": 1)"))
    assert all(part in lines[1] for part in ("1.2 ± 0.1 m", ": 1;", ": 7;", ": 0)"))
    assert floors_sentence(climbed, wording) == wording("patient.floors_one")
    assert floors_sentence(analysed(), wording) == ""
    six = {**analysed().both, "floors_climbed": Parameter(6.2, "floors", 9)}
    assert " 6 " in floors_sentence(replace(climbed, both=six), wording)


@pytest.mark.parametrize("language", ["en", "de"])
def test_without_a_sensor_the_section_says_that_it_is_unavailable(language: str) -> None:
    walk = walk_of(Strides())
    bare = replace(walk, left=replace(walk.left, motion=None), right=replace(walk.right, motion=None))
    analysis, wording = analyze(bare), load_wording(language)
    assert motion_blocks(SimpleNamespace(analysis=analysis), wording) == [Text(wording("motion.nothing"))]
    assert way_sentence(analysis, wording) == ""
