"""Our strides beside the marker on a heel, and on stairs: the bars of the two recordings at hand."""

import numpy as np
import pytest

from tests.host.gait.walks import DATA
from tools.validation import motion
from tools.validation.motion import STAIRS, CapturedFoot, Heights, MotionFigures

FOLDER = DATA / "gaitmap"
needed = pytest.mark.skipif(
    not (FOLDER / f"{STAIRS}.csv.gz").is_file(), reason="gaitmap's walk is not at hand"
)


@pytest.fixture(scope="module")
def found() -> MotionFigures:
    return motion.run(FOLDER, people=0)


@needed
def test_stride_lengths_lie_within_the_bars_of_the_recording(found: MotionFigures) -> None:
    """|bias| <= 2 cm and SD <= 5 cm over steady strides."""
    for foot in found.captured:
        assert foot.steady_cm.n >= 20
        assert abs(foot.steady_cm.mean) <= 2.0 and foot.steady_cm.sd <= 5.0
        assert foot.covered >= 0.9
    assert [foot.strides for foot in found.captured] == [28, 29]


@needed
def test_stairs_are_told_by_the_height_of_their_strides_and_none_on_the_level(found: MotionFigures) -> None:
    level, upstairs = ([one for one in found.heights if one.walk == walk] for walk in ("level", "upstairs"))
    assert [one.stairs for one in level] == [0, 0]
    assert all(one.stairs >= 12 and abs(one.stairs_m.mean - 0.3) < 0.05 for one in upstairs)


def test_the_section_has_a_row_a_foot_and_says_what_is_not_at_hand() -> None:
    nothing = motion.difference(np.zeros(3))
    made = MotionFigures(
        [CapturedFoot("left", 28, nothing, nothing, 0.95, nothing)],
        [Heights("level", "left", 30, 0, nothing)],
    )
    assert "| left | 28 | 3 | +0.0 +- 0.0 (3) | +0.0 +- 0.0 | 95 % | +0.0 +- 0.0 |" in motion.section(made)
    assert "Not at hand." in motion.section(MotionFigures())
