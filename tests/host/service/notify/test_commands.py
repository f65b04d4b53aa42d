"""`plantigrade service notify-test`: what the person sees when a test arrives, and when it does not."""

import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from plantigrade.cli import plantigrade
from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Person
from plantigrade.library.person.entries import Channel, PersonSettings
from plantigrade.service.notify.errors import NotifyError

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
GOT: list[str] = []


class Phone(BaseHTTPRequestHandler):
    """Takes topic "good" and refuses all others."""

    def do_POST(self) -> None:
        document = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        GOT.append(document["message"])
        self.send_response(200 if document["topic"] == "good" else 403)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on the console."""


@pytest.fixture
def port() -> Generator[int]:
    GOT.clear()
    with HTTPServer(("127.0.0.1", 0), Phone) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def run(data: Path, *texts: str) -> Result:
    return CliRunner().invoke(plantigrade, ["--data", str(data), "service", "notify-test", *texts])


def test_a_test_that_arrives_and_one_that_does_not(tmp_path: Path, port: int) -> None:
    with Library(tmp_path) as library:
        library.add_person(Person("P001"))
    result = run(tmp_path, "P001")
    assert result.exit_code == 1 and isinstance(result.exception, NotifyError)
    good, bad = (Channel(name, f"ntfy://127.0.0.1:{port}/{name}") for name in ("good", "bad"))
    with Library(tmp_path) as library:
        library.record("P001").settings.set(PersonSettings(channels=(good,)))
    result = run(tmp_path, "P001")
    assert (result.exit_code, result.output) == (0, "good: delivered\n")
    assert GOT == ["This is a test of Plantigrade's notifications. Nothing is wrong."]
    with Library(tmp_path) as library:
        library.record("P001").settings.set(PersonSettings(channels=(bad, good)))
    result = run(tmp_path, "P001")
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert lines[0].startswith("bad: ntfy: ") and "403" in lines[0] and lines[1] == "good: delivered"
    assert str(result.exception).startswith("the test did not arrive over bad;")
