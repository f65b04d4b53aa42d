"""What a notification says, and the name under which its deliveries are recorded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from functools import cache
from pathlib import Path
from typing import Final

from plantigrade.gait.signals import Foot
from plantigrade.languages import languages_in, texts_of
from plantigrade.posture.rules_engine.guidance import catalogue, languages
from plantigrade.posture.rules_engine.rules import Severity
from plantigrade.service.events import AlertClass, AlertEvent, SummaryEvent, WarningEvent
from plantigrade.service.notify.settings import MOST_SENTENCES

TEXT_DIR: Final = Path(__file__).resolve().parent / "text"
FALLBACK: Final = "en"
"""The language of those whose own has no texts yet."""
QUIET_SUBJECT: Final = "quiet hours"
TEST_SUBJECT: Final = "test"
WEEK_SUBJECT: Final = "weekly summary"

Notice = AlertEvent | WarningEvent | SummaryEvent
"""What people are told about."""


@dataclass(frozen=True)
class Message:
    """A notification.

    Attributes:
        title, body: as shown.
        critical: urgent; channels that know priorities give it a high one.
        file: to go with it; None without.
    """

    title: str
    body: str
    critical: bool = False
    file: Path | None = None


@dataclass(frozen=True)
class Style:
    """For whom a message is written: language, time zone, and whether it may speak of health."""

    language: str
    zone: tzinfo
    health: bool


def is_critical(notice: Notice) -> bool:
    """Whether quiet hours and limits do not count."""
    return isinstance(notice, AlertEvent) and notice.severity == Severity.CRITICAL.value


def subject_of(notice: Notice) -> str:
    """The name under which deliveries are recorded: the content's key, the same after a new analysis.

    Example:
        >>> subject_of(WarningEvent(None, "battery low", "0A50477A3F01", "", 0))
        'battery low 0A50477A3F01'
    """
    if isinstance(notice, AlertEvent):
        return f"{notice.rule} {notice.foot} {notice.onset_utc_ns}"
    if isinstance(notice, WarningEvent):
        return f"{notice.kind} {notice.about}".strip()
    return f"{WEEK_SUBJECT} {notice.from_day}"


def message_of(notices: Sequence[Notice], style: Style, now_utc: datetime) -> Message:
    """One message for one notice or several.

    Without the person's permission it says that there is something to read, and warnings, which say nothing
    about health.
    """
    texts = _texts(style.language)
    critical = any(map(is_critical, notices))
    if style.health:
        lines = [_sentence(notice, style, now_utc) for notice in notices]
    else:
        lines = [notice.text for notice in notices if isinstance(notice, WarningEvent)]
        lines += [
            texts["private_week"].format(from_day=notice.from_day, to_day=notice.to_day)
            for notice in notices
            if isinstance(notice, SummaryEvent)
        ]
        lines += _unsaid(len(notices) - len(lines), critical, texts)
    if critical and style.health:
        lines.append(texts["reminder"])
    files = [Path(notice.file) for notice in notices if isinstance(notice, SummaryEvent) and notice.file]
    return Message(
        texts["title"], _shortened(lines, texts), critical, files[0] if files and style.health else None
    )


def quiet_message(
    notices: Sequence[Notice], unnamed: int, quiet: tuple[time, time], style: Style, now_utc: datetime
) -> Message:
    """What came during quiet hours, in one message.

    Args:
        notices: what came.
        unnamed: how many more came of which only the number is known.
        quiet: the quiet hours, local times.
        style: for whom.
        now_utc: the present.
    """
    texts = _texts(style.language)
    count = len(notices) + unnamed
    hours = {"from": f"{quiet[0]:%H:%M}", "to": f"{quiet[1]:%H:%M}"}
    lines = [texts["quiet" if count == 1 else "quiet_several"].format(count=count, **hours)]
    for notice in notices:
        if style.health or isinstance(notice, WarningEvent):
            lines.append(_sentence(notice, style, now_utc))
    return Message(texts["title"], _shortened(lines, texts))


def test_message(language: str) -> Message:
    """A message that says that it is a test."""
    texts = _texts(language)
    return Message(texts["title"], texts["test"])


def _sentence(notice: Notice, style: Style, now_utc: datetime) -> str:
    if not isinstance(notice, AlertEvent):
        return notice.text
    texts_of_rules = catalogue(style.language if style.language in languages() else FALLBACK)
    foot = Foot(notice.foot) if notice.foot in (Foot.LEFT.value, Foot.RIGHT.value) else None
    if notice.rule not in texts_of_rules.rules:  # a rule of the clinic's own
        return _texts(style.language)["private"]
    text = texts_of_rules.patient(notice.rule, foot)
    if notice.alert_class is AlertClass.LIVE:
        return text
    onset = datetime.fromtimestamp(notice.onset_utc_ns / 1e9, UTC)
    same_day = onset.astimezone(style.zone).date() == now_utc.astimezone(style.zone).date()
    when = _clock(onset, style.zone) if same_day else f"{onset.astimezone(style.zone):%Y-%m-%d %H:%M}"
    return _texts(style.language)["at"].format(time=when, text=text)


def _unsaid(count: int, critical: bool, texts: dict[str, str]) -> list[str]:
    if critical:
        return [texts["private_critical"]]
    if count == 1:
        return [texts["private"]]
    return [texts["private_several"].format(count=count)] if count else []


def _shortened(lines: Sequence[str], texts: dict[str, str]) -> str:
    shown = list(dict.fromkeys(lines))
    if len(shown) > MOST_SENTENCES:
        rest = len(shown) - (MOST_SENTENCES - 1)
        shown = [*shown[: MOST_SENTENCES - 1], texts["more"].format(count=rest)]
    return "\n".join(shown)


def _clock(at_utc: datetime, zone: tzinfo) -> str:
    return f"{at_utc.astimezone(zone):%H:%M}"


@cache
def _texts(language: str) -> dict[str, str]:
    return texts_of(TEXT_DIR, language if language in languages_in(TEXT_DIR) else FALLBACK)
