"""Rules of other packages: judged beside ours; refused, with the reason, where they do not hold."""

from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest
from plantigrade.posture.rules_engine import added
from plantigrade.posture.rules_engine.added import Added, AddedRules, added_rules, all_rules
from plantigrade.posture.rules_engine.guidance import catalogue
from plantigrade.posture.rules_engine.rulebook import RuleBook
from plantigrade.posture.rules_engine.rules import shipped_rules

RULE = """
[[rule]]
id = "{id}"
version = 1
title = "Long stance"
pattern = "{pattern}"
scope = "foot"
terms = [{{ metric = "stance_pct", statistic = "median" }}]
unit = "%"
raise_level = 70
clear_level = 68
dwell_s = 60
severity = "info"
evidence = "an example"
references = ["none"]
min_strides = 20
alert_strides = 50
window_strides = 50
"""
TEXT = '[rule.{id}]\npatient = "Long on the {{side}}."\nclinician = "Stance above 70 % ({{side}})."\n'
PATTERN = """[pattern.acme]
title = "Acme"
felt = ""
knee = ""
hip = ""
back = ""
orthotics = []
footwear = []
exercises = []
see = "When it lasts."
sources = []
"""
Rules = Callable[..., Added]


def package(folder: Path, id: str = "acme-stance", pattern: str = "asymmetry", text: str = TEXT) -> Path:
    """The rules of a package."""
    (folder / "text").mkdir(parents=True)
    (folder / "acme.toml").write_text(RULE.format(id=id, pattern=pattern))
    (folder / "text" / "en.toml").write_text(text.format(id=id))
    return folder


@pytest.fixture
def with_rules(monkeypatch: pytest.MonkeyPatch) -> Iterator[Rules]:
    """The rules that there are where a package adds those of a folder."""

    def of(folder: Path) -> Added:
        monkeypatch.setitem(globals(), "ADDS", AddedRules(folder))
        entry = EntryPoint("acme", f"{__name__}:ADDS", added.GROUP)
        monkeypatch.setattr(added, "entry_points", lambda group: [entry])
        added_rules.cache_clear()
        catalogue.cache_clear()
        return added_rules()

    yield of
    monkeypatch.undo()
    added_rules.cache_clear()
    catalogue.cache_clear()


def test_a_rule_stands_beside_ours(with_rules: Rules, tmp_path: Path) -> None:
    assert with_rules(package(tmp_path / "rules")).problems == ()
    assert list(all_rules()) == [*shipped_rules(), "acme-stance"]
    assert RuleBook().rules["acme-stance"].raise_level == 70
    for language in ("en", "de"):  # English stands in for German
        assert catalogue(language).clinician("acme-stance", None).startswith("Stance above 70 %")


def test_a_pattern_of_its_own(with_rules: Rules, tmp_path: Path) -> None:
    folder = package(tmp_path / "rules", pattern="acme")
    with (folder / "text" / "en.toml").open("a") as file:
        file.write(PATTERN)
    assert with_rules(folder).problems == ()
    assert catalogue().patterns["acme"].see == "When it lasts."


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"id": "load-asymmetry"}, "adds the rule 'load-asymmetry', which there is already"),
        ({"pattern": "acme"}, "whose pattern 'acme' no text describes"),
        ({"text": "[rule.other]\npatient = 'x'\n"}, "[rule.acme-stance] needs patient and clinician"),
        ({"text": "no TOML"}, "is not a list of texts"),
    ],
)
def test_rules_that_do_not_hold_are_left_out(
    changes: dict[str, str], problem: str, with_rules: Rules, tmp_path: Path
) -> None:
    found = with_rules(package(tmp_path / "rules", **changes))
    assert found.rules == {} and all_rules() == shipped_rules()
    (reason,) = found.problems
    assert problem in reason and reason.endswith("update or remove that package")


def test_a_folder_without_rules_and_a_rule_that_breaks_them(with_rules: Rules, tmp_path: Path) -> None:
    (tmp_path / "empty" / "text").mkdir(parents=True)
    assert "holds none" in with_rules(tmp_path / "empty").problems[0]
    folder = package(tmp_path / "rules")
    (folder / "acme.toml").write_text(RULE.format(id="acme", pattern="asymmetry").replace("68", "72"))
    assert "clear level 72 must lie below raise level 70" in with_rules(folder).problems[0]
