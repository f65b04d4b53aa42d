"""`plantigrade serve`: its workers, its supervisor, what it refuses, and the commands beside it."""

import asyncio
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from plantigrade.cli import Invocation
from plantigrade.errors import PlantigradeError
from plantigrade.library.catalogue.library import Library
from plantigrade.library.receiving.clinic_keys import public_key
from plantigrade.library.receiving.entries import ParcelState
from plantigrade.library.receiving.filing import Filing
from plantigrade.library.receiving.parcels import ParcelRegister
from plantigrade.library.receiving.senders import SenderRegister
from plantigrade.library.receiving.spool import Spool
from plantigrade.parcels.invitation import Invitation
from plantigrade.web.serving import actions, supervisor
from plantigrade.web.serving import worker as worker_module
from plantigrade.web.serving.commands import serve
from plantigrade.web.serving.worker import Place, Worker
from starlette.testclient import TestClient

from tests.host.uploads import kit


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Library]:
    with kit.clinic(tmp_path / "clinic") as library:
        yield library


def serving(data: Path, **changes: object) -> actions.Serving:
    values = {
        "data": data, "url": None, "key_file": None, "port": 0, "names": (), "tls": None,
        "behind_proxy": False, "clinic": "Clinic", "origins": (), "workers": 1, "quiet": True,
    }  # fmt: skip
    return actions.Serving(**values | changes)


def run(library: Library, *arguments: str) -> str:
    done = CliRunner().invoke(serve, list(arguments), obj=Invocation(data=library.data_dir))
    if isinstance(done.exception, PlantigradeError):
        return str(done.exception)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_worker_files_all_that_waits_before_it_analyses(
    clinic: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing, (sender, _) = Filing(clinic), kit.joined(clinic)
    names, filed_before = [kit.NAME, "20260302T100000Z-00000002"], list[int]()
    for name in names:
        home = kit.recording(tmp_path / "home", name)
        kit.received(filing, sender, kit.parcel_of(home, public_key(clinic.store), name=name))
    analysed = list[str]()

    def analyse(_library: Library, recording: str) -> None:
        analysed.append(recording)
        filed_before.append(filing.parcels.counts()[ParcelState.FILED])

    monkeypatch.setattr(worker_module, "analyse_recording", analyse)
    worker = Worker(clinic, sweeps=False)
    assert [worker.step() for _ in range(5)] == [True, True, True, True, False]
    assert (analysed, filed_before) == (names, [2, 2])


def test_what_cannot_be_analysed_is_filed(clinic: Library, tmp_path: Path) -> None:
    """Three seconds hold no walking."""
    filing, (sender, _) = Filing(clinic), kit.joined(clinic)
    parcel = kit.parcel_of(kit.recording(tmp_path / "home"), public_key(clinic.store))
    number = kit.received(filing, sender, parcel).id
    worker = Worker(clinic, sweeps=False)
    assert [worker.step() for _ in range(3)] == [True, True, False]
    assert filing.parcels.get(number).state is ParcelState.FILED


def test_two_workers_never_analyse_the_same_at_once(
    clinic: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one has just filed and analyses, the one that sweeps finds unanalysed."""
    filing, (sender, _) = Filing(clinic), kit.joined(clinic)
    kit.received(filing, sender, kit.parcel_of(kit.recording(tmp_path / "home"), public_key(clinic.store)))
    sweeper, analysed = Worker(clinic, sweeps=True), list[str]()

    def analyse(_library: Library, recording: str) -> None:
        analysed.append(recording)
        assert not analysed[1:], "the other one does it as well"
        sweeper.step()

    monkeypatch.setattr(worker_module, "analyse_recording", analyse)
    worker = Worker(clinic, sweeps=False)
    assert [worker.step(), worker.step()] == [True, True]
    assert analysed == [kit.NAME]


def test_a_worker_goes_on_when_the_disk_fails(clinic: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    worker, waits = Worker(clinic, sweeps=False), list[float]()

    def fail(_self: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Filing, "file_next", fail)
    worker.run(lambda: len(waits) == 3, waits.append)
    assert waits == [2.0, 2.0, 2.0]


def _idle(place: Place) -> None:
    signal.pause()


@pytest.mark.slow
async def test_a_worker_that_is_killed_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "work", _idle)
    monkeypatch.setattr(supervisor, "RESTART_S", 0.01)
    monkeypatch.setattr(supervisor, "LOOK_S", 0.02)
    two = supervisor.Supervisor(Place(tmp_path, None, None), 2)
    running = asyncio.create_task(two.run())
    async with asyncio.timeout(60):
        while len(two.pids) < 2:  # noqa: ASYNC110 (processes tell nobody)
            await asyncio.sleep(0.02)
        killed = two.pids[0]
        os.kill(killed, signal.SIGKILL)
        while two.restarts < 1 or len(two.pids) < 2:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert killed not in two.pids
    pids = two.pids
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_library_without_a_key_is_not_served(clinic: Library) -> None:
    with pytest.raises(PlantigradeError, match="sessions keys new"):
        actions.serve(serving(clinic.data_dir))


def test_nothing_is_served_to_others_without_encryption(clinic: Library) -> None:
    with pytest.raises(PlantigradeError, match="encrypted only"):
        actions.serve(serving(clinic.data_dir, names=("clinic.example",)))


def test_pages_and_parcels_at_one_address(clinic: Library) -> None:
    """Under the names that were given alone."""
    pages = actions.pages_of(clinic, serving(clinic.data_dir, names=("clinic.example",), behind_proxy=True))
    from plantigrade.web.app import make_app

    app = make_app(pages.site, more=pages.more)
    known, strange = (
        TestClient(app, base_url=f"https://{name}") for name in ("clinic.example", "evil.example")
    )
    assert known.get("/healthz").status_code == 200
    assert known.post("/clinic/join", json={"code": "x"}).status_code == 404
    assert known.get("/clinic/receipts").status_code == 401
    assert strange.post("/clinic/join", json={"code": "x"}).status_code == 421
    assert pages.address == "127.0.0.1", "the proxy is on this computer"
    assert pages.site.settings.of_clinic, "no bridge is missed there"


def test_inviting_prints_a_link_that_works_once(clinic: Library) -> None:
    text = run(clinic, "invite", "P001", "--address", "https://clinic.example")
    (link,) = {word.strip('"') for word in text.split() if word.strip('"').startswith("https://clinic")}
    invitation = Invitation.parse(link)
    register = SenderRegister(clinic.store)
    assert register.join(invitation.code, "home") is not None
    assert register.join(invitation.code, "home") is None
    assert "P009" in run(clinic, "invite", "P009")
    assert "https" in run(clinic, "invite", "P001", "--address", "http://clinic.example")


def test_devices_and_parcels_are_listed_and_looked_after(clinic: Library, tmp_path: Path) -> None:
    assert "No device" in run(clinic, "devices")
    filing, (sender, _) = Filing(clinic), kit.joined(clinic)
    wrong = kit.parcel_of(kit.recording(tmp_path / "home"), public_key(clinic.store), "P002")
    number = kit.received(filing, sender, wrong).id
    filing.file_next(datetime.now(UTC))
    text = run(clinic, "parcels")
    assert "1 quarantined" in text and "'P002'" in text and f"  {number}  " in text
    assert "waits for a worker" in run(clinic, "retry", str(number))
    assert "was not put aside" in run(clinic, "discard", str(number))
    filing.file_next(datetime.now(UTC))
    assert "is gone" in run(clinic, "discard", str(number))
    assert not ParcelRegister(clinic.store, Spool(clinic.data_dir)).spool.path(number).exists()
    SenderRegister(clinic.store).end(sender.id, erase=True)
    assert "WISHES" in run(clinic, "devices")
    assert "nothing more" in run(clinic, "devices", "--end", str(sender.id))
    assert "there is no device 99" in run(clinic, "devices", "--end", "99")
