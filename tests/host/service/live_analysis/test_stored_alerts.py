"""Live alerts go to the recording in which they began; those that only its analysis found are named."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.details import keep_alerts
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import StoredAlert
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.alerts.life import AlertKey
from plantigrade.service.live_analysis.stored import FoundAlert, LiveAlerts, found_by_analysis

from tests.host.library.library_kit import FIRST, START_NS, finalized

SECOND = 1_000_000_000


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    """One recording of 3 s that begins at `START_NS`."""
    with Library(tmp_path) as opened:
        opened.add_recording(finalized(opened.recordings, FIRST))
        yield opened


def alert(rule: str, onset_s: float, cleared_s: float | None = None) -> Alert:
    return Alert(
        1, rule, "2", "posture-3", Foot.LEFT, Severity.NOTICE, onset_s + 1, onset_s, 0.2, 0.15, 200, cleared_s
    )


def stored(rule: str, from_s: float, shown: bool = True) -> StoredAlert:
    return StoredAlert(rule, "left", from_s, from_s + 1, {"severity": "warning", "shown": shown}, "analysis")


def held(library: Library) -> list[tuple[str, str, float, float | None]]:
    return [(one.origin, one.rule, one.from_s, one.to_s) for one in library.open(FIRST).alerts]


def test_an_alert_goes_to_the_recording_in_which_it_began_once(library: Library):
    """Live analysis began ten seconds before the recording."""
    live = LiveAlerts()
    live.add(START_NS - 10 * SECOND, [alert("low-arch", 11.0, 12.5), alert("high-arch", 9.0)])
    live.add(START_NS + 60 * SECOND, [alert("pronation", 1.0)])
    live.keep(library, FIRST)
    live.keep(library, FIRST)
    assert held(library) == [("live", "low-arch", 1.0, 2.5)]


OF_THE_ANALYSIS = ("analysis", "static-load", 0.5, 1.5)
LIVE = ("live", "low-arch", 1.0, None)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [([], [OF_THE_ANALYSIS]), ([alert("low-arch", 1.0)], [OF_THE_ANALYSIS, LIVE])],
    ids=["nothing", "an alert"],
)
def test_live_alerts_leave_those_of_the_analysis_and_the_other_way_round(
    library: Library, raised: list[Alert], expected: list[tuple[str, str, float, float | None]]
):
    keep_alerts(library, FIRST, [stored("static-load", 0.5)])
    live = LiveAlerts()
    live.add(START_NS, raised)
    live.keep(library, FIRST)
    assert held(library) == expected
    keep_alerts(library, FIRST, [stored("leg-length", 0.75)])
    assert held(library) == [("analysis", "leg-length", 0.75, 1.75), *expected[1:]]


def test_what_an_analysis_found_is_named_by_rule_foot_and_onset(library: Library):
    live = LiveAlerts()
    live.add(START_NS, [alert("low-arch", 1.0)])
    live.keep(library, FIRST)
    keep_alerts(library, FIRST, [stored("static-load", 0.5), stored("leg-length", 1.0, shown=False)])
    assert found_by_analysis(library, FIRST) == [
        FoundAlert(
            AlertKey("static-load", "left", START_NS + SECOND // 2),
            Severity.WARNING,
            START_NS + 3 * SECOND // 2,
            1200.0,
        )
    ]
