"""The analog front end keeps its bounds in simulation, and the twin's model is the same circuit."""

from dataclasses import replace

import numpy as np
import pytest

from hardware.analog.checks import check, settling_us, volts
from hardware.analog.circuit import Circuit, load
from hardware.analog.spice import available

pytestmark = [
    pytest.mark.hardware,
    pytest.mark.skipif(not available(), reason="ngspice is not installed: run hardware/install"),
]
PARITY_LSB = 2.0


@pytest.fixture(scope="module")
def circuit() -> Circuit:
    return load()


def test_every_bound_holds(circuit: Circuit) -> None:
    assert [f"{b.name}: {b.figure:.3g} {b.unit}" for b in check(circuit) if not b.ok] == []


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
