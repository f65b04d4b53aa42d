"""No value that a loop of machine code takes, keeps or gives back needs more than 30 bits.

Where integers have 31 bits, as on the ESP32, a larger one is a heap object as soon as it leaves the loop. The
loops are looked at in their plain form, line by line, at the extremes of what an insole may hand them; what
they take besides whole numbers are buffers, which are made before.
"""

import ast
import importlib.util
import sys
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import pytest
from insole_protocol import block, kernels, sealing_loops, stuffing
from insole_protocol.codec import Encoder
from insole_protocol.next_header import NextHeader

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("firmware/insole", "firmware/drivers", "firmware/boards", "shared/insole_protocol")
LIMIT = 1 << 30


def load(path: Path) -> ModuleType:
    """A module of the firmware that runs on CPython as well."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


memory_ops = load(ROOT / "firmware/insole/recorder/memory_ops.py")
motion_ops = load(ROOT / "firmware/insole/motion_ops.py")
PLAIN = {
    "codec_viper.py": kernels,
    "stuffing_viper.py": stuffing,
    "memory_ops_viper.py": memory_ops,
    "motion_ops_viper.py": motion_ops,
    "sealing_loops_viper.py": sealing_loops,
}
"""The plain form of each module of machine code."""


def machine_code() -> Iterator[tuple[str, ast.FunctionDef]]:
    """(file, function) of every loop of machine code in the firmware."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef) and any(
                    ast.unparse(one) == "micropython.viper" for one in node.decorator_list
                ):
                    yield path.name, node


@pytest.mark.parametrize(
    ("file", "function"), list(machine_code()), ids=lambda one: getattr(one, "name", one)
)
def test_each_has_a_plain_form_and_takes_buffers_and_numbers_alone(
    file: str, function: ast.FunctionDef
) -> None:
    assert hasattr(PLAIN[file], function.name)
    kinds = {ast.unparse(one.annotation) for one in function.args.args if one.annotation}
    assert kinds <= {"ptr8", "ptr16", "ptr32", "int"}
    assert all(one.annotation for one in function.args.args)


class Watched(array):  # pyright: ignore[reportMissingTypeArgument]
    """Parameters of a loop; remembers the largest number that was read or written."""

    largest = 0

    def __getitem__(self, at: Any) -> Any:
        value = super().__getitem__(at)
        Watched.largest = max(Watched.largest, abs(value))
        return value

    def __setitem__(self, at: Any, value: Any) -> None:
        Watched.largest = max(Watched.largest, abs(value))
        super().__setitem__(at, value)


@contextmanager
def watching(*modules: ModuleType) -> Iterator[list[tuple[int, str]]]:
    """The largest number in any local name of these modules' functions, after each line."""
    codes: set[CodeType] = {
        one.__code__
        for module in modules
        for one in vars(module).values()
        if callable(one) and hasattr(one, "__code__")
    }
    found = [(0, "nothing ran")]

    def look(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        numbers = [(abs(value), name) for name, value in frame.f_locals.items() if type(value) is int]
        if event == "return" and type(argument) is int:
            numbers.append((abs(argument), "returned"))
        found[0] = max(numbers + found, key=lambda pair: pair[0])
        return look

    def enter(frame: FrameType, event: str, argument: object) -> Callable[..., Any] | None:
        return look(frame, event, argument) if frame.f_code in codes else None

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        yield found
    finally:
        sys.settrace(before)


def alternating(rows: int, channels: int, low: int, high: int) -> list[int]:
    return [high if (i // channels) % 2 else low for i in range(rows * channels)]


EXTREMES = {
    "jumps from end to end": alternating(64, 16, 0, 4095),
    "at the upper end": [4095] * 64 * 16,
    "one jump": [0] * 63 * 16 + [4095] * 16,
}


@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.parametrize("with_motion", [False, True])
def test_the_encoder_stays_within_30_bits(name: str, with_motion: bool) -> None:
    count = block.MAX_FRAMES_IMU if with_motion else block.MAX_FRAMES
    motion = array("h", alternating(64, 6, -32768, 32767)) if with_motion else None
    encoder = Encoder(count, with_motion, kernels)
    Watched.largest = 0
    encoder._p = Watched("I", encoder._p)
    header = NextHeader(0xFFFF, 0xFFFF, 255)
    header.seq, header.time_us = block.END_SEQ - 1, block.END_TIME_US - 1
    header.describe(255, 0xFFFF)
    out = bytearray(block.MAX_BYTES)
    with watching(kernels) as found:
        length = encoder.encode_next(out, array("H", EXTREMES[name]), 40, count, header, motion)
    assert length <= block.needed_bytes(count, with_motion)
    assert 1000 < found[0][0] < LIMIT, found
    assert 100 < Watched.largest < LIMIT


def test_the_other_loops_stay_within_30_bits() -> None:
    """Each on the largest buffers that the firmware gives it."""
    page = bytearray(4096)
    place = Watched("i", [0, 2056, 0, 4096])
    Watched.largest = 0
    with watching(stuffing, memory_ops) as found:
        stuffing.stuff(page, bytes([0x7E]) * 2056, place)
        stuffing.copy_behind_head(page, page, 2000, 500)
        memory_ops.copy(page, 2048, page, 2048)
        memory_ops.clear(page, 4096)
        assert memory_ops.is_blank(page, 4096)
    assert 4000 < found[0][0] < LIMIT and 4000 < Watched.largest < LIMIT


def test_the_check_sees_a_number_that_is_too_large() -> None:
    """A sum of residuals that goes on for too long, were there no limit to the frames of a record."""
    place = Watched("I", [0] * 24)
    Watched.largest = 0
    place[5] = LIMIT
    assert Watched.largest == LIMIT
    too_large = ModuleType("too_large")
    exec("def total(n):\n    n = n << 1\n    return n\n", vars(too_large))
    with watching(too_large) as found:
        vars(too_large)["total"](LIMIT >> 1)
    assert found[0][0] == LIMIT
