"""Constants in the places where the firmware uses them, before it is compiled.

A chip's heap holds each constant of a module as an entry of a dictionary, and its name beside it, for good:
tens of bytes, of which an insole needs none. So `ids.OP_HELLO` is compiled as `1`, and a module of the
protocol of which nothing else is wanted is not imported; a module's own numbers are literals as well, and
those that no other module names are not stored. Lines keep their numbers, for tracebacks.

>>> in_place("from insole_protocol import errors, ids\\nhello = ids.OP_HELLO\\n")
'from insole_protocol import errors\\nhello = 1\\n'
>>> own_in_place("SHIFT = 3\\nMASK = 7 << SHIFT\\ndef f(a):\\n    return a & MASK\\n", {"SHIFT"})
'SHIFT = 3\\npass\\ndef f(a):\\n    return a & 56\\n'
"""

import ast
import importlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Set
from typing import Final

PACKAGE: Final = "insole_protocol"

FORMATS: Final = f"lib/{PACKAGE}/message_formats.py"
"""A module that computes dictionaries when it is loaded: an insole gets those alone, without what they are
made from."""

LEFT_ALONE: Final = ("lib/boards/",)
"""A board is a module of constants that is looked at as an object."""
_SMALL: Final = 1 << 30
"""From here on a number is an object on a 32-bit chip, of which a module keeps one."""
_CAPITALS: Final = re.compile(r"\b_*[A-Z][A-Z0-9_]*\b")
_OPERATORS: Final[dict[type[ast.operator], Callable[[int, int], int]]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
    ast.LShift: lambda a, b: a << b,
    ast.RShift: lambda a, b: a >> b,
    ast.BitOr: lambda a, b: a | b,
    ast.BitAnd: lambda a, b: a & b,
}

Change = tuple[int, int, bytes]
"""Where it begins and ends in the source, and what stands there afterwards."""


def capitals_of(text: str) -> set[str]:
    """All names in capitals in a source, wherever they stand."""
    return set(_CAPITALS.findall(text))


def for_a_board(name: str, text: str, wanted: Set[str]) -> str:
    """A module of the firmware as it is compiled.

    Args:
        name: its path on the board.
        text: its source.
        wanted: names in capitals in the other sources: what may be asked of this one.

    Raises:
        SyntaxError: it is no Python.
    """
    if name == FORMATS:
        values = vars(importlib.import_module(f"{PACKAGE}.message_formats"))
        return "".join(f"{one} = {values[one]!r}\n" for one in values if one.isupper() and one in wanted)
    if name.startswith(LEFT_ALONE):
        return text
    return own_in_place(in_place(text), wanted)


def own_in_place(text: str, wanted: Set[str]) -> str:
    """A module's source with its own numbers as literals; those that are not `wanted` are not stored.

    Left as they are: numbers beyond the small integers of a chip, and names that are set more than once.

    Raises:
        SyntaxError: it is no Python.
    """
    tree = ast.parse(text)
    data = text.encode()
    starts = _line_starts(data)
    stores = Counter(_stored_names(tree))
    values: dict[str, int] = {}
    changes: list[Change] = []
    for node in tree.body:
        name = _assigned(node)
        value = _number(node.value, values) if name and isinstance(node, ast.Assign) else None
        if name is None or value is None or stores[name] != 1 or not -_SMALL <= value < _SMALL:
            continue
        values[name] = value
        if name not in wanted:
            changes.append((*_span(node, starts), b"pass" + _newlines(node)))
    removed = [(start, end) for start, end, _ in changes]
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in values:
            start, end = _span(node, starts)
            if not any(first <= start < last for first, last in removed):
                changes.append((start, end, _written(values[node.id])))
    for start, end, new in sorted(changes, reverse=True):
        data = data[:start] + new + data[end:]
    return data.decode()


def _assigned(node: ast.stmt) -> str | None:
    """The name in capitals that a statement sets, and nothing else."""
    if (
        not isinstance(node, ast.Assign)
        or len(node.targets) != 1
        or not isinstance(node.targets[0], ast.Name)
    ):
        return None
    name = node.targets[0].id
    return name if name.isupper() else None


def _stored_names(tree: ast.Module) -> Iterator[str]:
    """Names that are bound, once for each time."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Global):
            yield from node.names
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.asname or alias.name for alias in node.names)


def _number(node: ast.expr, values: Mapping[str, int]) -> int | None:
    """What an expression of numbers and names of `values` comes to; None for any other."""
    found: int | None = None
    match node:
        case ast.Constant(int(value)) if not isinstance(value, bool):
            found = value
        case ast.Name(name):
            found = values.get(name)
        case ast.UnaryOp(ast.USub(), operand):
            value = _number(operand, values)
            found = None if value is None else -value
        case ast.Call(ast.Name("const"), [argument], []):
            found = _number(argument, values)
        case ast.BinOp(left, sign, right) if type(sign) in _OPERATORS:
            first, second = _number(left, values), _number(right, values)
            if first is not None and second is not None:
                found = _OPERATORS[type(sign)](first, second)
        case _:
            pass
    return found


def _written(value: int) -> bytes:
    return (f"({value})" if value < 0 else str(value)).encode()


def in_place(text: str) -> str:
    """A module's source with the constants that it takes from modules of the protocol as literals.

    Raises:
        SyntaxError: it is no Python.
    """
    tree = ast.parse(text)
    data = text.encode()
    starts = _line_starts(data)
    modules = {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == PACKAGE
        for alias in node.names
    }
    changes: list[Change] = []
    inlined: dict[str, int] = dict.fromkeys(modules, 0)
    used: dict[str, int] = dict.fromkeys(modules, 0)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in modules:
            used[node.id] += 1
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            literal = _literal(modules[node.value.id], node.attr)
            if literal is not None:
                inlined[node.value.id] += 1
                changes.append((*_span(node, starts), literal))
    needless = {name for name in modules if inlined[name] and inlined[name] == used[name]}
    changes += [
        (*_span(node, starts), _import_without(node, needless, data, starts))
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == PACKAGE
    ]
    changes += list(_imported_constants(tree, starts))
    for start, end, new in sorted(changes, reverse=True):
        data = data[:start] + new + data[end:]
    return data.decode()


def _literal(module: str, name: str) -> bytes | None:
    """A constant of a module of the protocol as Python writes it; None for anything else."""
    if not name.isupper():
        return None
    value = getattr(importlib.import_module(f"{PACKAGE}.{module}"), name, None)
    if isinstance(value, bool) or not isinstance(value, int | str | bytes):
        return None
    return _written(value) if isinstance(value, int) else repr(value).encode()


def _imported_constants(tree: ast.Module, starts: list[int]) -> Iterator[Change]:
    """`from insole_protocol.ids import NO_MOTION` as an assignment, where all its names are constants."""
    for node in ast.walk(tree):
        module = node.module if isinstance(node, ast.ImportFrom) else None
        if not isinstance(node, ast.ImportFrom) or module != f"{PACKAGE}.ids":
            continue
        pairs = [(alias.asname or alias.name, _literal("ids", alias.name)) for alias in node.names]
        if all(literal is not None for _, literal in pairs):
            text = b"; ".join(name.encode() + b" = " + (literal or b"") for name, literal in pairs)
            yield (*_span(node, starts), text + _newlines(node))


def _import_without(node: ast.ImportFrom, needless: set[str], data: bytes, starts: list[int]) -> bytes:
    """An import of modules of the protocol without those that are not wanted any more, as many lines long."""
    left = [alias for alias in node.names if (alias.asname or alias.name) not in needless]
    if len(left) == len(node.names):
        start, end = _span(node, starts)
        return data[start:end]
    names = ", ".join(f"{one.name} as {one.asname}" if one.asname else one.name for one in left)
    statement = f"from {PACKAGE} import {names}" if left else "pass"
    return statement.encode() + _newlines(node)


def _newlines(node: ast.stmt) -> bytes:
    return b"\n" * ((node.end_lineno or node.lineno) - node.lineno)


def _line_starts(data: bytes) -> list[int]:
    starts = [0]
    for line in data.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _span(node: ast.expr | ast.stmt, starts: list[int]) -> tuple[int, int]:
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return starts[node.lineno - 1] + node.col_offset, starts[end_line - 1] + end_column
