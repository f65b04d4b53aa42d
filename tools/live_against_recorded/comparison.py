"""Live strides beside those of the recording, by parameter."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from plantigrade.analysis.live.wearer import LiveWearer, WearerSetup
from plantigrade.bridge.insole import Insole, StampedFrames
from plantigrade.calibration.model import Calibration
from plantigrade.gait.results import STRIDE_UNITS, StrideTable
from plantigrade.gait.settings import NOMINAL_EU_SIZE
from plantigrade.gait.signals import NEWTONS_PER_KG, Foot
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person, StoredAlert
from plantigrade.library.recordings.finalize import roll
from plantigrade.posture.rules_engine.alerts import Alert
from plantigrade.posture.rules_engine.rulebook import RuleBook

from tools.live_against_recorded.replay import RATE_HZ, ReplayedInsole, replay

F64 = NDArray[np.float64]
SAME_STRIDE_S = 0.05
"""Initial contacts that differ by less are those of one stride: clocks are known far better, steps are far
longer."""
STEPS_A_SECOND = 4
PERSON = "P001"


@dataclass
class Compared:
    """One walk, live and recorded.

    Attributes:
        strides: compared, of both feet.
        only_live, only_recorded: strides without a counterpart.
        clock_ms: the largest uncertainty (95 %) that was stated for a frame.
        equal: per parameter, how many pairs agree bit for bit (both unknown counts as agreeing).
        largest: per parameter, the largest difference.
        unknown_once: per parameter, pairs of which one side alone is known.
        live_alerts, recorded_alerts: of both ways.
    """

    strides: int = 0
    only_live: int = 0
    only_recorded: int = 0
    clock_ms: float = 0.0
    equal: dict[str, int] = field(default_factory=dict[str, int])
    largest: dict[str, float] = field(default_factory=dict[str, float])
    unknown_once: dict[str, int] = field(default_factory=dict[str, int])
    live_alerts: tuple[Alert, ...] = ()
    recorded_alerts: tuple[StoredAlert, ...] = ()


@dataclass(frozen=True, eq=False)
class Walked:
    """A walk over a pair of insoles.

    Attributes:
        counts: codes (n, 16) by foot.
        weight_n: of the body.
        calibrations: of the insoles by foot; None for a foot that has none.
        drift_ppm: of the insoles' clocks.
        seed: of the delays of their radio.
    """

    counts: Mapping[Foot, NDArray[np.uint16]]
    weight_n: float
    calibrations: Mapping[Foot, Calibration]
    drift_ppm: tuple[float, float] = (18.0, -11.0)
    seed: int = 1


def compare(
    walked: Walked,
    folder: Path,
    book: RuleBook | None = None,
    lost: Callable[[Foot, int], float] = lambda _foot, _slot: 0.0,
) -> Compared:
    """Walk once; live by the frames as they come, recorded by the recording that the journal becomes."""
    insoles = tuple(
        ReplayedInsole(foot, walked.counts[foot], ppm, 5_000_000 + 1_234_567 * place, walked.seed + place)
        for place, (foot, ppm) in enumerate(zip(Foot, walked.drift_ppm, strict=True))
    )
    live = _Live(walked, insoles, book)
    with Library(folder) as library:
        library.add_person(
            Person(PERSON, weight_kg=walked.weight_n / NEWTONS_PER_KG, shoe_size_eu=NOMINAL_EU_SIZE)
        )
        journal = library.data_dir / "journal" / "replay.journal"
        journal.parent.mkdir(parents=True, exist_ok=True)
        replay(insoles, journal, live.step, lost)
        entry = library.add_recording(roll(journal, library.recordings, library.vault))
        for one in insoles:
            if one.foot in walked.calibrations:
                library.set_calibration(_of(walked.calibrations[one.foot], one.serial))
        library.assign(entry.id, PERSON)
        if book is not None:
            library.record(PERSON).rules.take_in(list(book.trail))
        recording = library.open(entry.id)
        analysis = recording.analysis()
        alerts = recording.alerts
    live.wearer.finish()
    compared = Compared(clock_ms=live.uncertainty_ns * 1e-6)
    compared.live_alerts, compared.recorded_alerts = live.wearer.alerts, alerts
    for foot in Foot:
        recorded = analysis.left if foot is Foot.LEFT else analysis.right
        if recorded is not None:
            _tally(compared, live.columns(foot), columns(recorded.strides))
    return compared


def _of(calibration: Calibration, serial: str) -> Calibration:
    from dataclasses import replace

    return replace(calibration, serial=serial)


class _Live:
    """The live path: what the bridge delivers, a step four times a second."""

    def __init__(self, walked: Walked, insoles: tuple[ReplayedInsole, ...], book: RuleBook | None) -> None:
        self.wearer = LiveWearer(
            WearerSetup(
                RATE_HZ,
                walked.weight_n,
                {
                    one.foot: _of(walked.calibrations[one.foot], one.serial)
                    for one in insoles
                    if one.foot in walked.calibrations
                },
                book,
                None,
                NOMINAL_EU_SIZE,
            )
        )
        self.uncertainty_ns = 0
        self._reported: dict[Foot, list[StrideTable]] = {foot: [] for foot in Foot}
        self._stepped_ns = 0
        for one in insoles:
            one.insole.on_frames.append(lambda insole, stamped: self._take(insole, stamped))

    def _take(self, insole: Insole, stamped: StampedFrames) -> None:
        self.uncertainty_ns = max(self.uncertainty_ns, stamped.uncertainty_ns)
        self.wearer.put(Foot(insole.name), stamped)

    def step(self, now_ns: int) -> None:
        if now_ns - self._stepped_ns < 1_000_000_000 // STEPS_A_SECOND:
            return
        self._stepped_ns = now_ns
        more = True
        while more:
            findings = self.wearer.step(now_ns)
            more = findings.more
            for foot, strides in findings.strides:
                self._reported[foot].append(strides)

    def columns(self, foot: Foot) -> dict[str, F64]:
        """Strides as reported; one that overlaps an earlier one has replaced it."""
        tables = [columns(one) for one in self._reported[foot]]
        if not tables:
            return {}
        joined = {name: np.concatenate([one[name] for one in tables]) for name in tables[0]}
        begins = joined["initial_contact_s"]
        latest = np.minimum.accumulate(begins[::-1])[::-1]
        keep = begins <= latest
        return {name: column[keep] for name, column in joined.items()}


def columns(strides: StrideTable) -> dict[str, F64]:
    """Every figure of the strides, by name."""
    found = {name: np.asarray(getattr(strides, name), np.float64) for name in STRIDE_UNITS}
    found["initial_contact_s"] = strides.initial_contact_s
    for index, name in enumerate(strides.pressure_names):
        found.setdefault(name, strides.pressure[:, index])
    return found


def _tally(compared: Compared, live: dict[str, F64], recorded: dict[str, F64]) -> None:
    if not live:
        compared.only_recorded += len(recorded["initial_contact_s"])
        return
    ours, theirs = live["initial_contact_s"], recorded["initial_contact_s"]
    nearest = np.clip(np.searchsorted(theirs, ours), 1, max(1, len(theirs) - 1))
    nearest -= np.abs(ours - theirs[nearest - 1]) < np.abs(theirs[nearest] - ours)
    pairs = np.flatnonzero(np.abs(ours - theirs[nearest]) < SAME_STRIDE_S)
    compared.strides += len(pairs)
    compared.only_live += len(ours) - len(pairs)
    compared.only_recorded += len(theirs) - len(np.unique(nearest[pairs]))
    for name in live:
        a, b = live[name][pairs], recorded[name][nearest[pairs]]
        both = np.isfinite(a) & np.isfinite(b)
        alike = (a == b) | (np.isnan(a) & np.isnan(b))
        compared.equal[name] = compared.equal.get(name, 0) + int(alike.sum())
        compared.unknown_once[name] = compared.unknown_once.get(name, 0) + int(
            (np.isnan(a) != np.isnan(b)).sum()
        )
        worst = float(np.abs(a[both] - b[both]).max(initial=0.0))
        compared.largest[name] = max(compared.largest.get(name, 0.0), worst)
