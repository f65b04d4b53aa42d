"""Some minutes of wear in virtual time with every kind of fault; `plantigrade twin soak` runs whole days."""

from pathlib import Path

import pytest
from plantigrade.twin.chip_behaviour import ChipBehaviour
from plantigrade.twin.soak import board, run
from plantigrade.twin.soak.faults import PER_DAY, make_schedule
from plantigrade.twin.soak.run import run_soak


def test_a_schedule_is_repeatable_and_has_every_fault() -> None:
    assert make_schedule(24, 3) == make_schedule(24, 3) != make_schedule(24, 4)
    assert {fault.kind for fault in make_schedule(1, 1).faults} == set(PER_DAY)


@pytest.mark.micropython
@pytest.mark.slow
def test_some_minutes_with_every_fault() -> None:
    result = run_soak(0.06, 4)
    assert result.balanced and result.bit_exact and result.verified and result.passed
    assert result.chip == "typical"
    for ledger in result.insoles.values():
        assert set(ledger.missing_by_reason) <= {"off", "unflushed_at_power_loss"}
        assert ledger.slots_lost == 0, "with the log on the SD NAND nothing holds sampling up for long"
        assert ledger.chip_held["code"][1] > 100, "although the code takes its time"
        assert ledger.frames_recorded > 3000


@pytest.mark.micropython
@pytest.mark.slow
def test_slots_that_flash_costs_are_lost_in_the_ledger_too() -> None:
    result = run_soak(0.05, 4, card=False)
    assert result.balanced and result.bit_exact and result.verified
    for ledger in result.insoles.values():
        assert set(ledger.slots_lost_by_cause) <= {"flash_erase", "flash_program"}
        assert ledger.overrun == ledger.missing_with_power_on
    assert any(ledger.slots_lost for ledger in result.insoles.values())


@pytest.mark.micropython
@pytest.mark.slow
def test_a_kind_chip_loses_nothing() -> None:
    result = run_soak(0.05, 4, chip=ChipBehaviour("off"), card=False)
    assert result.passed
    assert all(not ledger.slots_lost for ledger in result.insoles.values())


@pytest.mark.micropython
def test_firmware_that_ends_by_itself_is_named_with_its_last_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(folder: Path) -> Path:
        sources = board.copy_sources(folder)
        boot = sources / "firmware" / board.CHIP / "boot.py"
        boot.write_text(boot.read_text() + "\nraise RuntimeError('out of order')\n")
        boot.write_text(boot.read_text().replace("asyncio.run(", "print("))
        return sources

    monkeypatch.setattr(run, "copy_sources", broken)
    with pytest.raises(board.SoakError, match=r"(?s)board: the firmware ended.*out of order") as error:
        run_soak(0.01, 1)
    assert error.value.__notes__ == ["seed 1; again: plantigrade twin soak --hours 0.01 --seed 1"]


@pytest.mark.micropython
@pytest.mark.slow
def test_the_same_seed_is_the_same_soak() -> None:
    """Down to the slot at which each insole is connected again: waits are drawn from the seed, too."""
    one, again = (run_soak(0.02, 5).as_json() | {"wall_s": 0} for _ in range(2))
    assert one == again
    assert one["seed"] == 5 and one["faults"]["link_lost_silently"] == 1


@pytest.mark.micropython
@pytest.mark.soak
def test_an_hour() -> None:
    assert run_soak(1, 6).passed


@pytest.mark.micropython
@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 6))
def test_a_day(seed: int) -> None:
    result = run_soak(24, seed)
    assert result.passed
