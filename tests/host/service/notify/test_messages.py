"""What a notification says: nothing about health unless the person allows it."""

from dataclasses import replace
from datetime import time, timedelta

import pytest
from plantigrade.gait.signals import Foot
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.service.events import AlertClass, SummaryEvent, WarningEvent
from plantigrade.service.notify.messages import Style, message_of, quiet_message, subject_of
from plantigrade.service.notify.messages import test_message as message_of_a_test

from tests.host.service.notify.notify_kit import BERLIN, NOON, alert, ns

OPEN, CLOSED = Style("en", BERLIN, True), Style("en", BERLIN, False)
BATTERY = WarningEvent("P001", "battery low", "A1B2", "The left insole has 10 % of its battery left.", 0)
WEEK = SummaryEvent("P001", "2026-02-23", "2026-03-01", "You walked 40,000 steps.", "/data/week.pdf")


@pytest.mark.parametrize("rule", sorted(catalogue().rules))
@pytest.mark.parametrize("severity", ["notice", "critical"])
def test_no_rule_speaks_of_health_without_permission(rule: str, severity: str) -> None:
    notices = [alert(rule=rule, severity=severity), alert(rule=rule, foot="right", severity=severity)]
    for one in (notices, notices[:1]):
        message = message_of(one, CLOSED, NOON)
        assert message.title == "Plantigrade" and message.body.startswith("Plantigrade has ")
        for word in (rule, "foot", "left", "right"):
            assert word not in message.body
        assert message.body not in catalogue().patient(rule, Foot.LEFT)
    assert quiet_message(notices, 0, (time(22), time(7)), CLOSED, NOON).body == (
        "While it was quiet (22:00 to 07:00): 2 messages."
    )


def test_with_permission_it_is_the_patients_sentence() -> None:
    assert message_of([alert()], OPEN, NOON).body == catalogue().patient("low-arch", Foot.LEFT)
    both = message_of([alert(foot="both", rule="load-asymmetry")], OPEN, NOON)
    assert both.body == catalogue().patient("load-asymmetry", None)
    critical = message_of([alert(severity="critical")], OPEN, NOON)
    assert critical.critical
    assert critical.body.endswith("\nThis is a reminder, not a safety device.")


def test_a_rule_of_the_clinics_own_has_no_words() -> None:
    assert message_of([alert(rule="ours")], OPEN, NOON).body == "Plantigrade has a message for you."


@pytest.mark.parametrize(
    ("kind", "hours_ago", "begins"),
    [
        (AlertClass.LIVE, 0.0, "The inner middle"),
        (AlertClass.DELAYED, 0.25, "At 12:45: The inner middle"),
        (AlertClass.FOUND_AFTERWARDS, 30.0, "At 2026-03-01 07:00: The inner middle"),
    ],
)
def test_what_was_found_late_says_when_it_was(kind: AlertClass, hours_ago: float, begins: str) -> None:
    """Local times: Berlin is an hour ahead of UTC."""
    notice = alert(NOON - timedelta(hours=hours_ago), kind=kind)
    assert message_of([notice], OPEN, NOON).body.startswith(begins)


@pytest.mark.parametrize("style", [OPEN, CLOSED])
def test_warnings_say_what_they_are_about_in_any_case(style: Style) -> None:
    assert message_of([BATTERY], style, NOON).body == BATTERY.text
    assert not message_of([BATTERY], style, NOON).critical


def test_the_week_goes_out_as_a_file_only_with_permission() -> None:
    message = message_of([WEEK], OPEN, NOON)
    assert message.body == WEEK.text and str(message.file) == "/data/week.pdf"
    message = message_of([WEEK], CLOSED, NOON)
    assert (
        message.body == "The summary of your week (2026-02-23 to 2026-03-01) is ready."
        and message.file is None
    )
    assert message_of([replace(WEEK, file="")], OPEN, NOON).file is None


def test_several_notices_are_one_message_and_the_rest_is_counted() -> None:
    rules = sorted(catalogue().rules)[:7]
    notices = [alert(rule=rule) for rule in rules]
    lines = message_of(notices, OPEN, NOON).body.splitlines()
    assert len(lines) == 5 and lines[-1] == "And 3 more."
    assert message_of([*notices, BATTERY], CLOSED, NOON).body.splitlines() == [
        BATTERY.text, "Plantigrade has 7 messages for you.",
    ]  # fmt: skip


def test_what_came_in_quiet_hours_is_counted_and_told_with_permission() -> None:
    quiet = (time(22), time(7))
    lines = quiet_message([alert(kind=AlertClass.DELAYED), BATTERY], 1, quiet, OPEN, NOON).body.splitlines()
    assert lines[0] == "While it was quiet (22:00 to 07:00): 3 messages."
    assert lines[1].startswith("At 13:00: The inner middle of your left foot") and lines[2] == BATTERY.text
    assert quiet_message([], 1, quiet, OPEN, NOON).body == "While it was quiet (22:00 to 07:00): one message."


def test_the_subject_is_the_content_of_an_alert() -> None:
    assert subject_of(alert()) == f"low-arch left {ns(NOON)}"
    assert subject_of(BATTERY) == "battery low A1B2"
    assert subject_of(WEEK) == "weekly summary 2026-02-23"


def test_another_language_falls_back_to_english() -> None:
    assert message_of([alert()], Style("xx", BERLIN, True), NOON) == message_of([alert()], OPEN, NOON)
    assert message_of_a_test("xx").body == (
        "This is a test of Plantigrade's notifications. Nothing is wrong."
    )
