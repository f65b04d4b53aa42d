"""Batches in the data folder: where they lie, what is found again, and what is no address of one."""

from pathlib import Path

import pytest
from plantigrade.device.provision import result_file
from plantigrade.device.provision.batch import Rows
from plantigrade.device.provision.batch_file import BatchError, BatchRow
from plantigrade.device.provision.steps import Step, StepFailedError
from plantigrade.device.provision.stored_batches import (
    StoredBatch,
    batch_of,
    signing_keys,
    store_list,
    stored_batches,
)

from tests.host.device.provision.made import OTHER, SERIAL


def stored(data_dir: Path, text: str) -> StoredBatch:
    file = data_dir / "sent.csv"
    file.write_text(text)
    batch = batch_of(data_dir, "SPRING-1")
    assert batch is not None
    store_list(batch, file)
    return batch


def test_a_list_is_found_again_with_the_code_of_its_batch(tmp_path: Path) -> None:
    batch = stored(tmp_path, "serial,side,size,batch\n,left,42,\n,right,42,OWN-7\n")
    assert stored_batches(tmp_path) == [batch]
    assert [(row.side, row.batch) for row in batch.rows()] == [("left", "SPRING-1"), ("right", "OWN-7")]
    assert batch.results() == []


def test_a_list_that_cannot_be_used_leaves_the_one_that_is_there(tmp_path: Path) -> None:
    batch = stored(tmp_path, "serial,side,size\n,left,42\n")
    with pytest.raises(BatchError):
        stored(tmp_path, "serial,side,size\n,up,42\n")
    assert [row.side for row in batch.rows()] == ["left"]


@pytest.mark.parametrize("code", ["", "..", "../../etc", "spring", "A/B", "A" * 21])
def test_what_is_no_code_is_no_folder(tmp_path: Path, code: str) -> None:
    assert batch_of(tmp_path, code) is None


@pytest.mark.parametrize(
    ("serial", "name"),
    [
        (SERIAL, "../batch-result.csv"),
        (SERIAL, "calibration.json"),
        ("..", "report.json"),
        (SERIAL.lower(), "report.json"),
    ],
)
def test_only_papers_of_an_insole_are_given_out(tmp_path: Path, serial: str, name: str) -> None:
    batch = stored(tmp_path, "serial,side,size\n,left,42\n")
    folder = batch.folder / SERIAL
    folder.mkdir()
    for file in ("report.json", "calibration.json"):
        (folder / file).write_text("{}")
    assert batch.paper(SERIAL, "report.json") == folder / "report.json"
    assert batch.paper(SERIAL, "label.svg") is None, "not made yet"
    assert batch.paper(serial, name) is None


def test_keys_that_may_sign_have_names(tmp_path: Path) -> None:
    assert signing_keys(tmp_path) == {}
    folder = tmp_path / "factory-keys"
    folder.mkdir()
    (folder / "spring.pem").write_text("secret")
    (folder / "0102.toml").write_text("public")
    assert signing_keys(tmp_path) == {"spring": folder / "spring.pem"}


def test_a_row_without_a_list_is_for_each_board_in_its_turn(tmp_path: Path) -> None:
    """Two single boards of a day have the same folder."""
    row = BatchRow(0, "", "left", 42.0, "2026-03-09")
    assert Rows([row], tmp_path).of(SERIAL).serial == SERIAL
    assert Rows([row], tmp_path).of(OTHER).serial == OTHER
    assert list(tmp_path.iterdir()) == []


def test_a_single_board_leaves_the_rows_of_a_list_in_its_folder_alone(tmp_path: Path) -> None:
    batch = stored(tmp_path, "serial,side,size\n,left,40\n,right,40\n")
    assert Rows(batch.rows(), batch.folder).of(SERIAL).line == 2
    Rows([BatchRow(0, "", "left", 42.0, "SPRING-1")], batch.folder).of(OTHER)
    again = Rows(batch.rows(), batch.folder)
    assert [(row.line, row.serial) for row in again.all()] == [(2, SERIAL), (3, "")]
    error = StepFailedError(Step.BENCH, OTHER, "a load that moves")
    result_file.put_row(batch.folder / result_file.NAME, result_file.failed_row(error, "left", "42", "B"))
    assert [row["result"] for row in batch.results()] == ["failed"]
