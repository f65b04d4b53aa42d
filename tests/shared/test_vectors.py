"""Golden vectors: both interpreters read what is right, refuse what is wrong, and write the same bytes."""

from pathlib import Path

import pytest
import vector_checks

from tools import make_vectors, make_viper

ROOT = Path(__file__).resolve().parent.parent.parent
VECTORS = ROOT / "shared" / "vectors"
CASES = vector_checks.cases(str(VECTORS))


@pytest.mark.parametrize(("check", "case"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_vector_on_cpython(check, case):
    check(case)


@pytest.mark.micropython
def test_vectors_on_micropython(run_micropython):
    """With the machine-code loops and with the plain ones."""
    output = run_micropython(Path(__file__).parent / "run_vectors_mpy.py", str(VECTORS))
    assert f"{len(CASES)} vectors, 0 failed, inner loops: insole_protocol.codec_viper" in output


@pytest.mark.parametrize("name", sorted(make_vectors.all_vectors()))
def test_committed_vectors_are_what_the_generator_writes(name):
    assert (VECTORS / name).read_text() == make_vectors.all_vectors()[name]


def test_machine_code_loops_are_generated_from_the_plain_ones():
    assert make_viper.main(["--check"]) == 0
