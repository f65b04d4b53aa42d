"""Power fails while an insole is flashed anew: it keeps its data, starts nothing half written, is completed.

A sample; `python -m tools.flash_power_cuts` tries every operation that counts.
"""

from collections.abc import Sequence

import pytest
from plantigrade.device.flash.flashing import Contents

from tools.flash_power_cuts.cuts import (
    check_after,
    check_every,
    check_when_cut,
    choose,
    flash_at,
    record,
    starts,
)
from tools.flash_power_cuts.rom_on_port import Operation
from tools.flash_power_cuts.scenarios import Scenario, scenarios

SEED = 5


@pytest.fixture(scope="module")
def insole(contents: Contents) -> Scenario:
    """With identity, keys, a log, and an app in `ota_1` that was started once."""
    return scenarios(contents)[1]


@pytest.fixture(scope="module")
def trace(insole: Scenario, contents: Contents) -> Sequence[Operation]:
    """Every operation of one undisturbed flashing."""
    return record(insole, contents)


def test_it_ends_as_planned_and_with_its_data(insole: Scenario, trace: Sequence[Operation]) -> None:
    assert insole.plan.was_insole
    assert starts(insole.before) and starts(insole.after)
    assert len(trace) > 4000


def test_cut_anywhere_it_starts_nothing_half_written_and_keeps_its_data(
    insole: Scenario, trace: Sequence[Operation]
) -> None:
    cuts = list(choose(trace, 24, SEED, every=False))
    assert [text for cut in cuts for text in check_when_cut(insole, flash_at(insole, trace, cut), cut)] == []


def test_every_operation_leaves_what_the_same_command_completes(
    insole: Scenario, trace: Sequence[Operation], contents: Contents
) -> None:
    cuts, wrong = check_every(insole, contents, trace)
    assert (cuts, wrong) == (2 * len(trace), [])


def test_run_again_it_is_as_planned(insole: Scenario, trace: Sequence[Operation], contents: Contents) -> None:
    (cut,) = choose(trace, 1, SEED, every=False)
    assert check_after(insole, contents, flash_at(insole, trace, cut), cut) == []
