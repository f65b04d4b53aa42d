"""Which texts the pages name: in templates, and in the code behind them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import plantigrade.web

WEB = Path(plantigrade.web.__file__).parent
TABLE = re.compile(r"[a-z][a-z0-9-]*\.")
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_STRINGS = re.compile(r"""(["'])((?:(?!\1).)*)\1(\s*~)?""")
_CALLS = re.compile(r"""words(\.counted)?\(\s*(["'])((?:(?!\2).)*)\2\s*([,)])""")


@dataclass(frozen=True)
class Named:
    """A text that a page asks for.

    Attributes:
        key: the key, or a pattern of keys where a part of it is a value.
        where: file and line.
        counted: asked for by number, as `key.one` and `key.many`.
        is_pattern: whether `key` is a regular expression.
    """

    key: str
    where: str
    counted: bool = False
    is_pattern: bool = False

    def matches(self, key: str) -> bool:
        """Whether it may ask for this key."""
        if self.is_pattern:
            return re.fullmatch(f"{self.key}(\\.one|\\.many)?", key) is not None
        return key in (self.key, f"{self.key}.one", f"{self.key}.many")


def templates() -> list[Path]:
    """All templates."""
    return sorted(path for path in WEB.rglob("*.html") if "static" not in path.relative_to(WEB).parts)


def modules() -> list[Path]:
    """All modules of the pages."""
    return sorted(WEB.rglob("*.py"))


def asked_for() -> Iterator[Named]:
    """Texts that are certainly asked for: the arguments of `words(...)` and `words.counted(...)`."""
    for path in templates():
        for code in _JINJA.finditer(path.read_text("utf-8")):
            for call in _CALLS.finditer(code.group()):
                yield Named(call.group(3), path.name, bool(call.group(1)))
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and (how := _how(node.func)) is not None:
                named = _named(node.args[0], f"{path.relative_to(WEB)}:{node.lineno}", how)
                if named is not None:
                    yield named


def _how(function: ast.expr) -> bool | None:
    """Whether a call asks for a text by number; None where it asks for none."""
    if isinstance(function, ast.Attribute) and function.attr == "counted":
        return True if _is_words(function.value) else None
    return False if _is_words(function) else None


def _is_words(node: ast.expr) -> bool:
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return name == "words"


def _named(node: ast.expr, where: str, counted: bool = False) -> Named | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return Named(node.value, where, counted)
    if isinstance(node, ast.JoinedStr):
        parts = [re.escape(p.value) if isinstance(p, ast.Constant) else r"[^ ]+" for p in node.values]
        return Named("".join(map(str, parts)), where, counted, is_pattern=True)
    return None


def may_be_asked_for() -> list[Named]:
    """Every string of templates and code that may be a key, or the beginning of some."""
    found: list[Named] = []
    for path in templates():
        for code in _JINJA.finditer(path.read_text("utf-8")):
            for _, text, goes_on in _STRINGS.findall(code.group()):
                if goes_on:
                    found.append(Named(f"{re.escape(text)}[^ ]+", path.name, is_pattern=True))
                else:
                    found.append(Named(text, path.name))
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant | ast.JoinedStr):
                named = _named(node, path.name)
                if named is not None and (not named.is_pattern or TABLE.match(named.key.replace("\\", ""))):
                    found.append(named)
    return found
