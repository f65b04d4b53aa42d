"""Machine code as MicroPython's emitter writes it for the ESP32-S3: lengths, jumps, calls of the runtime.

Only what `py/asmxtensa.h` and `py/asmxtensa.c` emit is told apart (read there); the instruction formats are
those of the Xtensa ISA with the code density option.
"""

from dataclasses import dataclass

from tools.chip_time.mpy import ListingError

# Entries of the runtime's table (`py/nativeglue.h`) that our functions call, by what they cost the same as.
RUNTIME = {
    3: "convert", 4: "convert", 5: "globals", 7: "global", 9: "attr", 10: "method", 14: "store_attr",
    15: "subscr", 16: "truth", 17: "binary", 18: "binary", 19: "build", 27: "call", 28: "call",
    30: "iter", 31: "iter", 32: "except", 33: "except", 34: "raise", 44: "globals", 45: "frame",
    46: "divide", 47: "divide", 49: "except",
}  # fmt: skip
_CALLX8, _JX = 0x0000E0, 0x0000A0


@dataclass(frozen=True)
class Instruction:
    """One instruction: where it lies and ends, where it may jump, whether the next one can follow.

    Attributes:
        runtime: what the runtime is called for here; "" for none.
    """

    at: int
    end: int
    target: int | None
    falls_through: bool
    runtime: str


def decode(code: bytes) -> list[Instruction]:
    """The instructions of a function that can be reached, in order.

    Raises:
        ListingError: something that the emitter is not known to write.
    """
    found: dict[int, Instruction] = {}
    waiting = [4 if code[:4] == bytes(4) else 0]
    entry = -1  # of the runtime's table, as loaded last
    while waiting:
        at = waiting.pop()
        while at not in found:
            entry = _table_entry(code, at, entry)
            one = _decode(code, at, entry)
            found[at] = one
            if one.target is not None:
                waiting.append(one.target)
            if not one.falls_through:
                break
            at = one.end
    return [found[at] for at in sorted(found)]


def _table_entry(code: bytes, at: int, entry: int) -> int:
    if code[at] == 0x88 and code[at + 1] & 0xF == 7:  # l32i.n a8, a7
        return code[at + 1] >> 4
    if code[at] == 0x82 and code[at + 1] == 0x27:  # l32i a8, a7
        return code[at + 2]
    return entry


def _decode(code: bytes, at: int, entry: int) -> Instruction:
    op0 = code[at] & 0xF
    if op0 >= 8:
        end = at + 2
        ends = code[at:end] in (b"\x1d\xf0", b"\x0d\xf0")  # retw.n, ret.n
        return Instruction(at, end, None, not ends, "")
    word = int.from_bytes(code[at : at + 3], "little")
    target, falls_through = _jump(word, at)
    runtime = ""
    if word & 0xFFF0FF == _CALLX8:
        if entry not in RUNTIME:
            raise ListingError(f"machine code calls entry {entry} of the runtime at {at}")
        runtime = RUNTIME[entry]
    return Instruction(at, at + 3, target, falls_through, runtime)


def _jump(word: int, at: int) -> tuple[int | None, bool]:
    """Where an instruction of three bytes may jump, and whether the next one can follow."""
    op0, kind = word & 0xF, word >> 4 & 3
    if op0 == 7:
        return at + 4 + _signed(word >> 16, 8), True
    if op0 == 6 and kind == 0:
        return at + 4 + _signed(word >> 6, 18), False
    if op0 == 6 and kind == 1:
        return at + 4 + _signed(word >> 12, 12), True
    if op0 in (0, 1, 2) or (op0 == 6 and word >> 4 & 0xF == 3):  # the last: entry
        return None, word & 0xFFF0FF != _JX
    raise ListingError(f"machine code 0x{word:06x} at {at} is not known")


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) & 1 else value
