"""Mutation testing itself: which faults are put in, how they are drawn, and which tests are tried on them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.mutants.choose import choose_tests
from tools.mutants.draw import Mutant, by_hand, draw
from tools.mutants.operators import mutate, positions
from tools.mutants.packages import ROOT, Package, packages
from tools.mutants.report import Row, rows, table
from tools.mutants.run import EQUIVALENT, KILLED, SURVIVED, UNREACHED, Outcome
from tools.mutants.traced import Traced

BACKOFF = "host/plantigrade/bridge/backoff.py"

FAULTS = {
    "a call for its effect": ("DeleteStatement", "f(1)\n", "pass\n"),
    "an item's assignment": ("DeleteStatement", "a[0] = 1\n", "pass\n"),
    "an attribute's assignment": ("DeleteStatement", "a.b = 1\n", "pass\n"),
    "an augmented assignment": ("DeleteStatement", "n += 1\n", "pass\n"),
    "a decimal a tenth smaller": ("NudgeFloat", "x = 0.5\n", "x = 0.45\n"),
    "the order of arguments": ("SwapArguments", "f(a, b)\n", "f( b,a)\n"),
    "a comparison's boundary": ("ReplaceComparisonOperator_Lt_LtE", "a < b\n", "a <= b\n"),
    "a whole number": ("NumberReplacer", "x = 1\n", "x = 2\n"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_changes_what_it_says(fault: str) -> None:
    operator, before, after = FAULTS[fault]
    assert mutate(before, operator, 0) == after


def test_a_name_takes_its_neighbours_value() -> None:
    source = "def f(y):\n    first = 1\n    third = 2\n    return y[first]\n"
    assert mutate(source, "NeighbourName", 0) == source.replace("y[first]", "y[third]")


def test_no_such_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="NudgeFloat has no occurrence 2"):
        mutate("x = 0.5\n", "NudgeFloat", 2)


SILENT = [
    "def f(a: int | str) -> int | None: ...\n",
    "x: int | None\n",
    "Number = int | float\n",
    "@dataclass(frozen=True)\nclass A: ...\n",
    "@compiled\ndef f(): ...\n",
    "compiled: Any = numba.njit(cache=True)\n",
    "x = max(a, b)\n",
]


@pytest.mark.parametrize("source", SILENT)
def test_what_cannot_change_a_result_is_not_mutated(source: str) -> None:
    assert list(positions(source)) == []


def test_every_place_gives_a_source_that_differs() -> None:
    source = (ROOT / BACKOFF).read_text("utf-8")
    found = list(positions(source))
    assert len(found) > 20
    assert all(mutate(source, operator, occurrence) != source for operator, occurrence, _ in found)


def test_the_same_seed_draws_the_same_mutants() -> None:
    package = packages()["calibration"]
    file = ("host/plantigrade/calibration/staleness.py",)
    first, second, other = (draw(package, 6, seed, file) for seed in (3, 3, 4))
    assert first == second
    assert len({one.code for one in first}) == 6
    assert first != other


def test_every_fault_written_by_hand_can_be_put_in() -> None:
    found = by_hand(packages())
    assert len(found) >= 20
    assert len({one.kind for one in found}) == len(found)


class TestChoice:
    """Which tests answer for a line of `backoff.py`."""

    package = Package("bridge", (BACKOFF,), (), 85.0, False)

    @staticmethod
    def line_of(text: str) -> int:
        lines = (ROOT / BACKOFF).read_text("utf-8").splitlines()
        return next(number for number, line in enumerate(lines, 1) if text in line)

    def mutant(self, line: int) -> Mutant:
        return Mutant("bridge", BACKOFF, line, "a fault", "")

    def test_those_that_execute_the_statement_cheapest_first(self) -> None:
        line = self.line_of("return ")
        traced = Traced({"dear": 2.0, "cheap": 0.1, "elsewhere": 0.0}, {BACKOFF: {line: ["dear", "cheap"]}})
        assert choose_tests(self.package, self.mutant(line), [traced]) == ["cheap", "dear"]

    def test_none_where_no_test_executes_it(self) -> None:
        line = self.line_of("return ")
        traced = Traced({"elsewhere": 0.0}, {BACKOFF: {1: ["elsewhere"]}})
        assert choose_tests(self.package, self.mutant(line), [traced]) == []

    def test_all_for_a_constant_those_of_its_module_first(self) -> None:
        line = self.line_of("return ")
        traced = Traced({"own": 0.2, "other": 0.1}, {BACKOFF: {line: ["own"]}})
        assert choose_tests(self.package, self.mutant(1), [traced]) == ["own", "other"]

    def test_not_more_than_the_budget(self) -> None:
        line = self.line_of("return ")
        traced = Traced({"a": 20.0, "b": 21.0, "c": 22.0}, {BACKOFF: {line: ["a", "b", "c"]}})
        assert choose_tests(self.package, self.mutant(line), [traced]) == ["a"]


def test_the_share_leaves_equivalent_mutants_out() -> None:
    mutant = Mutant("gait", "a.py", 1, "a fault", "")
    states = [KILLED] * 9 + [EQUIVALENT] * 5 + [SURVIVED, UNREACHED]
    outcomes = [Outcome(mutant, state, "", 0) for state in states]
    found = rows(outcomes, {"gait": Package("gait", (), (), 90.0, False)})
    assert found == [Row("gait", 16, 9, 5, 1, 1, 90.0)]
    assert found[0].killed_pct == pytest.approx(81.818, abs=0.001)
    assert not found[0].met
    assert "| gait | 16 | 9 | 5 | 1 | 1 | 81.8 % | 90 % | **below** |" in table(found)


JUDGE = """
import sys
from pathlib import Path
from tools.mutants.draw import Mutant
from tools.mutants.packages import ROOT, Package
from tools.mutants.run import Worker, prepare

prepare()
file, test = "host/plantigrade/bridge/backoff.py", "tests/host/bridge/test_backoff.py"
worker = Worker(Path(sys.argv[1]))
traced = worker.trace(Package("bridge", (file,), (test,), 85.0, False), test)
source = (ROOT / file).read_text("utf-8")
line = next(n for n, text in enumerate(source.splitlines(), 1) if "attempts += 1" in text)
chosen = traced.lines[file][line]
for code in (source, source.replace("attempts += 1", "attempts += 0")):
    outcome = worker.judge(Mutant("bridge", file, line, "by hand", code), chosen, 1.0)
    print(outcome.state, outcome.by)
"""


@pytest.mark.slow
def test_a_fault_is_noticed_in_a_copy_and_the_original_is_not(tmp_path: Path) -> None:
    before = (ROOT / BACKOFF).read_bytes()
    command = [sys.executable, "-c", JUDGE, str(tmp_path)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    original, fault = ended.stdout.splitlines()[-2:]
    assert original.strip() == SURVIVED, ended.stderr
    assert fault.startswith(f"{KILLED} tests/host/bridge/test_backoff.py::")
    assert (ROOT / BACKOFF).read_bytes() == before
