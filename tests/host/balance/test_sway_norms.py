"""The shipped table of healthy people's sway, and what is refused as one."""

from pathlib import Path

import pytest
from plantigrade.errors import PlantigradeError
from plantigrade.gait.parameters.registry import PARAMETERS
from plantigrade.gait.sway_norms import TABLE, norms


def test_every_condition_has_both_ages_and_both_figures() -> None:
    rows = norms().rows
    assert len({(r.parameter, r.surface, r.eyes, r.age_from) for r in rows}) == len(rows) == 2 * 2 * 2 * 2
    assert all(PARAMETERS[row.parameter].unit == row.unit for row in rows)
    assert {(row.age_from, row.age_to, row.people) for row in rows} == {(18, 39, 67), (60, 85, 45)}


def test_the_velocity_is_that_of_the_path_as_measured() -> None:
    assert {row.parameter for row in norms().rows} == {"ellipse_area_mm2", "unfiltered_velocity_mm_per_s"}
    assert "without a filter" in norms().protocol and norms().licence == "CC BY 4.0"


@pytest.mark.parametrize("eyes", ["open", "closed"])
@pytest.mark.parametrize("age", [18, 60])
def test_foam_sways_more_than_a_firm_floor(eyes: str, age: int) -> None:
    for parameter in ("ellipse_area_mm2", "unfiltered_velocity_mm_per_s"):
        firm, foam = (
            next(row for row in norms().of(parameter, eyes=eyes, surface=surface) if row.age_from == age)
            for surface in ("firm", "foam")
        )
        assert foam.median > firm.p95


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("median = 202.0", "median = 900.0"), "percentiles must rise"),
        (("people = 67", "persons = 67"), "no table of sway norms"),
        (("version = 1", "version ="), "no table of sway norms"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(TABLE.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(PlantigradeError, match=message):
        norms(path)
