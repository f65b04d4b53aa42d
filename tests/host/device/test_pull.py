"""`plantigrade device pull`: all that the log holds is fetched, counted, acknowledged and finalized."""

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner
from insole_protocol import ids
from plantigrade.bridge.accounting import LedgerStatement
from plantigrade.cli import Invocation
from plantigrade.device import pull as module
from plantigrade.device import targets
from plantigrade.device.commands import device
from plantigrade.device.pull import NothingToPullError, Pulled, pull, pull_and_report
from plantigrade.library.recordings.container import read_manifest
from plantigrade.link.base import Link, LinkError

from tests.host.device.answering import SERIAL, Answering, OutOfReach, insole, log

BLOCKS = 12


@pytest.fixture(autouse=True)
def _few_clocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLOCK_ROUND_TRIPS", 4)


def test_everything_new_is_fetched_sealed_and_acknowledged(tmp_path: Path) -> None:
    """Twelve blocks of five slots from 1000 on, of which the first twenty slots were acknowledged before."""
    link = Answering(insole(BLOCKS), acknowledged=1020)
    reported: list[tuple[int, int]] = []
    pulled = asyncio.run(pull(link, tmp_path, lambda done, total: reported.append((done, total))))
    assert (pulled.ledger.requested, pulled.ledger.recorded, pulled.ledger.missing) == (40, 40, 0)
    assert reported[-1] == (40, 40)
    assert all(0 <= done <= total == 40 for done, total in reported)
    assert link.acknowledged == 1060
    assert link.closed.is_set()
    assert pulled.recording.parent == tmp_path / "recordings"
    (foot,) = read_manifest(pulled.recording).feet
    assert (foot.foot, foot.frames_requested, foot.frames_recorded) == ("left", 40, 40)
    assert foot.insole["serial"] == SERIAL.hex().upper()
    assert pulled.seconds > 0
    asked = link.insole.asked
    assert asked.index(ids.OP_LOG_ACK) > asked.index(ids.OP_LOG_READ)
    assert asked.count(ids.OP_TIME) == 4 + 1, "clocks are compared before and once more after the transfer"
    again = Answering(link.insole, acknowledged=link.acknowledged)
    with pytest.raises(NothingToPullError) as refused:
        asyncio.run(pull(again, tmp_path))
    assert str(refused.value) == "fake insole: everything in the log has been fetched before"
    assert again.closed.is_set()


def test_what_the_insole_lost_is_missing_and_counted(tmp_path: Path) -> None:
    made = insole(4)
    made.lost.append((made.next_seq, made.next_seq + 10, ids.GAP_OFF))
    made.next_seq += 10
    log(made, 4)
    pulled = asyncio.run(pull(Answering(made), tmp_path))
    assert (pulled.ledger.requested, pulled.ledger.recorded, pulled.ledger.missing) == (50, 40, 10)


def test_an_insole_out_of_reach_leaves_nothing(tmp_path: Path) -> None:
    link = OutOfReach(insole(1))
    with pytest.raises(LinkError):
        asyncio.run(pull(link, tmp_path))
    assert link.closed.is_set()
    assert list(tmp_path.iterdir()) == []


def test_what_a_person_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked: list[str | None] = []

    async def find(target: str | None) -> Answering:
        asked.append(target)
        return Answering(insole())

    async def pulled(_link: Link, data: Path, _progress: object) -> Pulled:
        assert data == tmp_path
        return Pulled(LedgerStatement(1000, 990, 10, {}, 0, 0), 2_345_678, 4.0, Path("somewhere/rec-1"))

    monkeypatch.setattr(targets, "find", find)
    monkeypatch.setattr(module, "pull", pulled)
    pull_and_report("left", tmp_path)
    assert capsys.readouterr().out.splitlines() == [
        "1000 frames in the log = 990 fetched + 10 missing; 2.35 MB in 4.0 s (586 kB/s)",
        "recording rec-1; `plantigrade sessions verify rec-1` checks it",
    ]
    assert asked == ["left"]


def test_the_command_takes_the_folder_of_the_recordings(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    calls: list[tuple[str | None, Path]] = []
    monkeypatch.setattr(module, "pull_and_report", lambda *texts: calls.append(texts))
    assert CliRunner().invoke(device, ["pull", "right"], obj=Invocation(data=tmp_path)).exit_code == 0
    assert CliRunner().invoke(device, ["pull"], obj=Invocation(data=tmp_path)).exit_code == 0
    assert calls == [("right", tmp_path), (None, tmp_path)]


def test_the_journal_of_an_insole_is_its_own(tmp_path: Path) -> None:
    link = Answering(insole(2))
    names: list[str] = []
    original = module.Journal

    def journal(path: Path) -> object:
        names.append(str(path.relative_to(tmp_path)))
        return original(path)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "Journal", journal)
        asyncio.run(pull(link, tmp_path))
    assert names == [f"journal/pull-{SERIAL.hex().upper()}.journal"]
