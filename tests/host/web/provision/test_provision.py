"""The page that provisions: what it offers, what it refuses before a board is touched, bench and papers."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from plantigrade.device import targets
from plantigrade.device.flash.ports import BoardPort
from plantigrade.device.provision import bench, result_file, settings
from plantigrade.device.provision.batch_file import BatchRow
from plantigrade.device.provision.guided import GuidedLoader
from plantigrade.device.provision.steps import Progress as MakingProgress
from plantigrade.device.provision.steps import Step, StepFailedError
from plantigrade.device.provision.stored_batches import StoredBatch, batch_of
from plantigrade.library.catalogue.library import Library
from plantigrade.web.accounts.rights import Role
from plantigrade.web.board_work.provisioning import GUIDED, Making, Wanted, making_of
from plantigrade.web.board_work.works import Progress, Report, Work, works_of
from plantigrade.web.pages.provision import page
from starlette.testclient import TestClient

from tests.host.device.provision.made import OTHER, SERIAL
from tests.host.device.provision.test_bench import Bed

Browser = Callable[..., TestClient]
PORT = "/dev/ttyACM7"
LOADS_N = (5.0, 100.0)
ROW = BatchRow(0, "", "left", 42.0, "SPRING-1")


@pytest.fixture
def engineer(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Signed in, with one board at a port of this computer."""
    monkeypatch.setattr(targets, "ports", lambda: [(PORT, False)])
    return browser(Role.ENGINEER)


def posted(client: TestClient, action: str, file: bytes | None = None, **fields: str) -> tuple[int, str]:
    """Status, and the text of the page or where it leads."""
    name = "list" if action == "batch" else "loads"
    files = {} if file is None else {name: ("spring 1.csv", file)}
    data = {"action": action, "form_token": "form token", **fields}
    answer = client.post("/insoles/provision", data=data, files=files, headers={"Origin": "http://localhost"})
    return answer.status_code, answer.headers.get("location", re.sub(r"\s+", " ", answer.text))


def test_ports_sides_sizes_and_keys_of_this_computer_are_offered(
    engineer: TestClient, library: Library
) -> None:
    keys = library.data_dir / "factory-keys"
    keys.mkdir()
    (keys / "spring.pem").write_text("THE SECRET HALF")
    text = engineer.get("/insoles/provision").text
    assert f'name="port" value="{PORT}" checked' in text
    assert '<option value="spring">spring</option>' in text and "THE SECRET HALF" not in text
    assert '<option value="36">' in text and '<option value="48">' in text
    assert 'value="twin"' not in text, "no virtual board is there"


ONE = {"port": PORT, "side": "left", "size": "42", "bench": "none"}


@pytest.mark.parametrize(
    ("fields", "status", "says"),
    [
        pytest.param({"port": "/etc/passwd"}, 409, "no board at this port", id="not a board's port"),
        pytest.param({"side": "up"}, 409, "Choose left or right", id="no side"),
        pytest.param({"size": "42.3"}, 409, "Choose a size", id="no size"),
        pytest.param({"serial": "12"}, 409, "12 digits of the MAC", id="no serial number"),
        pytest.param({"batch": "a b"}, 409, "at most 20 capitals", id="no code"),
        pytest.param({"batch": "../../etc"}, 409, "at most 20 capitals", id="a path for a code"),
        pytest.param({"label": "a name that is too long"}, 409, "at most 20 bytes", id="a long name"),
        pytest.param({"bench": "file"}, 409, "Choose the file with the measured loads", id="no file"),
        pytest.param({"bench": "twin"}, 409, "Only virtual boards", id="the model on a real board"),
        pytest.param({"bench": "/etc/passwd"}, 400, "", id="a file of this computer"),
        pytest.param({"bench": "twin:/etc/passwd"}, 400, "", id="a feed of this computer"),
        pytest.param({"key": "../../../root"}, 400, "", id="a key that is not offered"),
    ],
)
def test_what_is_wrong_is_said_before_a_board_is_touched(
    engineer: TestClient, fields: dict[str, str], status: int, says: str
) -> None:
    found, text = posted(engineer, "one", **{**ONE, **fields})
    assert found == status and says in text


def test_a_wrong_field_is_marked_and_the_others_stay(engineer: TestClient) -> None:
    _, text = posted(engineer, "one", **{**ONE, "serial": "12", "label": "P001 left"})
    assert re.search(r'name="serial" [^>]*value="12"[^>]*aria-invalid="true"', text)
    assert 'value="P001 left"' in text and 'value="left" checked' in text


class TestABatch:
    """A list is taken, opened, and its boards are made one after the other."""

    def test_a_list_is_checked_as_a_whole(self, engineer: TestClient) -> None:
        status, text = posted(engineer, "batch", b"serial,side,size\n,up,42\n12,left,9\n")
        assert status == 409
        assert all(one in text for one in ("spring 1.csv", "line 2, column side", "line 3, column size"))
        assert "/tmp" not in text

    def test_its_rows_stand_beside_what_became_of_their_boards(
        self, engineer: TestClient, library: Library
    ) -> None:
        status, where = posted(
            engineer, "batch", f"serial,side,size,label\n{SERIAL},left,42,P1\n,right,42,\n".encode()
        )
        assert (status, where) == (303, "/insoles/provision?batch=SPRING-1")
        batch = batch_of(library.data_dir, "SPRING-1")
        assert batch is not None
        error = StepFailedError(Step.SELF_TEST, SERIAL, "the insole found a fault: sensor 3 is open")
        result_file.put_row(batch.folder / result_file.NAME, result_file.failed_row(error, "left", "42", "B"))
        text = engineer.get(where).text
        assert "2 boards are still to be made" in text
        assert "not passed: Self-test" in text and "sensor 3 is open" in text and "to be made" in text
        table = engineer.get("/insoles/provision/SPRING-1/batch-result.csv")
        assert table.headers["content-disposition"] == 'attachment; filename="SPRING-1-batch-result.csv"'
        assert table.text.splitlines()[1].startswith(f"{SERIAL},left,42,B,,failed,self-test")

    @pytest.mark.parametrize("path", ["?batch=NOTHING", "?batch=..", "/NOTHING/batch-result.csv"])
    def test_one_that_is_not_there(self, engineer: TestClient, path: str) -> None:
        assert engineer.get(f"/insoles/provision{path}").status_code == 404

    def test_papers_are_for_engineers(self, engineer: TestClient, browser: Browser, library: Library) -> None:
        folder = library.data_dir / "provisioned" / "spring-1" / SERIAL
        folder.mkdir(parents=True)
        (folder / "label.svg").write_text("<svg/>")
        (folder / "loads.csv").write_text("sensor")
        path = f"/insoles/provision/SPRING-1/{SERIAL}"
        paper = engineer.get(f"{path}/label.svg")
        assert (paper.text, paper.headers["content-type"]) == ("<svg/>", "image/svg+xml")
        assert paper.headers["content-disposition"] == f'attachment; filename="{SERIAL}-label.svg"'
        for name in ("loads.csv", "card.pdf", "..%2f..%2flibrary.sqlite"):
            assert engineer.get(f"{path}/{name}").status_code == 404
        for role, person in ((Role.PATIENT, "P001"), (Role.CLINICIAN, None), (Role.OWNER, None)):
            assert browser(role, person).get(f"{path}/label.svg").status_code == 403


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are looked for more often than a person needs."""
    monkeypatch.setattr(settings, "ANSWER_POLL_S", 0.0005)


class TestTheGuidedBench:
    """The real bench and its loader, on a bed of weights in the place of an insole."""

    @pytest.fixture
    def bed(self) -> Bed:
        """Weights and the insole under them."""
        return Bed(LOADS_N)

    @pytest.fixture
    def work(self, library: Library, bed: Bed, quick: None) -> Iterator[Work]:
        """Under way for the engineer, waiting for its first load."""
        making = making_of(Wanted((ROW,), StoredBatch("SPRING-1", library.data_dir), GUIDED))
        loader = making.loader
        assert loader is not None
        loader.loads_n = LOADS_N

        async def do(report: Report, progress: Progress) -> str:
            making.progress = MakingProgress(SERIAL, ROW, {Step.CONNECT: ""}, Step.BENCH)
            try:
                await bench.measure(bed, loader, "left")  # type: ignore[arg-type]
            except bench.BenchError as error:
                making.failed = StepFailedError(Step.BENCH, SERIAL, str(error))
                raise making.failed from error
            finally:
                loader.end()
            return "all loads were read"

        begun = works_of(library).start("engineer", "provision", do, making)
        loader.wait_for_question(5)
        yield begun
        loader.give_up()
        assert begun.ended.wait(5)

    def test_the_page_asks_for_one_load_after_the_other(
        self, engineer: TestClient, work: Work, bed: Bed
    ) -> None:
        address = f"/insoles/provision?work={work.id}"
        assert "Take everything off the insole" in engineer.get(address).text
        assert answered(engineer, work, 1) == (303, address)
        text = engineer.get(address).text
        assert "Put 5 N (0.51 kg) on place 1" in text and "Heel, back" in text
        assert "hx-trigger" not in text.split('id="work"')[1].split(">")[0], "it waits, nothing moves"
        bed.load_now(0, 5.0)
        answered(engineer, work, 2)
        text = engineer.get(address).text
        assert "Put 100 N (10.20 kg) on place 1" in text
        assert re.search(r"place 1, 5 N raised its code by \d+", text)
        assert text.count('class="cell now"') == 1

    def test_an_answer_of_a_page_that_was_left_open_is_none(
        self, engineer: TestClient, work: Work, bed: Bed
    ) -> None:
        answered(engineer, work, 1)
        assert answered(engineer, work, 1)[0] == 303
        assert "on place 1" in engineer.get(f"/insoles/provision?work={work.id}").text
        assert posted(engineer, "answer", work=work.id, number="0")[0] == 400

    def test_a_page_that_was_closed_finds_its_way_back(self, engineer: TestClient, work: Work) -> None:
        assert "Take everything off the insole" in engineer.get("/insoles/provision").text

    def test_it_is_its_engineer_s(self, browser: Browser, work: Work) -> None:
        other = browser(Role.ENGINEER, "P002")
        assert "Take everything off" not in other.get(f"/insoles/provision?work={work.id}").text
        assert answered(other, work, 1)[0] == 404
        assert posted(other, "stop", work=work.id)[0] == 404

    def test_a_load_that_is_not_seen_ends_it_with_the_step_and_what_to_do(
        self, engineer: TestClient, work: Work
    ) -> None:
        answered(engineer, work, 1)
        answered(engineer, work, 2)  # nothing was put on
        assert work.ended.wait(5)
        text = engineer.get(f"/insoles/provision?work={work.id}").text
        assert "The board did not pass: Bench loads" in text
        assert "place 1, heel posterior: 5 N raise its code by 0 only" in text
        assert "its wire is whole. The bench begins anew" in text

    def test_the_person_may_end_it(self, engineer: TestClient, work: Work) -> None:
        assert posted(engineer, "stop", work=work.id)[0] == 303
        assert "ended by you" in engineer.get(f"/insoles/provision?work={work.id}").text

    def test_in_german(self, engineer: TestClient, work: Work) -> None:
        answered(engineer, work, 1)
        text = engineer.get("/insoles/provision", headers={"Accept-Language": "de"}).text
        assert "Legen Sie 5 N (0,51 kg) auf Stelle 1" in text and "Ferse, hinten" in text


def answered(client: TestClient, work: Work, number: int) -> tuple[int, str]:
    """It was done as the question of this number says."""
    return posted(client, "answer", work=work.id, number=str(number))


def test_a_key_that_cannot_be_read_is_told_without_the_key(
    engineer: TestClient, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "find_board", lambda port: BoardPort(port, True, None))
    keys = library.data_dir / "factory-keys"
    keys.mkdir()
    (keys / "spring.pem").write_text("NO KEY AT ALL")
    status, where = posted(engineer, "one", **{**ONE, "key": "spring"})
    assert status == 303
    text = engineer.get(where).text
    assert "The insole was not made" in text and "spring.pem" in text and "NO KEY AT ALL" not in text


def test_steps_of_an_insole_that_was_made_before_were_not_needed(tmp_path: Path) -> None:
    making = Making(Wanted((ROW,), StoredBatch("SPRING-1", tmp_path), GUIDED), None, GuidedLoader())
    assert {one.state for one in making.steps()} == {"waiting"} and making.share == 0.0
    making.progress = MakingProgress(OTHER, ROW, {Step.FLASH: "was there"}, Step.BENCH)
    assert [one.state for one in making.steps()] == ["done"] * 3 + ["doing"] + ["waiting"] * 4
    assert making.share == 3 / 8
