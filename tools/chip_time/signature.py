"""How long an insole takes to check the signature of an update: RSA-3072 in MicroPython's own big integers.

    python -m tools.chip_time.signature

`pow(signature, 65537, modulus)` multiplies, and divides with remainder, for each bit of the exponent and once
more for each bit that is set (MicroPython, py/mpz.c, mpz_pow3_inpl). Both work as on paper: a step for each
pair of digits. A digit has 32 bits on the development computer and 16 on the chip, which so has four times
the steps. The chip's cycles for a step are reckoned in two ways: the least by the instructions of the inner
loop, the most by what the benchmarks of the interpreter make of the time that a step takes here.
"""

import sys
from dataclasses import dataclass
from typing import Final

from tools.chip_time.model import Figures, load_figures

KEY_BITS: Final = 3072
EXPONENT: Final = 65537
CLOCKS_MHZ: Final = {"safe mode, in which updates come": 80, "daily and live": 160, "the chip's fastest": 240}


@dataclass(frozen=True)
class Steps:
    """Pairs of digits in one check; attributes: `multiply`, `divide`."""

    multiply: int
    divide: int


def steps(digit_bits: int) -> Steps:
    """Steps with digits of so many bits.

    >>> steps(16).multiply
    626880
    """
    digits = -(-KEY_BITS // digit_bits)
    products = multiply = 0
    by_one = True  # the first product is by 1, which has one digit
    exponent = EXPONENT
    while exponent:
        if exponent & 1:
            products += 0 if by_one else 1
            multiply += digits if by_one else digits * digits
            by_one = False
        exponent >>= 1
        if exponent:
            products += 1
            multiply += digits * digits
    return Steps(multiply, products * digits * (digits + 1))


def cycles(figures: Figures) -> tuple[float, float]:
    """Cycles of the ESP32-S3 for one check: the least by the loop's instructions, the most by benchmarks, at
    the upper end of the band."""
    row = figures.data["digit_steps"]
    chip = steps(row["bits_on_the_chip"])
    least = (chip.multiply + chip.divide) * figures.cost("digit_step").cycles
    here_ns = chip.multiply * row["multiply_ns"] + chip.divide * row["divide_ns"]
    return least, here_ns * figures.cycles_per_ns * (1 + figures.band)


def table(figures: Figures) -> str:
    """Seconds by the processor's clock."""
    least, most = cycles(figures)
    lines = ["| mode | MHz | least, ms | most, ms |", "|---|---|---|---|"]
    lines += [
        f"| {mode} | {mhz} | {least / mhz / 1000:.0f} | {most / mhz / 1000:.0f} |"
        for mode, mhz in CLOCKS_MHZ.items()
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(load_figures()))
    sys.exit(0)
