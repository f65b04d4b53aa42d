"""Our formats by name, a row for each. `FORMATS[name].write(recording, path, deidentify=...)` writes one.

`exports.registry` adds the formats of other packages.

A new format is a module with `write(data, path)` and a row here: docs/how-to/add-an-export.md.
"""

from collections.abc import Callable, Mapping, Sequence
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

__all__ = ["FORMATS", "ExportError", "ExportFormat"]

Writer = Callable[[ExportData, Path], Sequence[str] | None]
"""Writes a recording, taken apart, to a path; raises `ExportError` for what the format cannot hold. May
return sentences about what a person must know of the file that was written."""
Need = Literal["frames", "report"]


@dataclass(frozen=True)
class ExportFormat:
    """One format.

    Attributes:
        name: as `--format` takes it.
        title: for people.
        kind: "file", or "folder" that is written new.
        suffix: usual ending of the name; empty for folders.
        contents: what is written, as a phrase for the table of formats.
        lacks: what it cannot hold, as a phrase; empty when it holds everything.
        needs: what the writer asks of a recording beside its facts and gait parameters: all frames, the
            report as a PDF.
        extra: the optional dependency group of ours that the writer imports from; empty when it needs none.
        writer: the function that writes it.

    Example:
        >>> from plantigrade.exports.formats import FORMATS
        >>> (FORMATS["edf"].title, FORMATS["edf"].kind, FORMATS["edf"].suffix)
        ('EDF+', 'file', '.edf')
    """

    name: str
    title: str
    kind: Literal["file", "folder"]
    suffix: str
    contents: str
    lacks: str
    writer: Writer
    needs: frozenset[Need] = frozenset({"frames"})
    extra: str = ""

    def write(
        self,
        recording: Source,
        path: Path,
        *,
        deidentify: bool = False,
        report: bool = True,
        progress: "Progress | None" = None,
    ) -> tuple[str, ...]:
        """Write a recording to `path`.

        Args:
            recording: what the library opened.
            path: the file or new folder; a file that is there is replaced once the new one is complete.
            deidentify: leave out names, dates of birth, serials, notes and absolute dates.
            report: put the report (PDF) into formats that hold documents; a de-identified export has none,
                as the report says who it is about.
            progress: told how far the writer has come in the samples of each foot.

        Returns:
            sentences about what the file lacks of this recording, beyond what the format always lacks.

        Raises:
            ExportError: the format cannot hold this recording, or the place cannot be written.
            MissingPartError: the format needs a package that is not installed.
            PlantigradeError: the recording cannot be read.
        """
        data = ExportData.of(recording, deidentify=deidentify)
        if report and "report" in self.needs and not deidentify and isinstance(recording, Recording):
            data = replace(data, report=cache(partial(_report, recording)))
        if progress is not None:
            data = replace(data, feet=tuple(_watched(foot, progress) for foot in data.feet))
        return self.write_data(data, path)

    def write_data(self, data: ExportData, path: Path) -> tuple[str, ...]:
        """Write what was taken apart before; see `write`."""
        try:
            return tuple(self.writer(data, path) or ())
        except ModuleNotFoundError as error:
            if not self.extra:
                raise ExportError(
                    f"the export to {self.title} needs the Python module {error.name}, which is not installed"
                ) from error
            raise MissingPartError(f"the export to {self.title}", self.extra, error.name or "") from error
        except MemoryError as error:
            raise ExportError(
                f"{path}: {self.title} is made in memory, which is too small; use csv or parquet"
            ) from error


def _watched(foot: ExportFoot, progress: "Progress") -> ExportFoot:
    """The foot, telling of every piece of its forces that is read how far into the recording it lies."""

    def forces(rows: slice) -> Forces:
        progress(f"writing, {foot.foot} foot", rows.stop / max(1, len(foot)))
        return foot.forces(rows)

    return replace(foot, forces=forces)


def _report(recording: Recording) -> bytes:
    from plantigrade.report.pdf import report_bytes

    return report_bytes(recording, exercises=recording.shown_exercises())


def _module(name: str) -> Writer:
    """`write` of a module of this package, imported when it is used: writers load large libraries."""

    def writer(data: ExportData, path: Path) -> Sequence[str] | None:
        return import_module(f"plantigrade.exports.{name}").write(data, path)

    return writer


_ALL: Final = (
    ExportFormat(
        "csv", "CSV", "folder", "",
        contents="folder: `frames.csv` (one row a frame of one foot), `strides.csv`, `events.csv`, "
        "`about.json`",
        lacks="types of numbers (about.json names the units)",
        writer=_module("csv"),
    ),
    ExportFormat(
        "parquet", "Parquet", "folder", "",
        contents="folder: the same three tables with types; `about.json` also in the metadata of "
        "`frames.parquet`",
        lacks="",
        writer=_module("parquet"),
    ),
    ExportFormat(
        "edf", "EDF+", "file", ".edf",
        contents="file: counts, total force, clock; contacts, gaps, notes and alerts as annotations",
        lacks="exact times (the clock signal has them to 0.01 ms); forces finer than 0.01 N; boots, "
        "calibration",
        writer=_module("edf"),
    ),
    ExportFormat(
        "mat", "MATLAB", "file", ".mat",
        contents="file with the struct `plantigrade`: level 5, or level 7.3 (HDF5) above 1,048,576 frames a "
        "foot",
        lacks="arrays above 2 GB",
        writer=_module("mat"),
        extra="exports",
    ),
    ExportFormat(
        "opengo", "OpenGo-shaped text", "file", ".txt",
        contents="tab-separated text in the shape of Moticon's OpenGo export",
        lacks="raw counts, reasons of gaps, calibration; times finer than half a slot",
        writer=_module("opengo"),
    ),
    ExportFormat(
        "motion-bids", "Motion-BIDS", "folder", "",
        contents="BIDS folder with one participant and motion data",
        lacks="a channel type for pressure (MISC is used)",
        writer=_module("bids"),
    ),
    ExportFormat(
        "c3d", "C3D", "file", ".c3d",
        contents='file: analogue channels and events "Foot Strike", "Foot Off"',
        lacks="more than 65535 frames; events after the 255th for programs that know only one table of them; "
        "time of day; reasons of gaps; calibration",
        writer=_module("c3d"),
        extra="exports",
    ),
    ExportFormat(
        "fhir", "FHIR R4", "file", ".json",
        contents="bundle (JSON): Patient, Device, Observation, DiagnosticReport with the printed report "
        "(PDF), CodeSystem",
        lacks="samples: it has identities, figures and the accounting of slots",
        writer=_module("fhir"),
        needs=frozenset({"report"}),
        extra="exports",
    ),
    ExportFormat(
        "mobilise-d", "Mobilise-D", "folder", "",
        contents="folder: `walking_bouts.csv` (one row a walking bout) and `mobility_outcomes.csv` "
        "(aggregates) under Mobilise-D's names; `about.json`",
        lacks="samples, strides, contacts: it has walking bouts",
        writer=_module("mobilise_d"),
        needs=frozenset(),
    ),
    ExportFormat(
        "zip", "ZIP of everything", "file", ".zip",
        contents="all of these that can hold the recording, `report.pdf`, `README.txt`, `SHA256SUMS`",
        lacks="",
        writer=_module("archive"),
        needs=frozenset({"frames", "report"}),
        extra="exports",
    ),
)  # fmt: skip
FORMATS: Final[Mapping[str, ExportFormat]] = MappingProxyType({one.name: one for one in _ALL})
"""Our own formats, in the order in which they are offered."""
