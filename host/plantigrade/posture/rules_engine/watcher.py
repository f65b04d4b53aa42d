"""Everything that watches a wearer at once: strides, standing, wear and sensors, into one stream of alerts.

Live pages and whole recordings use the same `Watcher`; a recording is one long chunk.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from plantigrade.calibration.faults import FaultWatch
from plantigrade.calibration.front_end import FrontEndParameters
from plantigrade.calibration.model import Codes
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.results import StrideTable
from plantigrade.gait.signals import Foot, SensorLayout
from plantigrade.posture.rules_engine.alerts import Alert, Response
from plantigrade.posture.rules_engine.features import Observation, columns_of, derived, stride_observations
from plantigrade.posture.rules_engine.monitor import Monitor
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import Scope
from plantigrade.posture.rules_engine.standing import StandingWatch
from plantigrade.posture.rules_engine.statistics import Reference
from plantigrade.posture.rules_engine.sustained import SustainedPressure

Forces = NDArray[np.floating]


class Watcher:
    """Alerts of one wearer.

    Args:
        rate_hz: rows per second of both feet.
        body_weight_n: of the wearer, for shares and body weights.
        book: the patient's rules; None for the shipped ones.
        reference: the personal baseline of the shoes that are worn.
        own_insole: whether the sensors are those of our layout.
        start_s: time of the first row.
        layout: of the sensors, for `pressures`; our insole of nominal size if not given.
    """

    def __init__(
        self,
        rate_hz: float,
        body_weight_n: float,
        *,
        book: RuleBook | None = None,
        reference: Reference | None = None,
        own_insole: bool = True,
        start_s: float = 0.0,
        layout: SensorLayout | None = None,
    ) -> None:
        self.monitor = Monitor(book, reference, own_insole=own_insole)
        rules = self.monitor.book.rules.values()
        self._sustained: SustainedPressure | None = None
        if own_insole and any(rule.enabled and rule.scope is Scope.FOOT_SECOND for rule in rules):
            area_cm2 = (layout or own_layout()).area_cm2
            self._sustained = SustainedPressure(rate_hz, area_cm2, start_s)
        self._weight_n = body_weight_n
        self._standing = StandingWatch(rate_hz, body_weight_n, start_s)
        front = FrontEndParameters.load()
        self._faults: Mapping[Foot, FaultWatch] = {foot: FaultWatch(rate_hz, front) for foot in Foot}
        self._now_s = start_s
        self._worn_s = 0.0
        self._put_on = False

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """All alerts so far."""
        return tuple(self.monitor.log.alerts)

    def strides(self, foot: Foot, rows: StrideTable) -> list[Alert]:
        """Strides that have become complete; the alerts that changed."""
        table = columns_of(foot, rows)
        values = dict(table.values) | derived(table.values, self._weight_n)
        complete = type(table)(foot, table.end_s, table.valid, values)
        return self.monitor.feed(list(stride_observations([complete])))

    def forces(self, left_n: Forces, right_n: Forces) -> list[Alert]:
        """The next total forces (n,) of both feet in newtons; the alerts that changed."""
        seconds = self._standing.feed(left_n, right_n)
        if not seconds:
            return []
        self._now_s = seconds[-1].time_s
        self._worn_s += sum(second.values["worn"] for second in seconds)
        return self.monitor.feed(seconds if self._put_on else self._until_put_on(seconds))

    def _until_put_on(self, seconds: list[Observation]) -> list[Observation]:
        """Before they are put on, insoles are not "not worn": a recording may begin the evening before."""
        found: list[Observation] = []
        for second in seconds:
            self._put_on = self._put_on or second.values["worn"] > 0.0
            values = second.values if self._put_on else {**second.values, "not_worn_s": 0.0}
            found.append(replace(second, values=values))
        return found

    @property
    def wants_pressures(self) -> bool:
        """Whether a rule that is on looks at what single sensors carry: then `pressures` must be called."""
        return self._sustained is not None

    def pressures(self, left_n: Forces, right_n: Forces) -> list[Alert]:
        """The next forces (n, S) of the sensors of both feet, as `SustainedPressure.feed` takes them; the
        alerts that changed."""
        return [] if self._sustained is None else self.monitor.feed(self._sustained.feed(left_n, right_n))

    def counts(self, foot: Foot, counts: Codes) -> list[Alert]:
        """The next raw codes (n, S) of a foot, for the running check of its sensors; the alerts that
        changed."""
        watch = self._faults[foot]
        before = dict(watch.current)
        watch.feed(counts)
        if watch.current == before:
            return []
        faulty = sum(fault.kind.broken for w in self._faults.values() for fault in w.current.values())
        return self.monitor.feed([Observation(self._now_s, None, {"faulty_sensors": float(faulty)})])

    def finish(self) -> Response:
        """Judge what is still waiting; how alerts were answered over the time of wear."""
        self.monitor.finish()
        return self.monitor.log.response(self._worn_s)
