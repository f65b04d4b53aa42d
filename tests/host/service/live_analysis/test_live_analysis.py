"""From frames to strides, alerts and notifications: the whole way of the service, live and in bursts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.library import Library
from plantigrade.library.person.entries import AnswerKind
from plantigrade.service.alerts.life import NO_DATA, AlertKey, Snooze
from plantigrade.service.events import AlertClass, StrideEvent
from plantigrade.service.live_analysis.person import class_of
from plantigrade.service.wearing.news import WearingStage
from plantigrade.twin.body import Segment
from plantigrade.twin.wearer import Wearer

from tests.host.service.live_analysis.live_kit import BEGAN, PERSON, Worn, codes, library_of, switch_on

RULE = "sustained-pressure"
WALKED_S = 40.0


@pytest.fixture(scope="module")
def wearer() -> Wearer:
    return Wearer(7)


@pytest.fixture(scope="module")
def counts(wearer: Wearer) -> dict[Foot, np.ndarray]:
    """40 s of walking, then standing."""
    return codes(wearer, Segment("walk", WALKED_S), Segment("stand", 300.0))


@pytest.fixture
def library(tmp_path: Path, wearer: Wearer) -> Iterator[Library]:
    with library_of(tmp_path, wearer) as opened:
        yield opened


def key_of(worn: Worn, rule: str = RULE) -> AlertKey:
    event = worn.alerts(rule)[-1]
    return AlertKey(event.rule, event.foot, event.onset_utc_ns)


async def test_strides_are_told_as_they_are_walked(library: Library, counts: dict[Foot, np.ndarray]):
    worn = Worn(library, counts)
    worn.news(WearingStage.BEGAN)
    await worn.wear(WALKED_S)
    strides = [one for one in worn.heard if isinstance(one, StrideEvent)]
    assert {one.foot for one in strides} == {"left", "right"}
    assert len(strides) > 50
    assert {one.person for one in strides} == {PERSON}
    assert all(0 < worn.seconds_after_start(one.initial_contact_utc_ns) < WALKED_S for one in strides)
    assert 0.8 < dict(strides[10].values)["stride_time_s"] < 1.6


async def test_from_the_onset_of_a_load_to_the_alert_takes_its_duration_and_seconds(
    library: Library, counts: dict[Foot, np.ndarray]
):
    """The load begins when the walking ends at 40 s; the rule waits for a minute."""
    switch_on(library)
    worn = Worn(library, counts)
    worn.news(WearingStage.BEGAN)
    await worn.wear(130.0)
    (alert, *_) = worn.alerts(RULE)
    onset_s = worn.seconds_after_start(alert.onset_utc_ns)
    known_s = worn.seconds_after_start(alert.known_utc_ns)
    assert WALKED_S - 1 < onset_s < WALKED_S + 4
    assert 60.0 <= known_s - onset_s <= 60.0 + 8.0
    assert (alert.severity, alert.alert_class, alert.shown) == ("critical", AlertClass.LIVE, True)
    assert alert.foot in ("left", "right")


@pytest.mark.parametrize(
    ("switched_on", "person", "feet_with_strides"),
    [(False, PERSON, {"left", "right"}), (True, None, set[str]())],
    ids=["a rule that nobody switched on", "data whose wearer is unclear"],
)
async def test_what_raises_no_critical_alert_is_not_said_to_be_watched(
    library: Library,
    counts: dict[Foot, np.ndarray],
    switched_on: bool,
    person: str | None,
    feet_with_strides: set[str],
):
    if switched_on:
        switch_on(library)
    worn = Worn(library, counts)
    worn.news(WearingStage.BEGAN, person)
    await worn.wear(130.0)
    assert worn.alerts(RULE) == []
    assert worn.watching() == []
    assert {one.foot for one in worn.heard if isinstance(one, StrideEvent)} == feet_with_strides


async def test_the_weight_taken_off_silences_and_it_returns_after_a_restart_if_the_load_stays(
    library: Library, counts: dict[Foot, np.ndarray]
):
    switch_on(library)
    worn = Worn(library, counts)
    worn.news(WearingStage.BEGAN)
    await worn.wear(120.0)
    book = await worn.live.book(PERSON)
    for event in worn.alerts(RULE):
        key = AlertKey(event.rule, event.foot, event.onset_utc_ns)
        await book.answer(key, AnswerKind.WEIGHT_TAKEN_OFF, by=PERSON)
    worn.heard.clear()
    worn.start()
    worn.sent = dict.fromkeys(Foot, round(worn.now_s * 100))
    worn.news(WearingStage.BEGAN)
    await worn.wear(300.0)
    assert {(one.shown, one.held_back_by) for one in worn.alerts(RULE)} == {(False, "weight taken off")}
    worn.heard.clear()
    worn.now_s += 900.0
    (await worn.live.book(PERSON)).step()
    assert {one.shown for one in worn.alerts(RULE)} == {True}


async def test_a_burst_tells_the_same_alert_as_delayed(library: Library, counts: dict[Foot, np.ndarray]):
    switch_on(library)
    worn = Worn(library, counts, mode="daily")
    worn.now_s = 800.0
    worn.send(Foot.LEFT, 340.0)
    worn.news(WearingStage.BEGAN)
    await worn.live.step()
    assert worn.alerts(RULE) == []
    worn.now_s += 20.0
    worn.send(Foot.RIGHT, 340.0)
    await worn.live.step()
    first = worn.alerts(RULE)[0]
    assert first.alert_class is AlertClass.DELAYED
    assert WALKED_S - 1 < worn.seconds_after_start(first.onset_utc_ns) < WALKED_S + 4
    assert worn.watching() == [False, True], "the data of both feet are within one burst"


async def test_a_long_silence_is_told_once_while_what_was_logged_in_it_comes_in(
    library: Library, counts: dict[Foot, np.ndarray]
):
    """Two hours out of reach; then the log comes in pieces that are hours old, each further than the last."""
    switch_on(library)
    worn = Worn(library, counts, mode="daily")
    worn.news(WearingStage.BEGAN)
    await worn.wear(20.0)
    worn.now_s = 7200.0
    await worn.live.step()
    for until_s in (210.0, 340.0):
        worn.now_s += 5.0
        for foot in Foot:
            worn.send(foot, until_s)
        await worn.live.step()
    assert [(one.foot, one.cleared_utc_ns) for one in worn.alerts(NO_DATA)] == [
        ("left", None),
        ("right", None),
    ]
    assert worn.watching() == [True, False]


async def test_what_was_logged_before_a_wearing_is_waited_for_before_a_foot_is_called_silent(
    library: Library, counts: dict[Foot, np.ndarray]
):
    """The log of an hour ago comes soon after a wearing has begun: nobody watches, nothing is wrong."""
    switch_on(library)
    worn = Worn(library, counts, mode="daily")
    worn.now_s = 3600.0
    worn.send(Foot.LEFT, 100.0)
    worn.send(Foot.RIGHT, 100.0)
    worn.news(WearingStage.BEGAN)
    await worn.live.step()
    worn.now_s += 29.0
    await worn.live.step()
    assert (worn.watching(), worn.alerts(NO_DATA)) == ([False], [])
    worn.now_s += 2.0
    await worn.live.step()
    silent = worn.alerts(NO_DATA)
    assert [(one.foot, one.alert_class) for one in silent] == [
        ("left", AlertClass.FOUND_AFTERWARDS),
        ("right", AlertClass.FOUND_AFTERWARDS),
    ]


async def test_what_was_shown_in_one_wearing_is_not_shown_again_soon_in_the_next(
    library: Library, counts: dict[Foot, np.ndarray]
):
    """Standing for half a minute is told, once in half an hour, however often the insoles are taken off."""
    rules = library.record(PERSON).rules
    for number, new in (("clear_level", 20.0), ("raise_level", 30.0)):
        rules.edit("standing-still", number, new, reason="for this test", at=BEGAN - timedelta(days=1))
    worn = Worn(library, counts)
    worn.news(WearingStage.BEGAN)
    await worn.wear(100.0)
    first = worn.alerts("standing-still")
    worn.news(WearingStage.ENDED)
    await worn.live.step()
    worn.news(WearingStage.BEGAN)
    await worn.wear(250.0)
    later = [one for one in worn.alerts("standing-still") if one.onset_utc_ns > first[0].onset_utc_ns]
    assert first[0].shown
    assert later and {one.held_back_by for one in later} == {"shown lately"}


async def test_rules_and_answers_are_read_anew_when_something_was_added(
    library: Library, counts: dict[Foot, np.ndarray]
):
    worn = Worn(library, counts)
    worn.news(WearingStage.BEGAN)
    await worn.wear(130.0)
    assert worn.alerts(RULE) == []
    switch_on(library)
    await worn.wear(280.0)
    assert {one.foot for one in worn.alerts(RULE)} <= {"left", "right"} and worn.alerts(RULE)
    others = (await Worn(library, counts).live.book(PERSON)).history()[-1]
    mine = await worn.live.book(PERSON)
    assert mine.quiet_until(others) is None
    elsewhere = await Worn(library, counts).live.book(PERSON)
    await elsewhere.answer(
        others.key, AnswerKind.WEIGHT_TAKEN_OFF, by="another program", at_utc=worn.now_utc()
    )
    await worn.wear(342.0)
    assert mine.quiet_until(others) is not None


@pytest.mark.parametrize(
    ("delay_s", "expected"),
    [
        (0.0, AlertClass.LIVE),
        (45.0, AlertClass.LIVE),
        (46.0, AlertClass.DELAYED),
        (1125.0, AlertClass.DELAYED),
        (1126.0, AlertClass.FOUND_AFTERWARDS),
    ],
)
def test_the_class_of_an_alert_says_how_soon_it_was_known(delay_s: float, expected: AlertClass):
    assert class_of(delay_s, 900.0) is expected


async def test_a_silent_insole_is_an_alert_of_its_own_and_nobody_watches_until_it_is_back(
    library: Library, counts: dict[Foot, np.ndarray]
):
    switch_on(library)
    worn = Worn(library, counts)
    worn.news(WearingStage.BEGAN)
    await worn.wear(20.0)
    assert worn.watching()[-1] is True
    await worn.wear(40.0, feet=(Foot.LEFT,))
    assert worn.watching()[-1] is False
    (silent,) = worn.alerts(NO_DATA)
    assert (silent.foot, silent.severity) == ("right", "warning")
    book = await worn.live.book(PERSON)
    await book.answer(key_of(worn, NO_DATA), AnswerKind.SNOOZED, by=PERSON, snooze=Snooze.TOMORROW)
    await worn.wear(45.0)
    assert worn.watching()[-1] is True
    assert worn.alerts(NO_DATA)[-1].cleared_utc_ns is not None
    await worn.wear(130.0)
    assert worn.alerts(RULE)[0].shown, "an answer to no data silences no value"


async def test_the_end_of_a_wearing_ends_watching_and_what_is_open(
    library: Library, counts: dict[Foot, np.ndarray]
):
    switch_on(library)
    worn = Worn(library, counts)
    worn.news(WearingStage.BEGAN)
    await worn.wear(120.0)
    assert worn.live.watching(PERSON)
    assert worn.live.alerts_open()[PERSON] > 0
    worn.news(WearingStage.ENDED)
    await worn.live.step()
    assert not worn.live.watching(PERSON)
    assert worn.watching()[-1] is False
    assert worn.live.alerts_open()[PERSON] == 0


async def test_a_rule_that_is_switched_on_while_walking_holds_within_a_minute(
    library: Library, counts: dict[Foot, np.ndarray]
):
    worn = Worn(library, counts)
    worn.news(WearingStage.BEGAN)
    await worn.wear(30.0)
    library.record(PERSON).rules.switch_on(
        RULE, 8.0, 60.0, reason="reduced feeling", at=BEGAN + timedelta(seconds=30)
    )
    await worn.wear(190.0)
    (alert, *_) = worn.alerts(RULE)
    assert worn.seconds_after_start(alert.known_utc_ns) < 61.0 + 60.0 + 8.0 + 5.0


async def test_without_a_weight_it_is_said_that_nothing_can_be_watched(
    tmp_path: Path, wearer: Wearer, counts: dict[Foot, np.ndarray]
):
    with library_of(tmp_path, wearer, weight=False) as library:
        switch_on(library)
        worn = Worn(library, counts)
        worn.news(WearingStage.BEGAN)
        await worn.wear(20.0)
        assert worn.live.problems[PERSON] == "the body weight is not known, so no rule can be watched"
        assert worn.watching() == [False]
