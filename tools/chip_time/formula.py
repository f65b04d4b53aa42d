"""Numbers that depend on others: `rows // 5 + 1` with a value for `rows`."""

import ast
import math
from collections.abc import Callable, Mapping

from tools.chip_time.mpy import ListingError

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.FloorDiv: lambda a, b: a // b,
}
_FUNCTIONS: dict[str, Callable[..., float]] = {"ceil": math.ceil, "min": min, "max": max}


def evaluate(formula: str, values: Mapping[str, float]) -> float:
    """The value of a formula of numbers, names, + - * / // and ceil, min, max.

    >>> evaluate("ceil((rows - 1) / 8)", {"rows": 40})
    5.0

    Raises:
        ListingError: a name without a value, or something else than the above.
    """
    try:
        return float(_value(ast.parse(formula, mode="eval").body, values))
    except (SyntaxError, KeyError, TypeError) as error:
        raise ListingError(f"formula {formula!r} of paths.toml: {error!r}") from error


def _value(node: ast.expr, values: Mapping[str, float]) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return node.value
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, values), _value(node.right, values))
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return _FUNCTIONS[node.func.id](*(_value(argument, values) for argument in node.args))
    raise TypeError("not a formula")
