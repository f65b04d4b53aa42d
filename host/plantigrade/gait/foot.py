"""One foot's stream: buffer, contacts, cycles, ledger. Knows nothing of the other foot."""

from itertools import chain
from typing import NamedTuple

import numpy as np

from plantigrade.errors import PlantigradeError
from plantigrade.gait import contact_kernel, epoch_kernel, stride_kernel
from plantigrade.gait.cycle_store import CycleStore
from plantigrade.gait.load_trace import LoadTrace
from plantigrade.gait.motion.stream import FootMotion, StrideMotion
from plantigrade.gait.pressure.stance import StanceFeatures
from plantigrade.gait.results import Event
from plantigrade.gait.sample_buffer import SampleBuffer
from plantigrade.gait.settings import (
    EPOCH_S,
    HISTORY_S,
    LEVEL_FROM_S,
    LONGEST_STEP_PERIODS,
    MANY_CELLS,
    MIN_SEARCH_ROWS,
    RATE_ROWS,
    RATE_TOLERANCE,
    SMOOTH_S,
    ContactSettings,
)
from plantigrade.gait.short_gaps import Rows, ShortGaps
from plantigrade.gait.signals import NO_NUMBER, Floats, FootSignal, TimeGap

BUFFER_ROWS = 16384
_SHARES = (
    "load_share",
    "unload_share",
    "onset_slope_share",
    "release_slope_share",
    "onset_level_share",
    "release_level_share",
    "low_load_share",
)


class GaitInputError(PlantigradeError):
    """Samples that cannot be analysed: wrong rate, time that runs backwards, changing sensors."""


class _Contact(NamedTuple):
    """One row of the kernel's `EVENT` table."""

    kind: int
    row: int
    time_s: float
    swing: float
    stance: float
    peak: float
    low_load_s: float


Cycle = tuple[_Contact, _Contact, _Contact]
_FIELDS = _Contact._fields


def contact_config(
    settings: ContactSettings, rate_hz: float, smallest_range: float, *, calibrated: bool
) -> contact_kernel.Records:
    """The kernel's configuration record at one sample rate."""

    def rows(seconds: float, least: int = 1) -> int:
        return max(least, round(seconds * rate_hz))

    config = np.zeros(1, contact_kernel.CONFIG)
    for name in _SHARES:
        config[name] = getattr(settings, name)
    config["onset_slope"] = config["release_slope"] = config["certain_load_share"] = np.inf
    if calibrated:
        config["certain_load_share"] = settings.certain_load_share
    else:  # wanders in swing by more than a certain load, and hangs on ledges as the foot leaves
        config["onset_slope_share"] = settings.switch_onset_share
        config["release_slope_share"] = settings.switch_release_share
        config["onset_slope"] = settings.switch_onset_per_s / rate_hz
        config["release_slope"] = settings.switch_release_per_s / rate_hz
        config["release_level_share"] = settings.tail_level_share
        config["ledge_share"] = settings.tail_ledge_share
        config["tail_rows"] = rows(settings.tail_span_s)
    config["block_rows"] = rows(settings.block_s)
    config["edge_rows"] = rows(settings.flank_s, 2)
    config["span_rows"] = rows(settings.slope_span_s)
    config["search_rows"] = rows(settings.search_s, MIN_SEARCH_ROWS)
    config["contact_rows"] = rows(settings.shortest_contact_s)
    config["swing_rows"] = rows(settings.shortest_swing_s)
    config["history_rows"] = rows(HISTORY_S) - rows(settings.longest_cycle_s + 1.0)
    config["smallest_range"] = smallest_range
    config["quiet_ratio"] = settings.quiet_ratio
    config["longest_step_s"] = LONGEST_STEP_PERIODS / rate_hz
    return config


class FootStream:
    """Takes the samples of one foot in pieces of any size.

    Args:
        first: any piece of the signal; tells side, sensors, layout and quantity.
        rate_hz: nominal sample rate.
        settings: contact detection.
        body_weight_n: the person's weight where known.

    Raises:
        GaitInputError: from `feed` and `finish`, for samples that cannot be analysed.
    """

    def __init__(
        self, first: FootSignal, rate_hz: float, settings: ContactSettings, body_weight_n: float | None
    ) -> None:
        self.foot = first.foot
        self.rate_hz = rate_hz
        self.quantity = first.quantity
        self.sensor_count = first.sensor_count
        self.layout = first.layout
        self._settings = settings
        smallest = settings.smallest_force_n if first.quantity == "force" else 0.0
        if body_weight_n is not None and first.quantity == "force":
            smallest = settings.smallest_weight_share * body_weight_n
        self._config = contact_config(settings, rate_hz, smallest, calibrated=first.quantity == "force")
        self._state = np.zeros(1, contact_kernel.STATE)
        self._state["loaded"] = -1
        self._state["up"] = self._state["down"] = -1
        history = int(np.ceil(HISTORY_S * rate_hz)) + 2
        self._buffer = SampleBuffer(history, BUFFER_ROWS, first.sensor_count)
        self._events = np.zeros(len(self._buffer.time_s) + 16, contact_kernel.EVENT)
        self._epoch_state = np.zeros(7)
        self._gap_state = np.zeros(2)
        self._scratch = np.zeros((BUFFER_ROWS + 2, 5))
        self._short_gaps = ShortGaps(
            first.sensor_count,
            rate_hz,
            float(self._config["longest_step_s"][0]),
            settings.longest_bridge_s,
        )
        self._declared: list[TimeGap] = []
        self._rate_checked = False
        self._first_times: Floats = np.empty(0)
        self._open: _Contact | None = None
        self._closed: _Contact | None = None
        self.pressure = StanceFeatures(first.layout, first.quantity)
        self.motion = FootMotion(first.foot, rate_hz, history, first.layout)
        self.contacts: list[tuple[float, float, float]] = []
        self.finals: list[tuple[float, float]] = []
        self.breaks: list[float] = []
        self.gaps: list[TimeGap] = []
        self.bridged: list[TimeGap] = []
        self.bridges = self._short_gaps.bridges
        self.epochs: list[Floats] = []
        self.load = LoadTrace()
        self.store = CycleStore()
        self.taken_blocks = 0
        self.first_s = float("nan")
        self.samples_used = 0

    @property
    def samples_seen(self) -> int:
        """Rows received, usable or not."""
        return self._buffer.base + self._buffer.filled

    @property
    def last_s(self) -> float:
        """Time of the newest sample."""
        buffer = self._buffer
        return float(buffer.time_s[buffer.filled - 1]) if buffer.filled else float("nan")

    @property
    def swing_level(self) -> float:
        """Learnt level of the unloaded foot; NaN before it is known."""
        return float(self._state["swing"][0]) if self._state["learnt"][0] else float("nan")

    @property
    def stance_level(self) -> float:
        """Learnt level of the loaded foot; NaN before it is known."""
        return float(self._state["stance"][0]) if self._state["learnt"][0] else float("nan")

    def feed(self, piece: FootSignal) -> list[Event]:
        """Take the next samples; returns the contact events that became certain."""
        self._check(piece)
        reported: list[Event] = []
        for start in range(0, len(piece), BUFFER_ROWS):
            reported += self._take_in(piece.part(start, start + BUFFER_ROWS))
        return reported

    def _take_in(self, piece: FootSignal) -> list[Event]:
        """Samples as they came, then with short gaps bridged into the buffer."""
        self._check_rate(piece.time_s)
        total = np.empty(len(piece))
        contact_kernel.sum_rows(piece.force_n, 0, len(piece), total)
        self._blank_declared(piece.time_s, total)
        self.motion.take(piece.time_s, piece.motion)
        known = len(self.bridges)
        rows = self._short_gaps.take(Rows(piece.time_s, piece.force_n, total))
        self.samples_used = self._short_gaps.numbers
        for one in self.bridges[known:]:
            jump = one.missing_from_s == one.from_s
            reason = self._why(one.missing_from_s, one.to_s, not jump)
            self.bridged.append(TimeGap(one.missing_from_s, one.to_s, reason, bridged=True))
        reported: list[Event] = []
        for start in range(0, len(rows), BUFFER_ROWS):
            reported += self._block(rows.part(start, start + BUFFER_ROWS))
        self.motion.settled()
        return reported

    def finish(self) -> list[Event]:
        """End of the recording; returns the last events."""
        reported = self._block(self._short_gaps.finish())
        self._check_rate(np.empty(0), at_end=True)
        buffer = self._buffer
        if buffer.filled == 0:
            return []
        count = contact_kernel.flush(
            self._state, self._config, buffer.total, buffer.time_s, buffer.base, buffer.filled, self._events
        )
        reported += self._take(self._events[:count])
        if self._epoch_state[3] > 0:
            last = np.zeros(5)
            epoch_kernel.close_epoch(self._epoch_state, last)
            self.epochs.append(last[None])
        self.motion.finish(self.last_s)
        if self._gap_state[0] == 1.0:
            self.gaps.append(TimeGap(float(self._gap_state[1]), self.last_s, NO_NUMBER))
        return reported

    def _check(self, piece: FootSignal) -> None:
        if piece.foot is not self.foot or piece.sensor_count != self.sensor_count:
            raise GaitInputError(
                f"{self.foot.value} foot: {piece.sensor_count} sensors of the {piece.foot.value} foot "
                f"cannot follow {self.sensor_count} sensors of the {self.foot.value} foot"
            )
        for gap in piece.gaps:
            if gap not in self._declared:
                self._declared.append(gap)

    def _check_rate(self, time_s: Floats, *, at_end: bool = False) -> None:
        """The first samples' times, as they came, against the rate that the source names."""
        if self._rate_checked:
            return
        first = np.concatenate([self._first_times, time_s[: RATE_ROWS - len(self._first_times)]])
        self._first_times = first
        if len(first) < (2 if at_end else RATE_ROWS):
            return
        self._rate_checked = True
        step = float(np.median(np.diff(first)))
        if not step > 0 or abs(step * self.rate_hz - 1.0) > RATE_TOLERANCE:
            found = f"{1.0 / step:.4g} Hz" if step > 0 else "no rising time"
            raise GaitInputError(
                f"{self.foot.value} foot: the samples' times say {found}, "
                f"the source says {self.rate_hz:.4g} Hz; "
                "check the sample rate"
            )

    def _block(self, piece: Rows) -> list[Event]:
        if len(piece) == 0:
            return []
        buffer = self._buffer
        start, stop = buffer.begin(piece)
        if buffer.base + start == 0:
            self.first_s = float(buffer.time_s[0])
        self._accounting(start, stop, complete=piece.complete)
        count = contact_kernel.advance(
            self._state, self._config, buffer.total, buffer.time_s, buffer.base, start, stop, self._events
        )
        if self._state["backward"][0]:
            raise GaitInputError(f"{self.foot.value} foot: time stands still or runs backwards")
        reported = self._take(self._events[:count])
        buffer.settle()
        return reported

    def _blank_declared(self, time_s: Floats, total: Floats) -> None:
        """Rows that the ledger calls missing are missing, whatever they hold."""
        for gap in self._declared:
            if len(time_s) and gap.to_s > time_s[0] and gap.from_s <= time_s[-1]:
                total[(time_s >= gap.from_s) & (time_s < gap.to_s)] = np.nan

    def _accounting(self, start: int, stop: int, *, complete: bool) -> None:
        total, time = self._buffer.total, self._buffer.time_s
        ended = epoch_kernel.epochs(time, total, start, stop, self._epoch_state, EPOCH_S, self._scratch)
        if ended:
            self.epochs.append(self._scratch[:ended].copy())
        self.load.feed(time[start:stop], total[start:stop], self._scratch)
        if complete and self._gap_state[0] == 0.0:
            return
        longest = float(self._config["longest_step_s"][0])
        found = stride_kernel.gaps(
            time, total, self._buffer.base, start, stop, longest, self._gap_state, self._scratch
        )
        for from_s, to_s, numbers in self._scratch[:found, :3]:
            self.gaps.append(TimeGap(float(from_s), float(to_s), self._why(from_s, to_s, bool(numbers))))

    def _why(self, from_s: float, to_s: float, present: bool) -> str:
        for gap in self._declared:
            if gap.from_s < to_s and gap.to_s > from_s:
                return gap.reason
        return NO_NUMBER if present else "jump of time"

    def _take(self, events: contact_kernel.Records) -> list[Event]:
        """Keep new events, close the cycles that they complete."""
        reported: list[Event] = []
        cycles: list[Cycle] = []
        moves: list[StrideMotion] = []
        for raw in map(_Contact._make, events.tolist()):
            if raw.kind == contact_kernel.BREAK:
                self.breaks.append(raw.time_s)
                self.motion.lifted(raw.time_s)
                self._open = self._closed = None
            elif raw.kind == contact_kernel.RESET:
                reported = [event for event in reported if event.time_s < raw.time_s]
                cycles = [cycle for cycle in cycles if cycle[2].time_s < raw.time_s]
                moves = moves[: len(cycles)]
                self._withdraw(raw.time_s)
            elif raw.kind == contact_kernel.INITIAL:
                reported.append(Event(self.foot, "initial_contact", raw.time_s))
                self.contacts.append((raw.time_s, raw.swing, raw.stance))
                if self._open is not None and self._closed is not None and self._is_cycle(self._open, raw):
                    cycles.append((self._open, self._closed, raw))
                    moves.append(self.motion.begin((self._open.time_s, self._closed.time_s, raw.time_s)))
                self._open, self._closed = raw, None
            else:
                reported.append(Event(self.foot, "final_contact", raw.time_s))
                self.finals.append((raw.time_s, raw.peak))
                self.motion.lifted(raw.time_s)
                self._closed = raw
        if cycles:
            self._keep(cycles)
            self.store.motion.append(self.motion.table(moves))
        self.motion.settle(self.last_s)
        return reported

    def _withdraw(self, time_s: float) -> None:
        """Levels were learnt anew: what was told from `time_s` on is told again."""
        self._open = self._closed = None
        while self.contacts and self.contacts[-1][0] >= time_s:
            self.contacts.pop()
        while self.finals and self.finals[-1][0] >= time_s:
            self.finals.pop()
        while self.breaks and self.breaks[-1] >= time_s:
            self.breaks.pop()
        self.store.withdraw(time_s)
        self.motion.withdraw(time_s)
        self.taken_blocks = min(self.taken_blocks, len(self.store.rows))

    def _is_cycle(self, first: "_Contact", last: "_Contact") -> bool:
        return last.time_s - first.time_s <= self._settings.longest_cycle_s

    def _keep(self, cycles: "list[Cycle]") -> None:
        """Features of whole cycles from the buffer, in one compiled call for all of them."""
        buffer = self._buffer
        numbers = chain.from_iterable(chain.from_iterable(cycles))
        found = np.fromiter(numbers, np.float64).reshape(len(cycles), -1, len(_FIELDS))  # (k, 3, fields)
        rows = found[:, :, _FIELDS.index("row")].astype(np.int64) - buffer.base
        times = found[:, :, _FIELDS.index("time_s")].copy()
        levels = found[:, 1, [_FIELDS.index(name) for name in ("swing", "stance", "peak")]]
        swing = np.ascontiguousarray(levels[:, 0])
        forces = np.empty((len(cycles), stride_kernel.FORCE_COLUMNS))
        curves = np.zeros((len(cycles), stride_kernel.POINTS), np.float32)
        half = round(SMOOTH_S * self.rate_hz)
        time, total = buffer.time_s[: buffer.filled], buffer.total[: buffer.filled]
        stride_kernel.cycles(time, total, rows, times, swing, half, forces, curves)
        first = self._first_row(int(rows[0, 0]))
        last = min(int(rows[-1, 2]) + 1, buffer.filled)
        force, rows = buffer.forces(first, last), rows - first
        states = np.zeros((len(cycles), self.sensor_count), np.int8)
        stride_kernel.sensor_states(force, rows, states)
        tops = np.zeros(
            (len(cycles), self.sensor_count if self.sensor_count <= MANY_CELLS else 0, 2), np.float32
        )
        stride_kernel.sensor_tops(force, rows, tops)
        store = self.store
        store.sensor_tops.append(tops)
        store.rows.append(np.column_stack([times, levels]))
        store.certainty.append(self._short_gaps.certainty(times, found[:, :, _FIELDS.index("low_load_s")]))
        store.forces.append(forces)
        store.curves.append(curves)
        store.sensor_states.append(states)
        starts, stops = np.ascontiguousarray(rows[:, 0]), np.ascontiguousarray(rows[:, 1])
        stances = self.pressure.rows(time[first:last], force, starts, stops)
        store.pressure.append(stances.values)
        store.cop.append(stances.cop_curves.astype(np.float32))
        store.sensor_peak.append(stances.peak_force_n.astype(np.float32))
        store.sensor_impulse.append(stances.impulse_n_s.astype(np.float32))

    def _first_row(self, contact: int) -> int:
        """The first row that a stance from row `contact` on looks back at, and the one before it."""
        time_s = self._buffer.time_s
        reach_s = float(time_s[contact]) - LEVEL_FROM_S
        return max(0, int(time_s[:contact].searchsorted(reach_s)) - 1)
