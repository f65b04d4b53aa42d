"""Posture rules that installed packages add.

A package adds rules by an entry point of the group `plantigrade.rules` that names `AddedRules`: a folder
with rules as TOML, written as ours are (docs/reference/posture-rules.md), and in `text` a file for each
language with their sentences. Rules that cannot be used are left out, and `problems` says why.
docs/how-to/write-a-plug-in.md has a template.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Final

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.languages import languages_in, texts_of
from plantigrade.plugins import load, package_of
from plantigrade.posture.rules_engine.rules import Rule, load_rules, shipped_rules

GROUP: Final = "plantigrade.rules"
TEXT_DIR: Final = Path(__file__).resolve().parents[1] / "text"
FIRST_LANGUAGE: Final = "en"
"""Every package has it; it stands in where a package lacks another."""
Texts = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class AddedRules:
    """Rules of a package.

    Attributes:
        folder: holds `*.toml` with rules, and `text/LANGUAGE.toml` with `[rule.ID]` (patient, clinician)
            and, where a rule needs guidance of its own, `[pattern.NAME]`.

    Example:
        >>> AddedRules(Path("rules")).folder.name
        'rules'
    """

    folder: Path


@dataclass(frozen=True)
class Added:
    """What packages add.

    Attributes:
        rules: by identifier.
        problems: why rules are not used, a sentence for each entry point.
    """

    rules: Mapping[str, Rule] = field(default_factory=dict[str, Rule])
    problems: tuple[str, ...] = ()
    _folders: tuple[Path, ...] = ()

    def texts(self, language: str, part: str) -> dict[str, Any]:
        """Entries of "rule" or "pattern" in a language, in English where a package lacks that language."""
        found: dict[str, Any] = {}
        for folder in self._folders:
            known = language if language in languages_in(folder) else FIRST_LANGUAGE
            found |= texts_of(folder, known).get(part, {})
        return found


def all_rules() -> dict[str, Rule]:
    """The rules of this version and those that installed packages add, by identifier; ours first.

    Example:
        >>> list(all_rules())[:2] == list(shipped_rules())[:2]
        True
    """
    return shipped_rules() | dict(added_rules().rules)


@cache
def added_rules() -> Added:
    """The rules that installed packages add, read once."""
    rules: dict[str, Rule] = {}
    folders: list[Path] = []
    problems: list[str] = []
    for entry in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        try:
            found, folder = _loaded(entry, shipped_rules() | rules)
        except PlantigradeError as error:
            problems.append(f"{error}; update or remove that package")
            continue
        rules |= found
        folders.append(folder)
    return Added(rules, tuple(problems), tuple(folders))


def _loaded(entry: EntryPoint, known: Mapping[str, Rule]) -> tuple[dict[str, Rule], Path]:
    added = load(entry, AddedRules, "set of posture rules")
    assert isinstance(added, AddedRules)
    adds, texts = f"{package_of(entry)} adds", added.folder / "text"
    rules: dict[str, Rule] = {}
    for path in sorted(added.folder.glob("*.toml")):
        rules |= load_rules(path)
    if not rules:
        raise PlantigradeError(f"{adds} rules, but {added.folder} holds none")
    if taken := sorted(known.keys() & rules.keys()):
        raise PlantigradeError(f"{adds} the rule {taken[0]!r}, which there is already")
    own = texts_of(texts, FIRST_LANGUAGE)
    patterns = {*texts_of(TEXT_DIR, FIRST_LANGUAGE)["pattern"], *own.get("pattern", {})}
    for rule in rules.values():
        sentences = own.get("rule", {}).get(rule.id, {})
        if not {"patient", "clinician"} <= sentences.keys():
            raise FileError(texts / f"{FIRST_LANGUAGE}.toml", f"[rule.{rule.id}] needs patient and clinician")
        if rule.pattern not in patterns:
            raise PlantigradeError(
                f"{adds} the rule {rule.id!r}, whose pattern {rule.pattern!r} no text describes"
            )
    return rules, texts
