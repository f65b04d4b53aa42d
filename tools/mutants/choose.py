"""Which tests are tried on a mutant: those that execute the faulty statement, cheapest first."""

import ast
import re
from pathlib import PurePath

from tools.mutants.draw import Mutant
from tools.mutants.packages import ROOT, Package
from tools.mutants.traced import Traced

BUDGET_S = 30.0
"""Tests beyond so many seconds in all are not tried on one mutant."""
MICROPYTHON_BUDGET_S = 80.0
"""The same where lines are not traced, and so more tests have to be tried."""


def _statement(tree: ast.Module, line: int) -> tuple[ast.AST | None, range]:
    """The function around a line (None at module level) and the lines of the statement that holds it."""
    function: ast.AST | None = None
    span = range(line, line + 1)

    def visit(node: ast.AST, inside: ast.AST | None) -> None:
        nonlocal function, span
        for child in ast.iter_child_nodes(node):
            first, last = getattr(child, "lineno", 0), getattr(child, "end_lineno", 0)
            if not first <= line <= last:
                continue
            if isinstance(child, ast.stmt):
                body: list[ast.stmt] = getattr(child, "body", [])
                head = body[0].lineno - 1 if body else last  # of a compound statement, its first lines only
                span = range(first, max(head, first) + 1) if line <= head else span
                function = inside
            is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            visit(child, child if is_function and line >= child.body[0].lineno else inside)

    visit(tree, None)
    return function, span


def _named_first(mutant: Mutant, tests: dict[str, float]) -> list[str]:
    """For code that runs on MicroPython: tests whose case file names the module, then the others."""
    stem = PurePath(mutant.file).stem
    stem = PurePath(mutant.file).parent.name if stem == "__init__" else stem
    word = re.compile(rf"\b{stem}\b")
    texts: dict[str, bool] = {}

    def names(test: str) -> bool:
        file = test.partition("::")[0]
        case = re.search(r"\[([a-z_]+\.py)", test)
        path = f"tests/firmware/cases/{case[1]}" if case else file
        if path not in texts:
            texts[path] = (ROOT / path).exists() and bool(word.search((ROOT / path).read_text("utf-8")))
        return texts[path]

    return sorted(tests, key=lambda test: (not names(test), tests[test], test))


def choose_tests(package: Package, mutant: Mutant, found: list[Traced]) -> list[str]:
    """Ids of the tests to try, in order; empty when no test executes the statement."""
    seconds = {test: cost for traced in found for test, cost in traced.seconds.items()}
    function, span = _statement(ast.parse((ROOT / mutant.file).read_text("utf-8")), mutant.line)
    reached: set[str] = set()
    for traced in found:
        lines = traced.lines.get(mutant.file, {})
        wanted = span if function is not None else lines
        for line in wanted:
            reached.update(lines.get(line, ()))
    known = [test for test in reached if test in seconds]
    ordered = sorted(known, key=lambda test: (seconds[test], test))
    if function is None:  # constants: whoever uses the package may depend on them, its own tests first
        others = sorted(seconds, key=lambda test: (seconds[test], test))
        ordered += [test for test in others if test not in reached]
    elif package.micropython:
        ordered += [test for test in _named_first(mutant, seconds) if test not in reached]
    chosen: list[str] = []
    spent = 0.0
    budget = MICROPYTHON_BUDGET_S if package.micropython else BUDGET_S
    for test in ordered:
        spent += seconds[test]
        if spent > budget and chosen:
            break
        chosen.append(test)
    return chosen
