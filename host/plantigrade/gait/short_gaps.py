"""Short gaps of one foot: where a few samples are missing, straight lines stand for them.

The force under a walking foot has next to no power above 15 Hz (`ContactSettings.longest_bridge_s`), so two
samples that lie no farther apart than half a period of that still tell what passed between them; two samples
farther apart do not, and nothing is put there. What was bridged is told beside what was recorded: it counts
as missing in the accounting, and each stride knows how many of its samples are of this kind and how uncertain
its events became.

Decisions need the sample after the gap: until it comes, rows that are not numbers wait here, so that cutting
a recording into pieces cannot change a result.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from plantigrade.compiled import compiled
from plantigrade.gait.settings import EVEN_VARIANCE
from plantigrade.gait.signals import Floats, Forces

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rows:
    """Samples in time order: (n,) times, (n, S) forces, (n,) totals. A total is NaN where one is missing.

    `complete` says that nothing is known to be missing among them, nor between them and the row before.
    """

    time_s: Floats
    force_n: Forces
    total: Floats
    complete: bool = False

    def __len__(self) -> int:
        return len(self.time_s)

    def part(self, start: int, stop: int | None = None) -> "Rows":
        """Rows `start` to `stop`."""
        rows = slice(start, stop)
        return Rows(self.time_s[rows], self.force_n[rows], self.total[rows], self.complete)

    def after(self, first: "Rows") -> "Rows":
        """`first`, then these."""
        return Rows(
            np.concatenate([first.time_s, self.time_s]),
            np.concatenate([first.force_n, self.force_n]),
            np.concatenate([first.total, self.total]),
        )


@dataclass(frozen=True)
class Bridge:
    """A gap that was bridged.

    Attributes:
        from_s: time of the last sample before it.
        to_s: time of the first sample after it.
        missing_from_s: where the ledger sees the gap begin: the first row that is not a number, or the last
            sample where rows are absent.
        rows: samples put between.
    """

    from_s: float
    to_s: float
    missing_from_s: float
    rows: int


def empty(sensors: int) -> Rows:
    """No rows."""
    return Rows(np.empty(0), np.empty((0, sensors), np.float32), np.empty(0))


def _last(rows: Rows) -> Rows:
    """The last row, not as a view of all."""
    return Rows(rows.time_s[-1:].copy(), rows.force_n[-1:].copy(), rows.total[-1:].copy())


@dataclass
class ShortGaps:
    """Takes the samples of one foot and gives them back with short gaps bridged.

    Args:
        sensors: channels of a sample.
        rate_hz: nominal sample rate.
        longest_step_s: a step of time beyond this is a gap.
        longest_bridge_s: samples farther apart than this are not joined; 0 to bridge nothing.

    Attributes:
        bridges: what was bridged so far.
        numbers: rows so far whose total is a number.
    """

    sensors: int
    rate_hz: float
    longest_step_s: float
    longest_bridge_s: float
    bridges: list[Bridge] = field(default_factory=list[Bridge])
    numbers: int = 0
    _waiting: Rows | None = None

    def take(self, new: Rows) -> Rows:
        """The rows that are certain now: those that waited and `new`, without missing ones at the end that
        may still be bridged."""
        if self._complete(new):
            self._waiting = _last(new)
            return replace(new, complete=True)
        reported = 0 if self._waiting is None else 1  # the number before those that wait was given out
        rows = new if self._waiting is None else new.after(self._waiting)
        numbers = np.flatnonzero(np.isfinite(rows.total))
        if not len(numbers):
            return rows
        last = int(numbers[-1])
        joined = rows.part(0, last + 1)
        if len(numbers) <= last or (np.diff(joined.time_s) > self.longest_step_s).any():
            joined = self._joined(joined)
        joined = joined.part(reported)
        if rows.time_s[-1] - rows.time_s[last] < self.longest_bridge_s:
            self._waiting = rows.part(last) if last + 1 < len(rows) else _last(rows)
            return joined
        self._waiting = None
        return rows.part(last + 1).after(joined)

    def finish(self) -> Rows:
        """End of the recording: missing rows that waited stay missing."""
        waiting, self._waiting = self._waiting, None
        return empty(self.sensors) if waiting is None else waiting.part(1)

    def certainty(self, times_s: Floats, low_load_s: Floats) -> Floats:
        """What of some cycles is uncertain.

        Args:
            times_s: (k, 3) initial, final and next initial contact.
            low_load_s: (k, 3) how long the load is next to none beside each.

        Returns:
            (k, 3) SD of the initial contact and of the final contact in seconds, and samples of the cycle
            that were bridged. An event lies anywhere in the low load and in the span between the samples
            around it, evenly: the SD of such an interval is its length over the root of 12.
        """
        between = np.full(times_s.shape, 1.0 / self.rate_hz)
        bridged = np.zeros(len(times_s))
        for one in reversed(self.bridges):
            if one.to_s < times_s[0, 0]:
                break
            between[(times_s >= one.from_s) & (times_s <= one.to_s)] = one.to_s - one.from_s
            inside = np.linspace(one.from_s, one.to_s, one.rows + 2)[1:-1]
            bridged += ((inside >= times_s[:, :1]) & (inside < times_s[:, 2:])).sum(axis=1)
        sd = np.hypot(low_load_s, between) * np.sqrt(EVEN_VARIANCE)
        return np.column_stack([sd[:, :2], bridged])

    def _complete(self, new: Rows) -> bool:
        """Whether nothing waits and nothing is missing in these rows, nor before them."""
        before = self._waiting
        last_s = float(before.time_s[-1]) if before is not None else float("nan")
        numbers, even = _looked_through(new.time_s, new.total, last_s, self.longest_step_s)
        self.numbers += numbers
        return even and len(new) > 0 and (before is None or len(before) == 1)

    def _joined(self, rows: Rows) -> Rows:
        """Rows from a number to a number with what can be bridged between them."""
        steps = int(np.count_nonzero(np.diff(rows.time_s) > self.longest_step_s))
        most = len(rows) + steps * (int(self.longest_bridge_s * self.rate_hz) + 1)
        out = Rows(np.empty(most), np.empty((most, self.sensors), np.float32), np.empty(most))
        found = np.empty((len(rows), 4))
        filled, count = _bridge(
            rows.time_s,
            np.ascontiguousarray(rows.force_n, np.float32),
            rows.total,
            self.rate_hz,
            self.longest_step_s,
            self.longest_bridge_s,
            out.time_s,
            out.force_n,
            out.total,
            found,
        )
        self.bridges += [
            Bridge(float(a), float(b), float(missing), int(rows)) for a, b, missing, rows in found[:count]
        ]
        return out.part(0, filled)


@compiled()
def _looked_through(t: Floats, total: Floats, before_s: float, longest_step: float) -> tuple[int, bool]:
    """How many totals are numbers, and whether all are finite and no step of time is too long, the first
    from `before_s`, which may be NaN."""
    numbers, finite, long = 0, 0, 0
    for v in total:
        numbers += v == v
        finite += abs(v) < np.inf
    for i in range(1, len(t)):
        long += t[i] - t[i - 1] > longest_step
    if len(t) and t[0] - before_s > longest_step:
        long += 1
    return numbers, finite == len(total) and long == 0


@compiled()
def _bridge(
    t: Floats,
    x: Forces,
    total: Floats,
    rate_hz: float,
    longest_step: float,
    longest_bridge: float,
    out_t: Floats,
    out_x: Forces,
    out_total: Floats,
    found: Floats,
) -> tuple[int, int]:
    """Copy the rows and put straight lines over short gaps; rows filled and rows of `found` filled."""
    filled, count = 0, 0
    before = -1
    for i in range(len(t)):
        if total[i] != total[i]:
            continue
        step = t[i] - t[before] if before >= 0 else 0.0
        missing = before >= 0 and (i - before > 1 or step > longest_step)
        parts = int(np.rint(step * rate_hz)) if missing else 1
        if missing and 0.0 < step <= longest_bridge:
            for k in range(1, parts):
                share = k / parts
                out_t[filled] = t[before] + share * step
                s = 0.0
                for c in range(x.shape[1]):
                    value = np.float32(x[before, c] + share * (float(x[i, c]) - float(x[before, c])))
                    out_x[filled, c] = value
                    s += float(value)
                out_total[filled] = s
                filled += 1
            found[count, 0], found[count, 1] = t[before], t[i]
            found[count, 2] = t[before + 1] if i - before > 1 else t[before]
            found[count, 3] = parts - 1
            count += 1
        else:
            for k in range(before + 1, i):
                out_t[filled] = t[k]
                out_total[filled] = total[k]
                out_x[filled] = x[k]
                filled += 1
        out_t[filled] = t[i]
        out_total[filled] = total[i]
        out_x[filled] = x[i]
        filled += 1
        before = i
    return filled, count
