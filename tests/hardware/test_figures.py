"""What the documents say about the hardware is what the programs compute."""

from pathlib import Path

import pytest

from hardware.board import cost
from hardware.board.design import FIRMWARE_PINS, HEIGHT_MM, WIDTH_MM, design
from hardware.board.firmware_module import constants, module_text
from hardware.power import budget

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "reference" / "hardware.md").read_text(encoding="utf-8")


def test_the_picture_of_the_power_budget_is_up_to_date() -> None:
    assert (DOCS / "pictures" / "power.svg").read_text(encoding="utf-8") == budget.picture(budget.load())


@pytest.mark.parametrize("mode", ["live", "daily"])
def test_hours_in_the_page_are_the_computed_ones(mode: str) -> None:
    complete = budget.load()
    found = next(m for m in complete.modes if m.name == mode)
    hours = " | ".join(f"{complete.hours(found, size):.0f} h" for size in complete.sizes_mah)
    assert f"| {found.mean_ma:.3g} | {hours} |" in PAGE


def test_the_cost_of_a_pair_in_the_page_is_the_computed_one() -> None:
    assert cost.table(design()).splitlines()[-1] in PAGE


def test_more_pairs_never_cost_more_each() -> None:
    prices = [cost.parts_usd(design()), *cost.OTHER_USD.values()]
    assert all(one >= ten >= hundred for one, ten, hundred in prices)


def test_size_and_pins_in_the_page_are_those_of_the_board() -> None:
    assert f"{WIDTH_MM:g} x {HEIGHT_MM:g} mm" in PAGE
    named = constants(module_text())
    assert set(named) == {*FIRMWARE_PINS, "SCAN_ORDER"}
    for use, name in (("force (ADC1)", "ADC_PIN"), ("battery (ADC1)", "BATTERY_ADC_PIN")):
        assert f"| {use} | {named[name][0]} |" in PAGE
