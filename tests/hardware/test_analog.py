"""The analog front end keeps its bounds in simulation, and the twin's model is the same circuit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hardware.analog.checks import check, resolution_and_accuracy, settling_us, usable_force_n, volts
from hardware.analog.circuit import Circuit, load
from hardware.analog.spice import available

pytestmark = [
    pytest.mark.hardware,
    pytest.mark.skipif(not available(), reason="ngspice is not installed: run hardware/install"),
]
PARITY_LSB = 2.0
PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "hardware.md").read_text(encoding="utf-8")
NOTES_N = {1.0: (0.021, 0.37), 10.0: (0.022, 0.38), 100.0: (0.028, 0.49)}  # resolution, accuracy


@pytest.fixture(scope="module")
def circuit() -> Circuit:
    return load()


def test_every_bound_holds(circuit: Circuit) -> None:
    assert [f"{b.name}: {b.figure:.3g} {b.unit}" for b in check(circuit) if not b.ok] == []


def test_the_values_of_the_design_notes_give_the_table_of_the_design_notes(circuit: Circuit) -> None:
    theirs = replace(circuit, exponent=1.0, feedback_ohm=10800.0, oversample=16)
    figures = [bound.figure for bound in resolution_and_accuracy(theirs)]
    assert figures == pytest.approx([figure for pair in NOTES_N.values() for figure in pair], rel=0.02)
    assert usable_force_n(theirs) == pytest.approx(100.0, abs=2.0)


def test_the_force_table_in_the_page_is_the_simulated_one(circuit: Circuit) -> None:
    figures = iter(resolution_and_accuracy(circuit))
    for force_n, notes in NOTES_N.items():
        resolution, accuracy = next(figures).figure, next(figures).figure
        row = f"| {resolution:.3f} N | {notes[0]:.3f} N | {accuracy:.2f} N | {notes[1]:.2f} N |"
        assert f"| {force_n:g} N {row}" in PAGE


def test_the_other_figures_in_the_page_are_the_simulated_ones(circuit: Circuit) -> None:
    listed = {bound.name: f"{bound.figure:.2g} {bound.unit}" for bound in check(circuit)}
    listed["force at the end of the linear range"] = f"{usable_force_n(circuit):.0f} N"
    figures = [text for name, text in listed.items() if not name.startswith(("resolution", "accuracy"))]
    assert [text for text in figures if f"| {text} |" not in PAGE] == []


def test_100_nf_on_the_sense_node_breaks_settling(circuit: Circuit) -> None:
    slow = replace(circuit, sense_node_pf=100e3)
    assert [b.name for b in check(slow) if not b.ok] == ["settling to half a code, 200 N to 1 N and back"]
    assert settling_us(slow, 200.0, 1.0) > 2 * settling_us(circuit, 200.0, 1.0)


def test_a_worse_multiplexer_breaks_its_bound(circuit: Circuit) -> None:
    worse = replace(circuit, mux_tolerance_ohm=200.0)
    assert "multiplexer tolerance at 100 N" in [b.name for b in check(worse) if not b.ok]


def test_the_twin_reads_the_same_counts_as_the_simulated_circuit(circuit: Circuit) -> None:
    from plantigrade.twin.electrical import Effects, FrontEnd

    forces_n = np.array([0.0, 1.0, 3.0, 10.0, 30.0, 100.0, 200.0, 300.0])
    simulated = np.array([volts(circuit, float(f)) for f in forces_n]) / circuit.lsb_v
    twin = FrontEnd(seed=1, effects=Effects.none())
    counts = twin.counts(np.repeat(forces_n[:, None], 16, axis=1), 100.0).astype(np.float64)
    assert np.max(np.abs(counts - simulated[:, None])) <= PARITY_LSB
