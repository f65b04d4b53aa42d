"""The front end as an ngspice deck, from the same parameters as the twin's electrical model.

Sixteen force-sensing resistors share a return lead; a multiplexer connects one of them to the inverting input
of a transimpedance amplifier whose other input sits at v_ref. The amplifier is one pole and an output
resistance within its rails, which decides settling and stability; its offset belongs to `error_mv`.
"""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

TOML = Path(__file__).parent / "front_end.toml"


@dataclass(frozen=True)
class Circuit:
    """Every value of the deck; names carry the units."""

    conductance_us_per_n: float
    exponent: float
    mux_ohm: float
    v_ref: float
    feedback_ohm: float
    bits: int
    full_scale_v: float
    usable_v: float
    noise_lsb: float
    oversample: int
    error_mv: float
    slot_us: float
    amplifier_gbw_hz: float
    amplifier_gain_db: float
    amplifier_output_ohm: float
    feedback_pf: float
    sense_node_pf: float
    sensor_pf: float
    mux_off_mohm: float
    mux_tolerance_ohm: float
    shared_lead_ohm: float
    supply_v: float
    supply_droop_v: float
    reference_psrr_db: float

    @property
    def lsb_v(self) -> float:
        """Volts of one code."""
        return self.full_scale_v / ((1 << self.bits) - 1)

    def sensor_ohm(self, force_n: float) -> float:
        """Resistance of a nominal sensor; 1 Gohm when unloaded."""
        if force_n <= 0:
            return 1e9
        return 1e6 / (self.conductance_us_per_n * force_n**self.exponent)

    def drooped(self) -> "Circuit":
        """The same circuit with the supply down by its droop, less what the reference rejects."""
        moved = self.supply_droop_v * 10 ** (-self.reference_psrr_db / 20)
        return replace(self, supply_v=self.supply_v - self.supply_droop_v, v_ref=self.v_ref - moved)


def load(path: Path = TOML) -> Circuit:
    """Read the parameters.

    Raises:
        KeyError: an entry is missing.
    """
    data: dict[str, dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))
    sensor, adc, amplifier = data["sensor"], data["adc"], data["amplifier"]
    return Circuit(
        conductance_us_per_n=sensor["conductance_us_per_n"],
        exponent=sensor["exponent"],
        mux_ohm=data["mux"]["on_resistance_ohm"],
        v_ref=amplifier["v_ref"],
        feedback_ohm=amplifier["feedback_ohm"],
        bits=adc["bits"],
        full_scale_v=adc["full_scale_v"],
        usable_v=adc["usable_v"],
        noise_lsb=adc["noise_lsb"],
        oversample=adc["oversample"],
        error_mv=adc["error_mv"],
        slot_us=data["scan"]["slot_us"],
        shared_lead_ohm=data["mux"]["shared_lead_ohm"],
        **data["circuit"],
    )


def deck(circuit: Circuit, selected_n: float, others_n: float = 0.0, before_n: float | None = None) -> str:
    """The netlist with one selected sensor and 15 others of the same load.

    With `before_n` the multiplexer leaves a sensor with that load at 10 us and connects the selected one 1 us
    later, as the scan does; without it the selected sensor is connected from the start.
    """
    c = circuit
    pole_hz = c.amplifier_gbw_hz / 10 ** (c.amplifier_gain_db / 20)
    on = f"mux_on sw vt=0.5 ron={c.mux_ohm} roff={c.mux_off_mohm}e6"
    select, leave = ("1", "0") if before_n is None else ("pwl(0 0 11u 0 11.1u 1)", "pwl(0 1 10u 1 10.1u 0)")
    load_before = c.sensor_ohm(0.0 if before_n is None else before_n)
    others = 14 / c.sensor_ohm(others_n) if others_n > 0 else 14e-9
    return f"""* transimpedance front end
.model {on}
vref ref 0 {c.v_ref}
vsel sel 0 {select}
vleave leave 0 {leave}
rlead ret 0 {c.shared_lead_ohm}
rsel a ret {c.sensor_ohm(selected_n)}
csel a ret {c.sensor_pf}p
ssel inv a sel 0 mux_on
rbefore b ret {load_before}
cbefore b ret {c.sensor_pf}p
sbefore inv b leave 0 mux_on
rothers d ret {1 / others}
rmuxoff inv d {c.mux_off_mohm / 14}e6
csense inv 0 {c.sense_node_pf}p
rf inv out {c.feedback_ohm}
cf inv out {c.feedback_pf}p
gamp 0 pole ref inv {10 ** (c.amplifier_gain_db / 20) / 1e6}
rpole pole 0 1e6
cpole pole 0 {1 / (2 * 3.141592653589793 * pole_hz * 1e6)}
dhigh pole high clamp
dlow low pole clamp
.model clamp d(n=0.01 is=1e-12)
vhigh high 0 {c.supply_v}
vlow low 0 0
ebuf drive 0 pole 0 1
rout drive out {c.amplifier_output_ohm}
cadc out 0 100p
.options reltol=1e-6
"""
