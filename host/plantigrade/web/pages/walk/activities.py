"""What was done during a recording, and for how long."""

from dataclasses import dataclass

from plantigrade.analysis.stored import StoredDocument
from plantigrade.gait.activity_kinds import ActivityKind
from plantigrade.web.formats import Formats


@dataclass(frozen=True)
class Spent:
    """Time spent in one kind of activity.

    Attributes:
        kind: of activity.
        time: as text.
        share: of the recording, as text.
    """

    kind: ActivityKind
    time: str
    share: str


def spent_of(found: StoredDocument, formats: Formats) -> tuple[Spent, ...]:
    """Kinds of activity with the time spent in them, the longest first."""
    times: dict[ActivityKind, float] = {
        kind: time_s for kind, time_s in found.activity_times_s.items() if time_s > 0
    }
    recorded_s = sum(times.values())
    return tuple(
        Spent(kind, formats.duration(time_s), formats.quantity(100 * time_s / recorded_s, "%", 1))
        for kind, time_s in sorted(times.items(), key=lambda one: one[1], reverse=True)
    )
