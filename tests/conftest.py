"""What every test shares: the recorded walking beside the project, and the count of where tests ran."""

import json
import os
import signal
import unittest
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

SEARCHED = 1000
"""Examples of each property, in which new ones are looked for."""
# A property holds or not whatever else the computer does: no example is failed for its time. The same code
# meets the same examples each time, so that a failure belongs to a change and can be seen again; others are
# looked for with `--hypothesis-profile=search`.
settings.register_profile("plantigrade", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, derandomize=False, max_examples=SEARCHED, print_blob=True)
settings.load_profile("plantigrade")
# Started in the background of a script we are deaf to Ctrl-C, and so would the programs under test be.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
pytest_plugins = ("tests.host.power_cut.plugin",)
ROOT = Path(__file__).resolve().parent.parent
WHERE = {
    "vm": "in the VM",
    "radio": "over the virtual radio",
    "micropython": "on MicroPython",
    "browser": "in a real browser",
}
KINDS = ("style", "golden", "end to end", "state machine", "property", "example")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with recorded walking; a test that needs it is skipped, with words, where it is absent."""
    folder = Path(os.environ.get("PLANTIGRADE_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no recorded walking at {folder}; name its folder in PLANTIGRADE_SHARED_DATA")
    return folder


def place(keywords: object) -> str:
    """Where a test with these keywords ran, in words."""
    return next((texts for mark, texts in WHERE.items() if mark in keywords), "on CPython")  # pyright: ignore


def kind(item: pytest.Item) -> str:
    """One of `KINDS`: how a test specifies."""
    folder = item.path.relative_to(ROOT / "tests").parts[0]
    function = getattr(item, "function", None)
    if "style" in item.keywords:
        return "style"
    if folder in ("golden", "e2e"):
        return {"golden": "golden", "e2e": "end to end"}[folder]
    if not getattr(function, "is_hypothesis_test", False):
        return "example"
    of_class = getattr(item, "cls", None)  # hypothesis makes a unittest case of each state machine
    return "state machine" if of_class and issubclass(of_class, unittest.TestCase) else "property"


class OutcomeCounter:
    """Counts outcomes by the interpreter or link that a test ran on, and by its kind."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport]:
        """Send the kind along with the report, also from a worker process."""
        report = yield
        report.user_properties.append(("kind", kind(item)))
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count each test once: its call, or the setup that skipped or broke it."""
        if report.when == "call" or (report.when == "setup" and not report.passed):
            of_kind = dict(report.user_properties)["kind"]
            if of_kind != "style":
                self.counts[f"tests {place(report.keywords)}: {report.outcome}"] += 1
            self.counts[f"kind {of_kind}: {report.outcome}"] += 1

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the counts and, for `make test`, add them to the file that it names."""
        for line, count in sorted(self.counts.items()):
            terminalreporter.write_line(f"{line} {count}")
        if target := os.environ.get("PLANTIGRADE_TEST_COUNTS"):
            Path(target).write_text(json.dumps(self.counts))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On several cores the long tests come first: one that begins last would be waited for alone."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: "slow" not in item.keywords)


def pytest_configure(config: pytest.Config) -> None:
    """Workers send the kind of each test; the process that reports prints the counts."""
    config.pluginmanager.register(OutcomeCounter())
