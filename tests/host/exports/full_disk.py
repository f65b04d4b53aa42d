"""Run by test_rim.py: exports with no file allowed above a size, as on a disk that fills up; prints JSON."""

import json
import resource
import signal
import sys
from pathlib import Path

from plantigrade.errors import PlantigradeError
from plantigrade.exports import mat
from plantigrade.exports.export_data import ExportData
from plantigrade.exports.formats import FORMATS

from tests.host.exports import sample

LIMIT_BYTES = 60_000


def main(folder: Path) -> None:
    """Try every format; what each said, and what was left in the target folder."""
    data = ExportData.of(sample.counts_recording(folder / "recording"))
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    text: dict[str, list[str]] = {}
    for name in [*FORMATS, "mat of a long recording"]:
        form = FORMATS[name.split(" ", 1)[0]]
        mat.LONG_ROWS = 100 if " " in name else 1 << 20  # pyright: ignore[reportConstantRedefinition]
        place, complete = folder / name, folder / f"{name} whole"
        place.mkdir()
        complete.mkdir()
        form.write_data(data, complete / f"out{form.suffix}")
        largest = max(file.stat().st_size for file in complete.rglob("*") if file.is_file())
        resource.setrlimit(resource.RLIMIT_FSIZE, (min(LIMIT_BYTES, largest // 2), hard))
        try:
            form.write_data(data, place / f"out{form.suffix}")
            text[name] = ["no error"]
        except PlantigradeError as error:
            text[name] = [str(error), *(one.name for one in place.iterdir())]
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    print(json.dumps(text))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
