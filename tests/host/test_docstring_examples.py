"""The examples in docstrings run, and give what they say."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOMES = (ROOT / "host", ROOT / "shared", ROOT)
FOLDERS = ("host/plantigrade", "shared/insole_protocol", "tools")


def module_name(path: Path) -> str:
    home = next(home for home in HOMES if path.is_relative_to(home))
    return ".".join(path.relative_to(home).with_suffix("").parts).removesuffix(".__init__")


EXAMPLE = re.compile(r"^\s*>>> \S", re.MULTILINE)
FILES = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
WITH_EXAMPLES = [module_name(path) for path in FILES if EXAMPLE.search(path.read_text("utf-8"))]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_a_module_run(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert tried > 0 and failed == 0, capsys.readouterr().out


def test_a_wrong_example_is_noticed(capsys: pytest.CaptureFixture[str]) -> None:
    runner = doctest.DocTestRunner()
    runner.run(doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0))
    assert runner.failures == 1 and "Expected" in capsys.readouterr().out
