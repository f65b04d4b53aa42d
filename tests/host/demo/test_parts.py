"""What the demo computes, away from any radio: strides beside strides, clocks beside the truth, soundness,
pictures.
"""

import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from plantigrade.bridge.accounting import MissingReason, SlotLedger
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import StampedFrames
from plantigrade.demo.measure import FootMeter, Spread, left_right_error
from plantigrade.demo.strides import compare_strides
from plantigrade.demo.summary import DemoResult, FootResult
from plantigrade.demo.text import show_summary
from plantigrade.live.choose import choose_view
from plantigrade.live.feet import ROWS, picture, pressures_kpa
from plantigrade.live.plain import PlainView
from plantigrade.live.state import LiveState, no_force
from plantigrade.live.terminal_view import draw
from rich.console import Console

SPAN_S = (2.0, 18.0)


def strides(contacts: list[float]) -> np.ndarray:
    return np.column_stack([contacts[:-1], contacts[1:]])


REFERENCE = [0.5 + 1.1 * step for step in range(18)]


@pytest.mark.parametrize(
    "contacts, found, matched, bias_ms, mae_ms",
    [
        (REFERENCE, 13, 13, 0.0, 0.0),
        ([moment + 0.02 for moment in REFERENCE], 13, 13, 0.0, 0.0),  # late alike: same stride times
        ([moment + 0.004 * (-1) ** step for step, moment in enumerate(REFERENCE)], 13, 13, -0.615, 8.0),
        ([moment for step, moment in enumerate(REFERENCE) if step != 8], 12, 11, 0.0, 0.0),
        ([], 0, 0, None, None),
    ],
)
def test_strides_are_matched_by_their_contacts(
    contacts: list[float], found: int, matched: int, bias_ms: float | None, mae_ms: float | None
) -> None:
    reported = compare_strides(
        strides(contacts) if contacts else np.empty((0, 2)), strides(REFERENCE), SPAN_S
    )
    assert (reported.found, reported.reference, reported.matched) == (found, 13, matched)
    assert reported.bias_ms == (None if bias_ms is None else pytest.approx(bias_ms, abs=0.01))
    assert reported.mae_ms == (None if mae_ms is None else pytest.approx(mae_ms, abs=0.01))


@given(st.floats(-0.003, 0.003))
def test_the_edge_of_the_span_makes_no_disagreement(shift_s: float) -> None:
    contacts = [2.0, 3.0, 4.0, 5.0]
    reported = compare_strides(
        strides([moment + shift_s for moment in contacts]), strides(contacts), (2.0, 5.0)
    )
    assert reported.matched == reported.reference == 3


class ShiftedClock:
    """A true clock whose device started at `start_ns`."""

    def __init__(self, start_ns: int) -> None:
        self.start_ns = start_ns

    def host_monotonic_ns(self, device_us: float, boot: int | None = None) -> float:
        return self.start_ns + 1000 * device_us


def stamped(first: int, error_ns: int, latency_ns: int, late: bool = False) -> StampedFrames:
    device_us = (first + np.arange(5)) * 10_000
    frames = Frames(b"", first, 1, 1, 0, device_us, np.zeros((5, 16), np.uint16), None, 0, late)
    last_true_ns = 7_000 + 1000 * int(device_us[-1])
    return StampedFrames(frames, 7_000 + 1000 * device_us + error_ns, 1, last_true_ns + latency_ns)


def test_latency_and_clock_error_are_measured_against_the_true_clock() -> None:
    meter = FootMeter(ShiftedClock(7_000))
    for block in range(10):
        meter.add(stamped(block * 5, error_ns=-2_000_000, latency_ns=30_000_000))
    meter.add(stamped(1000, error_ns=0, latency_ns=9_000_000_000, late=True))
    assert (meter.frames, meter.slots) == (55, 55)
    assert meter.latency() == Spread(50.0, 70.0, 70.0, 70.0)  # the first of five frames waited 40 ms longer
    assert meter.clock_error() == Spread(2.0, 2.0, 2.0, 2.0)
    assert meter.recent_latency_ms() == pytest.approx(50.0)


def test_left_and_right_are_compared_at_the_same_moment() -> None:
    left, right = FootMeter(ShiftedClock(7_000)), FootMeter(ShiftedClock(7_000))
    left.add(stamped(0, 1_000_000, 0))
    right.add(stamped(0, -500_000, 0))
    assert left_right_error(left, right).max == pytest.approx(1.5)
    assert left_right_error(left, FootMeter(ShiftedClock(0))).max is None


def sound_foot() -> FootResult:
    ledger = SlotLedger()
    ledger.request(0, 1000)
    ledger.record(0, 1000)
    flat = Spread(1.0, 2.0, 3.0, 4.0)
    return FootResult(
        1000, 1000, flat, flat, 1.0, 20.0, ledger.statement(), {}, compare_strides(strides(REFERENCE),
        strides(REFERENCE), SPAN_S), 1, 64, "1.0", "00AA", 27.5,
    )  # fmt: skip


def result(left: FootResult) -> DemoResult:
    return DemoResult(10, "walk", 30, {"left": left, "right": sound_foot()}, Spread(0.1, 0.2, 0.3, 0.4), 5.0)


def unbalanced() -> FootResult:
    foot = sound_foot()
    return replace(foot, ledger=replace(foot.ledger, missing=3, missing_by_reason={MissingReason.OFF: 3}))


@pytest.mark.parametrize(
    "left, texts",
    [
        (sound_foot(), None),
        (replace(sound_foot(), frames_received=998), "left: 2 frames missing"),
        (replace(sound_foot(), frames_sent=900, frames_received=900), "left: only 900 frames in 10 s"),
        (replace(sound_foot(), frames_sent=0, frames_received=0), "left: no frames arrived"),
        (unbalanced(), "left: the slot counts do not balance"),
        (replace(sound_foot(), strides=replace(sound_foot().strides, matched=11)), "left: 11 of 13 strides"),
        (
            replace(sound_foot(), strides=replace(sound_foot().strides, found=0, reference=0, matched=0)),
            "left: no strides in the source",
        ),
    ],
)
def test_only_a_sound_run_passes(left: FootResult, texts: str | None) -> None:
    reported = result(left)
    assert (
        reported.problems() == []
        if texts is None
        else any(texts in problem for problem in reported.problems())
    )
    assert reported.to_json()["sound"] is (texts is None)
    out = io.StringIO()
    show_summary(reported, out)
    assert ("NOT SOUND" in out.getvalue()) is (texts is not None)


def test_the_json_has_the_fields_that_scripts_rely_on() -> None:
    reported = result(sound_foot()).to_json()
    assert {"schema", "seconds", "source", "insoles", "strides"} <= reported.keys()
    assert {"frames_sent", "frames_received", "frames_missing", "latency_ms", "clock_error_ms"} <= reported[
        "insoles"
    ]["left"].keys()
    assert {"p50", "p99", "max"} <= reported["insoles"]["left"]["latency_ms"].keys()
    assert {"p50", "p95", "max"} <= reported["insoles"]["left"]["clock_error_ms"].keys()
    assert {"found", "reference", "bias_ms", "mae_ms"} <= reported["strides"]["right"].keys()


def rendered(state: LiveState, columns: int, lines: int) -> str:
    console = Console(
        file=io.StringIO(), width=columns, height=lines, force_terminal=True, color_system="truecolor"
    )
    console.print(draw(state, columns, lines))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_view_shows_feet_where_there_is_room_and_figures_everywhere() -> None:
    state = LiveState("walk", 10, elapsed_s=5)
    state.feet["left"].missing = 3
    state.events.append("   1.00 s  left   initial contact")
    wide, narrow = rendered(state, 100, 40), rendered(state, 50, 40)
    assert "▀" in wide and "▀" not in narrow
    assert "initial contact" in wide
    for text in (wide, narrow):
        assert "missing" in text and "walk" in text
    assert max(len(line) for line in rendered(state, 50, 40).splitlines() if "\x1b" not in line) <= 50


def test_a_loaded_sensor_is_hottest_where_it_lies_and_the_left_foot_is_the_mirror_image() -> None:
    force_n = no_force()
    force_n[8] = 300.0  # first metatarsal head: medial
    rows = {side: list(picture(force_n, side).segments) for side in ("left", "right")}

    def hottest_column(side: str) -> int:
        line: list[int] = []
        best = (-1, -1)
        for segment in rows[side]:
            if segment.text == "\n":
                line = []
                continue
            colour = segment.style.color if segment.style else None
            red = colour.triplet.red if colour is not None and colour.triplet is not None else -1
            best = max(best, (red, len(line)))
            line.append(red)
        return best[1]

    columns = sum(segment.text != "\n" for segment in rows["left"]) // ROWS
    assert hottest_column("right") < columns / 2 < hottest_column("left")
    assert int(np.argmax(pressures_kpa(force_n))) == 8


def test_without_a_terminal_there_is_a_line_now_and_then() -> None:
    out, now = io.StringIO(), [0.0]
    view = PlainView(out, lambda: now[0])
    state = LiveState("walk", 10, stage="walking", elapsed_s=1)
    with view:
        for _ in range(100):
            view.show(state)
            now[0] += 0.1
        state.stage = "comparing"
        view.show(state)
    lines = out.getvalue().splitlines()
    assert len(lines) == 3
    assert lines[0].startswith("walking: 1 of 10 s; left 0 frames")
    assert isinstance(choose_view(out), PlainView)
