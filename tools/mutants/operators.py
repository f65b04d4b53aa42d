"""Kinds of faults: Cosmic Ray's operators, and those of ours that it lacks.

Operators work on parso's syntax trees. What only changes annotations, documentation or the compiler's
decorators cannot change a result and is not offered (`_silent`).
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, Protocol, cast

import parso.python.tree
from cosmic_ray import ast as cosmic_ray_ast  # pyright: ignore[reportMissingTypeStubs]
from cosmic_ray.operators import (  # pyright: ignore[reportMissingTypeStubs]
    binary_operator_replacement,
    boolean_replacer,
    break_continue,
    comparison_operator_replacement,
    exception_replacer,
    number_replacer,
    remove_decorator,
    unary_operator_replacement,
    zero_iteration_for_loop,
)

Node = Any  # parso and Cosmic Ray have no types
Position = tuple[tuple[int, int], tuple[int, int]]
_READ_IN: Final = ("trailer", "subscriptlist", "arith_expr", "term", "comparison", "arglist")
_tree: Any = parso.python.tree
_parse: Any = cast(Any, cosmic_ray_ast).get_ast
_nodes: Any = cast(Any, cosmic_ray_ast).ast_nodes


class Operator(Protocol):
    """Cosmic Ray's interface of one kind of fault."""

    def mutation_positions(self, node: Node) -> Iterable[Position]:
        """Where it can be put into a node of the tree, once for each variant."""
        ...

    def mutate(self, node: Node, index: int) -> Node | None:
        """The node with the variant `index`; None when the node is to go."""
        ...


class DeleteStatement:
    """A call for its effect, an attribute's or item's assignment, or an augmented one, is left out."""

    def mutation_positions(self, node: Node) -> Iterator[Position]:
        """Where such a statement stands."""
        if node.type == "simple_stmt" and self._has_effect(node.children[0]):
            yield node.children[0].start_pos, node.children[0].end_pos

    @staticmethod
    def _has_effect(statement: Node) -> bool:
        if statement.type in ("atom_expr", "power"):
            return (
                statement.children[-1].type == "trailer" and statement.children[-1].children[0].value == "("
            )
        if statement.type == "await_expr":
            return True
        if statement.type != "expr_stmt":
            return False
        target, sign = statement.children[0], statement.children[1]
        augmented = sign.type == "operator" and sign.value != "=" and sign.value.endswith("=")
        return augmented or (target.type in ("atom_expr", "power") and getattr(sign, "value", "") == "=")

    def mutate(self, node: Node, index: int) -> Node:
        """The statement as `pass`."""
        first = node.children[0].get_first_leaf()
        node.children[0] = _tree.Keyword("pass", first.start_pos, first.prefix)
        return node


class NudgeFloat:
    """A number with a decimal point becomes a tenth larger or smaller: 0.2 is not 0.22."""

    FACTORS: Final = (0.9, 1.1)

    def mutation_positions(self, node: Node) -> Iterator[Position]:
        """Where such a number stands."""
        if (
            isinstance(node, _tree.Number)
            and re.search(r"[.eE]", node.value)
            and "x" not in node.value.lower()
        ):
            for _ in self.FACTORS:
                yield node.start_pos, node.end_pos

    def mutate(self, node: Node, index: int) -> Node:
        """The number nudged."""
        return _tree.Number(repr(float(node.value) * self.FACTORS[index]), node.start_pos, node.prefix)


class SwapArguments:
    """The first two positional arguments of a call change places, where their order can matter."""

    _ANY_ORDER: Final = ("min", "max", "minimum", "maximum")

    def mutation_positions(self, node: Node) -> Iterator[Position]:
        """Calls with at least two arguments that differ and are not named."""
        if node.type == "arglist" and node.parent is not None and node.parent.type == "trailer":
            before = node.parent.get_previous_leaf()
            first, second = node.children[0], node.children[2] if len(node.children) > 2 else None
            if before is not None and before.value in self._ANY_ORDER:
                return
            if second is None or "argument" in (first.type, second.type):
                return
            if first.get_code().strip() != second.get_code().strip():
                yield first.start_pos, second.end_pos

    def mutate(self, node: Node, index: int) -> Node:
        """The call with its first two arguments exchanged."""
        node.children[0], node.children[2] = node.children[2], node.children[0]
        return node


class NeighbourName:
    """A name that is read takes the value of another local name of the same function: F1 that takes F3's."""

    def mutation_positions(self, node: Node) -> Iterator[Position]:
        """Names that are subscripted, or index something, and have a neighbour."""
        if self._neighbour(node) is not None:
            yield node.start_pos, node.end_pos

    @staticmethod
    def _neighbour(node: Node) -> str | None:
        if not isinstance(node, _tree.Name) or node.parent is None or node.is_definition():
            return None
        if node.parent.type not in (
            "trailer",
            "subscriptlist",
            "arith_expr",
            "term",
            "comparison",
            "arglist",
        ):
            return None
        if node.parent.type == "trailer" and node.parent.children[0].value == ".":
            return None
        function: Node = node
        while function is not None and function.type != "funcdef":
            function = function.parent
        if function is None:
            return None
        local = [n.value for n in _nodes(function) if isinstance(n, _tree.Name) and n.is_definition()]
        local = [name for name in dict.fromkeys(local) if name not in ("self", "_", function.name.value)]
        if node.value not in local or len(local) < 2:
            return None
        return local[(local.index(node.value) + 1) % len(local)]

    def mutate(self, node: Node, index: int) -> Node:
        """The neighbour in its place."""
        return _tree.Name(self._neighbour(node), node.start_pos, node.prefix)


_ALL: Final[tuple[Any, ...]] = (
    *binary_operator_replacement.operators(),
    *comparison_operator_replacement.operators(),
    *cast(Any, unary_operator_replacement).operators(),
    boolean_replacer.AddNot,
    boolean_replacer.ReplaceTrueWithFalse,
    boolean_replacer.ReplaceFalseWithTrue,
    boolean_replacer.ReplaceAndWithOr,
    boolean_replacer.ReplaceOrWithAnd,
    break_continue.ReplaceBreakWithContinue,
    break_continue.ReplaceContinueWithBreak,
    exception_replacer.ExceptionReplacer,
    number_replacer.NumberReplacer,
    remove_decorator.RemoveDecorator,
    zero_iteration_for_loop.ZeroIterationForLoop,
    DeleteStatement,
    NudgeFloat,
    SwapArguments,
    NeighbourName,
)
OPERATORS: Final[dict[str, type[Operator]]] = {one.__name__: one for one in _ALL}


def family(operator: str) -> str:
    """Operators that differ only in what they put in place count as one kind when faults are drawn."""
    return operator.split("_")[0]


_SILENT = re.compile(r"^@(_?compiled|micropython\.|overload|cache$|lru_cache|abstractmethod|dataclass)")


def _silent(node: ast.AST, lines: list[str]) -> Iterator[ast.AST | None]:
    """Parts of a statement that no result can depend on."""
    match node:
        case ast.AnnAssign(target=ast.Name(id="compiled")):
            yield node
        case ast.Assign(value=ast.Call(func=ast.Name(id="compiled"))):
            yield node
        case ast.AnnAssign() | ast.arg():
            yield node.annotation
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield getattr(node, "returns", None)
            yield from (one for one in node.decorator_list if _SILENT.match(lines[one.lineno - 1].strip()))
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript() | ast.BinOp()):
            # `Floats = npt.NDArray[...]`, `Key = int | str`: aliases of types begin with a capital.
            yield node if re.match(r"^_?[A-Z][a-z]", name) else None
        case ast.If(test=ast.Name(id="TYPE_CHECKING")):
            yield node
        case _:
            return


def _silent_spans(source: str) -> list[Position]:
    """Places of annotations, aliases of types and the compiler's decorators (with the @ before them)."""
    lines = source.splitlines()
    return [
        ((part.lineno, max(part.col_offset - 1, 0)), (part.end_lineno, part.end_col_offset))  # type: ignore[attr-defined]
        for node in ast.walk(ast.parse(source))
        for part in _silent(node, lines)
        if part is not None
    ]


def positions(source: str) -> Iterator[tuple[str, int, Position]]:
    """Every fault that can be put into a source: operator, occurrence, place."""
    spans = _silent_spans(source)
    nodes = list(_nodes(_parse(source)))
    for name, operator in OPERATORS.items():
        one, occurrence = operator(), 0
        for node in nodes:
            for place in one.mutation_positions(node):
                start = place[0]
                if not any(first <= start < last for first, last in spans):
                    yield name, occurrence, place
                occurrence += 1


def mutate(source: str, name: str, occurrence: int) -> str:
    """The source with one fault, as `positions` numbers them.

    Raises:
        ValueError: there are fewer places for that fault.
    """
    tree, one, count = _parse(source), OPERATORS[name](), 0
    for node in _nodes(tree):
        for index, _ in enumerate(one.mutation_positions(node)):
            if count == occurrence:
                siblings, changed = node.parent.children, one.mutate(node, index)
                at = next(number for number, sibling in enumerate(siblings) if sibling is node)
                siblings[at : at + 1] = [] if changed is None else [changed]
                return tree.get_code()
            count += 1
    raise ValueError(f"{name} has no occurrence {occurrence}")


def is_source(code: str) -> bool:
    """Whether a mutated source is still a program."""
    try:
        compile(code, "mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return True
