"""The strides of a recording, stored: `strides.parquet` has the columns of `analyze --strides`, unrounded.

They stay for ever, also when the samples are removed, and the strides of several recordings of a day are put
together for the person's own days. Beside the table stand the facts that posture needs of it: body weight,
what the recording asked of the body (`posture.diary.day_load`), and the version of the algorithm.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from plantigrade.analysis.tables import MOTION_REASON, stride_columns
from plantigrade.array_types import F64
from plantigrade.gait.results import Analysis, FootAnalysis
from plantigrade.gait.signals import Foot
from plantigrade.library.errors import RecordingError
from plantigrade.library.keys.file_key import FileKey
from plantigrade.library.recordings.columns import ColumnFile, write_groups
from plantigrade.library.recordings.computed import open_computed
from plantigrade.posture.rules_engine.features import StrideColumns, completed

if TYPE_CHECKING:
    from plantigrade.library.recordings.recording import Recording

NAME: Final = "strides"
DICTIONARY: Final = ("foot", "valid", "bout", "reason", MOTION_REASON)
_NO_BOUT: Final = -1
_TEXTS: Final = ("foot", "valid", "reason", MOTION_REASON)
_WEIGHT: Final = "body_weight_n"
_ALGORITHM: Final = "algorithm_version"
_LOADS: Final = "loads"


@dataclass(frozen=True, eq=False)
class StoredStrides:
    """Strides of one recording.

    Attributes:
        body_weight_n: as known when it was analysed; None where it was not.
        algorithm_version: of the gait engine.
        loads: of the whole recording, see `posture.diary.day_load`.
        feet: by foot; every column of the table that holds a number, in its order, with `bout` (-1 outside of
            bouts).
        valid: by foot, (n,) whether a stride belongs to steady walking.
        reason: by foot, (n,) why it does not, as `gait.results.Reason` words it; empty where it does.
    """

    body_weight_n: float | None
    algorithm_version: str
    loads: Mapping[str, float]
    feet: Mapping[Foot, Mapping[str, F64]]
    valid: Mapping[Foot, NDArray[np.bool_]]
    reason: Mapping[Foot, NDArray[np.object_]]

    def tables(self) -> list[StrideColumns]:
        """As the posture layer reads them, with the columns that it derives."""
        plain = [
            StrideColumns(foot, values["next_initial_contact_s"], self.valid[foot], values)
            for foot, values in self.feet.items()
        ]
        return completed(plain, self.body_weight_n)


def write_strides(
    analysis: Analysis, loads: Mapping[str, float], path: Path, key: FileKey | None = None
) -> int:
    """Write the strides of both feet in order of their initial contacts; how many.

    Args:
        analysis: of the recording.
        loads: what it asked of the body, see `posture.diary.day_load`.
        path: the file.
        key: encrypts it.

    Raises:
        OSError: it cannot be written.
    """
    names = stride_columns(analysis)
    begin = np.concatenate([foot.strides.initial_contact_s for foot in analysis.feet])
    order = np.argsort(begin, kind="stable")
    columns = {name: np.concatenate([_column(foot, name) for foot in analysis.feet])[order] for name in names}
    weight = analysis.body_weight_n
    facts = {
        _WEIGHT: "" if weight is None else repr(weight),
        _ALGORITHM: analysis.algorithm_version,
        _LOADS: json.dumps(dict(loads)),
    }
    return write_groups(path, [columns], dictionary=DICTIONARY, facts=facts, key=key)


def _column(foot: FootAnalysis, name: str) -> NDArray[Any]:
    """One column of a foot; numbers that it does not know are NaN."""
    table = foot.strides
    if name == "foot":
        return np.full(len(table), foot.foot.value)
    if name == "reason":
        return np.array([table.reason_text(row) for row in range(len(table))], np.str_)
    if name == MOTION_REASON:
        return np.array([table.motion_reason_text(row) for row in range(len(table))], np.str_)
    if name == "valid":
        return table.valid
    if name == "bout":
        return np.maximum(table.bout, _NO_BOUT)
    own: F64 | None = getattr(table, name, None)
    if name in table.pressure_names:
        pressure = table.pressure_column(name)
        own = pressure if own is None else np.where(np.isfinite(own), own, pressure)
    return np.full(len(table), np.nan) if own is None else np.asarray(own, np.float64)


def strides(recording: "Recording") -> StoredStrides:
    """The stored strides of a recording.

    Raises:
        RecordingError: they were not stored yet, or are damaged.
    """
    return read_strides(open_computed(recording.folder, NAME, recording.reader.vault))


def read_strides(file: ColumnFile) -> StoredStrides:
    """As `strides`, from an opened file.

    Raises:
        RecordingError: the data are damaged.
    """
    facts = file.facts
    if not {_WEIGHT, _ALGORITHM, _LOADS} <= facts.keys():
        raise RecordingError(file.path, "holds no strides")
    table = file.read()
    of_foot = table.column("foot", "O")
    valid = table.column("valid", "?")
    reason = table.column("reason", "O")
    names = [name for name in table.table.schema.names if name not in _TEXTS]
    numbers = {name: table.column(name, "f8") for name in names}
    chosen = {foot: of_foot == foot.value for foot in Foot if bool((of_foot == foot.value).any())}
    return StoredStrides(
        float(facts[_WEIGHT]) if facts[_WEIGHT] else None,
        facts[_ALGORITHM],
        json.loads(facts[_LOADS]),
        {foot: {name: values[rows] for name, values in numbers.items()} for foot, rows in chosen.items()},
        {foot: valid[rows] for foot, rows in chosen.items()},
        {foot: reason[rows] for foot, rows in chosen.items()},
    )
