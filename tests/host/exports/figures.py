"""What each export gives back to a program of others, as the table of docs/reference/exports-read-back.md.

`python -m tests.host.exports.figures` writes the page; test_figures.py fails when it no longer holds.
"""

import io
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet
from plantigrade.exports.export_data import ExportData
from plantigrade.exports.formats import FORMATS
from scipy.io import loadmat

from tests.host.exports import readers, sample

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "exports-read-back.md"
Read = Callable[[Path, ExportData], dict[str, readers.Back]]
READERS: dict[str, tuple[Read, str]] = {
    "csv": (readers.read_csv, "pandas"),
    "parquet": (readers.read_parquet, "pandas"),
    "edf": (readers.read_edf, "pyedflib"),
    "mat": (readers.read_matlab, "pymatreader"),
    "opengo": (readers.read_opengo, "moticon-opengo"),
    "motion-bids": (readers.read_bids, "pandas"),
    "c3d": (readers.read_c3d, "c3d"),
}
HEAD = """# What exports give back

Written by `python -m tests.host.exports.figures`, checked by the tests. Two recordings are exported and read
back by the program named: our insoles (two feet, 20 s of the bundled walk, a gap of 60 samples in each, two
clocks, reduced rate at the end) and an import (one foot of eight sensors). Figures are the largest
difference from the recording over all samples; `-` is what the format does not hold.

| Format | Reader | Recording | Samples read back | Counts | Time, s | Force, N |
|---|---|---|---|---|---|---|
"""
SECRETS_HEAD = """
## Without names

The recording of our insoles has a wearer with name, date of birth and remark, serial numbers, a note, an
alert and a true date. Each format is exported with and without `--deidentify`, unpacked to its last byte, and
searched for {count} words: these, and the dates in every way of writing that a format uses.

| Format | Bytes searched | Found with names | Found without |
|---|---|---|---|
"""
SECRETS = (*sample.SECRETS, str(sample.START_NS), str(sample.START_NS)[:9])


def largest(theirs: np.ndarray | None, ours: np.ndarray) -> str:
    """The largest difference; what is missing must be missing on both sides."""
    if theirs is None:
        return "-"
    if theirs.shape != ours.shape or not np.array_equal(np.isnan(theirs), np.isnan(ours)):
        return "DIFFERS"
    return f"{float(np.nanmax(np.abs(theirs - ours))):.1g}"


def rows(subjects: dict[str, ExportData], folder: Path) -> Iterator[str]:
    """Lines of the first table."""
    for name, (read, package) in READERS.items():
        for content, data in subjects.items():
            if name == "opengo" and content == "import":
                why = "refused: not sixteen sensors"
                yield f"| {name} | {package} {version(package)} | {content} | {why} | | | |\n"
                continue
            path = folder / f"{content} {name}{FORMATS[name].suffix}"
            FORMATS[name].write_data(data, path)
            back = read(path, data)
            counts = times = force = "-"
            samples = 0
            for foot in data.feet:
                got = back[foot.foot]
                samples += len(foot) * len(foot.sensors)
                times = max(times, largest(got.time_s, foot.time_s), key=_order)
                if foot.frames is not None and got.counts is not None:
                    found = largest(got.counts.astype(float), foot.frames.complete.counts.astype(float))
                    counts = max(counts, found, key=_order)
                if got.force_n is not None:
                    force = max(force, largest(got.force_n.astype(np.float32), foot.force_n), key=_order)
            yield (
                f"| {name} | {package} {version(package)} | {content} | {samples} | {counts} | {times} "
                f"| {force} |\n"
            )


def _order(text: str) -> float:
    return -1.0 if text == "-" else float("inf") if text == "DIFFERS" else float(text)


def everything(path: Path) -> bytes:
    """All bytes and names of an export, unpacked and uncompressed."""
    if path.is_dir():
        return b"".join(
            str(one.relative_to(path)).encode() + (everything(one) if one.is_file() else b"")
            for one in sorted(path.rglob("*"))
        )
    content = path.read_bytes()
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as name:
            archive.extractall(name)
            return everything(Path(name))
    if path.suffix == ".json":
        import base64

        attached = re.findall(rb'"data": *"([A-Za-z0-9+/=]+)"', content)
        return content + b"".join(base64.b64decode(one) for one in attached)
    if path.suffix == ".parquet":
        table = pyarrow.parquet.read_table(path)
        text = io.BytesIO()
        pyarrow.csv.write_csv(table, text)
        return content + text.getvalue() + repr(table.schema.metadata).encode()
    if path.suffix == ".mat":
        with np.printoptions(threshold=10**9):
            return content + repr(loadmat(path, simplify_cells=True)).encode()
    return content


def found_in(content: bytes) -> list[str]:
    """The secrets that stand in an export."""
    return [secret for secret in SECRETS if secret.encode() in content]


def secret_rows(named: ExportData, nameless: ExportData, folder: Path) -> Iterator[str]:
    """Lines of the second table."""
    for name, form in FORMATS.items():
        form.write_data(named, folder / f"named {name}{form.suffix}")
        form.write_data(nameless, folder / f"clean {name}{form.suffix}")
        clean = everything(folder / f"clean {name}{form.suffix}")
        before = len(found_in(everything(folder / f"named {name}{form.suffix}")))
        size = f"{len(clean) / 1e6:.2g} MB"
        yield f"| {name} | {size} | {before} | {len(found_in(clean))} |\n"


def page(folder: Path) -> str:
    """The page."""
    counts = sample.counts_recording(folder)
    subjects = {"insoles": ExportData.of(counts), "import": ExportData.of(sample.forces_recording(folder))}
    nameless = ExportData.of(counts, deidentify=True)
    text = HEAD + "".join(rows(subjects, folder)) + SECRETS_HEAD.format(count=len(SECRETS))
    return text + "".join(secret_rows(subjects["insoles"], nameless, folder))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        PAGE.write_text(page(Path(place)), encoding="utf-8")
