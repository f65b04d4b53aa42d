"""Motion on the whole way: virtual body, boards with the real firmware, log, recording, stride length."""

import pytest

from tools import measure_motion_on_twin

pytestmark = [pytest.mark.micropython, pytest.mark.radio, pytest.mark.soak]


def test_stride_length_and_speed_are_those_of_the_body() -> None:
    """40 s of walking in real time; bars stand in the tool."""
    figures = measure_motion_on_twin.measure(40.0, 3, 1.25)
    assert [one.foot for one in figures] == ["left", "right"]
    for one in figures:
        assert one.met, one.line()
        assert one.speed_m_s == pytest.approx(one.true_speed_m_s, rel=0.025)
