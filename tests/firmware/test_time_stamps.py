"""Time stamps of an insole that flash work holds up, beside the instants that only the virtual chip knows."""

import pytest

from tests.firmware.micropython_run import HERE, run

HOURS = "0.1"
FLASH_ERASE, FLASH_PROGRAM = 1, 2


def measured(level: str) -> dict[str, list[int]]:
    ended = run(HERE / "scripts" / "time_stamps.py", HOURS, "7", level)
    lines = [line.split() for line in ended.stdout.splitlines()]
    found = {name: [int(value) for value in values] for name, *values in lines}
    assert len(found) == 8, ended.stdout + ended.stderr
    return found


@pytest.mark.micropython
@pytest.mark.parametrize("level", ["typical", "worst"])
def test_no_time_stamp_is_far_from_its_sample_unmarked(level: str) -> None:
    found = measured(level)
    assert found["unmarked_us"][0] <= 500
    assert 2000 < found["largest_us"][0] <= 7500, "samples were held up"
    assert found["off"] == found["marked"]
    assert found["marked"][0] <= 3 * found["rephased"][0], "not for long"
    assert found["rephased"][0] > 50
    assert found["slots_differ"][0] <= 1, "taken and lost slots are the time that has passed"


@pytest.mark.micropython
def test_the_cause_of_lost_slots_is_known() -> None:
    lost = measured("typical")["lost"]
    assert lost[FLASH_ERASE] > 400
    assert lost[FLASH_ERASE] > 5 * (sum(lost) - lost[FLASH_ERASE]), "the rest was not announced"
