"""Forces under both feet in time, and the data set's text files as a source of them."""

import gzip
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from plantigrade.array_types import F64
from plantigrade.errors import FileError
from plantigrade.twin.body.mapping import onto_sixteen
from plantigrade.twin.body.person import SENSORS
from plantigrade.twin.walks import BUNDLED_WALK

COLUMNS = 19
LEFT = slice(1, 9)
RIGHT = slice(9, 17)
TOTALS = slice(17, 19)
TOTAL_TOLERANCE_N = 0.1
MAX_FORCE_N = 5000.0
BENCH_RATE_HZ = 100.0
"""As the firmware samples."""
MAX_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True)
class ForceWalk:
    """Forces per sensor of our layout.

    Attributes:
        rate_hz: rows per second.
        left: (n, 16) newtons under the left foot, in the order of the layout.
        right: (n, 16) newtons under the right foot.
        source: where it comes from, as text.
    """

    rate_hz: float
    left: F64
    right: F64
    source: str

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.left) / self.rate_hz

    def cut(self, seconds: float) -> "ForceWalk":
        """The first `seconds`; repeated from its beginning where the walk is shorter."""
        rows = np.arange(round(seconds * self.rate_hz)) % len(self.left)
        return ForceWalk(self.rate_hz, self.left[rows], self.right[rows], self.source)


def on_the_bench(seconds: float) -> ForceWalk:
    """Nobody wears the insoles: no force on any sensor, for so many seconds.

    Example:
        >>> float(on_the_bench(2.0).left.max())
        0.0
    """
    none = np.zeros((round(seconds * BENCH_RATE_HZ), SENSORS))
    return ForceWalk(BENCH_RATE_HZ, none, none, "insoles on the bench")


def load_walk(path: Path | None = None) -> ForceWalk:
    """Read a record of PhysioNet's gaitpdb (text, plain or gzipped) onto our sixteen places.

    Total force and centre of pressure of each row are preserved (see `mapping`). Without a path: the bundled
    walk.

    Raises:
        FileError: the file cannot be read or is not a gaitpdb record; the text says in which row.
    """
    source = path or BUNDLED_WALK
    table = read_gaitpdb(source)
    rate_hz = _rate_hz(source, table[:, 0])
    name = source.name if path else f"{source.name} (bundled)"
    return ForceWalk(rate_hz, onto_sixteen(table[:, LEFT]), onto_sixteen(table[:, RIGHT]), name)


def read_gaitpdb(path: Path) -> F64:
    """The record's 19 columns: time s, 8 left and 8 right sensors N, left and right total N.

    Raises:
        FileError: see `load_walk`.
    """
    text = _text(path)
    rows: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = [float(field) for field in line.split()]
        except ValueError as error:
            raise FileError(path, f"line {number} is not numbers: not a gaitpdb record") from error
        if len(row) != COLUMNS:
            problem = f"line {number} has {len(row)} columns; a gaitpdb record has {COLUMNS}"
            raise FileError(path, problem)
        rows.append(row)
    if len(rows) < 2:
        raise FileError(path, "holds no samples: a gaitpdb record has a line every 10 ms")
    table = np.array(rows)
    _check_forces(path, table)
    return table


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
        if data[:2] == b"\x1f\x8b":
            with gzip.open(path) as stream:
                data = stream.read(MAX_BYTES)
        return data.decode("ascii")
    except UnicodeDecodeError as error:
        raise FileError(path, "is not text: a gaitpdb record is lines of 19 numbers") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(path, f"is a damaged gzip file ({error})") from error
    except OSError as error:
        raise FileError(path, f"cannot be read ({error.strerror})") from error


def _check_forces(path: Path, table: F64) -> None:
    if not np.isfinite(table).all():
        row = int(np.flatnonzero(~np.isfinite(table).all(axis=1))[0])
        raise FileError(path, f"row {row + 1} holds a value that is no number")
    forces = table[:, 1:17]
    if forces.min() < 0 or forces.max() > MAX_FORCE_N:
        raise FileError(path, f"a sensor lies outside 0 to {MAX_FORCE_N:.0f} N: not a gaitpdb record")
    sums = np.stack([table[:, LEFT].sum(axis=1), table[:, RIGHT].sum(axis=1)], axis=1)
    wrong = np.abs(sums - table[:, TOTALS]).max(axis=1) > TOTAL_TOLERANCE_N
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise FileError(
            path, f"the totals of row {row + 1} are not the sums of its sensors: not a gaitpdb record"
        )


def _rate_hz(path: Path, time_s: F64) -> float:
    steps = np.diff(time_s)
    step_s = float(np.median(steps))
    if step_s <= 0 or np.abs(steps - step_s).max() > 0.5 * step_s:
        raise FileError(path, "its time column does not rise in even steps")
    return round(1.0 / step_s, 3)
