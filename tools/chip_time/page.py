"""The page `docs/reference/slot-budget.md`: what a slot takes, and on what the figures rest."""

import re
from collections.abc import Iterator
from typing import Any

from hardware.power import wear
from tools.chip_time import signature
from tools.chip_time.budget import CLOCKS_MHZ, CONVERTERS, PATHS, RESERVE_SHARE, SLOT_US, Budget
from tools.chip_time.model import ROOT

PAGE = ROOT / "docs" / "reference" / "slot-budget.md"
COMMAND = "python -m tools.chip_time"
TOLERANCE = 0.05  # of what was written; so that not each changed line of the firmware needs it anew
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def same(written: str, due: str) -> bool:
    """Whether two texts have the same words, and numbers that differ by no more than the tolerance.

    >>> same("a 100 us", "a 104 us"), same("a 100 us", "a 110 us"), same("a 100 us", "b 100 us")
    (True, False, False)
    """
    if _NUMBER.split(written) != _NUMBER.split(due):
        return False
    numbers = zip(_NUMBER.findall(written), _NUMBER.findall(due), strict=True)
    return all(abs(float(old) - float(new)) <= max(5.0, TOLERANCE * float(new)) for old, new in numbers)


def slots(budget: Budget) -> str:
    """The table of all modes, clocks and converters; with each figure its upper end."""
    head = (
        "| mode | MHz | ADC, us | "
        + " | ".join(PATHS)
        + " | sum, us | upper end, us | free at the upper end |"
    )
    lines = [head, "|---" * (len(PATHS) + 6) + "|"]
    upper = 1 + budget.figures.band
    for mode in ("live", "daily"):
        for mhz in CLOCKS_MHZ:
            for converter in CONVERTERS:
                slot = budget.slot(mode, converter)
                cells = [
                    mode,
                    str(mhz),
                    f"{budget.figures.cost(converter).us:.0f}",
                    *(f"{slot.paths[path].at(mhz):.0f}" for path in PATHS),
                    f"{slot.us(mhz):.0f}",
                    f"{slot.us(mhz, upper):.0f}",
                    _share(budget.free_share(mode, converter, mhz)),
                ]
                lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _share(free: float) -> str:
    return f"{100 * free:.0f} %" if free >= 0 else "**does not fit**"


def functions(budget: Budget) -> str:
    """What single functions take, each with all that it calls."""
    lines = ["| function | cycles | us at 160 MHz | us at 240 MHz |", "|---|---|---|---|"]
    shown = (
        ("scan of the sheet, without converter and settling", "drivers.force_array.ForceArray.scan"),
        ("motion of two slots from the FIFO, without the bus", "drivers.lsm6dso.Lsm6dso.collect"),
        ("motion of one slot out of the samples", "drivers.lsm6dso.Lsm6dso.motion_at"),
        ("step counter, one slot", "insole.steps.StepCounter.feed"),
        ("record of 5 frames", "insole_protocol.codec.Encoder.encode_next"),
        ("sealing a record of 5 frames, without the AES engine", "insole_protocol.sealing.Sealer.seal"),
        ("rate of a chunk of 80 slots", "insole.recorder.rate.RateGovernor.judge"),
        ("message of 150 bytes to the radio", "insole.ble_link.BleLink.push"),
    )
    for title, name in shown:
        cost = budget.model.cost(name, budget.values(5, 0))
        us = " | ".join(f"{cost.cycles / mhz:.0f}" for mhz in CLOCKS_MHZ)
        lines.append(f"| {title} (`{name.rpartition('.')[2]}`) | {cost.cycles:.0f} | {us} |")
    return "\n".join(lines)


def _rows(section: dict[str, Any], unit: str) -> Iterator[str]:
    for name, row in section.items():
        yield f"| `{name}` | {row['value']:g} {unit} | {row['kind']} | {row['source']} |"


def figures(budget: Budget) -> str:
    """Every figure, its kind and its source."""
    data = budget.figures.data
    lines = ["| figure | value | kind | source |", "|---|---|---|---|"]
    lines += [
        f"| `{name}` | {budget.figures.cost(name).cycles:.0f} cycles | measured, read | "
        f"{nanoseconds:g} ns here, times the cycles below |"
        for name, nanoseconds in data["weights_ns"].items()
    ]
    ratios = budget.figures.ratios
    lines.append(
        f"| cycles for 1 ns here | {budget.figures.cycles_per_ns:.1f} | read | "
        f"{data['benchmarks']['source']}: an ESP32 is {min(ratios):.0f} to {max(ratios):.0f} times slower; "
        f"{data['s3']['source']} |"
    )
    lines += _rows(data["cycles"], "cycles")
    lines += _rows(data["us"], "us")
    return "\n".join(lines)


def page(budget: Budget) -> str:
    """The page as it should be."""
    hours = wear.Wear(budget, wear.figures())
    sources = "\n".join(wear.sources())
    return f"""# Slot budget

How long the insole's own code takes: reckoned, not measured, as nobody has run it on a chip with a clock
beside it. `{COMMAND}` prints the first table, `{COMMAND} --write` writes this page; a test compares it
with the firmware as it is (figures may differ by {100 * TOLERANCE:.0f} %). How it is reckoned:
[How long a slot takes](../explanation/firmware.md#how-long-a-slot-takes).

## One slot of {SLOT_US / 1000:g} ms

Microseconds, while walking with the IMU; what happens once a record is spread over the record's slots. The
upper end takes {100 * budget.figures.band:.0f} % more cycles for all code. At 240 MHz and the usual converter
{100 * RESERVE_SHARE:.0f} % must be free at the upper end: a test.

{slots(budget)}

## Single functions

With all that they call, nominal.

{functions(budget)}

## Checking the signature of an update

RSA-3072, once for each bundle, in safe mode, where nothing is sampled. MicroPython multiplies digit by digit.
The least is by the instructions of that loop, the most by what the benchmarks of the interpreter make of the
time on the development computer, at the upper end of the band. The watchdog (8 s) is fed just before.
`{COMMAND}.signature` prints this.

{signature.table(budget.figures)}

## Hours of wear that follow

`python -m hardware.power.wear` prints this. The processor runs for the sum above, and in between it waits, or
sleeps lightly where the interpreter can; in parentheses with 50 % more cycles and all currents at their
dearer end. The board was designed for the shares of `hardware/power/budget.toml` (46 % at 17.9 mA in daily
mode: 16 h on 200 mAh). By the figures here that is out of reach for an interpreter that converts 128 times in
each slot: fewer conversions and code that ends sooner bring hours, a faster clock brings none.

{wear.table(hours)}

What a single figure changes:

{wear.sensitivities(hours)}

| figure | nominal (worst) | kind | source |
|---|---|---|---|
{sources}

## Figures

Kinds: measured on the development computer by `python -m tools.chip_time.measure`; read in the source;
recalled; estimated. Rows in cycles have the band.

{figures(budget)}
"""
