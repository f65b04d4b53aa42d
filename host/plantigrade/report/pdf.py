"""The report as a PDF file: built as plain values, set by typst from `report.typ`, written whole or not at
all."""

import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from plantigrade.errors import MissingPartError, PlantigradeError
from plantigrade.files.atomic_write import new_file
from plantigrade.report.document_blocks import Document

try:
    import matplotlib as mpl
    import typst
except ImportError as error:
    raise MissingPartError("a report", "report", str(error.name)) from error

if TYPE_CHECKING:
    from plantigrade.library.recordings.recording import Recording

TEMPLATE: Final = Path(__file__).with_name("report.typ")
PAPERS: Final = ("a4", "letter")
STANDARD: Final = "ua-1"


def write_report(
    recording: "Recording",
    path: Path,
    other: "Recording | None" = None,
    paper: str = "a4",
    language: str = "en",
    baseline: Sequence["Recording"] = (),
    exercises: Collection[str] | None = None,
) -> None:
    """Write a recording's report: a page for the patient, then the clinician's.

    Args:
        recording: of the library.
        path: of the PDF; an older file there is replaced once the new one is complete.
        other: set beside `recording`; the earlier of the two is "before".
        paper: "a4" or "letter".
        language: of the words.
        baseline: earlier recordings of the same person, which say what is usual.
        exercises: identifiers of those that the wearer may be shown; None where no answers to the questions
            before exercises are known.

    Raises:
        PlantigradeError: the recording cannot be read or analysed, the language or paper is not known, or the
            file cannot be written.
    """
    write_pdf(path, report_bytes(recording, other, paper, language, baseline, exercises))


def report_bytes(
    recording: "Recording",
    other: "Recording | None" = None,
    paper: str = "a4",
    language: str = "en",
    baseline: Sequence["Recording"] = (),
    exercises: Collection[str] | None = None,
) -> bytes:
    """The PDF itself; see `write_report`.

    Raises:
        PlantigradeError: as `write_report`.
    """
    from plantigrade.report.document import build

    check_paper(paper)
    made = datetime.now(UTC).replace(microsecond=0)
    return render(build(recording, other, language, made, baseline, exercises), paper, made)


def check_paper(paper: str) -> None:
    """Refuse what is no paper.

    Raises:
        PlantigradeError: it is not one of `PAPERS`.
    """
    if paper not in PAPERS:
        raise PlantigradeError(f"paper {paper!r} is not known; there are: {', '.join(PAPERS)}")


def render(document: Document, paper: str, made: datetime) -> bytes:
    """The PDF of a document, tagged; PDF/UA-1 wherever the fonts of this computer have every character.

    Raises:
        PlantigradeError: it cannot be set, which is a defect of ours.
    """
    content = json.dumps(document.as_data(), ensure_ascii=False).encode("utf-8", "replace")
    files = {"main.typ": TEMPLATE.read_bytes(), "report.json": content}
    fonts = [Path(mpl.get_data_path()) / "fonts" / "ttf"]
    problem = ""
    # A name in letters that no font here has is printed as boxes; such a file must not claim the standard.
    for standard in (STANDARD, None):
        try:
            return _compile(files, fonts, paper, standard, made)
        except RuntimeError as error:
            problem = str(error)
    raise PlantigradeError(f"the report could not be set: {' '.join(problem.split())}")


def _compile(
    files: dict[str, bytes], fonts: list[Path], paper: str, standard: str | None, made: datetime
) -> bytes:
    """Typst takes several files in memory, which its type stubs do not say."""
    compile_files: Any = typst.compile
    return compile_files(
        files,
        format="pdf",
        font_paths=fonts,
        sys_inputs={"paper": paper},
        pdf_standards=[standard] if standard else [],
        timestamp=made,
    )


def write_pdf(path: Path, content: bytes) -> None:
    """Put the file in its place in one step; readable by its owner only, as it is about health.

    Raises:
        FileError: it cannot be written; an older file stands.
    """
    with new_file(path) as draft:
        draft.touch(0o600)
        draft.write_bytes(content)
