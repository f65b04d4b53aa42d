"""What third-party readers get back from each format, as plain arrays.

Every reader returns, for each foot, counts and forces on the rows of the recording.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path

import c3d
import numpy as np
import pandas
import pyedflib
from moticon_opengo.txt_export import Measurement
from moticon_opengo.utils import Side
from plantigrade.exports.export_data import ExportData, ExportFoot
from plantigrade.exports.merged import merge
from plantigrade.exports.slots import slot_rows
from pymatreader import read_mat


@dataclass
class Back:
    """One foot as read back; None for what the format does not hold."""

    counts: np.ndarray | None
    time_s: np.ndarray | None
    force_n: np.ndarray | None


def _table(table: pandas.DataFrame, foot: ExportFoot) -> Back:
    rows = table[table["foot"] == foot.foot]
    counts = [name for name in table.columns if name[0] == "c" and name[1:].isdigit()]
    forces = [name for name in table.columns if name[0] == "f" and name[1:].isdigit()]
    return Back(
        rows[counts].to_numpy() if counts else None,
        rows["time_s"].to_numpy(float),
        rows[forces].to_numpy(np.float32),
    )


def read_csv(path: Path, exported: ExportData) -> dict[str, Back]:
    """pandas."""
    table = pandas.read_csv(path / "frames.csv")
    return {foot.foot: _table(table, foot) for foot in exported.feet}


def read_parquet(path: Path, exported: ExportData) -> dict[str, Back]:
    """pandas on pyarrow."""
    table = pandas.read_parquet(path / "frames.parquet")
    return {foot.foot: _table(table, foot) for foot in exported.feet}


def _at_frames(foot: ExportFoot, rate_hz: float, rows: np.ndarray) -> np.ndarray:
    """Values on rows back on frames; a frame of several slots must show one value on all of them."""
    where = slot_rows(foot, rate_hz)
    values = rows[where.row]
    first = np.searchsorted(where.frame, np.arange(len(foot)))
    assert np.array_equal(values, values[first][where.frame], equal_nan=True)
    empty = np.ones(len(rows), bool)
    empty[where.row] = False
    assert not np.any(rows[empty] > 0), "a row without a frame shows a value"
    return values[first]


def read_edf(path: Path, exported: ExportData) -> dict[str, Back]:
    """pyEDFlib, a wrapper of EDFlib."""
    back: dict[str, Back] = {}
    with pyedflib.EdfReader(str(path)) as file:
        labels = file.getSignalLabels()
        for foot in exported.feet:
            own = [i for i, label in enumerate(labels) if label.startswith(f"{foot.foot[0].upper()} ")]
            counts = force = None
            if foot.frames is not None:
                digital = np.column_stack([file.readSignal(i, digital=True) for i in own])
                counts = _at_frames(foot, exported.rate_hz, digital)
            else:
                force = _at_frames(foot, exported.rate_hz, np.column_stack([file.readSignal(i) for i in own]))
            clock = file.readSignal(labels.index(f"{foot.foot} clock ms"))
            where = slot_rows(foot, exported.rate_hz)
            first = np.searchsorted(where.frame, np.arange(len(foot)))
            row = where.row[first]
            back[foot.foot] = Back(counts, row / exported.rate_hz + clock[row] / 1e3, force)
    return back


def read_matlab(path: Path, exported: ExportData) -> dict[str, Back]:
    """pymatreader."""
    data = read_mat(path)["plantigrade"]
    return {
        foot.foot: Back(
            data[foot.foot].get("counts"),
            np.asarray(data[foot.foot]["time_s"]),
            np.asarray(data[foot.foot]["force_n"]),
        )
        for foot in exported.feet
    }


def read_opengo(path: Path, exported: ExportData) -> dict[str, Back]:
    """moticon-opengo, the maker's own reader."""
    data = Measurement(str(path), trim=False, fill_method="keep")
    merged = merge(exported.feet, exported.rate_hz)
    assert data.time is not None
    back: dict[str, Back] = {}
    for foot, rows in zip(exported.feet, merged.rows, strict=True):
        assert foot.layout is not None
        pressure = data.side_data[Side.from_string(foot.foot)].pressure
        assert pressure is not None
        lacking = np.setdiff1d(np.arange(len(data.time)), rows)
        assert np.isnan(pressure[lacking]).all(), "a row without a frame shows a pressure"
        back[foot.foot] = Back(None, data.time[rows], pressure[rows] * foot.layout.area_cm2)
    return back


def read_bids(path: Path, exported: ExportData) -> dict[str, Back]:
    """pandas, by the names in channels.tsv."""
    (samples,) = path.glob("sub-*/motion/*_motion.tsv")
    (channels,) = path.glob("sub-*/motion/*_channels.tsv")
    names = pandas.read_csv(channels, sep="\t", keep_default_na=False)["name"]
    table = pandas.read_csv(samples, sep="\t", header=None, names=list(names), na_values="n/a")
    back: dict[str, Back] = {}
    for foot in exported.feet:
        where = slot_rows(foot, exported.rate_hz)
        first = np.searchsorted(where.frame, np.arange(len(foot)))
        time_s = table[f"{foot.foot}_time"].to_numpy()[where.row[first]]
        force = _at_frames(
            foot, exported.rate_hz, table[[f"{foot.foot}_{s}_force" for s in foot.sensors]].to_numpy()
        )
        counts = None
        if foot.frames is not None:
            own = table[[f"{foot.foot}_{s}_count" for s in foot.sensors]].to_numpy()
            counts = _at_frames(foot, exported.rate_hz, own)
        back[foot.foot] = Back(counts, time_s, force)
    return back


def read_c3d(path: Path, exported: ExportData) -> dict[str, Back]:
    """c3d, a reader in pure Python."""
    with path.open("rb") as file, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "No point data", UserWarning)  # true: there are no markers
        reader = c3d.Reader(file)
        labels = [label.strip() for label in reader.analog_labels]
        analog = np.concatenate([frame for _, _, frame in reader.read_frames()], axis=1)
    back: dict[str, Back] = {}
    for foot in exported.feet:
        own = np.column_stack([analog[labels.index(f"{foot.foot} {name}")] for name in foot.sensors])
        values = _at_frames(foot, exported.rate_hz, own)
        where = slot_rows(foot, exported.rate_hz)
        row = where.row[np.searchsorted(where.frame, np.arange(len(foot)))]
        time_s = row / exported.rate_hz + analog[labels.index(f"{foot.foot} clock ms")][row] / 1e3
        back[foot.foot] = (
            Back(values, time_s, None) if foot.frames is not None else Back(None, time_s, values)
        )
    return back
