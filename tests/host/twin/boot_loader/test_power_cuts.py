"""The power fails while records are written: some app always starts. A sample; all of them:
`python -m tools.boot_power_cuts`.
"""

from pathlib import Path

import pytest
from plantigrade.firmware_image.ota_data import AppState, OtaEntry
from plantigrade.twin.nor_flash import PowerLostError

from tests.host.twin.boot_loader.chip import APP, BLANK, NEXT_APP, Chip, record
from tools.boot_power_cuts import app_updates, flashing

NEW, PENDING, VALID = AppState.NEW, AppState.PENDING_VERIFY, AppState.VALID


@pytest.mark.parametrize("torn", [False, True], ids=["clean", "torn"])
@pytest.mark.parametrize(
    ("first", "second", "may_run"),
    [
        (BLANK, BLANK, {"ota_0"}),
        (record(1, VALID), record(2, NEW), {"ota_0", "ota_1"}),
        (record(1, VALID), record(2, PENDING), {"ota_0"}),
        (record(3, NEW), record(2, VALID), {"ota_0", "ota_1"}),
    ],
)
def test_a_start_that_is_cut_leaves_an_app_that_starts(
    tmp_path: Path, first: OtaEntry, second: OtaEntry, may_run: set[str], torn: bool
) -> None:
    chip = Chip(tmp_path)
    chip.put("ota_0", APP)
    chip.put("ota_1", NEXT_APP)
    for operation in (1, 2):
        chip.choose(first, second)
        with pytest.raises(PowerLostError):
            chip.boot(cut_at=operation, torn=torn)
        assert chip.boot() in may_run
        # a first record without its CRC stays, until an update is chosen, and is complained of at each start
        half_a_first_record = first == second == BLANK and operation == 2 and torn
        assert ("ota data partition invalid and no factory" in chip.printed) == half_a_first_record


async def test_esptool_cut_at_a_sample_of_its_operations_makes_it_right_when_it_runs_again(
    tmp_path: Path,
) -> None:
    outcome = await flashing.run(tmp_path, every=45)
    assert outcome.failures == []
    assert (outcome.points, outcome.operations) == (9, 183)


@pytest.mark.micropython
@pytest.mark.parametrize(
    ("operation", "torn"),
    [(1, True), (33, False), (34, True), (36, True)],
    ids=["first erase", "choice, erase", "choice, write", "on trial, write"],
)
async def test_an_app_update_that_is_cut_can_be_made_again_and_stays(
    tmp_path: Path, operation: int, torn: bool
) -> None:
    await app_updates.prepare(tmp_path / "base", 0)
    where, wrong = await app_updates.cut_once(tmp_path / "base", operation, torn)
    assert (where, wrong) in {("the app before", ""), ("the new app", "")}
