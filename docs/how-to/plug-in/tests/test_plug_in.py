"""The plug-in at work: its format read, its parameter in the result, its rule judged.

Run it in an environment in which the package is installed: `pip install --editable . && pytest`.
"""

from pathlib import Path

import numpy as np
import plantigrade as pg
import pytest
from plantigrade.posture.rules_engine.added import added_rules
from plantigrade.posture.rules_engine.rules import check_rule


def write_walk(path: Path, swing_s: float, strides: int = 60) -> Path:
    """Both feet walking: 0.6 s on the ground, then `swing_s` in the air."""
    time_s = np.arange(0, strides * (0.6 + swing_s), 0.01)
    cells = []
    for late in (0.0, 0.5):
        phase = (time_s / (0.6 + swing_s) + late) % 1.0 * (0.6 + swing_s) / 0.6
        load = 700.0 * np.clip(np.minimum(phase, 1.0 - phase) / 0.15, 0.0, 1.0)
        shares = np.stack(
            [np.clip(1 - phase, 0, 1), np.clip(phase, 0, 1), np.clip(phase, 0, 1) * 0.3], axis=1
        )
        cells.append(np.where(phase[:, None] < 1, load[:, None] * shares, 0.0))
    rows = "\n".join("; ".join(f"{value:.1f}" for value in row) for row in np.hstack(cells))
    titles = "; ".join(f"{foot} {place}" for foot in ("left", "right") for place in ("heel", "ball", "toes"))
    path.write_text(f"StepLab insole v1\nrate_hz: 100\n{titles}\n{rows}\n")
    return path


def test_the_format_is_read(tmp_path: Path) -> None:
    recording = pg.read(write_walk(tmp_path / "walk.stl", swing_s=0.4))
    assert recording.format == "steplab"
    assert recording.feet == ("left", "right") and recording.sample_rate_hz == 100
    assert recording.sensors("left")["region"].tolist() == ["heel", "forefoot", "toes"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("StepLab insole v1\nrate_hz: many\n", "line 2 is 'rate_hz: many'"),
        ("StepLab insole v1\nrate_hz: 100\n\n1; 2; 3\n", "line 4 is not 6 numbers"),
        ("StepLab insole v1\nrate_hz: 100\n\n", "holds no samples"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "walk.stl").write_text(text)
    with pytest.raises(pg.FileError, match=problem):
        pg.read(tmp_path / "walk.stl")


def test_the_parameter_is_in_the_result(tmp_path: Path) -> None:
    analysis = pg.analyze(write_walk(tmp_path / "walk.stl", swing_s=0.4))
    strides = analysis.strides().query("valid")
    assert np.allclose(strides["swing_over_stance"], strides["swing_time_s"] / strides["stance_time_s"])
    assert analysis.parameters().loc[("left", "swing_over_stance"), "value"] == pytest.approx(
        0.4 / 0.6, abs=0.12
    )
    assert "swing_over_stance" in analysis.to_csv().splitlines()[0]
    assert analysis.to_dict()["left"]["swing_over_stance"]["unit"] == "1"


@pytest.mark.parametrize(("swing_s", "state"), [(0.4, "absent"), (0.2, "present")])
def test_the_rule_is_judged(swing_s: float, state: str, tmp_path: Path) -> None:
    posture = pg.analyze(write_walk(tmp_path / "walk.stl", swing_s)).posture()
    found = posture.query("rule == 'steplab-short-swing'")
    assert found["state"].tolist() == [state, state]
    if state == "present":
        assert found.query("foot == 'left'")["patient"].item().startswith("Your left foot is in the air")


def test_the_rules_hold() -> None:
    assert added_rules().problems == ()
    for rule in added_rules().rules.values():
        check_rule(rule)
