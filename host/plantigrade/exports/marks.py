"""What happens at a time: contacts, gaps, notes and alerts, for formats with annotations or events."""

from dataclasses import dataclass

from plantigrade.exports.export_data import ExportData


@dataclass(frozen=True, order=True)
class Mark:
    """Something at `at_s`, or from there for `duration_s`.

    Attributes:
        at_s: seconds since the start of the recording.
        duration_s: None for a moment.
        foot: "left", "right", "both" or "unset".
        kind: "initial_contact", "final_contact", "gap", "note" or "alert".
        text: the reason of a gap, the rule of an alert, the note.
    """

    at_s: float
    duration_s: float | None
    foot: str
    kind: str
    text: str = ""

    @property
    def label(self) -> str:
        """One line: "left gap: overrun"."""
        head = self.kind if self.foot == "both" else f"{self.foot} {self.kind}"
        return f"{head}: {self.text}" if self.text else head


def contacts(data: ExportData) -> list[Mark]:
    """Initial and final contacts of both feet in time order."""
    found = [
        Mark(event.time_s, None, event.foot.value, event.kind)
        for foot in data.analysis.feet
        for event in foot.events()
    ]
    return sorted(found, key=lambda mark: (mark.at_s, mark.foot))


def gaps(data: ExportData) -> list[Mark]:
    """Every gap whose place in time is known."""
    return [
        Mark(gap.from_s, gap.to_s - gap.from_s, foot.foot, "gap", gap.reason)
        for foot in data.feet
        for gap in foot.gaps
        if gap.from_s is not None and gap.to_s is not None
    ]


def marks(data: ExportData) -> list[Mark]:
    """Everything in time order."""
    end_s = data.duration_s
    found = contacts(data) + gaps(data)
    found += [Mark(note.at_s or 0.0, None, "both", "note", note.text) for note in data.notes]
    for alert in data.alerts:
        until = end_s if alert.to_s is None else alert.to_s
        lasted = None if until is None else max(until - alert.from_s, 0.0)
        found.append(Mark(alert.from_s, lasted, alert.foot, "alert", alert.rule))
    return sorted(found, key=lambda mark: (mark.at_s, mark.foot, mark.kind))
