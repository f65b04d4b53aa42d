"""Runs the chosen tests on each mutant, in private trees, on several processes."""

import json
import multiprocessing
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tools.mutants.choose import choose_tests
from tools.mutants.draw import Mutant, equivalent
from tools.mutants.packages import Package, packages
from tools.mutants.traced import Traced, keep, stored, trace
from tools.mutants.tree import copy_project, prepare, run_in

KILLED: Final = "killed"
SURVIVED: Final = "survived"
UNREACHED: Final = "not reached"
EQUIVALENT: Final = "equivalent"
FEWEST_SECONDS: Final = 30.0
PATIENCE: Final = 6.0
"""Times the seconds of the original, before a mutant counts as hanging and so as noticed."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant.

    Attributes:
        mutant: the fault.
        state: KILLED, SURVIVED, UNREACHED (no test executes it) or EQUIVALENT.
        by: the first test that failed, or why else it counts as noticed or equivalent.
        tried: tests that were to be run on it.
    """

    mutant: Mutant
    state: str
    by: str
    tried: int


class First:
    """Pytest plug-in: keeps the chosen tests in their order, and the id of the first that fails."""

    def __init__(self, chosen: list[str], answer: Path) -> None:
        self._rank = {test: number for number, test in enumerate(chosen)}
        self._answer = answer

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Only what was chosen, cheapest first."""
        stored_items = [item for item in items if item.nodeid in self._rank]
        items[:] = sorted(stored_items, key=lambda item: self._rank[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The first failure ends the run; it is what noticed the mutant."""
        if report.failed and not self._answer.exists():
            self._answer.write_text(report.nodeid, "utf-8")


def _pytest(chosen: list[str], answer: Path) -> int:
    files = sorted({test.partition("::")[0] for test in chosen})
    options = ["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=1", *files]
    return int(pytest.main(options, plugins=[First(chosen, answer)]))


class Worker:
    """One process with a tree of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / f"worker{os.getpid()}"
        self._tree = copy_project(self._folder / "plantigrade")

    def trace(self, package: Package, file: str) -> Traced:
        """Lines and seconds of one test file."""
        answer = self._folder / "traced.json"
        answer.unlink(missing_ok=True)

        def work() -> int:
            answer.write_text(json.dumps(asdict(trace(package, file))), "utf-8")
            return 0

        run_in(self._tree, self._folder / "trace.log", work, 1200.0)
        if not answer.exists():
            return Traced()
        raw = json.loads(answer.read_text("utf-8"))
        lines = {
            name: {int(line): tests for line, tests in rows.items()} for name, rows in raw["lines"].items()
        }
        return Traced(raw["seconds"], lines, raw["left_out"])

    def judge(self, mutant: Mutant, chosen: list[str], seconds: float) -> Outcome:
        """Put the fault in, try the tests, take it out again."""
        path = self._tree / mutant.file
        before = path.read_text("utf-8")
        answer = self._folder / "answer"
        answer.unlink(missing_ok=True)
        path.write_text(mutant.code, "utf-8")
        try:
            limit = max(FEWEST_SECONDS, PATIENCE * seconds)
            code = run_in(self._tree, self._folder / "tests.log", lambda: _pytest(chosen, answer), limit)
        finally:
            path.write_text(before, "utf-8")
        if code is None:
            return Outcome(mutant, KILLED, "hangs", len(chosen))
        if code == 0:
            return Outcome(mutant, SURVIVED, "", len(chosen))
        by = answer.read_text("utf-8") if answer.exists() else "cannot be imported"
        return Outcome(mutant, KILLED, by, len(chosen))


_worker: Worker


def _begin(folder: str) -> None:
    global _worker
    _worker = Worker(Path(folder))


def _trace(task: tuple[str, str]) -> tuple[str, str, Traced]:
    package, file = task
    return package, file, _worker.trace(packages()[package], file)


def _judge(task: tuple[Mutant, list[str], float]) -> Outcome:
    return _worker.judge(*task)


@dataclass
class Bench:
    """Worker processes, and what is known of the tests."""

    pool: Any
    traced: dict[str, list[Traced]]

    @classmethod
    def open(cls, folder: Path, jobs: int) -> "Bench":
        """Start the processes; each copies the project."""
        prepare()
        return cls(multiprocessing.get_context("fork").Pool(jobs, _begin, (str(folder),)), {})

    def look_at_tests(self, chosen: dict[str, Package], say: Any) -> None:
        """Trace the test files that changed since they were last traced."""
        stale: list[tuple[str, str]] = []
        for name, package in chosen.items():
            self.traced[name] = []
            for file in package.test_files():
                known = stored(package, file)
                if known is None:
                    stale.append((name, file))
                else:
                    self.traced[name].append(known)
        for done, (name, file, traced) in enumerate(self.pool.imap_unordered(_trace, stale), 1):
            if traced.seconds or traced.left_out:
                keep(chosen[name], file, traced)
            self.traced[name].append(traced)
            away = f", {len(traced.left_out)} left out" if traced.left_out else ""
            say(f"traced {done} of {len(stale)}: {file}: {len(traced.seconds)} tests{away}")

    def judge(self, mutants: list[Mutant]) -> Iterator[Outcome]:
        """The outcome of each mutant, as it comes."""
        same = equivalent()
        tasks: list[tuple[Mutant, list[str], float]] = []
        for mutant in mutants:
            found = self.traced[mutant.package]
            reason = same.get((mutant.file, *mutant.change()))
            if reason is not None:
                yield Outcome(mutant, EQUIVALENT, reason, 0)
                continue
            chosen = choose_tests(packages()[mutant.package], mutant, found)
            if not chosen:
                yield Outcome(mutant, UNREACHED, "", 0)
                continue
            seconds = {test: cost for traced in found for test, cost in traced.seconds.items()}
            tasks.append((mutant, chosen, sum(seconds[test] for test in chosen)))
        yield from self.pool.imap_unordered(_judge, tasks)
