"""A recording with all that the library knows of it: what exports and reports read."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from plantigrade.calibration.model import Calibration
from plantigrade.gait.signals import NEWTONS_PER_KG, Floats, SensorLayout, Walk
from plantigrade.library.entries import Device, Note, Person, RecordingEntry, StoredAlert, StoredAnalysis
from plantigrade.library.recordings.columns import ColumnFile
from plantigrade.library.recordings.computed import raw_removed
from plantigrade.library.recordings.container import RecordingManifest
from plantigrade.library.recordings.forces import ForceFrames
from plantigrade.library.recordings.frames import FootFrames
from plantigrade.library.recordings.reader import RecordingReader

if TYPE_CHECKING:
    from plantigrade.analysis.pipeline import Progress, RecordingAnalysis
    from plantigrade.gait.results import Analysis
    from plantigrade.posture.baseline.baseline import TagReference
    from plantigrade.posture.rules_engine.rulebook import RuleBook


@dataclass(frozen=True)
class Recording:
    """A recording of the library. Samples are read when they are asked for; see `RecordingReader` for the
    reading methods.

    Attributes:
        entry: its line in the catalogue.
        reader: its files.
        person: the wearer.
        devices: by foot.
        notes, analyses: in the order in which they were made.
        known_alerts: the library's when the recording was opened; `alerts` has those of a new analysis too.
        keep: stores the analysis that `full_analysis` makes; all alerts then.
        judge: gives the rules and own days of the wearer; None for the shipped rules, and for no own days.
        earlier_weight_n: gives what earlier recordings of the same insoles showed as the wearer's weight.
        shown_exercises: gives the exercises that the wearer may be shown today; None where nobody is named.
    """

    entry: RecordingEntry
    reader: RecordingReader
    person: Person | None
    devices: Mapping[str, Device]
    notes: tuple[Note, ...]
    analyses: tuple[StoredAnalysis, ...]
    known_alerts: tuple[StoredAlert, ...]
    keep: Callable[["RecordingAnalysis"], tuple[StoredAlert, ...]] = field(repr=False)
    judge: "Callable[[], tuple[RuleBook | None, TagReference | None]]" = field(
        default=lambda: (None, None), repr=False
    )
    earlier_weight_n: Callable[[], float | None] = field(default=lambda: None, repr=False)
    shown_exercises: Callable[[], frozenset[str] | None] = field(default=lambda: None, repr=False)
    _done: "list[tuple[RecordingAnalysis, tuple[StoredAlert, ...]]]" = field(
        default_factory=list["tuple[RecordingAnalysis, tuple[StoredAlert, ...]]"],
        init=False,
        repr=False,
        compare=False,
    )

    @property
    def id(self) -> str:
        """Its identifier."""
        return self.entry.id

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return self.reader.folder

    @property
    def manifest(self) -> RecordingManifest:
        """What was asked for, recorded and missing."""
        return self.reader.manifest

    @property
    def content(self) -> str:
        """ "counts" of our insoles or "forces" of an import."""
        return self.reader.content

    def walk(self, from_s: float | None = None, to_s: float | None = None) -> Walk:
        """Newtons on one time base, whole or a slice; see `RecordingReader.walk`."""
        if from_s is None and to_s is None:
            return self._walk
        return self._weighed(self.reader.walk(from_s, to_s))

    @cached_property
    def _walk(self) -> Walk:
        return self._weighed(self.reader.walk())

    def _weighed(self, walk: Walk) -> Walk:
        """With the weight that the library knows, where the recording itself does not say."""
        if walk.body_weight_n is None and self.person is not None and self.person.weight_kg is not None:
            walk = replace(walk, body_weight_n=self.person.weight_kg * NEWTONS_PER_KG)
        return walk

    def frames(self, foot: str, from_s: float | None = None, to_s: float | None = None) -> FootFrames:
        """Frames of one insole as recorded; see `RecordingReader.frames`."""
        return self.reader.frames(foot, from_s, to_s)

    def forces(self, foot: str, from_s: float | None = None, to_s: float | None = None) -> ForceFrames:
        """Samples of one foot of an import; see `RecordingReader.forces`."""
        return self.reader.forces(foot, from_s, to_s)

    def file(self, foot: str) -> ColumnFile:
        """The file of one foot; see `RecordingReader.file`."""
        return self.reader.file(foot)

    def counts(
        self, foot: str, from_s: float | None = None, to_s: float | None = None
    ) -> npt.NDArray[np.uint16]:
        """Raw counts (n, 16) of one insole."""
        return self.reader.counts(foot, from_s, to_s)

    def times_s(self, frames: FootFrames) -> Floats:
        """Seconds since the start (n,), NaN where unknown."""
        return self.reader.times_s(frames)

    def calibration(self, foot: str) -> Calibration | None:
        """The calibration of one insole, None where only the design is known."""
        return self.reader.calibration(foot)

    def layout(self, foot: str) -> SensorLayout | None:
        """Sensor positions of one foot."""
        return self.reader.layout(foot)

    @property
    def alerts(self) -> tuple[StoredAlert, ...]:
        """Alerts in the order of their times: as stored, and those of `full_analysis` once it was asked
        for."""
        return self._done[0][1] if self._done else self.known_alerts

    def full_analysis(self, progress: "Progress" = lambda _what, _share: None) -> "RecordingAnalysis":
        """Analysis, balance and pictures of the whole recording; its document is stored in the library.

        Args:
            progress: called with how far it is, when it was not analysed before.

        Raises:
            PlantigradeError: it cannot be read or analysed.
        """
        from plantigrade.analysis.pipeline import Request, of_walk

        if not self._done:
            book, reference = self.judge()
            walk = self.walk()
            earlier_n = self.earlier_weight_n() if walk.body_weight_n is None else None
            full_analysis = of_walk(walk, Request(self.folder, earlier_weight_n=earlier_n), progress)
            if book is not None or reference is not None:
                full_analysis = replace(full_analysis, book=book, reference=reference)
            self._done.append((full_analysis, self.keep(full_analysis)))
        return self._done[0][0]

    def analysis(self) -> "Analysis":
        """What the gait engine finds in the whole recording."""
        return self.full_analysis().analysis

    def as_json(self) -> dict[str, Any]:
        """For `sessions show --json`."""
        from plantigrade.library.entry_text import entry_as_json, person_as_json

        return entry_as_json(self.entry) | {
            "content": self.content,
            "raw_removed_utc": raw_removed(self.folder) or None,
            "wearer": None if self.person is None else person_as_json(self.person),
            "devices": {foot: asdict(device) for foot, device in self.devices.items()},
            "notes": [asdict(note) | {"created_utc": note.created_utc.isoformat()} for note in self.notes],
            "analyses": [
                {
                    "algorithm": stored.algorithm,
                    "version": stored.version,
                    "made_utc": stored.made_utc.isoformat(),
                }
                for stored in self.analyses
            ],
            "alerts": [asdict(alert) for alert in self.alerts],
            "books": asdict(self.manifest),
        }
