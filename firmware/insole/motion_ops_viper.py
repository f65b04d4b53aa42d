# ruff: noqa: F821
"""The loops of `motion_ops` as machine code, for MicroPython only."""

import micropython


@micropython.viper
def take_words(burst: ptr8, words: int, samples: ptr16, newest: int, axes: ptr8) -> int:
    at = 0
    word = 0
    while word < words:
        sensor = burst[at] >> 3
        if sensor == 1 or sensor == 2:
            base = (newest & 7) * 6
            if sensor == 1:
                base += 3
            axis = 0
            while axis < 3:
                value = burst[at + 1 + 2 * axis] | burst[at + 2 + 2 * axis] << 8
                if value >= 0x8000:
                    value -= 0x10000
                    if value < -32767:
                        value = -32767
                if axes[axis + 3]:
                    value = 0 - value
                samples[base + axes[axis]] = value
                axis += 1
            if sensor == 2:
                newest += 1
        at += 7
        word += 1
    return newest


@micropython.viper
def mix(samples: ptr16, after: int, share: int, out: ptr16, base: int):
    new = (after & 7) * 6
    old = ((after - 1) & 7) * 6
    channel = 0
    while channel < 6:
        value = samples[new + channel]
        if value >= 0x8000:
            value -= 0x10000
        before = samples[old + channel]
        if before >= 0x8000:
            before -= 0x10000
        if before == 32767 or before == -32767:
            value = before
        elif value != 32767 and value != -32767:
            value += ((before - value) * share + 128) >> 8
        out[base + channel] = value
        channel += 1
