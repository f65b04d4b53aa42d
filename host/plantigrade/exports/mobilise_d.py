"""Mobilise-D: a folder with `walking_bouts.csv`, `mobility_outcomes.csv` and `about.json`.

A row for each walking bout under the names that `mobgap` and the tables of Mobilise-D have, and the
aggregates of the recording under both of their names. Empty is what is not known: speed and stride length
without a motion sensor, a mean of no bout. Stride by stride there is `strides.csv` of the format CSV.
"""

import csv
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Final

from plantigrade.analysis.mobility_outcomes import BOUT_COLUMNS, WalkingBout, mobility_outcomes
from plantigrade.exports.about import about_text
from plantigrade.exports.atomic_write import new_folder
from plantigrade.exports.export_data import ExportData

OUTCOME_COLUMNS: Final = ("name", "study_name", "value", "unit", "n_bouts")


def write(data: ExportData, path: Path) -> list[str]:
    """Write the folder `path`.

    Returns:
        what the files lack of this recording.

    Raises:
        ExportError: it is there already or cannot be written.
    """
    bouts = data.analysis.bouts
    rows = [WalkingBout.of(bout) for bout in bouts]
    with new_folder(path) as folder:
        _write(folder / "walking_bouts.csv", BOUT_COLUMNS, [astuple(row) for row in rows])
        outcomes = [(o.name, o.study_name, o.value, o.unit, o.n_bouts) for o in mobility_outcomes(bouts)]
        _write(folder / "mobility_outcomes.csv", OUTCOME_COLUMNS, outcomes)
        (folder / "about.json").write_text(about_text(data), encoding="utf-8")
    lacks: list[str] = []
    if not rows:
        lacks.append("No walking bout was found, so that nothing but counts of 0 is in it.")
    elif all(row.walking_speed_mps is None for row in rows):
        lacks.append(
            "Walking speed and stride length are empty: no motion was recorded, or none that is known."
        )
    return lacks


def _write(path: Path, columns: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    """A table; None is empty, numbers read back as the same bits."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
