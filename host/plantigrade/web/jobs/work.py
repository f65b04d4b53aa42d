"""What jobs do, each in a process of its own that opens the library for itself."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.audit import acting_as
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import TAG_KINDS, Tag
from plantigrade.web.jobs.settings import MOST_UNPACKED_BYTES, PROGRESS_EVERY_S

if TYPE_CHECKING:
    from plantigrade.gait.signals import Foot
    from plantigrade.imports.source import DecimalMark
    from plantigrade.library.recordings.recording import Recording

PROGRESS_FILE: Final = "progress"
REPORT: Final = "report"
STAGES: Final = ("reading", "analysing", "writing")
"""What a job can be at; the pages have words for each."""


@dataclass(frozen=True)
class Place:
    """How a process opens the library, and for whom.

    Attributes:
        data_dir, url, key_file: see `Library`.
        actor: in the audit log.
        folder: of this job alone.
    """

    data_dir: Path
    url: str | None
    key_file: Path | None
    actor: str
    folder: Path


@dataclass(frozen=True)
class ExportOrder:
    """A recording in a format: `REPORT`, or one of `exports.registry`.

    Attributes:
        recording: identifier.
        form: name of the format.
        language: of a report.
        deidentify: leave out names, serials, notes and absolute dates.
    """

    recording: str
    form: str
    language: str = "en"
    deidentify: bool = False


@dataclass(frozen=True)
class ImportOrder:
    """A file of another system, for a person.

    Attributes:
        path: in the job's folder; the process removes it.
        name: as the person called it.
        person: code.
        title: of the recording; "" for the name without its ending.
        shoe: worn; "" for no tag.
        foot: side of a file of one foot; None for what the file says.
        decimal_mark: of numbers that leave it open; None for what the file's numbers say.
        start: when it began; without a zone where the person lives. None for what the file says.
    """

    path: Path
    name: str
    person: str
    title: str = ""
    shoe: str = ""
    foot: "Foot | None" = None
    decimal_mark: "DecimalMark | None" = None
    start: datetime | None = None


@dataclass(frozen=True)
class PersonOrder:
    """All that is stored about a person, as one file that can be read without this program."""

    person: str


@dataclass(frozen=True)
class Made:
    """What a job made: a file in its folder, or a recording; or why it did not. Remarks are what its person
    should know of it."""

    file: str = ""
    recording: str = ""
    problem: str = ""
    remarks: tuple[str, ...] = ()


Order = ExportOrder | ImportOrder | PersonOrder


def do(place: Place, order: Order) -> Made:
    """Do what was ordered; why it cannot be done is a result, without paths of this computer."""
    try:
        with acting_as(place.actor), Library(place.data_dir, place.url, place.key_file) as library:
            tell = _Progress(place.folder)
            if isinstance(order, ImportOrder):
                return _imported(library, order, tell)
            if isinstance(order, PersonOrder):
                return Made(file=_all_of_a_person(library, order.person, place.folder, tell))
            return Made(file=_exported(library.open(order.recording), order, place.folder, tell))
    except PlantigradeError as error:
        problem = str(error)
        for path in (place.folder, place.data_dir / "recordings", place.data_dir):
            problem = problem.replace(f"{path}/", "").replace(str(path), "")
        return Made(problem=problem)


def _exported(
    recording: "Recording", order: ExportOrder, folder: Path, tell: Callable[[str, float], None]
) -> str:
    if order.form == REPORT:
        from plantigrade.report.pdf import write_report
        from plantigrade.report.wording import language_for

        recording.full_analysis(tell)
        tell("writing", 0.0)
        name = f"{recording.id}.pdf"
        write_report(
            recording,
            folder / name,
            language=language_for(order.language),
            exercises=recording.shown_exercises(),
        )
        return name
    from plantigrade.exports.registry import export_formats

    form = export_formats().named(order.form)
    stem = f"{recording.id}-{form.name}"
    target = folder / f"{stem}{form.suffix}"
    form.write(recording, target, deidentify=order.deidentify, progress=tell)
    return target.name if target.is_file() else _packed(target)


def _all_of_a_person(library: Library, person: str, folder: Path, tell: Callable[[str, float], None]) -> str:
    from plantigrade.library.catalogue.data_export import export_person

    tell("writing", 0.0)
    name = f"{person}.zip"
    export_person(library, person, folder / name)
    return name


def _packed(folder: Path) -> str:
    """A folder as one file that a browser can take."""
    import zipfile

    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "x", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                archive.write(file, Path(folder.name) / file.relative_to(folder))
    return path.name


def _imported(library: Library, order: ImportOrder, tell: Callable[[str, float], None]) -> Made:
    from plantigrade.files.durable import file_sum
    from plantigrade.imports import formats
    from plantigrade.library.importing.take_in import Origin, SomebodyElsesError, take_in

    try:
        try:
            walk = formats.read(
                order.path,
                foot=order.foot,
                decimal_mark=order.decimal_mark,
                on_progress=lambda share: tell("reading", share),
                most_bytes=MOST_UNPACKED_BYTES,
            )
        except PlantigradeError as error:  # the name of the file that the person knows, not ours
            raise PlantigradeError(str(error).replace(str(order.path), order.name)) from error
        tell("writing", 0.0)
        plain = replace(walk, source=replace(walk.source, path=order.name))
        origin = Origin(order.name, file_sum(order.path))
        taken = take_in(library, plain, origin, person=order.person, title=order.title, start=order.start)
    except SomebodyElsesError as error:  # whose it is, is not for every account to know
        raise PlantigradeError(
            "this recording is in the library already, and belongs to somebody else"
        ) from error
    finally:
        order.path.unlink(missing_ok=True)
    if order.shoe:
        library.tag(taken.entry.id, [Tag(TAG_KINDS[0], order.shoe)])
    return Made(recording=taken.entry.id, remarks=tuple(filter(None, (taken.outcome.value, taken.remark))))


class _Progress:
    """Notes how far the process is where the pages look."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / PROGRESS_FILE
        self._next_s = 0.0

    def __call__(self, what: str, share: float) -> None:
        now_s = time.monotonic()
        if now_s < self._next_s:
            return
        self._next_s = now_s + PROGRESS_EVERY_S
        stage = next((one for one in STAGES if what.startswith(one)), STAGES[-1])
        draft = self._path.with_suffix(".new")
        draft.write_text(f"{stage} {min(1.0, max(0.0, share)):.3f}", encoding="ascii")
        draft.replace(self._path)
