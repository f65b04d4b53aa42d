"""One wearer, followed while frames come in: calibration, gait engine and rules as for a recording.

Frames in, strides and alerts out. The same codes in the same order give the same forces, and the engine's
values of a stride do not depend on the pieces in which the samples came; what may differ from the analysis of
the recording is time, within what the clocks are uncertain by, and strides beside frames that came too late.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from plantigrade.analysis.live.even_rows import EvenRows
from plantigrade.analysis.live.order import FrameOrder
from plantigrade.analysis.live.settings import BEHIND_S, FOOT_WAIT_NS, HELD_ROWS, STEP_FRAMES
from plantigrade.analysis.live.steady import SteadyStrides, chosen_strides
from plantigrade.array_types import F32
from plantigrade.bridge.insole import StampedFrames
from plantigrade.calibration.model import Calibration
from plantigrade.calibration.nominal import nominal
from plantigrade.calibration.stream import Calibrator
from plantigrade.gait.engine import Engine
from plantigrade.gait.pressure.own_insole import own_layout
from plantigrade.gait.results import StrideTable
from plantigrade.gait.signals import Foot, FootSignal
from plantigrade.gait.stillness import outside
from plantigrade.posture.rules_engine.alerts import Alert, Response
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.statistics import Reference
from plantigrade.posture.rules_engine.watcher import Watcher
from plantigrade.posture.settings import WATCHED_PIECE_S

I64 = NDArray[np.int64]
U16 = NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class WearerSetup:
    """What a wearer's frames are analysed with.

    Attributes:
        rate_hz: frames a second of both feet.
        weight_n: of the body; None where it is not known: strides then, but no alerts.
        calibrations: by foot; the nominal one for a foot without.
        book: the wearer's rules; None for the shipped ones.
        reference: the wearer's own days; None where there are too few.
        shoe_size_eu: for lengths in millimetres; None where it is not known.
    """

    rate_hz: float
    weight_n: float | None = None
    calibrations: Mapping[Foot, Calibration] = field(default_factory=dict[Foot, Calibration])
    book: RuleBook | None = None
    reference: Reference | None = None
    shoe_size_eu: float | None = None


@dataclass(frozen=True, eq=False)
class Findings:
    """What a step has found; times in seconds since `LiveWearer.start_ns`.

    Attributes:
        strides: complete strides by foot. One that overlaps an earlier one replaces it.
        alerts: those that were raised or cleared, as they are now.
        more: whether more has come than a step looks at; call `step` again.
    """

    strides: tuple[tuple[Foot, StrideTable], ...] = ()
    alerts: tuple[Alert, ...] = ()
    more: bool = False


@dataclass
class _FootState:
    """What has come of one foot."""

    order: FrameOrder
    calibrator: Calibrator
    rows: EvenRows | None = None
    last_s: float = float("-inf")
    reported_s: float = float("-inf")
    behind_since_ns: int | None = None


class LiveWearer:
    """Follows both feet of one wearer.

    Call `put` with what the bridge delivers, and `step` a few times a second.

    Attributes:
        start_ns: second 0 of all times, on the clock of the frames; None before the first frame passed.
        repeated: strides that were reported again because the levels of a foot were learnt anew.

    Args:
        setup: calibrations, weight, rules and own days.
    """

    def __init__(self, setup: WearerSetup) -> None:
        self._setup = setup
        self._layout = own_layout(setup.shoe_size_eu)
        self._engine = Engine(sample_rate_hz=setup.rate_hz, body_weight_n=setup.weight_n)
        self._watcher: Watcher | None = None
        self._feet = {
            foot: _FootState(
                FrameOrder(), Calibrator(setup.calibrations.get(foot) or nominal(), setup.rate_hz)
            )
            for foot in Foot
        }
        self._steady = SteadyStrides()
        self._before: tuple[Alert, ...] = ()
        self._row = 0
        self._first_now_ns: int | None = None
        self.start_ns: int | None = None
        self.repeated = 0

    @property
    def left_out(self) -> int:
        """Frames that came too late to be looked at here."""
        return sum(state.order.left_out for state in self._feet.values())

    def reach_s(self, foot: Foot) -> float:
        """Time of the newest sample of a foot that was looked at; minus infinity before the first."""
        return self._feet[foot].last_s

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """All alerts so far."""
        return self._before + (() if self._watcher is None else self._watcher.alerts)

    def put(self, foot: Foot, stamped: StampedFrames) -> None:
        """Take a piece of a foot, late or not."""
        self._feet[foot].order.put(stamped)

    def step(self, now_ns: int) -> Findings:
        """Analyse what has come, some seconds of it at most.

        Args:
            now_ns: on the clock of `StampedFrames.delivered_ns`.

        Raises:
            GaitInputError: the samples cannot be analysed, such as at another rate than stated.
        """
        if self.start_ns is None and not self._begin(now_ns):
            return Findings()
        arrived = {foot: self._arrived(state, now_ns) for foot, state in self._feet.items()}
        alerts: list[Alert] = []
        signals = {foot: self._signal(foot, arrived[foot], alerts) for foot in Foot}
        silent = self._silent(now_ns)
        left, right = signals[Foot.LEFT], signals[Foot.RIGHT]
        if left is not None or right is not None:
            self._engine.feed(left, right)
        reported = self._engine.take_strides(silent)
        still = self._engine.still_spans() if reported else []
        reported = [(foot, walked_strides(strides, still)) for foot, strides in reported]
        for foot, strides in reported:
            self._steady.add(foot, self._new_ones(foot, strides))
        self._engine.drop_pictures()
        if self._watcher is not None:
            waited_for = {foot: state.last_s for foot, state in self._feet.items() if foot not in silent}
            for foot, strides in self._steady.take(waited_for):
                alerts += self._watcher.strides(foot, strides)
            alerts += self._seconds(self._watcher, min(waited_for.values()))
        more = any(piece is not None and len(piece[0]) >= STEP_FRAMES for piece in arrived.values())
        return Findings(tuple(reported), tuple(alerts), more)

    def change_rules(self, book: RuleBook) -> tuple[Alert, ...]:
        """Other rules hold from the next stride and second on; what was looked at so far is left behind.

        Returns:
            The alerts that were open: the new rules raise them again where they still hold.
        """
        self._setup = replace(self._setup, book=book)
        if self._watcher is None:
            return ()
        left = tuple(alert for alert in self._watcher.alerts if alert.cleared_s is None)
        self._before += self._watcher.alerts
        self._watcher = self._new_watcher(self._row / self._setup.rate_hz)
        return left

    def _new_watcher(self, start_s: float) -> Watcher | None:
        setup = self._setup
        if not setup.weight_n:
            return None
        return Watcher(
            setup.rate_hz,
            setup.weight_n,
            book=setup.book,
            reference=setup.reference,
            start_s=start_s,
            layout=self._layout,
        )

    def finish(self) -> tuple[tuple[Alert, ...], Response | None]:
        """End of the wearing: the alerts that change by what was still waiting, and how alerts were
        answered; None where nothing was watched."""
        if self._watcher is None:
            return (), None
        before = self._watcher.alerts
        for foot, strides in self._steady.take(dict.fromkeys(Foot, float("inf")), at_end=True):
            self._watcher.strides(foot, strides)
        response = self._watcher.finish()
        changed = [alert for alert in self._watcher.alerts if alert not in before]
        return tuple(changed), response

    def _arrived(self, state: _FootState, now_ns: int) -> tuple[I64, U16] | None:
        passed = state.order.take(now_ns, STEP_FRAMES)
        if not passed:
            return None
        times, counts = zip(*(_spread(one, self._setup.rate_hz) for one in passed), strict=True)
        return np.concatenate(times), np.concatenate(counts)

    def _begin(self, now_ns: int) -> bool:
        """Fix second 0 once both feet have come, or one of them has been waited for long enough."""
        found = (state.order.first_ns for state in self._feet.values())
        firsts = [first for first in found if first is not None]
        if firsts and self._first_now_ns is None:
            self._first_now_ns = now_ns
        waited = self._first_now_ns is not None and now_ns - self._first_now_ns >= FOOT_WAIT_NS
        if len(firsts) < len(Foot) and not (firsts and waited):
            return False
        self.start_ns = min(firsts)
        self._watcher = self._new_watcher(0.0)
        return True

    def _signal(self, foot: Foot, piece: tuple[I64, U16] | None, alerts: list[Alert]) -> FootSignal | None:
        """Newtons of what has come; times that do not rise are left out, as in a recording."""
        if piece is None or self.start_ns is None:
            return None
        state = self._feet[foot]
        time_s = np.asarray((piece[0] - self.start_ns) * 1e-9, np.float64)
        reached = np.maximum.accumulate(np.append(state.last_s, time_s))
        rising = time_s > reached[:-1]
        time_s, counts = time_s[rising], piece[1][rising]
        state.order.left_out += int(np.count_nonzero(~rising))
        if not len(time_s):
            return None
        state.last_s = float(time_s[-1])
        force_n: F32 = state.calibrator.feed(counts)
        if self._watcher is not None:
            alerts += self._watcher.counts(foot, counts)
        if state.rows is None:
            # A foot that arrives later than the other begins at the row that the other has come to.
            state.rows = EvenRows(self._setup.rate_hz, force_n.shape[1], first=self._row)
        state.rows.add(time_s, force_n)
        return FootSignal(foot, time_s, force_n, self._layout)

    def _silent(self, now_ns: int) -> set[Foot]:
        """Feet that are no longer waited for."""
        silent: set[Foot] = set()
        for foot, state in self._feet.items():
            if self._feet[foot.other].last_s - state.last_s <= BEHIND_S:
                state.behind_since_ns = None
                continue
            if state.behind_since_ns is None:
                state.behind_since_ns = now_ns
            if now_ns - state.behind_since_ns >= FOOT_WAIT_NS:
                silent.add(foot)
        return silent

    def _new_ones(self, foot: Foot, strides: StrideTable) -> StrideTable:
        """The strides that do not end in what was reported already: a rule looks at each step once."""
        state = self._feet[foot]
        ends = strides.next_initial_contact_s
        new = np.flatnonzero(ends > state.reported_s)
        self.repeated += len(ends) - len(new)
        state.reported_s = max(state.reported_s, float(ends.max(initial=float("-inf"))))
        return chosen_strides(strides, new)

    def _seconds(self, watcher: Watcher, reach_s: float) -> list[Alert]:
        if not np.isfinite(reach_s):
            return []
        end = int(np.floor(reach_s * self._setup.rate_hz)) - HELD_ROWS
        feet = [self._feet[foot].rows for foot in (Foot.LEFT, Foot.RIGHT)]
        if feet == [None, None]:
            return []
        alerts: list[Alert] = []
        while self._row < end:  # piece by piece: hours in which nothing was worn would fill the memory
            stop = min(end, self._row + round(WATCHED_PIECE_S * self._setup.rate_hz))
            blank = np.zeros((stop - self._row, 0), np.float32)
            rows = [blank if one is None else one.take(stop) for one in feet]
            self._row = stop
            alerts += watcher.pressures(*rows) if watcher.wants_pressures else []
            alerts += watcher.forces(*(np.nan_to_num(one, nan=0.0).sum(axis=1) for one in rows))
        return alerts


def walked_strides(strides: StrideTable, still: list[tuple[float, float]]) -> StrideTable:
    """Without the cycles that begin while nobody steps: sway, as the analysis of the recording sees it."""
    if not still:
        return strides
    begun = strides.initial_contact_s
    return chosen_strides(strides, np.flatnonzero(np.isin(begun, outside(begun, still))))


def _spread(stamped: StampedFrames, rate_hz: float) -> tuple[I64, U16]:
    """Time and codes of every slot: a still time is recorded as means of several slots."""
    frames = stamped.frames
    assert stamped.host_ns is not None, "frames without a time are left out before"
    slots = frames.slots_per_frame
    if slots == 1:
        return stamped.host_ns, frames.counts
    within = np.tile(np.arange(slots), len(frames)) * round(1e9 / rate_hz)
    return np.repeat(stamped.host_ns, slots) + within, np.repeat(frames.counts, slots, axis=0)
