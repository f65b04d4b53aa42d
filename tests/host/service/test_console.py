"""What the service says in a terminal."""

from typing import Any

import pytest
from plantigrade.service.console import Console, status_lines
from plantigrade.service.events import (
    AlertClass,
    AlertEvent,
    DeliveryEvent,
    Event,
    InsoleState,
    LinkState,
    RecordingEvent,
    StrideEvent,
    WarningEvent,
    WatchingEvent,
)


def insole(link: LinkState = LinkState.CONNECTED, battery: int | None = 64) -> InsoleState:
    return InsoleState("A1", "left", link, None, battery, None, None, (), 0, None, "live")


def alert(shown: bool = True, cleared: int | None = None, late: bool = False) -> AlertEvent:
    how = AlertClass.DELAYED if late else AlertClass.LIVE
    return AlertEvent("P001", "low-arch", "left", "warning", 0, 1, cleared, how, shown)


def lines_of(*events: Event) -> list[str]:
    lines: list[str] = []
    console = Console(lines.append, now_s=lambda: 0.0)
    for event in events:
        console.show(event)
    return [line.partition("  ")[2] for line in lines]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (insole(), "left insole A1: connected, battery 64 %"),
        (insole(battery=None), "left insole A1: connected"),
        (alert(cleared=5), "P001: low-arch is over"),
        (alert(cleared=5, late=True), "P001: low-arch is over, delayed"),
        (RecordingEvent("r1", None, 1, "provisional"), "recording r1 of nobody: provisional"),
        (
            RecordingEvent("r1", "P001", 2, "not analysed", "its key is missing"),
            "recording r1 of P001: not analysed (its key is missing)",
        ),
        (WatchingEvent("P001", True, 0), "watching P001"),
        (WatchingEvent("P001", False, 0), "not watching P001: do not rely on reminders"),
        (DeliveryEvent("P001", "mail", "x", False, "refused"), "P001 could not be told over mail: refused"),
        (WarningEvent(None, "disk", "", "The disk is nearly full.", 0), "The disk is nearly full."),
    ],
)
def test_a_line_for_what_is_worth_one(event: Event, line: str) -> None:
    assert lines_of(event) == [line]


@pytest.mark.parametrize(
    "event",
    [
        alert(shown=False),
        StrideEvent("P001", "left", 0, ()),
        DeliveryEvent("P001", "mail", "x", True),
    ],
)
def test_no_line_for_the_rest(event: Event) -> None:
    assert lines_of(event) == []


def test_an_alert_is_told_in_the_words_for_patients() -> None:
    (line,) = lines_of(alert())
    assert line.startswith("P001: warning low-arch: ")
    assert "left foot" in line


def test_an_insole_is_told_of_when_its_link_changes_only() -> None:
    assert len(lines_of(insole(), insole(battery=63), insole(LinkState.SEARCHING), insole())) == 3


def status(**changes: Any) -> dict[str, Any]:
    one = {
        "serial": "A1", "side": "left", "link": "connected", "last_frame_age_s": 0.4, "battery_pct": 64,
        "charging": True, "log_used_pct": 12.4, "faults": ["sensor 7 is silent"], "fetching": 120,
        "person": "P001", "mode": "daily",
    }  # fmt: skip
    values: dict[str, Any] = {
        "insoles": [one], "alerts_open": 1, "recording": None, "problems": [], "paused": False,
        "live_until_utc": None, "wearings": [],
    }  # fmt: skip
    return values | changes


def test_the_status_in_words() -> None:
    assert status_lines(status()) == [
        "left  A1: connected, daily mode, last frame 0 s ago, battery 64 % (charging), log 12 % full, "
        "120 frames to fetch, worn by P001, sensor 7 is silent",
        "1 open alert",
    ]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"paused": True}, "paused: the insoles are left alone and keep logging"),
        ({"live_until_utc": "2026-03-01T10:00:00Z"}, "live until 2026-03-01T10:00:00Z"),
        ({"recording": "stairs"}, "recording stairs"),
        ({"recording": ""}, "recording without a title"),
        ({"alerts_open": 0}, "0 open alerts"),
        ({"problems": ["the disk is full"]}, "problem: the disk is full"),
    ],
)
def test_lines_of_the_status(changes: dict[str, Any], line: str) -> None:
    assert line in status_lines(status(**changes))


@pytest.mark.parametrize(
    ("age_s", "text"), [(None, "no frame yet"), (59.4, "59 s"), (61, "1 min"), (7200, "2.0 h")]
)
def test_ages(age_s: float | None, text: str) -> None:
    values = status()
    values["insoles"][0] |= {"last_frame_age_s": age_s, "battery_pct": None, "person": None}
    (line, _) = status_lines(values)
    assert text in line and "battery not known" in line and "nobody's" in line


def test_without_a_status_there_is_nothing_to_say() -> None:
    assert status_lines({}) == []
