"""`power_cut`: a fixture with which any test can ask what a power cut leaves at every operation on files.

    def test_settings_survive(power_cut, tmp_path):
        power_cut(tmp_path, lambda: save(tmp_path / "settings.json", new), check)

The action runs once. Before each of its durable operations (open for writing, write, truncate, fsync, rename,
replace, link, remove, make or remove a folder, SQL statement, commit), in the middle of each commit, and
after the last operation, the folder is noted as it is and as far as it is durable; what follows a cut cannot
change what was there at it, so one run tells of all cuts. Then `check` is called once for each different
folder that a cut there may leave: names kept or lost, contents kept, torn or lost (`disk.py` says what that
means and what is not modelled, `interposed.py` what is seen). Names and contents kept is a clean cut, as
after `kill -9`.
"""

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.host.power_cut.disk import Disk, Moment, Tree, lay_out
from tests.host.power_cut.interposed import Interposed

NAMES, CONTENTS = ("kept", "lost"), ("kept", "torn", "lost")
SHOWN = 5
EVERY = "PLANTIGRADE_POWER_CUTS"


@dataclass(frozen=True)
class Cut:
    """A power cut.

    Attributes:
        number: of the operation before which it came, from 1.
        operation: in words, such as "replace settings.json"; "the end" after the last one.
        names: "kept" or "lost".
        contents: "kept", "torn" or "lost".
        recorded: what the action had noted with `PowerCut.note` by then.
    """

    number: int
    operation: str
    names: str
    contents: str
    recorded: tuple[Any, ...] = ()

    @property
    def finished(self) -> bool:
        """Whether everything was done: what the action promises must be there."""
        return self.operation == END

    def __str__(self) -> str:
        return f"cut {self.number} before {self.operation}, names {self.names}, contents {self.contents}"


@dataclass
class Report:
    """How much was tried.

    Attributes:
        operations: how many of each kind there were, in the order in which they came first.
        states: different folders that a cut may leave.
        checked: how many of them were checked.
    """

    operations: Counter[str]
    states: int
    checked: int = 0


class PowerCutError(AssertionError):
    """What is left after a cut does not pass the check."""


END = "the end"
Check = Callable[[Path, Cut], object]


class PowerCut:
    """Cuts the power. Counts of all its calls are in `reports`."""

    def __init__(self, scratch: Path) -> None:
        self.reports: list[Report] = []
        self._scratch = scratch
        self._log: _Log | None = None

    def __call__(
        self, folder: Path, action: Callable[[], object], check: Check, most: int | None = None
    ) -> Report:
        """Try every cut of an action.

        Args:
            folder: what lies in it is followed; it is there already.
            action: what is done; once, and in `folder`.
            check: given what a cut leaves, as a folder of the same name elsewhere, and the cut; it fails by
                raising. It may change the folder.
            most: check no more states than that, spread over all; with PLANTIGRADE_POWER_CUTS=all every one.

        Raises:
            PowerCutError: at least one check failed; says after which cuts.
        """
        disk = Disk(folder)
        self._log = log = _Log(disk)
        try:
            with Interposed(disk, log).watching():
                action()
            log.before(END)
        finally:
            self._log = None
            disk.close()
        found = list(log.different())
        report = Report(log.operations, len(found))
        failures: list[tuple[Cut, BaseException]] = []
        for cut, tree in _spread(found, most):
            report.checked += 1
            if (failure := self._failure(tree, folder.name, cut, check)) is not None:
                failures.append((cut, failure))
        self.reports.append(report)
        if failures:
            lines = [f"{cut}: {type(error).__name__}: {error}" for cut, error in failures[:SHOWN]]
            count = f"{len(failures)} of {report.checked} states after a power cut fail"
            raise PowerCutError("\n".join([count, *lines])) from failures[0][1]
        return report

    def note(self, what: object) -> None:
        """Called by an action that has promised something: checks of later cuts see it in `Cut.recorded`."""
        if self._log is None:
            raise RuntimeError("nothing is being tried")
        self._log.note(what)

    def _failure(self, tree: Tree, name: str, cut: Cut, check: Check) -> BaseException | None:
        left = self._scratch / name
        lay_out(tree, left)
        try:
            check(left, cut)
        except (Exception, pytest.fail.Exception) as error:  # noqa: BLE001 (any failure is a finding)
            return error
        finally:
            shutil.rmtree(left, ignore_errors=True)
        return None


def _spread(states: list[tuple[Cut, Tree]], most: int | None) -> list[tuple[Cut, Tree]]:
    """So many of them from the first to the last."""
    if most is None or most >= len(states) or os.environ.get(EVERY) == "all":
        return states
    return [states[round(index * (len(states) - 1) / (most - 1))] for index in range(most)]


class _Log:
    """The moments at which the power may be cut."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._recorded: tuple[Any, ...] = ()
        self.operations: Counter[str] = Counter()
        self.cuts: list[tuple[Cut, Moment]] = []

    def before(self, operation: str) -> None:
        """An operation comes next."""
        if operation != END:
            self.operations[operation.split()[0]] += 1
        self._add(operation)

    def committed(self, database: Path, durable: bool) -> None:
        """A commit was done: the power may have gone in its middle."""
        self._add("the end of a commit")
        if durable:
            self._disk.sync_log(database)

    def note(self, what: object) -> None:
        """Something was promised."""
        self._recorded += (what,)

    def _add(self, operation: str) -> None:
        cut = Cut(len(self.cuts) + 1, operation, "kept", "kept", self._recorded)
        self.cuts.append((cut, self._disk.moment()))

    def different(self) -> Iterator[tuple[Cut, Tree]]:
        """Every different folder that is left, with the first cut that leaves it and what was noted."""
        seen: set[tuple[Any, ...]] = set()
        for cut, moment in self.cuts:
            for names, contents in product(NAMES, CONTENTS):
                tree = moment.remains(names, contents)
                key = (frozenset(tree.items()), len(cut.recorded), cut.finished)
                if key not in seen:
                    seen.add(key)
                    yield Cut(cut.number, cut.operation, names, contents, cut.recorded), tree


@pytest.fixture
def power_cut(
    tmp_path_factory: pytest.TempPathFactory, record_property: Callable[[str, object], None]
) -> Iterator[PowerCut]:
    """Cut the power at every operation on files; see the module."""
    cuts = PowerCut(tmp_path_factory.mktemp("after a power cut"))
    yield cuts
    total = sum((report.operations for report in cuts.reports), Counter())
    checked = sum(report.checked for report in cuts.reports)
    record_property("power_cut", {**total, "states": checked})


class CutCounter:
    """Tells at the end how many power cuts were tried."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add what a test tells when it is torn down."""
        if report.when == "teardown":
            for name, value in report.user_properties:
                if name == "power_cut":
                    self.counts.update({**value, "tests": 1})  # type: ignore[dict-item]

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """One line."""
        if self.counts:
            tests, states = self.counts.pop("tests"), self.counts.pop("states")
            kinds = ", ".join(f"{count} {name}" for name, count in self.counts.most_common())
            line = f"power cuts: {states} states in {tests} tests; {self.counts.total()} operations: {kinds}"
            terminalreporter.write_line(line)


def pytest_configure(config: pytest.Config) -> None:
    """Count in the process that reports, not in its workers."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(CutCounter())
