"""What the status strip says in which state: nothing that is not known looks as if it were in order."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from plantigrade.service.events import InsoleState, LinkState
from plantigrade.service.status import ServiceStatus
from plantigrade.web.layout.strip import Facts, Homes, OpenAlerts, strip_of
from plantigrade.web.words import words_of

AT_NS = round(datetime(2026, 3, 10, 13, 20, tzinfo=UTC).timestamp() * 1e9)
LEFT = InsoleState("A1", "left", LinkState.CONNECTED, AT_NS, 78, False, 3.0, (), 0, "P001", "live")
RIGHT = replace(LEFT, serial="A2", side="right", battery_pct=74)
STATUS = ServiceStatus(AT_NS, (LEFT, RIGHT), None, None, (), None, False, (), 0)
LOST, RESTING = LinkState.SEARCHING, LinkState.BETWEEN_BURSTS
EN = words_of("en")


def facts(*insoles: InsoleState, **changed: object) -> Facts:
    """Facts about these insoles while all else is in order."""
    return replace(Facts(STATUS, insoles, OpenAlerts(), zone=ZoneInfo("Europe/Berlin")), **changed)


def both(**changed: object) -> tuple[InsoleState, InsoleState]:
    """Both insoles in the same state."""
    return replace(LEFT, **changed), replace(RIGHT, **changed)


@pytest.mark.parametrize(
    ("given", "state", "long", "short"),
    [
        (facts(LEFT, RIGHT), "ok", "Both connected", "Both on"),
        (facts(*both(slots_to_fetch=72_000)), "ok", "Both connected, fetching 12 min", "Fetching"),
        (facts(*both(slots_to_fetch=5_999)), "ok", "Both connected", "Both on"),
        (facts(*both(link=RESTING)), "asleep", "Asleep between fetches", "Asleep"),
        (facts(LEFT, replace(RIGHT, link=LOST)), "attention", "Only left arrives", "Only left"),
        (facts(LEFT, replace(RIGHT, link=RESTING)), "attention", "Only left arrives", "Only left"),
        (facts(LEFT), "attention", "Only left arrives", "Only left"),
        (facts(*both(link=LOST)), "attention", "Searching for both", "Searching"),
        (facts(), "unknown", "No insoles yet", "None yet"),
        (facts(LEFT, RIGHT, status=replace(STATUS, paused=True)), "asleep", "Paused", "Paused"),
        (facts(status=None), "unknown", "Not known", "Not known"),
        (facts(elsewhere=True), "unknown", "Not in this house", "Not here"),
        (
            facts(LEFT, RIGHT, replace(LEFT, person="P002"), replace(RIGHT, person="P002", link=LOST)),
            "attention",
            "3 of 4 insoles connected",
            "3 of 4",
        ),
        (facts(homes=Homes(7, 8)), "unknown", "Heard from 7 of 8 homes today", "7 of 8"),
        (facts(homes=Homes(8, 8)), "ok", "Heard from 8 of 8 homes today", "8 of 8"),
        (facts(homes=Homes(0, 0)), "unknown", "Nobody shares yet", "Nobody yet"),
    ],
)
def test_the_link(given: Facts, state: str, long: str, short: str) -> None:
    cell = strip_of(given, EN).cells[0]
    assert (cell.state, cell.long, cell.short) == (state, long, short)


@pytest.mark.parametrize(
    ("left_pct", "right_pct", "charging", "state", "long", "short"),
    [
        (78, 74, False, "ok", "Left 78 %, right 74 %", "Right 74 %"),
        (21, 90, False, "ok", "Left 21 %, right 90 %", "Left 21 %"),
        (20, 90, False, "attention", "Charge left tonight: 20 %", "Left 20 %"),
        (90, 11, False, "attention", "Charge right tonight: 11 %", "Right 11 %"),
        (90, 10, False, "critical", "Charge right now: 10 %", "Right 10 %"),
        (0, 90, False, "critical", "Charge left now: 0 %", "Left 0 %"),
        (8, 5, True, "ok", "Charging right: 5 %", "Right 5 %"),
        (78, None, False, "unknown", "Left 78 %, right not known", "Left 78 %"),
        (None, 9, False, "critical", "Charge right now: 9 %", "Right 9 %"),
        (None, None, False, "unknown", "Not known", "Not known"),
    ],
)
def test_the_battery(
    left_pct: int | None, right_pct: int | None, charging: bool, state: str, long: str, short: str
) -> None:
    left = replace(LEFT, battery_pct=left_pct, charging=charging)
    right = replace(RIGHT, battery_pct=right_pct, charging=charging)
    cell = strip_of(facts(left, right), EN).cells[1]
    assert (cell.state, cell.long, cell.short) == (state, long, short)


def test_one_insole_on_the_charger_does_not_hide_that_the_other_is_empty() -> None:
    charging = replace(LEFT, battery_pct=5, charging=True)
    assert strip_of(facts(charging, replace(RIGHT, battery_pct=9)), EN).cells[1].state == "critical"


@pytest.mark.parametrize(
    ("batteries", "state", "text"),
    [
        ((50, 60), "ok", "All above 20 %"),
        ((50, 15), "attention", "1 pair below 20 %"),
        ((9, 15), "attention", "2 pairs below 20 %"),
        ((50, None), "unknown", "2 not known"),
    ],
)
def test_batteries_of_several_pairs(batteries: tuple[int | None, ...], state: str, text: str) -> None:
    insoles = [
        replace(insole, person=f"P{number}", battery_pct=pct)
        for number, pct in enumerate(batteries)
        for insole in (LEFT, RIGHT)
    ]
    cell = strip_of(facts(*insoles, homes=Homes(2, 2)), EN).cells[1]
    assert (cell.state, cell.long) == (state, text)


@pytest.mark.parametrize(
    ("alerts", "state", "text", "in_title"),
    [
        (OpenAlerts(), "ok", "None open", 0),
        (OpenAlerts(1), "attention", "1 open", 1),
        (OpenAlerts(3, asleep=2), "attention", "3 open", 3),
        (OpenAlerts(1, critical=True), "critical", "1 open", 1),
        (OpenAlerts(0, asleep=1), "asleep", "1 asleep", 0),
        (None, "unknown", "Not known", 0),
    ],
)
def test_alerts(alerts: OpenAlerts | None, state: str, text: str, in_title: int) -> None:
    strip = strip_of(facts(LEFT, RIGHT, alerts=alerts), EN)
    assert (strip.cells[2].state, strip.cells[2].long, strip.alerts_open) == (state, text, in_title)


@pytest.mark.parametrize(
    ("status", "state", "text"),
    [
        (STATUS, "ok", "Running"),
        (replace(STATUS, problems=("the disk is full",)), "attention", "Has a problem"),
        (None, "attention", "Not running"),
    ],
)
def test_the_bridge(status: ServiceStatus | None, state: str, text: str) -> None:
    cell = strip_of(facts(LEFT, RIGHT, status=status), EN).cells[3]
    assert (cell.state, cell.long) == (state, text)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (facts(LEFT, RIGHT), ""),
        (
            facts(LEFT, replace(RIGHT, link=LOST)),
            "Out of reach since 14:20: right. The insoles keep recording; come nearer to the computer.",
        ),
        (
            facts(*both(link=LOST, last_frame_utc_ns=None)),
            "Still looking for: both feet. Walk a few steps near the computer.",
        ),
        (facts(*both(link=RESTING)), ""),
        (facts(LEFT, RIGHT, status=replace(STATUS, problems=("the disk is full",))), "the disk is full"),
        (facts(status=None), ""),
    ],
)
def test_the_sentence_below_says_what_is_wrong_and_what_still_works(given: Facts, sentence: str) -> None:
    assert strip_of(given, EN).sentence == sentence


def test_only_whoever_looks_after_the_computer_reads_what_is_wrong_with_it() -> None:
    troubled = replace(STATUS, problems=("the battery of insole A3 will be empty",))
    sentence = strip_of(facts(LEFT, RIGHT, status=troubled, tells_problems=False), EN).sentence
    assert sentence.startswith("Something does not work on the computer")


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_state_has_words_in_every_language(language: str) -> None:
    words = words_of(language)
    for given in (facts(LEFT, RIGHT), facts(status=None), facts(*both(link=LOST)), facts(homes=Homes(1, 2))):
        assert all(cell.long and cell.short and "{" not in cell.long for cell in strip_of(given, words).cells)


def test_a_clinic_has_no_bridge_and_knows_no_battery() -> None:
    """Nothing there is out of order because of it; whose page it is, is elsewhere."""
    everyone = Facts(None, homes=Homes(3, 10), has_bridge=False)
    assert [cell.name for cell in strip_of(everyone, EN).cells] == ["link", "alerts"]
    one = strip_of(Facts(None, about="P001", has_bridge=False), EN)
    assert [cell.long for cell in one.cells] == ["Not in this house", "Not known"]
    assert not {cell.state for cell in one.cells} & {"attention", "critical"}
