"""ZIP: the recording in every format that can hold it, with a README and SHA-256 sums.

Check with `sha256sum -c SHA256SUMS` in the unpacked folder. The README says which formats could not hold this
recording and why, and what each of the others lacks.
"""

import tempfile
import zipfile
from pathlib import Path

from plantigrade.exports.atomic_write import new_file
from plantigrade.exports.export_data import ExportData, ExportError
from plantigrade.files.durable import file_sum
from plantigrade.text_format import counted

NAME = "zip"
SUMS = "SHA256SUMS"


def write(data: ExportData, path: Path) -> None:
    """Write the file `path`.

    Raises:
        ExportError: the disk is full or it cannot be written.
    """
    with new_file(path) as draft, tempfile.TemporaryDirectory(dir=draft.parent) as name:
        folder = Path(name) / _stem(data)
        folder.mkdir()
        lines = _formats(data, folder, path)
        (folder / "README.txt").write_text(_readme(data, lines), encoding="utf-8")
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        sums = [f"{file_sum(file)}  {file.relative_to(folder).as_posix()}\n" for file in files]
        (folder / SUMS).write_text("".join(sums), encoding="utf-8")
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in [*files, folder / SUMS]:
                archive.write(file, file.relative_to(folder.parent).as_posix())


def _stem(data: ExportData) -> str:
    return "".join(sign if sign.isalnum() or sign in "-_." else "_" for sign in data.id)


def _formats(data: ExportData, folder: Path, path: Path) -> list[str]:
    from plantigrade.exports.registry import export_formats

    lines: list[str] = []
    if data.report is not None:
        (folder / "report.pdf").write_bytes(data.report())
        lines.append("report.pdf: the report for patient and clinician.")
    for form in export_formats().offered.values():
        if form.name == NAME:
            continue
        target = folder / f"{form.name}{form.suffix}"
        try:
            remarks = form.write_data(data, target)
        except ExportError as error:
            if isinstance(error.__cause__, OSError):
                problem = str(error).removeprefix(f"{target}: ")
                raise ExportError(f"{path}: {problem}") from error
            lines.append(f"{form.title}: left out. {str(error).removeprefix(f'{target}: ')}")
        else:
            lacks = f"cannot hold: {form.lacks}" if form.lacks else "holds everything"
            lines.append(" ".join((f"{target.name}: {form.title}; {lacks}.", *remarks)))
    return lines


def _readme(data: ExportData, lines: list[str]) -> str:
    start = "not known" if data.start is None else data.start.isoformat()
    if data.deidentified:
        start += " (shifted: names, serials, notes and true dates were left out)"
    accounts = [
        f"{foot.foot}: {foot.manifest.frames_requested} samples requested, "
        f"{foot.manifest.frames_recorded} recorded, {foot.manifest.frames_missing} missing in "
        f"{counted(len(foot.gaps), 'gap')}"
        for foot in data.feet
    ]
    versions = ", ".join(f"{name} {value}" for name, value in data.versions.items())
    return "\n".join(
        [
            f"Recording {data.id}",
            f"Start (UTC): {start}",
            f"Rate: {data.rate_hz:g} Hz",
            *accounts,
            f"Made by: {versions}",
            "",
            "Unless a file says otherwise: times in seconds since the start, forces in newtons.",
            "",
            *lines,
            "",
            f"{SUMS} holds the SHA-256 sum of every file.",
            "",
        ]
    )
