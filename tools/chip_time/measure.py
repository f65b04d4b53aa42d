"""What one opcode of each class takes on this computer's MicroPython: the weights of opcodes to each other.

    python -m tools.chip_time.measure

Each row is a statement of known opcodes, many times over in a loop; the time of the classes measured before
is taken off. The figures go into `figures.toml`; there they meet the published benchmarks of chips.
"""

import subprocess
import sys
from pathlib import Path

# (class, statement, classes of its opcodes that are taken off, how many of the class are in it)
STATEMENTS = (
    ("fast", "a = b", (), 2),
    ("binary", "a = b + c", ("fast",) * 3, 1),
    ("divide", "a = b // c", ("fast",) * 3, 1),
    ("jump", "if t: pass", ("fast",), 1),
    ("global", "a = G", ("fast",), 1),
    ("attr", "a = s.x", ("fast",) * 2, 1),
    ("store_attr", "s.x = a", ("fast",) * 2, 1),
    ("subscr", "a = r[b]", ("fast",) * 3, 1),
    ("call", "f(b)", ("fast",) * 3, 1),  # of a function in C that does nothing
    ("frame", "g()", ("fast",) * 3 + ("call",), 1),  # what a function in Python adds, its return included
    ("method", "s.m()", ("fast",) * 3 + ("call", "frame"), 1),
    ("iter", "for a in E: pass", ("global",), 2),
    ("build", "a = (b, c)", ("fast",) * 3, 1),
    ("except", "try:\n   pass\n  except OSError: pass", (), 2),
    ("slice", "v[b:c]", ("fast",) * 4, 1),
    ("memoryview", "M(y)", ("fast",) * 2 + ("call",), 1),
    ("copy", "v[:n] = w[:n]", ("fast",) * 8 + ("slice",) * 2, 1),  # 256 bytes
    ("pack", "p('<BBHIQHHBBBBH', y, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3)", ("fast",) * 16 + ("call",), 1),
    ("crc_256", "z(y)", ("fast",) * 3 + ("call",), 1),
    ("ticks", "k()", ("fast",) * 2 + ("call",), 1),
    ("diff", "d(b, c)", ("fast",) * 4 + ("call",), 1),
    ("smaller", "N(b, c)", ("fast",) * 4 + ("call",), 1),
    ("length", "L(y)", ("fast",) * 3 + ("call",), 1),
    ("append_pop", "q.append(b); q.pop(0)", ("fast",) * 5 + ("call",) * 2, 1),
)

SCRIPT = """
import time, struct
from array import array
from binascii import crc32
G = 1
E = ()
class S:
    def __init__(self):
        for i in range(20):
            setattr(self, "_name%d" % i, i)
        self.x = 1
    def m(self):
        pass
def nothing():
    pass
def run(body, turns):
    text = (
        "def t(S, g, f, p, z, k, d, N, L, M, r, y, v, w, q):\\n"
        " a = 1; b = 1; c = 2; t = True; n = 256; s = S()\\n"
        " for _ in range(%d):\\n" % turns + ("  " + body + "\\n") * 40
    )
    space = {"G": G, "E": E}
    exec(text, space)
    best = 1 << 60
    y = bytearray(256)
    for _ in range(9):
        start = time.ticks_us()
        space["t"](
            S, nothing, id, struct.pack_into, crc32, time.ticks_us, time.ticks_diff, min, len, memoryview,
            array("H", bytes(64)), y, memoryview(y), memoryview(bytearray(256)), [],
        )
        best = min(best, time.ticks_diff(time.ticks_us(), start))
    return best * 1000.0 / (40 * turns)
"""


def measure() -> dict[str, float]:
    """Nanoseconds of one opcode of each class, or of one use of a built-in function."""
    interpreter = Path(sys.executable).parent / "micropython"
    loop = "pass"
    rows = "".join(f"print(run({body!r}, 400))\n" for body in (loop, *(row[1] for row in STATEMENTS)))
    done = subprocess.run(
        [str(interpreter), "-X", "heapsize=8M", "-c", SCRIPT + rows],
        capture_output=True,
        text=True,
        check=True,
    )
    empty, *times = (float(line) for line in done.stdout.split())
    found: dict[str, float] = {}
    for (kind, _, others, count), took in zip(STATEMENTS, times, strict=True):
        found[kind] = max(0.0, took - empty - sum(found[other] for other in others)) / count
    return found


if __name__ == "__main__":
    for name, nanoseconds in measure().items():
        print(f"{name:12} {nanoseconds:8.2f} ns")
