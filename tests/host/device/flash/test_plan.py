"""What is written, erased and kept on a board, decided from what is on it and what the user said."""

import pytest
from plantigrade.device.flash.flashing import Contents
from plantigrade.device.flash.plan import Action, FlashPlan, Wishes, make_plan, plan_lines
from plantigrade.device.flash.settings import START_BYTES
from plantigrade.firmware_image.build import FirmwareError
from plantigrade.firmware_image.esp_image import virtual_micropython_image
from plantigrade.firmware_image.partition_table import TABLE_OFFSET, partition_table, table_image

BLANK = b"\xff" * START_BYTES
ANOTHERS = virtual_micropython_image().ljust(START_BYTES, b"\xff")[:START_BYTES]


def insole(flash_mib: int = 8) -> bytes:
    """The start of a board with our table."""
    table = table_image(partition_table(flash_mib))
    return ANOTHERS[:TABLE_OFFSET] + table + ANOTHERS[TABLE_OFFSET + len(table) :]


def plan(contents: Contents, start: bytes, wishes: Wishes | None = None, flash_mib: int = 8) -> FlashPlan:
    return make_plan(flash_mib, contents.image, contents.file_system, start, wishes or Wishes())


class TestTheOrder:
    def test_data_then_app_then_table_then_boot_loader(self, contents: Contents) -> None:
        """Until the last is written the ROM starts nothing; a table means that all before it is done."""
        labels = [part.label for part in plan(contents, ANOTHERS).written()]
        assert labels == ["id", "keys", "log", "otadata", "vfs", "ota_0", "table", "boot loader"]

    @pytest.mark.parametrize(("start", "erased_first"), [(BLANK, False), (ANOTHERS, True)])
    def test_a_boot_loader_that_is_there_is_erased_first(
        self, contents: Contents, start: bytes, erased_first: bool
    ) -> None:
        assert plan(contents, start).has_boot_loader is erased_first


class TestWhatStays:
    """Rows: what is on the board, what the user said, what is kept of id, keys and log."""

    @pytest.mark.parametrize(
        ("start", "wishes", "retained"),
        [
            (BLANK, Wishes(), []),
            (ANOTHERS, Wishes(), []),
            (insole(), Wishes(), ["id", "keys", "log"]),
            (insole(), Wishes(keep_log=True, keep_identity=True), ["id", "keys", "log"]),
            (insole(), Wishes(keep_log=False), ["id", "keys"]),
            (insole(), Wishes(keep_identity=False), ["log"]),
            (insole(), Wishes(keep_log=False, keep_identity=False), []),
            (insole(), Wishes(erase=True), []),
        ],
    )
    def test_identity_keys_and_log(
        self, contents: Contents, start: bytes, wishes: Wishes, retained: list[str]
    ) -> None:
        decided = plan(contents, start, wishes)
        assert [label for label in ("id", "keys", "log") if label in decided.labels(Action.KEEP)] == retained

    def test_a_log_of_another_size_is_not_kept_but_the_identity_is(self, contents: Contents) -> None:
        """The table is for 8 MiB, the flash has 16: the log begins where it did, and ends elsewhere."""
        retained = plan(contents, insole(8), flash_mib=16).labels(Action.KEEP)
        assert "id" in retained and "keys" in retained and "log" not in retained

    def test_radio_data_stays_and_otadata_goes(self, contents: Contents) -> None:
        decided = plan(contents, insole())
        assert {"nvs", "phy", "ota_1"} <= set(decided.labels(Action.KEEP))
        assert decided.labels(Action.ERASE) == ["otadata"]

    def test_erase_leaves_nothing(self, contents: Contents) -> None:
        decided = plan(contents, insole(), Wishes(erase=True))
        assert decided.erase_all
        assert decided.labels(Action.KEEP) == []
        assert [part.label for part in decided.written()] == ["vfs", "ota_0", "table", "boot loader"]

    @pytest.mark.parametrize("start", [BLANK, ANOTHERS], ids=["blank", "another's"])
    @pytest.mark.parametrize(
        ("wishes", "text"),
        [
            (Wishes(keep_log=True), "--keep-log: the partition table on the board has no log"),
            (
                Wishes(keep_identity=True),
                "--keep-identity: the partition table on the board has no id or",
            ),
        ],
    )
    def test_what_cannot_be_kept_is_said(
        self, contents: Contents, start: bytes, wishes: Wishes, text: str
    ) -> None:
        with pytest.raises(FirmwareError, match=text):
            plan(contents, start, wishes)

    def test_a_table_that_is_damaged_is_no_table(self, contents: Contents) -> None:
        damaged = bytearray(insole())
        damaged[TABLE_OFFSET + 5] ^= 1
        assert not plan(contents, bytes(damaged)).was_insole


def test_the_plan_for_people_is_in_order_of_offset(contents: Contents) -> None:
    lines = list(plan_lines(plan(contents, insole())))
    assert len(lines) == len(partition_table()) + 2
    assert lines[0].split() == ["0x000000", "boot", "loader", "32", "KiB", "write", "12368", "bytes"]
    assert lines[-1].split() == ["0x4b8000", "log", "3360", "KiB", "keep"]
