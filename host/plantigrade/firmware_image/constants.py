"""Numbers of the protocol in the places where the firmware uses them, before it is compiled.

A chip's heap holds a module of constants as a dictionary and the name of each beside it: 10 KB for those of
`ids` with 8-byte words. So `ids.OP_HELLO` is compiled as `1`, and a module of which nothing else is wanted is
not imported. Lines keep their numbers, for tracebacks.

>>> in_place("from insole_protocol import errors, ids\\nhello = ids.OP_HELLO\\n")
'from insole_protocol import errors\\nhello = 1\\n'
"""

import ast
import importlib
from collections.abc import Iterator
from typing import Final

PACKAGE: Final = "insole_protocol"

Change = tuple[int, int, bytes]
"""Where it begins and ends in the source, and what stands there afterwards."""


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
    return (f"({value!r})" if isinstance(value, int) and value < 0 else repr(value)).encode()


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
