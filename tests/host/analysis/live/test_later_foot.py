"""A foot that arrives after the other one: an insole that was put on late, or charged meanwhile."""

from datetime import UTC, datetime

import numpy as np
import pytest
from plantigrade.analysis.live.even_rows import EvenRows
from plantigrade.analysis.live.settings import FOOT_WAIT_NS
from plantigrade.analysis.live.wearer import LiveWearer, WearerSetup
from plantigrade.bridge.frames import Frames
from plantigrade.bridge.insole import StampedFrames
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.rulebook import RuleBook

SECOND_NS = 1_000_000_000
WAIT_S = FOOT_WAIT_NS // SECOND_NS
STOOD_ON = np.full((100, 16), 900, np.uint16)


def second(number: int) -> StampedFrames:
    """A second of a foot that is stood on."""
    device_us = 10_000 * np.arange(100 * number, 100 * number + 100, dtype=np.int64)
    return StampedFrames(
        Frames(b"", 100 * number, 1, 1, 0, device_us, STOOD_ON, None, 0), device_us * 1000, 0, 0
    )


def pressed_book() -> RuleBook:
    """Rules of someone who is told of ten minutes under load."""
    book = RuleBook()
    book.switch_on(
        "sustained-pressure", 40.0, 600.0, by="clinician", at=datetime(2026, 3, 1, tzinfo=UTC), reason="wound"
    )
    return book


@pytest.mark.parametrize("late_s", [WAIT_S + 1, 2 * WAIT_S + 10, 2 * WAIT_S + 60])
@pytest.mark.parametrize("late", list(Foot))
def test_it_is_watched_from_the_row_that_the_other_has_come_to(late: Foot, late_s: int) -> None:
    """What one foot carried before the other was there counts from its own first second."""
    live = LiveWearer(WearerSetup(100.0, 700.0, book=pressed_book()))
    raised: dict[str, float] = {}
    for number in range(700 + late_s):
        live.put(late.other, second(number))
        if number >= late_s:
            live.put(late, second(number))
        for alert in live.step((number + 1) * SECOND_NS).alerts:
            if alert.rule == "sustained-pressure":
                raised.setdefault(alert.foot.value, alert.raised_s)
    assert set(raised) == {"left", "right"}
    assert raised[late.value] - raised[late.other.value] == pytest.approx(late_s, abs=2.0)


def test_rows_before_the_first_are_not_given_again() -> None:
    rows = EvenRows(100.0, 1, first=250)
    rows.add(np.arange(240, 260) / 100, np.arange(20, dtype=np.float32)[:, None])
    assert rows.end == 260
    assert rows.take(255)[:, 0].tolist() == [10.0, 11.0, 12.0, 13.0, 14.0]
