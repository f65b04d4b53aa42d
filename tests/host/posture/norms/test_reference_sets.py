"""Reference sets: the file, a set from recordings, and the levels that follow from one."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.signals import Foot, Instrument, SourceInfo
from plantigrade.posture.norms import build
from plantigrade.posture.norms.build import About, build_reference, figures_of
from plantigrade.posture.norms.commands import reference
from plantigrade.posture.norms.levels import levels_from, rules_with
from plantigrade.posture.norms.reference_set import (
    SHIPPED,
    Distribution,
    Slope,
    load_reference,
    save_reference,
)
from plantigrade.posture.rules_engine.features import StrideColumns
from plantigrade.posture.rules_engine.rules import shipped_rules

from tests.host.posture.kit import columns

ABOUT = About("ours", "own recordings", "not for others", 3)


def person(left_s: float, right_s: float, stride_s: float = 1.1, swing: float = 0.02) -> list[StrideColumns]:
    """40 strides a foot that vary by `swing` in turn."""
    made: list[StrideColumns] = []
    for foot, stance in zip(Foot, (left_s, right_s), strict=True):
        table = columns(foot, strides=40, noise=0.0, stance_time_s=stance, stride_time_s=stride_s)
        table.values["stride_time_s"][::2] *= 1 + swing
        table.values["stride_time_s"][1::2] *= 1 - swing
        made.append(table)
    return made


def test_the_shipped_set_names_its_people_source_and_licence():
    shipped = load_reference()
    assert (shipped.people, shipped.instrument, shipped.version) == (72, "insole", 1)
    assert "gaitpdb" in shipped.source and "Open Data Commons" in shipped.licence
    assert all(one.n == 72 and one.sd > 0 for one in shipped.distributions.values())


def test_a_set_is_read_as_it_was_written(tmp_path: Path):
    save_reference(load_reference(), tmp_path / "a.json")
    assert load_reference(tmp_path / "a.json") == load_reference()


@pytest.mark.parametrize(
    ("path", "value"),
    [("sd", 0.0), ("sd", float("nan")), ("n", 0), ("statistic", "mode"), ("shape", 1)],
)
def test_a_file_with_a_figure_that_cannot_be_is_refused(tmp_path: Path, path: str, value: object):
    values = json.loads(SHIPPED.read_text(encoding="utf-8"))
    values["distributions"][0][path] = value
    file = tmp_path / "a.json"
    file.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(FileError, match="is not a reference set"):
        load_reference(file)


def test_a_persons_figures():
    found = figures_of(person(0.63, 0.66))
    assert found["asymmetry stance_time_s"] == pytest.approx(4.651163, abs=1e-6)  # 3 / 0.645
    assert found["stride_time_s"] == pytest.approx(1.1)
    assert found["cv stride_time_s"] == pytest.approx(2.0255, abs=1e-4)  # 2 x sqrt(40 / 39)
    assert "loading_rate_bw_per_s" not in found


def group(monkeypatch: pytest.MonkeyPatch, people: list[list[StrideColumns]]) -> list[Path]:
    """Recordings that the analysis finds these people in."""
    waiting = iter(people)
    monkeypatch.setattr(build, "read", lambda path: type("Walk", (), {"source": SourceInfo("", "")})())
    monkeypatch.setattr(build, "analyze", lambda walk: None)
    monkeypatch.setattr(build, "from_analysis", lambda analysis: next(waiting))
    return [Path(f"{number}.csv") for number in range(len(people))]


def test_a_set_is_built_from_twelve_people(monkeypatch: pytest.MonkeyPatch):
    """Stances even but for 0 to 11 thousandths, strides from 1.00 to 1.22 s that vary more, the slower."""
    people = [person(0.645 - i / 2000, 0.645 + i / 2000, 1.0 + 0.02 * i, 0.02 + 0.001 * i) for i in range(12)]
    short = [columns(foot, strides=20, noise=0.0, stance_time_s=0.6) for foot in Foot]
    built = build_reference(group(monkeypatch, [*people, short]), ABOUT)
    assert list(built.left_out.values()) == ["20 valid strides of a foot; 30 of both are needed"]
    found = built.reference
    assert (found.name, found.version, found.people, found.instrument) == ("ours", 3, 12, "insole")
    assert found.note == "12 people: percentiles are rough"
    cv = found.distributions["cv stride_time_s"]
    (slope,) = cv.slopes
    assert (slope.of, slope.at) == ("stride_time_s", 1.11)
    assert slope.per_unit == pytest.approx(5.0637, abs=1e-3)  # 0.1 x 1.01274 over 0.02
    assert cv.residual_sd is not None and cv.residual_sd < 1e-6 < cv.sd
    stance = found.distributions["asymmetry stance_time_s"]
    assert (stance.low, stance.slopes) == (pytest.approx(0.08527, abs=1e-4), ())


def test_too_few_people_and_several_instruments_are_refused(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(PlantigradeError, match="11 people have 30 valid strides a foot; a set needs 12"):
        build_reference(group(monkeypatch, [person(0.6, 0.6)] * 11), ABOUT)
    recordings = group(monkeypatch, [person(0.6, 0.6)] * 12)
    kinds = iter([Instrument.PLATE] + [Instrument.INSOLE] * 11)
    source = type("Source", (), {"instrument": property(lambda self: next(kinds))})
    monkeypatch.setattr(build, "read", lambda path: type("Walk", (), {"source": source()})())
    with pytest.raises(PlantigradeError, match=r"several instruments \(insole, plate\)"):
        build_reference(recordings, ABOUT)


def test_shipped_levels_follow_from_the_shipped_set():
    rules = shipped_rules()
    for one in levels_from(load_reference(), rules):
        rule = rules[one.rule]
        assert one.raise_level == pytest.approx(rule.raise_level)
        assert one.clear_level == pytest.approx(rule.clear_level)
        assert one.marked_level == pytest.approx(rule.marked_level)


def test_levels_follow_from_a_clinics_own_set():
    """Half the spread halves the level of an asymmetry; half a point more variation raises its level so."""
    shipped = load_reference()
    ours = {
        "asymmetry impulse_n_s": Distribution("impulse_n_s", "asymmetry", 50, 0.3, 2.95),
        "cv stride_time_s": replace(
            shipped.distributions["cv stride_time_s"],
            mean=2.38,
            slopes=(Slope("stride_time_s", 1.2, 2.0),),
        ),
    }
    rules = rules_with(replace(shipped, distributions=ours), shipped_rules())
    assert rules["load-asymmetry"].raise_level == pytest.approx(6.5)
    assert len(rules["load-asymmetry"].elsewhere) == 3
    variability = rules["stride-variability"]
    assert variability.raise_level == pytest.approx(3.22)
    assert variability.slope is not None
    assert (variability.slope.at, variability.slope.per_unit, variability.slope.low) == (1.2, 2.0, 1.08)
    assert rules["stance-asymmetry"] == shipped_rules()["stance-asymmetry"]
    plate = replace(shipped, instrument="plate", distributions=ours)
    assert rules_with(plate, shipped_rules())["load-asymmetry"].elsewhere == ()


def test_a_set_is_shown_as_tables_and_as_json():
    shown = CliRunner(env={"COLUMNS": "140"}).invoke(reference, ["show"])
    assert shown.exit_code == 0
    assert "72 people, insole" in shown.stdout
    assert "load-asymmetry" in shown.stdout and "Licence: Open Data Commons" in shown.stdout
    values = json.loads(CliRunner().invoke(reference, ["show", "--json", "-"]).stdout)
    assert values["schema"] == "plantigrade.reference/1"
    assert np.isclose(values["levels"][1]["sds"], 13 / 5.9)
