"""Which tests execute which lines, and how long each test takes; kept until a source or test changes."""

import hashlib
import json
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any, Final

import pytest

from tools.mutants.packages import ROOT, Package

STORED: Final = ROOT / "build" / "mutants" / "traced"
TOO_LONG_S: Final = 20.0
"""A test that runs longer under the tracer answers for no mutant."""
SET_UP_S: Final = 60.0
"""What a test may wait for its fixtures, which others may share."""
FILE_S: Final = 60.0
"""Once the tests of a file have taken so long, its others answer for no mutant either."""


class TooLong(BaseException):
    """A test ran into its limit."""


@dataclass
class Traced:
    """What the tests of one file did.

    Attributes:
        seconds: of each test that passed, by its id.
        lines: for each source file the tests that executed a line, by line number.
        left_out: tests that took too long, failed or were skipped.
    """

    seconds: dict[str, float] = field(default_factory=dict[str, float])
    lines: dict[str, dict[int, list[str]]] = field(default_factory=dict[str, dict[int, list[str]]])
    left_out: list[str] = field(default_factory=list[str])


@contextmanager
def _limit(seconds: float) -> Generator[None]:
    """AssertionError when what is inside takes longer."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise TooLong

    old = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except TooLong:
        raise AssertionError("took too long to be traced") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


class Tracer:
    """Pytest plug-in: tells coverage which test runs, times it and ends it when it takes too long."""

    def __init__(self, coverage: Any, traced: Traced) -> None:
        self._coverage = coverage
        self._traced = traced
        self._ends = time.monotonic() + FILE_S

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """One test with its set-up and tear-down."""
        self._coverage.switch_context(item.nodeid)
        started = time.monotonic()
        try:
            return (yield)
        finally:
            self._traced.seconds[item.nodeid] = round(time.monotonic() - started, 4)
            self._coverage.switch_context("")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Generator[None, Any, Any]:
        """The fixtures of a test, with their limit."""
        if time.monotonic() > self._ends:
            raise AssertionError("the tests of this file before it took too long")
        with _limit(SET_UP_S):
            return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Generator[None, Any, Any]:
        """The test itself, with its limit."""
        with _limit(TOO_LONG_S):
            return (yield)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test that did not pass cannot tell a mutant from the original."""
        if not report.passed:
            self._traced.left_out.append(report.nodeid)


def trace(package: Package, file: str) -> Traced:
    """Run one test file under the tracer, in this process (a fork of the tool's)."""
    import coverage

    traced = Traced()
    tree = Path.cwd()
    sources = [str(tree / name) for name in package.sources]
    tracer = coverage.Coverage(data_file=None, include=sources, branch=False)
    tracer.start()
    pytest.main(
        ["-q", "-p", "no:cacheprovider", "--hypothesis-seed=1", file], plugins=[Tracer(tracer, traced)]
    )
    tracer.stop()
    data = tracer.get_data()
    for name in package.sources:
        found = data.contexts_by_lineno(str(tree / name))
        lines = {line: sorted({c for c in tests if c}) for line, tests in found.items()}
        traced.lines[name] = {line: tests for line, tests in lines.items() if tests}
    for name in set(traced.left_out):
        traced.seconds.pop(name, None)
    return traced


def _key(package: Package, file: str) -> str:
    digest = hashlib.sha256()
    for name in (*package.sources, file, "tools/mutants/traced.py"):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()[:24]


def stored(package: Package, file: str) -> Traced | None:
    """What an earlier run found for these very sources and tests."""
    path = STORED / package.name / f"{_key(package, file)}.json"
    if not path.exists():
        return None
    raw = json.loads(path.read_text("utf-8"))
    lines = {name: {int(line): tests for line, tests in rows.items()} for name, rows in raw["lines"].items()}
    return Traced(raw["seconds"], lines, raw["left_out"])


def keep(package: Package, file: str, traced: Traced) -> None:
    """Keep what was found for the next run."""
    path = STORED / package.name / f"{_key(package, file)}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(asdict(traced)), "utf-8")
