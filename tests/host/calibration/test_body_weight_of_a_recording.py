"""`plantigrade device calibrate weight`: from a recording to the factors of both insoles."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from plantigrade.calibration import nominal
from plantigrade.cli import Invocation
from plantigrade.device.calibrate import actions as calibrate_actions
from plantigrade.device.calibrate.commands import calibrate
from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot, FootSignal, Walk
from plantigrade.library.catalogue.library import Library
from plantigrade.library.recordings.container import Draft, FootManifest, RecordingManifest
from plantigrade.twin.electrical import Effects, FrontEnd

from tests.host.library.library_kit import IDENTITY, START_NS, frames_of, walk

SERIALS = {"left": "AAAA01", "right": "BBBB02"}


@pytest.mark.parametrize(
    ("text", "span"),
    [
        (None, None),
        ("10-40", (10.0, 40.0)),
        ("0-0.5", (0.0, 0.5)),
        ("1.5 - 2", (1.5, 2.0)),
    ],
)
def test_a_span_is_two_numbers(text: str | None, span: tuple[float, float] | None):
    assert calibrate_actions._span(text) == span  # pyright: ignore[reportPrivateUsage]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("10", "'10' is no span in seconds such as 10-40"),
        ("a-b", "'a-b' is no span in seconds such as 10-40"),
        ("", "'' is no span in seconds such as 10-40"),
        ("40-10", "'40-10' ends before it begins"),
        ("10-10", "'10-10' ends before it begins"),
        ("nan-10", "'nan-10' ends before it begins"),
    ],
)
def test_what_is_no_span_is_said(text: str, message: str):
    with pytest.raises(PlantigradeError) as caught:
        calibrate_actions._span(text)  # pyright: ignore[reportPrivateUsage]
    assert str(caught.value) == message


def two_feet(left_n: np.ndarray, right_n: np.ndarray, right_from_s: float = 0.0, rate: float = 100.0) -> Walk:
    """Total forces of both feet, each shared by two sensors."""
    feet = [
        FootSignal(
            foot, start + np.arange(len(total)) / rate, np.outer(total, [0.25, 0.75]).astype(np.float32)
        )
        for foot, total, start in ((Foot.LEFT, left_n, 0.0), (Foot.RIGHT, right_n, right_from_s))
    ]
    return Walk(feet[0], feet[1], rate)


def scale(made: Walk, weight_n: float, span: tuple[float, float] | None = None):
    return calibrate_actions._scale(made, weight_n, span)  # pyright: ignore[reportPrivateUsage]


@pytest.mark.worked_example("scale", "samples")
def test_standing_is_judged_within_the_span_and_where_both_feet_were_recorded():
    """400 and 300 N from 5 to 20 s, thousands outside: 735 / 700 = 1.05 over 15 s."""
    left, right = np.full(3000, 5000.0), np.full(3000, 7000.0)
    left[480:2020], right[480:2020] = 400.0, 300.0
    found = scale(two_feet(left, right), 735.0, (5.0, 20.0))
    assert (found.source, found.samples) == ("standing", 15.0)
    assert found.left == pytest.approx(1.05, rel=1e-6)
    # A right foot that begins at 8 s and ends at 19 s leaves 11 s of a longer span.
    late = two_feet(left, np.full(1101, 300.0), 8.0)
    assert scale(late, 735.0, (5.0, 100.0)).samples == pytest.approx(11.0)
    assert scale(late, 735.0, (5.0, 100.0)).left == pytest.approx(1.05, rel=1e-6)
    assert scale(late, 735.0, (0.0, 18.5)).samples == pytest.approx(10.5)
    with pytest.raises(PlantigradeError, match=r"^the body-weight scale needs 10 s of standing$"):
        scale(late, 735.0, (15.0, 100.0))
    with pytest.raises(PlantigradeError, match="needs 10 s of standing"):
        scale(late, 735.0, (50.0, 100.0))


@pytest.mark.worked_example("scale", "samples")
def test_feet_of_different_beats_are_brought_to_one_time():
    """Left rises from 0 to 600 N over 20 s, right falls so that both are 700 N at every moment; the right
    foot was sampled 4 ms later."""
    t = np.arange(2001) / 100
    found = scale(two_feet(30 * t, 700 - 30 * (t + 0.004), 0.004), 735.0, (0.0, 19.0))
    assert found.left == pytest.approx(1.05, rel=1e-4)
    assert found.sd_pct == pytest.approx(0.5, abs=1e-3)


def steps(seconds: float) -> tuple[np.ndarray, np.ndarray]:
    """Strides of 1.0 and 1.2 s in turns; the right foot comes half a stride after the left one.

    Of a stride the force rises within 0.09, stays until 0.5 and has gone at 0.59: half of its height on
    average. The left foot's is 840 N, the right one's 560 N: 420 + 280 = 700 N.
    """
    t = np.arange(round(seconds * 100)) / 100 % 2.2
    left = np.where(t < 1.0, t, (t - 1.0) / 1.2)
    right = (left + 0.5) % 1.0
    shapes = [np.clip(np.minimum(phase / 0.09, (0.59 - phase) / 0.09), 0.0, 1.0) for phase in (left, right)]
    return 840.0 * shapes[0], 560.0 * shapes[1]


@pytest.mark.worked_example("scale", "samples")
def test_walking_is_judged_over_whole_cycles():
    """735 N over 700 N; of the 54 strides of 60 s those count that the engine takes for steady."""
    left, right = steps(60.0)
    found = scale(two_feet(left, right), 735.0)
    assert found.source == "walking"
    assert found.left == found.right == pytest.approx(1.05, rel=1e-3)
    assert found.sd_pct == pytest.approx(1.0, abs=0.02)
    assert 20 <= found.samples <= 54
    # The right foot's clock begins 35.9 s later: cycles before that do not count, and the others are those of
    # the walking, not of the standing with 1050 N after it.
    left = np.concatenate([left, np.full(4000, 630.0)])
    right = np.concatenate([right, np.full(4000, 420.0)])
    late = scale(two_feet(left, right[3590:], 35.9), 735.0)
    assert late.left == pytest.approx(1.05, rel=1e-3)
    assert late.sd_pct == pytest.approx(1.0, abs=0.02)
    assert late.samples < found.samples


def test_without_cycles_the_number_there_is_is_said():
    still = np.full(3000, 350.0)
    with pytest.raises(PlantigradeError, match=r"needs 10 gait cycles, there are 0$"):
        scale(two_feet(still, still), 735.0)


def recorded(data: Path, seconds: int = 15, sides: tuple[str, ...] = ("left", "right")) -> str:
    """A library with standing on the design's sensors: 16 x 20 N on the left, 16 x 24 N on the right."""
    with Library(data) as library:
        draft = Draft.begin(library.recordings, "still")
        feet = []
        for side, force_n in zip(sides, (20.0, 24.0), strict=False):
            counts = FrontEnd(1, effects=Effects.none()).counts(np.full((seconds * 100, 16), force_n), 100)
            feet.append(
                FootManifest(
                    foot=side,
                    insole=IDENTITY | {"serial": SERIALS[side], "side": side},
                    requested=[(0, len(counts))],
                    frames_requested=len(counts),
                    frames_recorded=len(counts),
                    frames_missing=0,
                    missing_by_reason={},
                    gaps=[],
                    rows=len(counts),
                    sha256=draft.write_frames(side, frames_of(counts)),
                )
            )
        folder = draft.finish(
            RecordingManifest("still", START_NS, float(seconds), {"made_by": "a test"}, feet)
        )
        return library.add_recording(folder).id


def weigh(data: Path, recording: str, *more: str) -> str:
    result = CliRunner().invoke(
        calibrate,
        ["weight", recording, "--body-weight-kg", "75", *more],
        obj=Invocation(data=data),
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.output


def test_both_insoles_get_their_factor_and_it_is_told(tmp_path: Path):
    """75 kg are 735.5 N, 1.0447 times the 704 N that stand on the insoles. These have neither creep nor
    hysteresis, of which the design's curve expects 3 and 2 %: that much the factor may be off. A second time
    nothing is left to scale."""
    recording = recorded(tmp_path)
    lines = weigh(tmp_path, recording, "--standing", "2-14").splitlines()
    first = re.fullmatch(r"left insole AAAA01: forces x (\d\.\d{3}), scale (\d\.\d{3})", lines[0])
    assert first is not None
    assert first[1] == first[2]
    assert float(first[1]) == pytest.approx(1.0447, abs=0.03)
    second = re.fullmatch(r"right insole BBBB02: forces x (\d\.\d{3}), scale (\d\.\d{3})", lines[1])
    assert second is not None
    assert second[1] == second[2]
    assert float(second[1]) == pytest.approx(float(first[1]), abs=0.005)
    assert re.fullmatch(r"from 12 s of standing, \+- 0\.5 %", lines[2])
    with Library(tmp_path) as library:
        known = library.open(recording).calibration("right")
        assert known is not None
        assert (known.serial, known.method) == ("BBBB02", "nominal + body weight")
        assert known.scale == pytest.approx(float(second[2]), abs=5e-4)
        assert known.scale_sd_pct == pytest.approx(0.5, abs=0.05)
    again = weigh(tmp_path, recording, "--standing", "2-14").splitlines()
    assert again[0] == f"left insole AAAA01: forces x 1.000, scale {first[2]}"
    with Library(tmp_path) as library:
        both = [library.open(recording).calibration(foot) for foot in ("left", "right")]
        assert {one.method for one in both if one is not None} == {"nominal + body weight"}


def test_a_scale_multiplies_the_one_before(tmp_path: Path):
    recording = recorded(tmp_path)
    with Library(tmp_path) as library:
        made = replace(nominal(), serial="AAAA01", made_on="2026-01-01", method="bench").with_scale(1.25, 9.0)
        library.set_calibration(made)
    before = weigh(tmp_path, recording, "--standing", "2-14").splitlines()
    found = re.fullmatch(r"left insole AAAA01: forces x (\d\.\d{3}), scale (\d\.\d{3})", before[0])
    assert found is not None
    assert float(found[2]) == pytest.approx(1.25 * float(found[1]), abs=2e-3)
    with Library(tmp_path) as library:
        scaled = library.open(recording).calibration("left")
        assert scaled is not None
        assert (scaled.method, scaled.made_on) == ("bench + body weight", "2026-01-01")
        assert (scaled.sensors, scaled.front_end) == (made.sensors, made.front_end)


@pytest.mark.parametrize("sides", [("left",), ("right",)])
def test_one_insole_is_not_enough(tmp_path: Path, sides: tuple[str, ...]):
    recording = recorded(tmp_path, 1, sides)
    with pytest.raises(PlantigradeError) as caught:
        weigh(tmp_path, recording)
    assert str(caught.value) == f"{recording}: the body-weight scale needs a recording of both our insoles"


def test_an_import_has_no_insoles_to_scale(tmp_path: Path):
    with Library(tmp_path) as library:
        recording = library.import_walk(walk()).id
    with pytest.raises(PlantigradeError) as caught:
        weigh(tmp_path, recording)
    assert str(caught.value) == f"{recording}: the body-weight scale needs a recording of both our insoles"
