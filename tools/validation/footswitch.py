"""gaitndd: our contacts beside the stride table that the database's authors made from the same signals."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from plantigrade.gait.engine import analyze
from plantigrade.gait.results import FootAnalysis
from plantigrade.gait.settings import ContactSettings, Settings
from plantigrade.imports.formats import read

Floats = npt.NDArray[np.float64]
MATCH_S = 0.1
CLOSE_S = 0.02
DEFAULT = Settings()


@dataclass(frozen=True, eq=False)
class Truth:
    """One `.ts` file: the left foot's contacts and strides that end at each row's heel strike, and the right
    foot's stride and swing of the row, whose times are not told."""

    contact_s: Floats
    release_s: Floats
    stride_s: Floats
    swing_s: Floats
    right_stride_s: Floats
    right_swing_s: Floats


@dataclass(frozen=True, eq=False)
class Agreement:
    """One record beside its truth; errors in seconds, ours minus theirs, NaN where not matched."""

    record: str
    contact_error_s: Floats
    release_error_s: Floats
    stride_error_s: Floats
    swing_error_s: Floats
    right_swing_error_s: Floats

    @property
    def group(self) -> str:
        """Letters of the record's name: als, control, hunt, park."""
        return self.record.rstrip("0123456789")


def read_truth(path: Path) -> Truth:
    """Read a `.ts` file. In a row the left swing is the one that ends at that row's heel strike."""
    rows = np.loadtxt(path, ndmin=2)
    return Truth(rows[:, 0], rows[:, 0] - rows[:, 3], rows[:, 1], rows[:, 3], rows[:, 2], rows[:, 4])


def nearest(events_s: Floats, truth_s: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """Index of the event nearest to each truth row, and its error; NaN beyond `MATCH_S`."""
    if len(events_s) == 0:
        return np.zeros(len(truth_s), np.int64), np.full(len(truth_s), np.nan)
    after = np.clip(np.searchsorted(events_s, truth_s), 1, max(1, len(events_s) - 1))
    before = after - 1
    after = np.minimum(after, len(events_s) - 1)
    index = np.where(np.abs(events_s[before] - truth_s) <= np.abs(events_s[after] - truth_s), before, after)
    error = events_s[index] - truth_s
    return index, np.where(np.abs(error) <= MATCH_S, error, np.nan)


def right_swing(foot: FootAnalysis | None, truth: Truth) -> Floats:
    """Error of the right foot's swing times, seconds; NaN where the stride of a row was not found.

    The row's right swing is the one of the last right stride that ended before the left heel strike of the
    row: of the same stride where its stride time agrees.
    """
    strides = None if foot is None else foot.strides
    if strides is None or not len(strides):
        return np.full(len(truth.contact_s), np.nan)
    last = np.searchsorted(strides.next_initial_contact_s, truth.contact_s) - 1
    place = np.maximum(last, 0)
    same = (last >= 0) & (np.abs(strides.stride_time_s[place] - truth.right_stride_s) <= MATCH_S)
    error = strides.swing_time_s[place] - truth.right_swing_s
    return np.where(same & (np.abs(error) <= 2 * MATCH_S), error, np.nan)


def compare(record: str, foot: FootAnalysis, truth: Truth, right: FootAnalysis | None = None) -> Agreement:
    """Match our contacts and strides with the truth's rows."""
    right_error = right_swing(right, truth)
    _, contact = nearest(foot.initial_contact_s, truth.contact_s)
    _, release = nearest(foot.final_contact_s, truth.release_s)
    strides = foot.strides
    index, ends = nearest(strides.next_initial_contact_s, truth.contact_s)
    found = np.isfinite(ends)
    if len(strides) == 0:
        blank = np.full(len(truth.contact_s), np.nan)
        return Agreement(record, contact, release, blank, blank, right_error)
    stride = np.where(found, strides.stride_time_s[index] - truth.stride_s, np.nan)
    swing = np.where(found, strides.swing_time_s[index] - truth.swing_s, np.nan)
    # a stride that only one of the two split or joined says nothing about timing
    stride[np.abs(stride) > 2 * MATCH_S] = np.nan
    swing[np.abs(swing) > 2 * MATCH_S] = np.nan
    return Agreement(record, contact, release, stride, swing, right_error)


CHANGED: tuple[tuple[str, float], ...] = (
    ("load_share", 0.3),
    ("load_share", 0.4),
    ("unload_share", 0.15),
    ("unload_share", 0.25),
    ("flank_s", 0.02),
    ("flank_s", 0.05),
    ("switch_onset_per_s", 1.25),
    ("switch_onset_per_s", 2.5),
    ("switch_onset_share", 0.1),
    ("switch_onset_share", 0.3),
    ("switch_release_per_s", 0.4),
    ("switch_release_per_s", 0.7),
    ("switch_release_share", 0.06),
    ("switch_release_share", 0.2),
    ("tail_ledge_share", 0.0),
    ("tail_ledge_share", 0.05),
    ("search_s", 0.15),
    ("search_s", 0.3),
)
"""Contact settings and the values that they are moved to, one at a time, to see how much hangs on them."""


def moved(folder: Path) -> list[tuple[str, list[Agreement]]]:
    """All records again with one contact setting changed at a time; what was changed, as text."""
    results: list[tuple[str, list[Agreement]]] = []
    for name, value in CHANGED:
        usual = getattr(ContactSettings(), name)
        settings = Settings(contact=replace(ContactSettings(), **{name: value}))
        results.append((f"`{name}` {value:g} (is {usual:g})", run(folder, settings)))
    return results


def run(folder: Path, settings: Settings = DEFAULT) -> list[Agreement]:
    """Every record of a folder that has both a header and a truth."""
    results: list[Agreement] = []
    for header in sorted(folder.glob("*.hea")):
        truth = header.with_suffix(".ts")
        if not truth.exists():
            continue
        found = analyze(read(header), settings)
        if found.left is not None:
            results.append(compare(header.stem, found.left, read_truth(truth), found.right))
    return results


@dataclass(frozen=True)
class Totals:
    """Agreement over some records; times in milliseconds, shares of truth rows in percent."""

    records: int
    rows: int
    contact_matched_pct: float
    contact_close_pct: float
    contact_bias_ms: float
    contact_sd_ms: float
    release_matched_pct: float
    release_bias_ms: float
    release_sd_ms: float
    stride_mae_ms: float
    swing_bias_ms: float
    right_swing_bias_ms: float = float("nan")
    right_swing_sd_ms: float = float("nan")


def totals(agreements: list[Agreement]) -> Totals:
    """Pool records; the stride-time error is the median over records of each record's mean absolute error."""
    contact = np.concatenate([a.contact_error_s for a in agreements])
    release = np.concatenate([a.release_error_s for a in agreements])
    swing = np.concatenate([a.swing_error_s for a in agreements])
    right = np.concatenate([a.right_swing_error_s for a in agreements])
    right = right[np.isfinite(right)]
    maes = [
        float(np.nanmean(np.abs(a.stride_error_s))) for a in agreements if np.isfinite(a.stride_error_s).any()
    ]
    return Totals(
        records=len(agreements),
        rows=len(contact),
        contact_matched_pct=100.0 * float(np.mean(np.isfinite(contact))),
        contact_close_pct=100.0 * float(np.mean(np.abs(contact) <= CLOSE_S)),
        contact_bias_ms=1e3 * float(np.nanmean(contact)),
        contact_sd_ms=1e3 * float(np.nanstd(contact)),
        release_matched_pct=100.0 * float(np.mean(np.isfinite(release))),
        release_bias_ms=1e3 * float(np.nanmean(release)),
        release_sd_ms=1e3 * float(np.nanstd(release)),
        stride_mae_ms=1e3 * float(np.median(maes)) if maes else float("nan"),
        swing_bias_ms=1e3 * float(np.nanmean(swing)),
        right_swing_bias_ms=1e3 * float(np.mean(right)) if len(right) else float("nan"),
        right_swing_sd_ms=1e3 * float(np.std(right)) if len(right) else float("nan"),
    )
