"""Mutants: which exist, and which are drawn."""

import difflib
import random
import tomllib
from dataclasses import dataclass
from typing import Final

from tools.mutants.operators import family, is_source, mutate, positions
from tools.mutants.packages import HERE, ROOT, Package

EQUIVALENT: Final = HERE / "equivalent.toml"
BY_HAND: Final = HERE / "by_hand.toml"


@dataclass(frozen=True)
class Mutant:
    """One deliberate fault.

    Attributes:
        package, file: where it is; the file relative to the project's root.
        line: first line that differs.
        kind: operator, or the name of a fault written by hand.
        code: the whole faulty source.
    """

    package: str
    file: str
    line: int
    kind: str
    code: str

    def change(self) -> tuple[str, str]:
        """The lines that differ, before and after, without surrounding blanks."""
        before = (ROOT / self.file).read_text("utf-8").splitlines()
        after = self.code.splitlines()
        old: list[str] = []
        new: list[str] = []
        for line in difflib.ndiff(before, after):
            if line.startswith("- "):
                old.append(line[2:].strip())
            elif line.startswith("+ "):
                new.append(line[2:].strip())
        return " ".join(old), " ".join(new)

    def text(self) -> str:
        """Place and change in three lines."""
        old, new = self.change()
        return f"{self.file}:{self.line} {self.kind}\n  - {old}\n  + {new}"


def _first_difference(before: str, after: str) -> int:
    pairs = enumerate(zip(before.splitlines(), after.splitlines(), strict=False), 1)
    return next((number for number, (a, b) in pairs if a != b), 1)


def draw(package: Package, size: int, seed: int, files: tuple[str, ...] = ()) -> list[Mutant]:
    """`size` different mutants of a package, the same for the same seed and sources.

    A place and a kind of fault are drawn first, then one fault of that kind, so that operators with many
    variants (== has seven) do not crowd out the others.
    """
    groups: dict[tuple[str, int, int, str], list[tuple[str, int]]] = {}
    for file in files or package.sources:
        for operator, occurrence, (start, _) in positions((ROOT / file).read_text("utf-8")):
            groups.setdefault((file, *start, family(operator)), []).append((operator, occurrence))
    chance = random.Random(f"{package.name} {seed}")
    keys = sorted(groups)
    chance.shuffle(keys)
    found: list[Mutant] = []
    for key in keys:
        if len(found) == size:
            break
        operator, occurrence = chance.choice(groups[key])
        source = (ROOT / key[0]).read_text("utf-8")
        code = mutate(source, operator, occurrence)
        if code != source and is_source(code):
            found.append(Mutant(package.name, key[0], key[1], operator, code))
    return found


def by_hand(packages: dict[str, Package]) -> list[Mutant]:
    """The faults of `by_hand.toml` whose package is asked for.

    Raises:
        ValueError: the text to replace is not, or not once, in the file.
    """
    found: list[Mutant] = []
    for row in tomllib.loads(BY_HAND.read_text("utf-8"))["fault"]:
        if row["package"] not in packages:
            continue
        source = (ROOT / row["file"]).read_text("utf-8")
        if source.count(row["old"]) != 1:
            raise ValueError(f"by_hand.toml, {row['name']}: {row['old']!r} is not once in {row['file']}")
        code = source.replace(row["old"], row["new"])
        line = _first_difference(source, code)
        found.append(Mutant(row["package"], row["file"], line, row["name"], code))
    return found


def equivalent() -> dict[tuple[str, str, str], str]:
    """(file, line before, line after) of mutants that change no behaviour, and why."""
    rows = tomllib.loads(EQUIVALENT.read_text("utf-8")).get("mutant", [])
    return {(row["file"], row["old"], row["new"]): row["reason"] for row in rows}
