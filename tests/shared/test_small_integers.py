"""The loops of the encoder keep every value below 30 bits: a greater one is an object on the chip.

Computers have 64-bit small integers and would not notice, so the loops run here on integers that do.
"""

from array import array

import pytest
from insole_protocol import block, kernels
from insole_protocol.codec import Encoder

LIMIT = 1 << 30


class Small(int):
    """An integer that must stay small through all arithmetic of the loops."""

    def __new__(cls, value):
        assert -LIMIT <= int(value) < LIMIT, f"{int(value)} needs more than 30 bits"
        return super().__new__(cls, value)


def _checked(name):
    plain = getattr(int, name)
    return lambda self, other: Small(plain(self, other))


for _name in ("add", "sub", "and", "or", "xor", "lshift", "rshift"):
    setattr(Small, f"__{_name}__", _checked(f"__{_name}__"))
    setattr(Small, f"__r{_name}__", _checked(f"__r{_name}__"))


class Cells(list):
    """A list whose items are Small, in the place of the arrays."""

    def __init__(self, values):
        super().__init__(Small(value) for value in values)

    def __setitem__(self, index, value):
        super().__setitem__(index, Small(value))


class Loops:
    """The kernels with every array replaced."""

    @staticmethod
    def _cells(arguments):
        return [Cells(a) if isinstance(a, (array, bytearray)) else a for a in arguments]

    def __getattr__(self, name):
        kernel = getattr(kernels, name)

        def run(*arguments):
            cells = self._cells(arguments)
            kernel(*cells)
            for given, changed in zip(arguments, cells, strict=True):
                for index, value in enumerate(changed):
                    if given[index] != value:
                        given[index] = value & 255 if isinstance(given, bytearray) else value

        return run


def test_the_checked_integers_do_check():
    with pytest.raises(AssertionError, match="30 bits"):
        Small(1) << 30
    with pytest.raises(AssertionError, match="30 bits"):
        1 << Small(30)
    with pytest.raises(AssertionError, match="30 bits"):
        Small(LIMIT - 1) + 1


@pytest.mark.parametrize("imu", [False, True])
@pytest.mark.parametrize("pattern", ["extremes", "one great step", "noise"])
def test_no_intermediate_value_of_the_encoder_is_large(imu, pattern):
    rows = block.MAX_FRAMES_IMU if imu else block.MAX_FRAMES
    choose = {
        "extremes": lambda row: row % 2,
        "one great step": lambda row: row >= rows // 2,
        "noise": lambda row: 0,
    }[pattern]
    frames, motion = array("H"), array("h")
    for row in range(rows):
        high = choose(row)
        frames.extend([4095 * high if pattern != "noise" else 330 + row * 7 % 3] * 16)
        motion.extend([32767 if high else -32768] * 6)
    made = []
    for loops in (Loops(), kernels):
        out = bytearray(block.MAX_BYTES)
        encoder = Encoder(rows, imu, loops)
        n = encoder.encode(
            out, frames, 3, rows, 2**32 - 70, 2**61, 65535, 65535, 1, 1, 65535, motion if imu else None
        )
        made.append(bytes(out[:n]))
    assert made[0] == made[1]
