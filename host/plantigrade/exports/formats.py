"""The formats by name. `FORMATS[name].write(recording, path, deidentify=...)` is the one way out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from plantigrade.errors import MissingPartError
from plantigrade.exports.export_data import ExportData, ExportError, ExportFoot, Source
from plantigrade.gait.signals import Forces
from plantigrade.library.recordings.recording import Recording

if TYPE_CHECKING:
    from plantigrade.analysis.pipeline import Progress

__all__ = ["FORMATS", "ExportError", "Format"]


@dataclass(frozen=True)
class Format:
    """One format.

    Attributes:
        name: as `--format` takes it.
        kind: "file", or "folder" that is written new.
        suffix: usual ending of the name; empty for folders.
        title: for people.
        lacks: what it cannot hold, in words; empty when it holds everything.
        module: of this package, with `write(subject, path)`.
        has_report: whether it holds the report as a document.
    """

    name: str
    kind: Literal["file", "folder"]
    suffix: str
    title: str
    lacks: str
    module: str
    has_report: bool = False

    def write(
        self,
        recording: Source,
        path: Path,
        *,
        deidentify: bool = False,
        report: bool = True,
        progress: "Progress | None" = None,
    ) -> None:
        """Write a recording to `path`.

        Args:
            recording: what the library opened.
            path: the file or new folder; a file that is there is replaced once the new one is complete.
            deidentify: leave out names, dates of birth, serials, notes and absolute dates.
            report: put the report (PDF) into formats that hold documents; a de-identified export has none,
                as the report says who it is about.
            progress: told how far the writer has come in the samples of each foot.

        Raises:
            ExportError: the format cannot hold this recording, or the place cannot be written.
            MissingPartError: the format needs a package that is not installed.
            PlantigradeError: the recording cannot be read.
        """
        subject = ExportData.of(recording, deidentify=deidentify)
        if report and self.has_report and not deidentify and isinstance(recording, Recording):
            subject = replace(subject, report=cache(partial(_report, recording)))
        if progress is not None:
            subject = replace(subject, feet=tuple(_watched(foot, progress) for foot in subject.feet))
        self.write_subject(subject, path)

    def write_subject(self, subject: ExportData, path: Path) -> None:
        """Write what was taken apart before; see `write`."""
        module = import_module(f"plantigrade.exports.{self.module}")
        try:
            module.write(subject, path)
        except ModuleNotFoundError as error:
            raise MissingPartError(f"the export to {self.title}", "exports", error.name or "") from error
        except MemoryError as error:
            raise ExportError(
                f"{path}: {self.title} is made in memory, which is too small; use csv or parquet"
            ) from error


def _watched(foot: ExportFoot, progress: "Progress") -> ExportFoot:
    """The foot, telling of every piece of its forces that is read how far into the recording it lies."""

    def forces(rows: slice) -> Forces:
        progress(f"writing, {foot.foot} foot", rows.stop / len(foot))
        return foot.forces(rows)

    return replace(foot, forces=forces)


def _report(recording: Recording) -> bytes:
    from plantigrade.report.pdf import report_bytes

    return report_bytes(recording)


# fmt: off
_ALL: Final = (
    Format("csv", "folder", "", "CSV", "types of numbers (about.json names the units)", "csv"),
    Format("parquet", "folder", "", "Parquet", "", "parquet"),
    Format(
        "edf", "file", ".edf", "EDF+",
        "exact times (the clock signal has them to 0.01 ms); forces finer than 0.01 N; boots, calibration",
        "edf",
    ),
    Format("mat", "file", ".mat", "MATLAB", "arrays above 2 GB", "mat"),
    Format(
        "opengo", "file", ".txt", "OpenGo-shaped text",
        "raw counts, reasons of gaps, calibration; times finer than half a slot", "opengo",
    ),
    Format("motion-bids", "folder", "", "Motion-BIDS", "a channel type for pressure (MISC is used)", "bids"),
    Format(
        "c3d", "file", ".c3d", "C3D",
        "more than 65535 frames or 255 events; time of day; reasons of gaps; calibration", "c3d",
    ),
    Format("fhir", "file", ".json", "FHIR R4", "samples: it has identities, figures and books", "fhir", True),
    Format("zip", "file", ".zip", "ZIP of everything", "", "archive", True),
)
# fmt: on
FORMATS: Final[Mapping[str, Format]] = MappingProxyType({one.name: one for one in _ALL})
