"""Zeroing: the unloaded codes are measured only while nothing presses on the insole."""

from datetime import date

import numpy as np
import pytest
from plantigrade.calibration.nominal import nominal
from plantigrade.calibration.zero import ZeroError, zeroed

NAMES = tuple(f"sensor {number}" for number in range(16))
TODAY = date(2026, 3, 10)
PRESSED = np.where(np.arange(16) == 3, 300, 0).astype(np.uint16)


def still(frames: int = 300, noise: int = 2) -> np.ndarray:
    draw = np.random.default_rng(1)
    design = np.array([round(curve.zero_count) for curve in nominal().sensors])
    return (design + draw.integers(-noise, noise + 1, (frames, 16))).astype(np.uint16)


def test_the_median_code_is_the_zero_and_its_error_shrinks_with_the_frames() -> None:
    counts = still() + np.arange(16, dtype=np.uint16)
    made = zeroed(nominal(), counts, NAMES, TODAY)
    assert [curve.zero_count for curve in made.sensors] == list(np.median(counts, axis=0))
    assert made.made_on == "2026-03-10"
    assert made.sensors[0].zero_sd_count == pytest.approx(np.sqrt(2) / np.sqrt(300), rel=0.1)


def test_zeroing_twice_names_it_once() -> None:
    once = zeroed(nominal(), still(), NAMES, TODAY)
    assert zeroed(once, still(), NAMES, TODAY).method == once.method == "nominal + zeroed"


@pytest.mark.parametrize(
    ("what", "counts", "says"),
    [
        ("too few", still(149), "149 frames are too few"),
        (
            "a foot in it",
            still() + np.where(np.arange(16) == 3, 300, 0).astype(np.uint16),
            "presses on sensor 3",
        ),
        ("it is moved", still(noise=40), "presses on sensor 0"),
    ],
    ids=["too few", "a foot in it", "it is moved"],
)
def test_what_is_no_unloaded_insole_is_refused(what: str, counts: np.ndarray, says: str) -> None:
    with pytest.raises(ZeroError, match=says):
        zeroed(nominal(), counts, NAMES, TODAY)
