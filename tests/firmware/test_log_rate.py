"""Reduced rate: no step is lost, standing and sitting shrink, and the days that fit the flash are stated by
measurement."""

import sys
from array import array
from pathlib import Path

import numpy as np
import pytest
from plantigrade.twin.body import draw_person, load_walk, stand
from plantigrade.twin.electrical import FrontEnd

ROOT = Path(__file__).resolve().parents[2]
if str(ROOT / "firmware") not in sys.path:
    sys.path.append(str(ROOT / "firmware"))

from insole.recorder.rate import CHUNK_SLOTS, LOOKAHEAD_SLOTS, RateGovernor  # noqa: E402
from insole_protocol import ids  # noqa: E402

REST = 330


def rates(counts: np.ndarray, governor: RateGovernor | None = None) -> list[int]:
    """What the governor decides for each chunk."""
    governor = governor or RateGovernor(array("H", [REST] * 16))
    ring = array("H", counts.astype(np.uint16).ravel().tolist())
    last = len(counts) - CHUNK_SLOTS - LOOKAHEAD_SLOTS
    return [
        governor.judge(ring, first, CHUNK_SLOTS, LOOKAHEAD_SLOTS) for first in range(0, last + 1, CHUNK_SLOTS)
    ]


@pytest.fixture(scope="module")
def still() -> np.ndarray:
    return FrontEnd(3).counts(stand(draw_person(2), 120, 2, doing="sit").left, 100)


def test_walking_is_never_reduced() -> None:
    walk = load_walk()
    for side in ("left", "right"):
        assert set(rates(FrontEnd(1).counts(getattr(walk, side), 100))) == {1}


def test_standing_and_sitting_mostly_are(still: np.ndarray) -> None:
    standing = FrontEnd(3).counts(stand(draw_person(2), 120, 2).left, 100)
    assert np.mean(np.array(rates(standing)) > 1) > 0.3
    assert np.mean(np.array(rates(still)) > 1) > 0.5


@pytest.mark.parametrize("onset", range(0, 240, 7))
def test_the_first_step_after_stillness_is_whole(still: np.ndarray, onset: int) -> None:
    """Wherever a step begins, it and the tenth of a second before it are at the full rate."""
    quiet = np.repeat(still[:1], 1600, axis=0)
    moving = quiet.copy()
    start = 1200 + onset
    moving[start:] += np.minimum(3 * np.arange(1600 - start), 2000)[:, None].astype(np.uint16)
    decided = rates(moving)
    assert decided[8] > 1, "the control: stillness before is reduced"
    seen = start + 24  # by then the channels have left their band
    for chunk in range((seen - LOOKAHEAD_SLOTS) // CHUNK_SLOTS, len(decided)):
        assert decided[chunk] == 1


def test_not_worn_is_told_apart_from_sitting(still: np.ndarray) -> None:
    governor = RateGovernor(array("H", [REST] * 16))
    empty = np.full((CHUNK_SLOTS * 4 + LOOKAHEAD_SLOTS, 16), REST + 3)
    rates(empty, governor)
    assert governor.wear in (ids.WEAR_UNLOADED, ids.WEAR_UNKNOWN)
    for _ in range(200):
        rates(empty, governor)
    assert governor.wear == ids.WEAR_NOT_WORN
