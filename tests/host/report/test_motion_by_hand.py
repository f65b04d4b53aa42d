"""What a report says of motion: of feet that are drawn by formulas, and without a sensor."""

from dataclasses import replace
from functools import cache
from types import SimpleNamespace

import pytest
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import Analysis
from plantigrade.report.document_blocks import Block, Table, Text
from plantigrade.report.document_motion import motion_blocks, way_sentence
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
def test_without_a_sensor_the_section_says_that_it_is_unavailable(language: str) -> None:
    walk = walk_of(Strides())
    bare = replace(walk, left=replace(walk.left, motion=None), right=replace(walk.right, motion=None))
    analysis, wording = analyze(bare), load_wording(language)
    assert motion_blocks(SimpleNamespace(analysis=analysis), wording) == [Text(wording("motion.nothing"))]
    assert way_sentence(analysis, wording) == ""
