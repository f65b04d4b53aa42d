"""The s-expressions of KiCad's files: read, write.

A node is a list whose first entry is its name; `Quoted` marks what stands in quotes, `str` what does not.
"""

from pathlib import Path
from typing import Any, TypeAlias

Node: TypeAlias = list[Any]  # its first entry is a word, the others are words or nodes


class Quoted(str):
    """A string that is written in quotes."""

    __slots__ = ()


def parse(text: str) -> Node:
    """Read one expression.

    Raises:
        ValueError: brackets that do not match, or nothing at all.
    """
    stack: list[Node] = [[]]
    at, end = 0, len(text)
    while at < end:
        char = text[at]
        if char == "(":
            stack.append([])
            at += 1
        elif char == ")":
            done = stack.pop()
            if not stack:
                raise ValueError("a closing bracket without its opening one")
            stack[-1].append(done)
            at += 1
        elif char == '"':
            word, at = _quoted(text, at + 1)
            stack[-1].append(word)
        elif char.isspace():
            at += 1
        else:
            start = at
            while at < end and not text[at].isspace() and text[at] not in "()":
                at += 1
            stack[-1].append(text[start:at])
    if len(stack) != 1 or not stack[0] or isinstance(stack[0][0], str):
        raise ValueError("not one complete expression")
    return stack[0][0]


def _quoted(text: str, at: int) -> tuple[Quoted, int]:
    letters: list[str] = []
    while text[at] != '"':
        if text[at] == "\\":
            at += 1
            letters.append({"n": "\n", "t": "\t"}.get(text[at], text[at]))
        else:
            letters.append(text[at])
        at += 1
    return Quoted("".join(letters)), at + 1


def load(path: Path) -> Node:
    """Read a file that holds one expression."""
    return parse(path.read_text(encoding="utf-8"))


def dump(node: Node, depth: int = 0) -> str:
    """Write an expression: short ones on one line, others one entry a line."""
    flat = _flat(node)
    if len(flat) + 2 * depth <= 110:
        return "  " * depth + flat
    head = [_word(entry) for entry in node if isinstance(entry, str)]
    rest = [entry for entry in node if not isinstance(entry, str)]
    ordered = all(isinstance(entry, str) for entry in node[: len(head)])
    if not ordered:  # words between lists: keep their order
        inner = "\n".join(
            "  " * (depth + 1) + _word(e) if isinstance(e, str) else dump(e, depth + 1) for e in node[1:]
        )
        return f"{'  ' * depth}({_word(node[0])}\n{inner}\n{'  ' * depth})"
    inner = "\n".join(dump(entry, depth + 1) for entry in rest)
    return f"{'  ' * depth}({' '.join(head)}\n{inner}\n{'  ' * depth})"


def _flat(node: Node) -> str:
    return "(" + " ".join(_word(e) if isinstance(e, str) else _flat(e) for e in node) + ")"


def _word(word: str) -> str:
    if not isinstance(word, Quoted):
        return word
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def children(node: Node, name: str) -> list[Node]:
    """The entries of a node that are nodes called `name`."""
    return [entry for entry in node if not isinstance(entry, str) and entry and entry[0] == name]


def child(node: Node, name: str) -> Node | None:
    """The first entry called `name`, or None."""
    found = children(node, name)
    return found[0] if found else None


def need(node: Node, name: str) -> Node:
    """The first entry called `name`.

    Raises:
        KeyError: there is none.
    """
    found = child(node, name)
    if found is None:
        raise KeyError(f"({node[0]} ...) has no ({name} ...)")
    return found


def atoms(node: Node) -> list[str]:
    """The plain and quoted words of a node after its name."""
    return [entry for entry in node[1:] if isinstance(entry, str)]


def numbers(node: Node) -> list[float]:
    """The words of a node after its name as numbers."""
    return [float(word) for word in atoms(node)]
