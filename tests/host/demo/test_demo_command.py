"""The demo from its command line to its answer: options, view, files, signals, insoles that stay silent."""

import asyncio
import json
import signal
import sys
import webbrowser
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from plantigrade.demo import actions as entry
from plantigrade.demo import commands, stage
from plantigrade.demo.actions import NotSoundError, TerminatedError
from plantigrade.demo.run import DemoPlan
from plantigrade.link.base import LinkError

from tests.host.demo.test_figures_by_hand import foot, result, right


class Entry:
    """The run is replaced: it gives a result, or what it is told to raise."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, reported: Any) -> None:
        self.plans: list[DemoPlan] = []

        async def run_demo(plan: DemoPlan, _view: Any) -> Any:
            self.plans.append(plan)
            if isinstance(reported, BaseException):
                raise reported
            return reported

        monkeypatch.setattr(entry, "run_demo", run_demo)


def test_a_sound_run_is_told_and_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    made = Entry(monkeypatch, result(other=foot()))
    entry.main(Path("a.txt"), 12.0, 45.0, tmp_path / "a.json", browser=False)
    assert made.plans == [DemoPlan(Path("a.txt"), 12.0, 45.0)]
    assert "sound: nothing missing" in capsys.readouterr().out
    assert json.loads((tmp_path / "a.json").read_text())["sound"] is True


def test_json_to_standard_output_leaves_the_words_to_standard_error(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Entry(monkeypatch, result(other=foot()))
    entry.main(None, 12.0, 45.0, Path("-"), browser=False)
    console_output = capsys.readouterr()
    assert json.loads(console_output.out)["schema"] == "plantigrade.demo/1"
    assert "sound: nothing missing" in console_output.err


def test_a_run_that_is_not_sound_is_an_error_after_its_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Entry(monkeypatch, result(other=right()))
    with pytest.raises(NotSoundError) as refused:
        entry.main(None, 10.0, 30.0, Path("-"), browser=False)
    assert str(refused.value) == (
        "the run was not sound: right: 1 frames missing; right: 0 of 13 strides were found again"
    )
    assert json.loads(capsys.readouterr().out)["sound"] is False


def test_a_request_to_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run_demo(_plan: DemoPlan, _view: Any) -> None:
        signal.raise_signal(signal.SIGTERM)
        await asyncio.sleep(60)

    monkeypatch.setattr(entry, "run_demo", run_demo)
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(TerminatedError, match="asked to end before it was through"):
        entry.main(None, 10.0, 30.0, None, browser=False)
    assert signal.getsignal(signal.SIGTERM) == before


async def test_a_cancelled_run_stays_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    Entry(monkeypatch, asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await entry._run_until_signalled(entry.run_demo(DemoPlan(None, 1.0, 30.0), None))


@pytest.mark.parametrize(
    ("display", "browser", "opens"),
    [("", "true %s", False), (":9", "true %s", True), (":9", "/no/such/program %s", False)],
)
def test_a_browser_is_opened_where_somebody_sees_it(
    monkeypatch: pytest.MonkeyPatch, display: str, browser: str, opens: bool
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", display)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("webbrowser.get", lambda: _browser(browser))
    assert (entry._page_opener() is not None) is opens


def _browser(command: str) -> str:
    if command.startswith("/no"):
        raise webbrowser.Error("could not locate runnable browser")
    return command


def test_without_the_pages_the_terminal_shows_the_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "plantigrade.demo.browser", None)
    monkeypatch.setattr(entry, "MissingPartError", ModuleNotFoundError)
    assert entry._page_opener() is None


def test_in_the_browser_the_answer_is_told_before_the_pages_linger(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    @asynccontextmanager
    async def browser_demo(plan: DemoPlan, _view: Any, _open: Any, _out: Any) -> Any:
        assert plan == DemoPlan(None, 12.0, 45.0)
        yield result(other=foot())

    monkeypatch.setattr("plantigrade.demo.browser.browser_demo", browser_demo)
    monkeypatch.setattr(entry, "_page_opener", lambda: lambda _address: True)
    monkeypatch.setattr(entry, "LINGER_S", 0.0)
    entry.main(None, 12.0, 45.0, tmp_path / "a.json", browser=True)
    assert "sound: nothing missing" in capsys.readouterr().out
    assert json.loads((tmp_path / "a.json").read_text())["sound"] is True


def test_the_command_hands_over_its_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    calls: list[Any] = []
    monkeypatch.setattr(entry, "main", lambda *texts, **named: calls.append((*texts, named)))
    walk = tmp_path / "walk.txt"
    walk.write_text("")
    texts = ["--source", str(walk), "--seconds", "30", "--interval-ms", "7.5", "--json", "-", "--no-browser"]
    assert CliRunner().invoke(commands.demo, texts).exit_code == 0
    assert CliRunner().invoke(commands.demo, []).exit_code == 0
    assert calls == [
        (walk, 30.0, 7.5, Path("-"), {"browser": False}),
        (None, 60, 30, None, {"browser": True}),
    ]


@pytest.mark.parametrize(
    ("option", "taken", "refused"),
    [("--seconds", ("5", "3600"), ("4.9", "3601")), ("--interval-ms", ("7.5", "200"), ("7.4", "201"))],
)
def test_limits_of_the_options(
    monkeypatch: pytest.MonkeyPatch, option: str, taken: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    monkeypatch.setattr(entry, "main", lambda *_texts, **_named: None)
    assert [CliRunner().invoke(commands.demo, [option, value]).exit_code for value in taken] == [0, 0]
    assert [CliRunner().invoke(commands.demo, [option, value]).exit_code for value in refused] == [2, 2]


@pytest.mark.parametrize(
    ("console", "console_output"),
    [
        (b"", ""),
        (b"booting\r\nready\r\n", ""),
        (b"ValueError: first\r\n more\r\n  OSError: 28  \r\nbye\xff", "; its console shows: OSError: 28"),
    ],
)
def test_the_last_error_on_a_console(console: bytes, console_output: str) -> None:
    assert stage._last_error_line(bytearray(console)) == console_output


async def test_both_insoles_must_advertise(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: dict[str, Any] = {"AA": "left sighting"}

    async def scan(seconds: float, _radio: Any, complete: Any) -> dict[str, Any]:
        assert seconds == 20.0
        assert complete({"AA": 1, "BB": 2, "CC": 3})
        assert not complete({"AA": 1})
        return heard

    monkeypatch.setattr(stage, "scan", scan)

    def board(address: str, console: bytes) -> Any:
        serial = SimpleNamespace(listen=lambda tell: tell(console))
        return SimpleNamespace(spec=SimpleNamespace(radio_address=address), serial=serial)

    pair: Any = SimpleNamespace(boards={"left": board("AA", b""), "right": board("BB", b"Error: x\n")})
    with pytest.raises(LinkError) as refused:
        await stage._find_both(pair, SimpleNamespace())  # type: ignore[arg-type]
    texts = "the virtual right insole did not advertise within 20 s; its console shows: Error: x"
    assert str(refused.value) == texts
    heard["BB"] = "right sighting"
    found = await stage._find_both(pair, SimpleNamespace())  # type: ignore[arg-type]
    assert found == {"left": "left sighting", "right": "right sighting"}
