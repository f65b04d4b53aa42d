"""`plantigrade device calibrate`: bench loads in a file, the library's calibrations, body weight."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from insole_protocol.layout import SENSOR_NAMES
from plantigrade.analyze_command.commands import analyze
from plantigrade.calibration import load_calibration
from plantigrade.cli import Invocation
from plantigrade.device.calibrate.commands import calibrate
from plantigrade.library.catalogue.library import Library
from plantigrade.library.recordings.container import Draft, FootManifest, RecordingManifest
from plantigrade.twin.bench import bench_calibration, bench_readings
from plantigrade.twin.body import draw_person, stand, walk
from plantigrade.twin.electrical import FrontEnd

from tests.host.library.library_kit import IDENTITY, START_NS, frames_of

PERSON = draw_person(31004)
KG = PERSON.weight_n / 9.80665
SERIALS = {"left": "AAAA01", "right": "BBBB02"}


def run(*arguments: str | Path, data: Path | None = None, code: int = 0) -> Result:
    result = CliRunner().invoke(calibrate, [str(a) for a in arguments], obj=Invocation(data=data))
    assert result.exit_code == code, f"{result.output} {result.exception}"
    return result


def loads_file(path: Path, seed: int, leave_out: str = "") -> Path:
    readings, zero = bench_readings(seed)
    rows = [f"{SENSOR_NAMES[s]},0,{z:.3f},," for s, z in enumerate(zero) if SENSOR_NAMES[s] != leave_out]
    rows += [
        f"{r.sensor},{r.force_n},{r.count:.3f},{'up' if r.direction > 0 else 'down'},{r.held_s}"
        for r in readings
    ]
    path.write_text("sensor,force_n,count,direction,held_s\n" + "\n".join(rows) + "\n")
    return path


def test_bench_loads_in_a_file_give_the_curves_of_the_bench(tmp_path: Path):
    made = tmp_path / "left.json"
    out = run("bench", loads_file(tmp_path / "loads.csv", 5), "--serial", "AAAA01", "-o", made)
    assert "16 of 16 sensors" in out.output
    mine, theirs = load_calibration(made), bench_calibration(5)
    assert mine.serial == "AAAA01"
    for a, b in zip(mine.sensors, theirs.sensors, strict=True):
        assert a.conductance_us_per_n == pytest.approx(b.conductance_us_per_n, rel=1e-3)
        assert a.exponent == pytest.approx(b.exponent, rel=1e-3)
        assert a.creep_pct_per_decade == pytest.approx(b.creep_pct_per_decade, abs=0.05)
    shown = run("show", made).output
    assert "AAAA01" in shown
    assert SENSOR_NAMES[3] in shown


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("sensor,force_n\n", "lacks the column count"),
        ("sensor,force_n,count\n99,0,300\n", "line 2"),
        ("sensor,force_n,count\n0,abc,300\n", "line 2 is no bench reading"),
        ("sensor,force_n,count,direction\n0,0,300,sideways\n", "line 2 is no bench reading"),
        ("sensor,force_n,count\n0,0,300\n", "no unloaded code"),
    ],
)
def test_a_file_that_is_no_bench_is_refused_with_its_line(tmp_path: Path, text: str, says: str):
    path = tmp_path / "loads.csv"
    path.write_text(text)
    result = run("bench", path, "--serial", "x", "-o", tmp_path / "c.json", code=1)
    assert says in str(result.exception)
    assert not (tmp_path / "c.json").exists()


def recorded(data: Path, left_n: np.ndarray, right_n: np.ndarray) -> Library:
    """A library with one recording of both insoles, of whose feet the right one reaches the sensors less."""
    library = Library(data)
    draft = Draft.begin(library.recordings, "walk")
    manifest = []
    for seed, (side, force_n) in enumerate((("left", left_n), ("right", right_n)), 70):
        counts = FrontEnd(seed).counts(force_n, 100)
        rows = len(counts)
        manifest.append(
            FootManifest(
                foot=side,
                insole=IDENTITY | {"serial": SERIALS[side], "side": side},
                requested=[(0, rows)],
                frames_requested=rows,
                frames_recorded=rows,
                frames_missing=0,
                missing_by_reason={},
                gaps=[],
                rows=rows,
                sha256=draft.write_frames(side, frames_of(counts)),
            )
        )
    folder = draft.finish(RecordingManifest("walk", START_NS, rows / 100, {"made_by": "a test"}, manifest))
    library.add_recording(folder)
    for seed, side in ((70, "left"), (71, "right")):
        library.set_calibration(replace(bench_calibration(seed), serial=SERIALS[side]))
    return library


def test_the_body_weight_scales_both_insoles_of_a_walk(tmp_path: Path):
    made = walk(PERSON, 60, 3).forces
    with recorded(tmp_path, 0.8 * made.left, 0.8 * made.right) as library:
        (entry,) = library.find()
        before = library.open(entry.id).walk()
    out = run("weight", entry.id[:8], "--body-weight-kg", str(KG), data=tmp_path).output
    assert "cycles" in out
    with Library(tmp_path) as library:
        again = library.open(entry.id)
        scales = [again.calibration(foot).scale for foot in ("left", "right")]  # type: ignore[union-attr]
        assert scales == pytest.approx([1.25, 1.25], rel=0.05)
        assert again.calibration("left").method == "bench + body weight"  # type: ignore[union-attr]
        after = again.walk()
    assert after.left is not None
    assert before.left is not None
    ratio = after.left.force_n.sum() / before.left.force_n.sum()
    assert ratio == pytest.approx(scales[0], rel=1e-3), "earlier recordings are recalibrated"


def test_shifts_of_weight_in_standing_give_each_insole_its_own_factor(tmp_path: Path):
    made = stand(PERSON, 400, 5)
    with recorded(tmp_path, made.left, 0.8 * made.right) as library:
        (entry,) = library.find()
    run("weight", entry.id, "--body-weight-kg", str(KG), "--standing", "60-390", data=tmp_path)
    with Library(tmp_path) as library:
        again = library.open(entry.id)
        left, right = (again.calibration(foot).scale for foot in ("left", "right"))  # type: ignore[union-attr]
    assert right / left == pytest.approx(1.25, rel=0.06)


def arch_sd(data: Path, recording: str) -> dict[str, float]:
    """Uncertainty of the low arch finding of each foot, as `analyze` says it."""
    result = CliRunner().invoke(analyze, [recording, "--json", "-"], obj=Invocation(data=data))
    assert result.exit_code == 0, f"{result.output} {result.exception}"
    found = json.loads(result.stdout)["posture"]
    return {entry["foot"]: entry["sd"] for entry in found if entry["rule"] == "low-arch"}


def test_the_calibrations_uncertainty_is_carried_to_the_findings(tmp_path: Path):
    made = walk(PERSON, 60, 3).forces
    with recorded(tmp_path, made.left, made.right) as library:
        (entry,) = library.find()
        signals = library.open(entry.id).walk().relative_sd
        known = library.open(entry.id).calibration("left")
        assert known is not None
        assert [foot.value for foot in signals] == ["left", "right"]
        assert next(iter(signals.values())) == pytest.approx(known.mid_range_sd())
        sharp = arch_sd(tmp_path, entry.id)
        curves = tuple(replace(curve, gain_sd_pct=40.0) for curve in known.sensors)
        library.set_calibration(replace(known, sensors=curves))
        vague = arch_sd(tmp_path, entry.id)
    assert vague["left"] > 3 * sharp["left"] > 0
    assert vague["right"] == sharp["right"]


def test_a_calibration_is_used_for_its_insole_only(tmp_path: Path):
    made = tmp_path / "c.json"
    bench_calibration(9).save(made)
    assert "does not say which insole" in str(run("use", made, data=tmp_path, code=1).exception)
    replace(bench_calibration(9), serial="ZZZ").save(made)
    assert "no insole 'ZZZ'" in str(run("use", made, data=tmp_path, code=1).exception)
