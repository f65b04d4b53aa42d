"""What a compiled function executes: a graph of its opcodes or instructions, and what each is for."""

from collections.abc import Iterator
from dataclasses import dataclass

from tools.chip_time import xtensa
from tools.chip_time.flow import Graph
from tools.chip_time.mpy import Function, Op

_FAST = (
    "LOAD_FAST_N STORE_FAST_N LOAD_CONST_SMALL_INT LOAD_CONST_OBJ LOAD_CONST_FALSE LOAD_CONST_NONE "
    "LOAD_CONST_TRUE LOAD_CONST_STRING LOAD_NULL LOAD_DEREF STORE_DEREF DELETE_FAST "
    "DUP_TOP DUP_TOP_TWO POP_TOP ROT_TWO ROT_THREE RETURN_VALUE"
)
_CLASSES = {
    "fast": _FAST.split(),
    "binary": ["BINARY_OP", "UNARY_OP"],
    "jump": ["JUMP", "POP_JUMP_IF_TRUE", "POP_JUMP_IF_FALSE", "JUMP_IF_TRUE_OR_POP", "JUMP_IF_FALSE_OR_POP"],
    "global": ["LOAD_GLOBAL", "LOAD_NAME", "STORE_NAME", "STORE_GLOBAL"],
    "attr": ["LOAD_ATTR"],
    "store_attr": ["STORE_ATTR"],
    "method": ["LOAD_METHOD", "LOAD_SUPER_METHOD"],
    "subscr": ["LOAD_SUBSCR", "STORE_SUBSCR"],
    "call": ["CALL_FUNCTION", "CALL_METHOD", "CALL_FUNCTION_VAR_KW", "CALL_METHOD_VAR_KW"],
    "iter": ["GET_ITER", "GET_ITER_STACK", "FOR_ITER"],
    "build": [
        "BUILD_TUPLE",
        "BUILD_LIST",
        "BUILD_MAP",
        "BUILD_SLICE",
        "UNPACK_SEQUENCE",
        "STORE_MAP",
        "STORE_COMP",
    ],
    "except": ["SETUP_EXCEPT", "SETUP_FINALLY", "POP_EXCEPT_JUMP", "END_FINALLY", "UNWIND_JUMP"],
}
CLASS_OF = {name: kind for kind, names in _CLASSES.items() for name in names}
INSTRUCTION = "instruction"
_ENDS = ("RETURN_VALUE", "RAISE_LAST", "RAISE_OBJ", "RAISE_FROM")
_ALWAYS_JUMPS = ("JUMP", "POP_EXCEPT_JUMP", "UNWIND_JUMP")
_NEVER_JUMPS = ("SETUP_EXCEPT", "SETUP_FINALLY", "SETUP_WITH")  # only an exception leads there
_NAMING = ("LOAD_METHOD", "LOAD_GLOBAL")


@dataclass(frozen=True)
class Step:
    """One node of the graph.

    Attributes:
        kind: class of opcodes with the same cost; "instruction" of machine code.
        runtime: what machine code calls the runtime for here.
        name: method or global that is looked up here; "" for others.
        owner: the global name before the dot of a method; "" for others.
        is_method: a method, not a global.
    """

    kind: str
    runtime: str = ""
    name: str = ""
    owner: str = ""
    is_method: bool = False


@dataclass(frozen=True)
class Listing:
    """One function as a graph with a step at each node."""

    graph: Graph
    steps: dict[int, Step]


def of(function: Function) -> Listing:
    """The graph of one compiled function."""
    return _of_bytecode(function.ops) if function.ops else _of_machine_code(function.code)


def _of_bytecode(ops: tuple[Op, ...]) -> Listing:
    by_place = {op.at: op for op in ops}
    reached: set[int] = set()
    waiting = [ops[0].at]
    after: dict[int, tuple[int, ...]] = {}
    while waiting:
        at = waiting.pop()
        if at in reached or at not in by_place:
            continue
        reached.add(at)
        after[at] = tuple(_following(by_place[at]))
        waiting.extend(after[at])
    order = tuple(at for at in by_place if at in reached)
    before = dict(zip((op.at for op in ops[1:]), ops, strict=False))
    steps = {at: _step(op, before.get(at)) for at, op in by_place.items() if at in reached}
    return Listing(Graph(order, after), steps)


def _step(op: Op, before: Op | None) -> Step:
    kind = CLASS_OF.get(op.name, "build")
    if op.name not in _NAMING:
        return Step(kind)
    is_method = op.name == "LOAD_METHOD"
    owner = str(before.argument) if is_method and before and before.name == "LOAD_GLOBAL" else ""
    return Step(kind, name=str(op.argument), owner=owner, is_method=is_method)


def _following(op: Op) -> Iterator[int]:
    if op.name in _ENDS:
        return
    if isinstance(op.argument, int) and (
        op.name in _ALWAYS_JUMPS or "JUMP" in op.name or op.name == "FOR_ITER"
    ):
        yield op.argument
    if op.name not in _ALWAYS_JUMPS:
        yield op.end


def _of_machine_code(code: bytes) -> Listing:
    found = xtensa.decode(code)
    after = {
        one.at: tuple(
            ([one.target] if one.target is not None else []) + ([one.end] if one.falls_through else [])
        )
        for one in found
    }
    steps = {one.at: Step(INSTRUCTION, one.runtime) for one in found}
    return Listing(Graph(tuple(one.at for one in found), after), steps)
