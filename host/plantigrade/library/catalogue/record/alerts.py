"""Answers to alerts, and attempts to deliver them."""

from dataclasses import dataclass, replace
from datetime import datetime

from plantigrade.library.catalogue.person_tables import AlertAnswerRow, DeliveryRow
from plantigrade.library.catalogue.record.access import RecordPart, Values, checked_text, entered_by, in_utc
from plantigrade.library.person.documents import as_document, from_document
from plantigrade.library.person.entries import AlertAnswer, AnswerKind, Delivery, DeliveryOutcome
from plantigrade.library.person.settings import LONGEST_NAME, LONGEST_NOTE

_FEET = ("left", "right", "both")


@dataclass(frozen=True)
class AnswerDetails:
    """What of an answer is encrypted."""

    note: str
    after_min: float | None


class AnswersPart(RecordPart[AlertAnswer]):
    """Answers to alerts, keyed by rule, foot and onset; none is ever changed, a later one stands beside it.

    One that cannot be read is left out: an alert without its answer is shown again, never silenced.
    """

    what = "answers"
    rows = AlertAnswerRow

    def add(self, answer: AlertAnswer) -> AlertAnswer:
        """Store an answer; the same one twice is stored once.

        Raises:
            LibraryError: it has no rule, no foot or no time, or ends before it begins.
        """
        access = self._access
        rule = checked_text(access, answer.rule, LONGEST_NAME, "the rule of an alert")
        note = checked_text(access, answer.note, LONGEST_NOTE, "a remark", empty=True)
        if answer.foot not in _FEET:
            raise access.problem(f"the foot of an alert is one of {', '.join(_FEET)}, not {answer.foot!r}")
        at_utc = in_utc(access, answer.at_utc, self.what)
        until_utc = None if answer.until_utc is None else in_utc(access, answer.until_utc, self.what)
        if until_utc is not None and until_utc <= at_utc:
            raise access.problem("an answer ends after it begins")
        if answer.after_min is not None and not 0 <= answer.after_min <= 24 * 60:
            raise access.problem(f"what helped, helped within a day, not after {answer.after_min:g} minutes")
        stored = replace(
            answer, rule=rule, note=note, at_utc=at_utc, until_utc=until_utc, by=entered_by(answer.by)
        )
        with access.writing(self.what) as session:
            same = (AlertAnswerRow.rule == rule, AlertAnswerRow.at_utc == at_utc)
            for known in self._list(session, *same)[0]:
                if replace(known, id=answer.id) == stored:
                    return known
            row = AlertAnswerRow(
                person_id=access.person_id,
                rule=rule,
                foot=answer.foot,
                onset_utc_ns=answer.onset_utc_ns,
                answer=AnswerKind(answer.answer).value,
                until_utc=until_utc,
                document=as_document(AnswerDetails(note, answer.after_min)),
                by=stored.by,
                at_utc=at_utc,
            )
            session.add(row)
            session.flush()
            return replace(stored, id=row.id)

    def all(self, since: datetime | None = None) -> list[AlertAnswer]:
        """Answers, in the order in which they were given; those since a time if asked."""
        if since is None:
            return self._in_order(self._read())
        return self._in_order(self._read(AlertAnswerRow.at_utc >= in_utc(self._access, since, self.what)))

    def to(self, rule: str, foot: str, onset_utc_ns: int) -> list[AlertAnswer]:
        """The answers to one alert."""
        of_rule = self._read(AlertAnswerRow.rule == rule, AlertAnswerRow.foot == foot)
        return self._in_order([answer for answer in of_rule if answer.onset_utc_ns == onset_utc_ns])

    @staticmethod
    def _in_order(answers: list[AlertAnswer]) -> list[AlertAnswer]:
        return sorted(answers, key=lambda answer: (answer.at_utc, answer.id))

    def _entry(self, values: Values) -> AlertAnswer:
        details = from_document(AnswerDetails, values["document"])
        return AlertAnswer(
            values["rule"],
            values["foot"],
            values["onset_utc_ns"],
            AnswerKind(values["answer"]),
            values["at_utc"],
            values["until_utc"],
            details.after_min,
            details.note,
            values["by"],
            values["id"],
        )


class DeliveriesPart(RecordPart[Delivery]):
    """Attempts to deliver notifications. The audit log does not repeat them."""

    what = "deliveries"
    rows = DeliveryRow

    def add(self, delivery: Delivery) -> Delivery:
        """Store an attempt.

        Raises:
            LibraryError: it has no channel or no subject, or no time zone.
        """
        access = self._access
        channel = checked_text(access, delivery.channel, LONGEST_NAME, "the name of a channel")
        subject = checked_text(access, delivery.subject, LONGEST_NAME, "the subject of a notification")
        at_utc = in_utc(access, delivery.at_utc, self.what)
        stored = replace(
            delivery, channel=channel, subject=subject, at_utc=at_utc, note=delivery.note[:LONGEST_NOTE]
        )
        with access.writing(self.what, logged=False) as session:
            row = DeliveryRow(
                person_id=access.person_id,
                at_utc=at_utc,
                channel=channel,
                subject=subject,
                outcome=DeliveryOutcome(delivery.outcome).value,
                document={"note": stored.note},
            )
            session.add(row)
            session.flush()
            return replace(stored, id=row.id)

    def all(self, since: datetime | None = None) -> list[Delivery]:
        """Attempts, in the order in which they were made; those since a time if asked."""
        if since is None:
            return self._read()
        return self._read(DeliveryRow.at_utc >= in_utc(self._access, since, self.what))

    def _entry(self, values: Values) -> Delivery:
        return Delivery(
            values["at_utc"],
            values["channel"],
            values["subject"],
            DeliveryOutcome(values["outcome"]),
            str(values["document"]["note"]),
            values["id"],
        )
