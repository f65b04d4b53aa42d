"""The registry of parameters: each row complete, once, and what an analysis really gives."""

from dataclasses import replace
from itertools import pairwise

import pytest
from plantigrade.gait.parameters import (
    both_feet,
    force,
    motion,
    pressure,
    standing,
    timing,
    unknowable,
    walking,
)
from plantigrade.gait.parameters.definition import (
    Home,
    Needs,
    Norm,
    ParameterDefinition,
    ParameterGroup,
    View,
)
from plantigrade.gait.parameters.registry import (
    CV_OF,
    PARAMETERS,
    PER_BODY_WEIGHT,
    SYMMETRY_OF,
    WALK_CV_OF,
    definition_of,
    shown_in,
    symbol_of,
    title_of,
    units_of,
)
from plantigrade.gait.parameters.sources import SOURCES
from plantigrade.gait.pressure.stance import NAMES
from plantigrade.gait.results import STRIDE_UNITS
from plantigrade.gait.settings import MIN_LOAD_S, MIN_SWAY_S

MODULES = (timing, walking, both_feet, force, pressure, motion, standing, unknowable)
ENDINGS = {
    "_s": "s",
    "_n": "N",
    "_n_s": "N s",
    "_n_per_s": "N/s",
    "_mm": "mm",
    "_mm2": "mm2",
    "_mm_per_s": "mm/s",
    "_kpa": "kPa",
    "_kpa_s": "kPa s",
    "_cm2": "cm2",
    "_hz": "Hz",
    "_pct": "%",
    "_deg": "deg",
    "_steps_per_min": "steps/min",
    "_m": "m",
    "_m_per_s": "m/s",
}


def test_no_name_is_given_twice() -> None:
    rows = sum(len(module.PARAMETERS) for module in MODULES)
    assert len(PARAMETERS) == rows + len(SYMMETRY_OF)


@pytest.mark.parametrize("row", PARAMETERS.values(), ids=lambda row: row.name)
def test_a_row_is_complete_and_its_name_says_the_unit(row: ParameterDefinition) -> None:
    assert row.title and row.title[0].isupper() | (not row.title[0].isalpha())
    assert row.definition and row.needs.text
    ending = max((end for end in ENDINGS if row.name.endswith(end)), key=len, default=None)
    if ending is not None:
        assert row.symbol.replace("degrees", "deg") == ENDINGS[ending]
    else:
        assert row.unit in ("1", "steps", "bouts", "floors", "m/(steps/min)")
    assert row.usual is None or row.usual.source in SOURCES
    assert not (row.usual and row.usual_text)
    assert (row.home is Home.UNKNOWABLE) == (row.group is ParameterGroup.UNKNOWABLE)
    assert (Needs.MOTION in row.needs) == (row.group is ParameterGroup.MOTION) or row.ratio is False


def test_columns_of_strides_and_stances_are_the_rows_with_that_home() -> None:
    assert units_of(Home.STRIDE) == STRIDE_UNITS
    both = {"foot_flat_s", "heel_off_s"}
    assert set(NAMES) - both == set(units_of(Home.STANCE))
    assert both < set(STRIDE_UNITS)


@pytest.mark.parametrize("view", View)
def test_no_two_share_a_place_in_a_table(view: View) -> None:
    if view is View.REGIONS:
        return  # four regions share a column
    places = [row.shown[view] for row in PARAMETERS.values() if view in row.shown]
    places += [one.shown[view] for one in PER_BODY_WEIGHT.values() if view in one.shown]
    assert len(set(places)) == len(places) > 0


def test_a_place_between_two_others() -> None:
    """What a new row does: the table shows it there, without another list."""
    order = shown_in(View.TIMING)
    places = [definition_of(name).shown[View.TIMING] for name in order]
    assert all(low + 1 < high for low, high in pairwise(places))


def test_what_is_derived_names_rows_that_exist() -> None:
    for names in (SYMMETRY_OF, CV_OF, WALK_CV_OF):
        assert set(names) | set(names.values()) <= set(PARAMETERS)
    assert set(PER_BODY_WEIGHT) <= set(PARAMETERS)


def test_symmetry_indices_follow_from_their_parameters() -> None:
    row = definition_of("symmetry_stance_time_pct")
    assert (row.title, row.unit, row.home) == ("Symmetry index, stance time", "%", Home.WALK)
    assert row.usual == Norm(-10.0, 10.0, "Robinson 1987; the limit of 10 % is a convention")
    assert row.needs == Needs.CONTACTS | Needs.BOTH_FEET
    assert row.shown == {View.VARIABILITY: 70}
    assert Needs.NEWTONS in definition_of("symmetry_f1_pct").needs
    assert both_feet.symmetry_indices([replace(definition_of("f1_n"), symmetry=None)]) == ()


def test_titles_and_symbols_for_people() -> None:
    assert title_of("forefoot_pti_bw") == "PTI forefoot at 700 N"
    assert title_of("symmetry_index_pct") == "Symmetry indices"
    assert (title_of("made_up"), symbol_of("made_up")) == ("made_up", "1")
    assert (symbol_of("gait_line_range_pct"), symbol_of("forefoot_pti_bw")) == ("%", "kPa s")


def test_names_under_which_the_rules_of_posture_look() -> None:
    assert definition_of("f1_n").rule_metrics == ("f1_n", "first_peak_bw")
    assert definition_of("cpei_pct").rule_metrics == ("cpei_pct",)
    assert definition_of("cadence_steps_per_min").rule_metrics == ()


@pytest.mark.parametrize(
    ("name", "decimals"),
    [
        ("stride_time_s", 6),
        ("impulse_n_s", 6),
        ("cop_peak_velocity_mm_per_s", 6),
        ("f1_n", 4),
        ("cpei_pct", 4),
    ],
)
def test_decimals_of_the_table(name: str, decimals: int) -> None:
    assert definition_of(name).decimals == decimals


def test_minimum_data_is_what_the_code_asks_for() -> None:
    assert {row.min_seconds for row in standing.PARAMETERS} == {MIN_LOAD_S, MIN_SWAY_S}
    assert definition_of("stride_time_cv_pct").min_strides == 30
    assert definition_of("stride_time_s").min_strides == 12


def test_needs_in_words() -> None:
    assert (Needs.NEWTONS | Needs.AREAS).text == "newtons, sensor areas"
    assert all(one.text for one in Needs)
