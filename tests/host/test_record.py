"""What `plantigrade run` makes of a recording that it has sealed."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from plantigrade.errors import PlantigradeError
from plantigrade.live import record


def opened(whole: Any) -> Any:
    alert = SimpleNamespace(from_s=12.0, foot="left", rule="gait-asymmetry")
    recording = SimpleNamespace(whole=whole, alerts=[alert])

    def of(_id: str) -> Any:
        return recording

    return SimpleNamespace(open=of)


def refuse() -> None:
    raise PlantigradeError("the disk is full")


@pytest.mark.parametrize(
    "whole, alerts, words",
    [
        (lambda: None, ["    12 s  left  gait-asymmetry"], ""),
        (refuse, [], "recorded, but not analysed: the disk is full"),
    ],
    ids=["analysed", "not analysed"],
)
def test_a_recording_is_analysed_or_it_is_said_why_not(whole: Any, alerts: list[str], words: str) -> None:
    entry = cast(Any, SimpleNamespace(id="r1"))
    assert record._analyse(opened(whole), entry) == (alerts, words)  # pyright: ignore[reportPrivateUsage]
