"""What every test shares: the recorded walking beside the project, and the count of where tests ran."""

import json
import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import settings

# A property holds or not whatever else the computer does: no example is failed for its time.
settings.register_profile("plantigrade", deadline=None)
settings.load_profile("plantigrade")
# Started in the background of a script we are deaf to Ctrl-C, and so would the programs under test be.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
pytest_plugins = ("tests.host.power_cut.plugin",)
ROOT = Path(__file__).resolve().parent.parent
WHERE = {"vm": "in the VM", "radio": "over the virtual radio", "micropython": "on MicroPython"}


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with recorded walking; a test that needs it is skipped, with words, where it is absent."""
    folder = Path(os.environ.get("PLANTIGRADE_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no recorded walking at {folder}; name its folder in PLANTIGRADE_SHARED_DATA")
    return folder


def place(keywords: object) -> str:
    """Where a test with these keywords ran, in words."""
    return next((words for mark, words in WHERE.items() if mark in keywords), "on CPython")  # pyright: ignore


class PlaceCounter:
    """Counts outcomes by the interpreter or link that a test ran on."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count each test once: its call, or the setup that skipped or broke it."""
        if report.when == "call" or (report.when == "setup" and not report.passed):
            self.counts[f"{place(report.keywords)}: {report.outcome}"] += 1

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the counts and, for `make test`, add them to the file that it names."""
        for line, count in sorted(self.counts.items()):
            terminalreporter.write_line(f"tests {line} {count}")
        if target := os.environ.get("PLANTIGRADE_TEST_COUNTS"):
            Path(target).write_text(json.dumps(self.counts))


def pytest_configure(config: pytest.Config) -> None:
    """Count in the process that reports, not in its workers."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(PlaceCounter())
