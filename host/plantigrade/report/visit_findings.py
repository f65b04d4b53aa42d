"""What the recordings of a visit say: balance, one-leg stance, walking before and after."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plantigrade.analysis.visit.one_leg import OneLeg, one_leg
from plantigrade.analysis.visit.standing import Closing, closing, quiet_standing
from plantigrade.errors import PlantigradeError
from plantigrade.gait.balance import Standing
from plantigrade.gait.signals import Foot
from plantigrade.library.person.visits import STANDING, StepKind
from plantigrade.posture.baseline.before_after import Difference, compare
from plantigrade.posture.rules_engine.features import StrideColumns, from_analysis
from plantigrade.report.document_compare import METRICS

if TYPE_CHECKING:
    from plantigrade.library.recordings.recording import Recording

Recordings = Mapping[StepKind, "Recording"]


@dataclass(frozen=True)
class VisitFindings:
    """What was found; what was not done, or could not be read, is missing.

    Attributes:
        standings: of each kind of standing.
        closing: eyes closed over open; None where one of them is missing.
        one_leg: of each leg; None where the other foot was never raised.
        differences: of walking, the orthotic minus own shoes; empty where one is missing.
        problems: what could not be read, by step.
    """

    standings: Mapping[StepKind, Standing]
    closing: Closing | None
    one_leg: Mapping[Foot, OneLeg | None]
    differences: tuple[Difference, ...]
    problems: Mapping[StepKind, str] = field(default_factory=dict[StepKind, str])


def findings_of(recordings: Recordings, language: str = "en") -> VisitFindings:
    """Look at every recording of a visit; one that cannot be read is named and spoils no other.

    Args:
        recordings: by step.
        language: of the sentences about walking.
    """
    problems: dict[StepKind, str] = {}
    standings: dict[StepKind, Standing] = {}
    for kind in STANDING:
        if kind in recordings:
            try:
                found = quiet_standing(recordings[kind].walk())
            except PlantigradeError as error:
                problems[kind] = str(error)
                continue
            if found is not None:
                standings[kind] = found
    legs: dict[Foot, OneLeg | None] = {}
    for kind, foot in ((StepKind.LEFT_LEG, Foot.LEFT), (StepKind.RIGHT_LEG, Foot.RIGHT)):
        if kind in recordings:
            try:
                legs[foot] = one_leg(recordings[kind].walk(), foot)
            except PlantigradeError as error:
                problems[kind] = str(error)
    return VisitFindings(
        standings,
        closing(standings.get(StepKind.EYES_OPEN), standings.get(StepKind.EYES_CLOSED)),
        legs,
        _differences(recordings, language, problems),
        problems,
    )


def _differences(
    recordings: Recordings, language: str, problems: dict[StepKind, str]
) -> tuple[Difference, ...]:
    columns: dict[StepKind, list[StrideColumns]] = {}
    for kind in (StepKind.OWN_SHOES, StepKind.ORTHOTIC):
        if kind not in recordings:
            return ()
        try:
            columns[kind] = from_analysis(recordings[kind].analysis())
        except PlantigradeError as error:
            problems[kind] = str(error)
            return ()
    before, after = columns[StepKind.OWN_SHOES], columns[StepKind.ORTHOTIC]
    return tuple(compare([before], [after], METRICS, language=language))
