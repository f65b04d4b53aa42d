"""The binary message: what goes in comes out, to the stated precision; all else is refused or ignored."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from plantigrade.gait.signals import Foot
from plantigrade.service.live_frames.foot import FootNow, FootState
from plantigrade.service.live_frames.frames import Frame
from plantigrade.web import assets
from plantigrade.web.live.message import (
    DRAWN_BYTES,
    FRAME_BYTES,
    MessageError,
    decode,
    drawn,
    encode,
    say_drawn,
)

FEET = st.builds(
    FootNow,
    state=st.sampled_from(FootState),
    sample_utc_ns=st.none() | st.integers(0, 2 * 10**18),
    age_s=st.none() | st.floats(0, 1e8),
    force_n=arrays(np.float32, 16, elements=st.floats(0, 6000, width=32)),
    total_n=st.floats(0, 1e5, width=32),
    cop=st.none() | st.tuples(st.floats(0, 1, width=32), st.floats(0, 1, width=32)),
)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2 * 10**18), FEET, FEET)
def test_what_goes_in_comes_out(number: int, utc_ns: int, left: FootNow, right: FootNow) -> None:
    message = encode(number, Frame(utc_ns, {Foot.LEFT: left, Foot.RIGHT: right}))
    found = decode(message)
    assert len(message) == FRAME_BYTES
    assert found.number == number
    assert found.utc_ms == pytest.approx(utc_ns / 1e6)
    for sent, got in ((left, found.left), (right, found.right)):
        assert (got.state, got.cop, got.total_n) == (sent.state, sent.cop, sent.total_n)
        assert (got.age_ms is None) is (sent.age_s is None)
        if sent.age_s is not None:
            assert got.age_ms == pytest.approx(min(sent.age_s * 1000, 2**32 - 2), abs=1)
        np.testing.assert_allclose(got.force_n, sent.force_n, atol=0.051)


@pytest.mark.parametrize(
    ("force", "sent"), [(0.0, 0.0), (0.04, 0.0), (0.05, 0.1), (-3.0, 0.0), (6553.5, 6553.5), (1e9, 6553.5)]
)
def test_forces_are_told_to_a_tenth_and_bounded(force: float, sent: float) -> None:
    foot = FootNow(FootState.LIVE, 0, 0.0, np.full(16, force, np.float32))
    found = decode(encode(0, Frame(0, {Foot.LEFT: foot, Foot.RIGHT: FootNow()})))
    assert found.left.force_n == pytest.approx([sent] * 16, abs=0.051)


def test_the_number_wraps() -> None:
    assert decode(encode(2**32, Frame(0, {}))).number == 0


@given(st.binary(max_size=300))
def test_no_bytes_are_taken_for_a_frame_that_are_none(content: bytes) -> None:
    try:
        decode(content)
    except MessageError:
        return
    assert len(content) == FRAME_BYTES


@given(st.binary(max_size=64))
def test_what_a_browser_sends_is_a_number_or_nothing(content: bytes) -> None:
    found = drawn(content)
    assert found is None or (len(content) == DRAWN_BYTES and say_drawn(found)[:2] == content[:2])


@given(st.integers(0, 2**32 - 1))
def test_the_acknowledged_number_comes_back(number: int) -> None:
    assert drawn(say_drawn(number)) == number


def test_the_page_s_script_reads_the_same_layout() -> None:
    script = (assets.FOLDER / "now" / "message.js").read_text(encoding="utf-8")
    constants = dict(re.findall(r"const ([A-Z_]+) = (\w+);", script))
    head, foot = int(constants["HEAD_BYTES"]), int(constants["FOOT_BYTES"])
    assert head + 2 * foot == FRAME_BYTES
    states = re.search(r"const STATES = \[(.*)\]", script)
    assert states is not None
    names = [name.strip(' "').replace("-", "_") for name in states[1].split(",")]
    assert names == [state.name.lower() for state in FootState]


def test_the_page_in_the_documentation_says_the_same() -> None:
    text = (Path(__file__).parents[4] / "docs/reference/live-messages.md").read_text(encoding="utf-8")
    assert f"{FRAME_BYTES} bytes" in text
    assert all(f"`{state.value}`" in text for state in FootState)
