"""`plantigrade analyze` as scripts and people use it."""

import csv
import json
import math
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plantigrade.analysis import document, tables
from plantigrade.analyze_command.commands import analyze
from plantigrade.errors import FileError

from tests.host.analyze.walks import STANCE_SHARE, STRIDE_S, analysed, write_walk


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_walk(tmp_path_factory.mktemp("walk") / "walk.csv")


def run(*texts: str | Path) -> Result:
    return CliRunner().invoke(analyze, [str(word) for word in texts], catch_exceptions=True)


def test_the_summary_names_what_was_found(walk: Path) -> None:
    done = run(walk)
    assert done.exit_code == 0, done.output
    assert "walk.csv  csv, 100 Hz, 40.0 s" in done.output
    assert "Stride time, s" in done.output
    assert "1.10" in done.output


def test_json_to_standard_output_is_all_there_is(walk: Path) -> None:
    done = run(walk, "--json", "-")
    found = json.loads(done.stdout)
    assert found["schema"] == "plantigrade.analysis/1"
    assert found["both"]["stride_time_s"]["value"] == pytest.approx(STRIDE_S, abs=0.002)
    assert found["left"]["stance_pct"]["value"] == pytest.approx(100 * STANCE_SHARE, abs=2)
    assert found["both"]["walking_speed_m_per_s"]["value"] is None
    assert found["both"]["walking_speed_m_per_s"]["note"]
    assert found["input"]["body_weight_n"] == pytest.approx(71 * 9.80665)
    manifest = found["accounting"]["left"]
    assert manifest["samples_used"] + manifest["samples_missing"] == manifest["samples_spanned"]


def test_every_parameter_has_value_n_unit_and_a_reason_when_missing() -> None:
    found = document.document(analysed())
    entries = [
        (f"{side}.{name}", entry)
        for side in ("left", "right", "both")
        for name, entry in found[side].items()  # type: ignore[attr-defined]
        if document.is_parameter(entry)
    ]
    assert len(entries) > 100
    for name, entry in entries:
        assert isinstance(entry["n"], int), name
        assert entry["unit"], name
        if entry["value"] is None:
            assert entry["note"], name
        else:
            assert math.isfinite(entry["value"]), name


def test_standing_before_walking_is_measured() -> None:
    found = document.document(analysed())
    assert found["standing"], "no standing was found"
    first = found["standing"][0]  # type: ignore[index]
    assert first["standing_left_load_pct"]["value"] == pytest.approx(50, abs=1)
    assert 20 < first["standing_rear_load_pct"]["value"] < 80
    assert found["butterfly"] is not None


def test_the_strides_table(walk: Path, tmp_path: Path) -> None:
    out = tmp_path / "strides.csv"
    assert run(walk, "--strides", out).exit_code == 0
    with out.open(newline="") as stream:
        reader = csv.DictReader(stream)
        rows = list(reader)
        titles = reader.fieldnames or []
    assert tuple(titles[: len(tables.FIRST_COLUMNS)]) == tables.FIRST_COLUMNS
    assert {"reason", "peak_force_n", "f1_n", "cpei_pct", "load_share_heel_pct"} <= set(titles)
    times = [float(row["initial_contact_s"]) for row in rows]
    assert times == sorted(times)
    assert {row["foot"] for row in rows} == {"left", "right"}
    for row in rows:
        assert (row["valid"] == "1") == (row["reason"] == "")
        assert "nan" not in row.values()


def test_the_events_table(walk: Path, tmp_path: Path) -> None:
    out = tmp_path / "events.csv"
    assert run(walk, "--events", out).exit_code == 0
    lines = out.read_text().splitlines()
    assert lines[0] == "foot,event,time_s"
    assert {line.split(",")[1] for line in lines[1:]} == {"initial_contact", "final_contact"}
    times = [float(line.split(",")[2]) for line in lines[1:]]
    assert times == sorted(times)


@pytest.mark.parametrize("ending", [".png", ".pdf", ".svg"])
def test_the_page(walk: Path, tmp_path: Path, ending: str) -> None:
    pytest.importorskip("matplotlib")
    out = tmp_path / f"page{ending}"
    done = run(walk, "--plot", out)
    assert done.exit_code == 0, done.output
    assert out.stat().st_size > 20_000


def test_one_foot_leaves_out_what_needs_two(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = write_walk(tmp_path / "one.csv", feet=("right",), seconds=20)
    done = run(path, "--json", tmp_path / "one.json", "--plot", tmp_path / "one.png")
    assert done.exit_code == 0, done.output
    found = json.loads((tmp_path / "one.json").read_text())
    assert found["left"] is None
    assert found["right"]["double_support_s"]["value"] is None
    assert found["right"]["double_support_s"]["note"]
    assert found["butterfly"] is None


@pytest.mark.parametrize("factor", [0.5, 2.5])
def test_a_wrong_sample_rate_shows_in_impossible_strides(walk: Path, tmp_path: Path, factor: float) -> None:
    lines = walk.read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("time_s"))
    for i in range(start + 1, len(lines)):
        time, _, rest = lines[i].partition(",")
        lines[i] = f"{float(time) * factor:.4f},{rest}"
    path = tmp_path / "rate.csv"
    path.write_text("\n".join(lines) + "\n")
    notes = json.loads(run(path, "--json", "-").stdout)["notes"]
    assert any("is the sample rate right" in note or "looks like steps" in note for note in notes), notes


def test_eyes_open_and_closed(tmp_path: Path) -> None:
    path = write_walk(tmp_path / "stand.csv", stand_s=60.0, seconds=12)
    texts = (path, "--eyes-open", "0-25", "--eyes-closed", "30-55", "--feet-apart-mm", "180", "--json", "-")
    found = json.loads(run(*texts).stdout)
    assert len(found["standing"]) == 2
    assert found["standing"][0]["sway_both"]["path_mm"]["value"] > 0
    assert found["eyes_closed_over_open"]["velocity"]["value"] == pytest.approx(1, abs=0.3)


WRONG_USAGE = [
    ((), "name a recording"),
    (("a.csv", "b.csv"), "2 recordings were named"),
    (("a.csv", "--plot", "page.gif"), "--plot writes .png, .pdf, .svg"),
    (("a.csv", "--json", "-", "--events", "-"), "only one output"),
    (("a.csv", "--json", "a.csv"), "would overwrite"),
    (("a.csv", "--json", "x", "--strides", "x"), "would overwrite"),
    (("a.csv", "--eyes-open", "30"), "no span in seconds"),
    (("a.csv", "--eyes-open", "30-10"), "ends before it begins"),
    (("a.csv", "--format", "novel"), "novel"),
]


@pytest.mark.parametrize(("texts", "text"), WRONG_USAGE)
def test_wrong_usage_is_refused_before_any_work(texts: tuple[str, ...], text: str) -> None:
    done = run(*texts)
    assert done.exit_code == 2
    assert text in done.output


def test_what_cannot_be_written_is_said_before_the_work(walk: Path, tmp_path: Path) -> None:
    done = run(walk, "--json", tmp_path / "no" / "such" / "folder.json")
    assert isinstance(done.exception, FileError)
    assert "its folder does not exist" in str(done.exception)


def test_an_unreadable_recording_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear doctor\n")
    done = run(path)
    assert isinstance(done.exception, FileError)
    assert "letter.txt: is no recording of a known format" in str(done.exception)


def test_a_span_outside_the_recording_is_refused(walk: Path) -> None:
    done = run(walk, "--eyes-open", "0-20", "--eyes-closed", "100-130")
    assert "no span of the recording" in str(done.exception)
