"""An alert as its reader reads it: what, which foot, since when, what now, and the answers to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from plantigrade.library.person.entries import AnswerKind
from plantigrade.posture.rules_engine.added import all_rules
from plantigrade.posture.rules_engine.guidance import Catalogue
from plantigrade.posture.rules_engine.rules import Rule
from plantigrade.service.alerts.life import AlertKey, AlertState
from plantigrade.service.alerts.overview import ABOUT_INSOLES, ListedAlert, acts_at_once
from plantigrade.service.events import AlertClass
from plantigrade.web.formats import Formats
from plantigrade.web.texts import rule_texts
from plantigrade.web.visit import RefusedError

_NS: Final = 1e9
_ANSWER_KEYS: Final = {
    AnswerKind.SEEN: "seen",
    AnswerKind.SNOOZED: "snoozed",
    AnswerKind.WOKEN: "woken",
    AnswerKind.WEIGHT_TAKEN_OFF: "weight-taken-off",
    AnswerKind.HELPED: "helped",
    AnswerKind.DID_NOT_HELP: "did-not-help",
    AnswerKind.WRONG: "wrong",
}
_CLASS: Final = {
    AlertClass.LIVE: "class_live",
    AlertClass.DELAYED: "class_delayed",
    AlertClass.FOUND_AFTERWARDS: "class_found_afterwards",
}
_LONGEST_NUMBER: Final = 19
"""Digits of ns since 1970."""


@dataclass(frozen=True)
class AlertCard:
    """An alert as a page shows it.

    Attributes:
        id: of its element; the same while it is the same alert.
        key: names it in forms.
        css: "attention", "critical" or "asleep".
        icon: of the frame.
        kind: "Reminder", "Act now", "Asleep until 14:50".
        side: as text.
        since: as text.
        text: what it means and what to do now.
        title: what it is about, in a few letters.
        acts: whether there is something to do at once, so that the usual answer is "I will do that".
        clinician: the same for clinicians; "" for others.
        note: what else there is to say, such as when it comes back.
        answered: who answered what and when, oldest first.
        tag, tag_icon: how it ended.
        answers: names of the answers that it takes, the usual one first.
        facts: how it was found, as pairs of texts.
        help_pattern: its part of What helps; "" where there is none.
        is_new: it came up just now, and is critical.
    """

    id: str
    key: str
    css: str
    icon: str
    kind: str
    side: str
    since: str
    text: str
    title: str
    acts: bool
    clinician: str
    note: str
    answered: tuple[str, ...]
    tag: str
    tag_icon: str
    answers: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    help_pattern: str
    is_new: bool


def key_text(key: AlertKey) -> str:
    """The name of an alert in a form; `key_from` reads it.

    Example:
        >>> key_text(AlertKey("low-arch", "left", 5))
        'low-arch.left.5'
    """
    return f"{key.rule}.{key.foot}.{key.onset_utc_ns}"


def key_from(text: str) -> AlertKey:
    """The alert that a form names.

    Raises:
        RefusedError: 400, it names none.
    """
    parts = text.rsplit(".", 2)
    if len(parts) != 3 or not parts[0] or parts[1] not in ("left", "right", "both"):
        raise RefusedError(400)
    if not (parts[2].isascii() and parts[2].isdigit() and len(parts[2]) <= _LONGEST_NUMBER):
        raise RefusedError(400)
    return AlertKey(parts[0], parts[1], int(parts[2]))


@dataclass(frozen=True)
class CardWriter:
    """Writes cards for one reader.

    Attributes:
        formats: of the reader.
        now_utc_ns: the time of the request.
        for_clinician: whether the reader is not the person.
        new_within_s: a critical alert that was known so lately is announced.
    """

    formats: Formats
    now_utc_ns: int
    for_clinician: bool = False
    new_within_s: float = 0.0

    def cards(self, listed: Sequence[ListedAlert]) -> tuple[AlertCard, ...]:
        """All of a list."""
        return tuple(self.card(one) for one in listed)

    def card(self, listed: ListedAlert) -> AlertCard:
        """One alert."""
        alert, texts = listed.alert, rule_texts(self.formats.words)
        key = alert.key
        css, icon, kind = self._kind(listed)
        rule = all_rules().get(key.rule)
        age_s = (self.now_utc_ns - alert.known_utc_ns) / _NS
        tag, tag_icon = self._end(listed)
        return AlertCard(
            id=f"alert-{key.rule}-{key.foot}-{key.onset_utc_ns // 1_000_000_000}",
            key=key_text(key),
            css=css,
            icon=icon,
            kind=kind,
            side=texts.sides[key.foot],
            since=self._since(listed),
            text=texts.patient_of_side(key.rule, key.foot),
            title=texts.patient_of_side(key.rule, key.foot)
            if rule is None
            else texts.patterns[rule.pattern].title,
            acts=acts_at_once(key) and not self.for_clinician,
            clinician=texts.clinician_of_side(key.rule, key.foot) if self.for_clinician else "",
            note=self._note(listed),
            answered=self._answers_given(listed),
            tag=tag,
            tag_icon=tag_icon,
            answers=answers_to(listed, own=not self.for_clinician),
            facts=self._facts(listed, rule, texts),
            help_pattern="" if rule is None or rule.pattern in ABOUT_INSOLES else rule.pattern,
            is_new=alert.critical and listed.state is AlertState.RAISED and age_s <= self.new_within_s,
        )

    def _kind(self, listed: ListedAlert) -> tuple[str, str, str]:
        words, until = self.formats.words, listed.quiet_until
        if until is not None:
            key = "weight-off-until" if listed.state is AlertState.SILENCED else "asleep-until"
            return "asleep", "moon", words(f"alerts.{key}", until=self.formats.moment(until))
        if listed.alert.critical:
            return "critical", "octagon", words("alerts.critical")
        return "attention", "triangle", words("alerts.reminder")

    def _since(self, listed: ListedAlert) -> str:
        alert, formats = listed.alert, self.formats
        onset_ns = alert.key.onset_utc_ns
        if alert.cleared_utc_ns is not None:
            return formats.span(onset_ns, max(onset_ns, alert.cleared_utc_ns))
        # No duration: it would stand still while the page is open.
        return formats.words("alerts.since", since=formats.moment(onset_ns))

    def _note(self, listed: ListedAlert) -> str:
        words, until = self.formats.words, listed.quiet_until
        if until is not None:
            key = "comes-back-critical" if listed.alert.critical else "comes-back"
            return words(f"alerts.{key}")
        if listed.alert.critical and listed.alert.cleared_utc_ns is None:
            return words("alerts.no-later")
        return ""

    def _answers_given(self, listed: ListedAlert) -> tuple[str, ...]:
        return tuple(
            self.formats.words(
                f"alerts.said.{_ANSWER_KEYS[one.answer]}", by=one.by, at=self.formats.moment(one.at_utc)
            )
            for one in listed.alert.answers
            if one.answer in _ANSWER_KEYS
        )

    def _end(self, listed: ListedAlert) -> tuple[str, str]:
        """How it ended, with its icon; nothing while it lasts."""
        alert, formats = listed.alert, self.formats
        if alert.cleared_utc_ns is None:
            return "", ""
        minutes, values, icon = alert.helped_after_min, dict[str, str](), "clock"
        lasted_s = (alert.cleared_utc_ns - alert.key.onset_utc_ns) / _NS
        if any(one.answer is AnswerKind.WRONG for one in alert.answers):
            key = "wrong"
        elif alert.helped is False:
            key = "did-not-help"
        elif minutes is not None:
            key, values, icon = "helped-in", {"duration": formats.duration(minutes * 60)}, "check"
        elif alert.helped:
            key, icon = "helped", "check"
        elif lasted_s > 0:
            key, values = "over-after", {"duration": formats.duration(lasted_s)}
        else:
            key = "over"
        return formats.words(f"alerts.earlier.{key}", **values), icon

    def _facts(self, listed: ListedAlert, rule: Rule | None, texts: Catalogue) -> tuple[tuple[str, str], ...]:
        words, alert = self.formats.words, listed.alert
        known = texts.alerts[_CLASS[alert.alert_class]]
        facts = [(words("alerts.how.known"), f"{known}, {self.formats.moment(alert.known_utc_ns)}")]
        if rule is not None:
            version = words("alerts.how.rule-is", rule=rule.id, version=rule.version)
            facts.append((words("alerts.how.rule"), version))
            if self.for_clinician:
                level = self.formats.quantity(rule.raise_level, rule.unit, 2)
                facts += [(words("alerts.how.level"), level), (words("alerts.how.evidence"), rule.evidence)]
        answered = "; ".join(self._answers_given(listed)) or words("alerts.how.nobody")
        return (*facts, (words("alerts.how.answered"), answered))


def answers_to(listed: ListedAlert, own: bool) -> tuple[str, ...]:
    """The answers that an alert takes now, the usual one first.

    A critical one takes only that the weight was taken off. How it was is asked once it was answered. Anyone
    else than the person can only say that an alert was seen: what was done and felt is the person's to say,
    and nobody else silences a critical one.

    Args:
        listed: the alert as it stands.
        own: whether the person answers.
    """
    alert = listed.alert
    if not own:
        return ("seen",) if listed.state is AlertState.RAISED and not alert.critical else ()
    is_over, is_quiet = alert.cleared_utc_ns is not None, listed.quiet_until is not None
    if alert.critical:
        return () if is_over or is_quiet else ("weight",)
    kinds = {one.answer for one in alert.answers}
    judged = bool(kinds & {AnswerKind.HELPED, AnswerKind.DID_NOT_HELP, AnswerKind.WRONG})
    how_it_was = () if judged else ("helped", "did-not-help", "wrong")
    if is_over:
        return how_it_was
    if is_quiet:
        return ("wake",) if AnswerKind.SEEN in kinds else ("wake", "seen")
    if AnswerKind.SEEN in kinds:
        return (*how_it_was[:2], "later", *how_it_was[2:])
    return ("seen", "later") if judged else ("seen", "later", "wrong")
