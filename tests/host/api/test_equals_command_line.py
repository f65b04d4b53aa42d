"""The public interface and the command line give the same figures, to the bit."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import plantigrade as pg
import pytest
from click.testing import CliRunner
from plantigrade.analysis.tables import decimals_of
from plantigrade.analyze_command.commands import analyze
from plantigrade.cli import Invocation

from tests.host.analyze.walks import write_walk

OPTIONS: dict[str, Any] = {"body_weight_kg": 80.5, "feet_apart_mm": 180.0}


def of_command_line(source: str, folder: Path, data: Path | None = None) -> dict[str, str]:
    """What `plantigrade analyze` writes, by option."""
    files = {name: folder / f"written.{name}" for name in ("json", "strides", "events")}
    arguments = [source, "--body-weight-kg", "80.5", "--feet-apart-mm", "180"]
    for name, path in files.items():
        arguments += [f"--{name}", str(path)]
    done = CliRunner().invoke(analyze, arguments, obj=Invocation(data=data), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return {name: path.read_text() for name, path in files.items()}


@pytest.fixture(scope="module")
def walk_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_walk(tmp_path_factory.mktemp("walk") / "walk.csv", seconds=40.0, stand_s=30.0)


@pytest.fixture(scope="module")
def written(walk_file: Path) -> dict[str, str]:
    return of_command_line(str(walk_file), walk_file.parent)


@pytest.fixture(scope="module")
def analysis(walk_file: Path) -> pg.Analysis:
    return pg.analyze(walk_file, **OPTIONS)


def test_texts_are_the_same_bytes(written: dict[str, str], analysis: pg.Analysis) -> None:
    assert analysis.to_json() == written["json"]
    assert analysis.to_csv("strides") == written["strides"]
    assert analysis.to_csv("events") == written["events"]


def test_files_are_the_same_bytes(written: dict[str, str], analysis: pg.Analysis, tmp_path: Path) -> None:
    analysis.to_json(tmp_path / "a.json")
    analysis.to_csv("strides", tmp_path / "s.csv")
    assert (tmp_path / "a.json").read_text() == written["json"]
    assert (tmp_path / "s.csv").read_text() == written["strides"]
    with pytest.raises(pg.FileError, match="cannot be written"):
        analysis.to_json(tmp_path / "nowhere" / "a.json")


def as_text(value: Any, column: str) -> str:
    """A cell of the table as the CSV has it."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.{decimals_of(column)}f}"
    return str(value)


def test_every_stride_of_the_table_is_the_one_of_the_csv(
    written: dict[str, str], analysis: pg.Analysis
) -> None:
    strides = analysis.strides()
    rows = list(csv.DictReader(io.StringIO(written["strides"])))
    assert list(strides.columns) == list(rows[0])
    assert len(strides) == len(rows) > 30
    for name in strides.columns:
        assert [as_text(value, name) for value in strides[name].tolist()] == [row[name] for row in rows], name


def test_every_contact_of_the_table_is_the_one_of_the_csv(
    written: dict[str, str], analysis: pg.Analysis
) -> None:
    events = analysis.events()
    rows = [tuple(row.values()) for row in csv.DictReader(io.StringIO(written["events"]))]
    shown = [(foot, event, f"{time_s:.6f}") for foot, event, time_s in events.itertuples(index=False)]
    assert shown == rows


def rounded(value: float) -> float | None:
    """As the JSON rounds."""
    return None if np.isnan(value) else float(f"{value:.9g}")


def test_figures_of_the_tables_are_those_of_the_json(written: dict[str, str], analysis: pg.Analysis) -> None:
    stated = json.loads(written["json"])
    parameters = analysis.parameters()
    for side in ("left", "right", "both"):
        named = {name: one for name, one in stated[side].items() if isinstance(one, dict) and "n" in one}
        named.pop("force_cycle", None)
        named.pop("load_map", None)
        assert set(parameters.loc[side].index) == set(named)
        for name, one in named.items():
            row = parameters.loc[(side, name)]
            assert rounded(row["value"]) == one["value"], name
            assert rounded(row["sd"]) == one.get("sd"), name
            assert (row["n"], row["unit"]) == (one["n"], one["unit"])
    bouts = analysis.bouts()
    assert [rounded(value) for value in bouts["cadence_per_min"]] == [
        one["cadence_per_min"] for one in stated["bouts"]
    ]
    for bout, one in zip(bouts.to_dict("records"), stated["bouts"], strict=True):
        assert all(rounded(bout[name]) == figure["value"] for name, figure in one["parameters"].items())


def test_balance_and_posture_are_those_of_the_json(written: dict[str, str], analysis: pg.Analysis) -> None:
    stated = json.loads(written["json"])
    balance = analysis.balance()
    assert len(balance) == len(stated["standing"]) == 1
    row, standing = balance.iloc[0], stated["standing"][0]
    assert rounded(row["standing_left_load_pct"]) == standing["standing_left_load_pct"]["value"]
    for side in ("left", "right", "both"):
        sway = standing[f"sway_{side}"]
        assert sway is not None
        for name, one in sway.items():
            assert rounded(row[f"sway_{side}_{name}"]) == one["value"], name
    found = analysis.posture()
    assert len(found) == len(stated["posture"]) > 20
    for row, one in zip(found.to_dict("records"), stated["posture"], strict=True):
        value = None if np.isnan(row["value"]) else row["value"]
        assert (row["rule"], row["foot"], row["state"], value, row["n"]) == (
            one["rule"], one["foot"], one["state"], one["value"], one["n"],
        )  # fmt: skip
    assert analysis.notes == tuple(stated["notes"])


def test_a_recording_of_the_library_by_its_identifier(walk_file: Path, tmp_path: Path) -> None:
    with pg.Library(tmp_path / "data") as library:
        name = library.add(pg.read(walk_file))
    written = of_command_line(name, tmp_path, tmp_path / "data")
    analysis = pg.analyze(name, data=tmp_path / "data", **OPTIONS)
    assert analysis.to_json() == written["json"]
    assert analysis.to_csv() == written["strides"]


def test_spans_and_rules_are_settings(walk_file: Path) -> None:
    closed = pg.analyze(walk_file, eyes_open=(0, 14), eyes_closed=(15, 29), feet_apart_mm=180)
    assert closed.balance()["eyes"].tolist() == ["open", "closed"]
    with pytest.raises(pg.PlantigradeError, match="no span of the recording"):
        pg.analyze(walk_file, eyes_open=(0, 900))


def test_progress_is_told(walk_file: Path) -> None:
    reports: list[tuple[str, float]] = []
    pg.read(walk_file).analyze(progress=lambda what, share: reports.append((what, share)))
    assert reports[-1] == ("analysing", 1.0)
