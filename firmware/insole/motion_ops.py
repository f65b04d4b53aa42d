"""Words of a motion sensor's FIFO to samples, and samples to a slot's motion: plain loops. `motion_ops_viper`
does the same in machine code."""

END = 32767
CHANNELS = 6
SAMPLES = 8  # that are stored: more than a burst brings


def take_words(burst, words, samples, newest, axes):
    """Take words of 7 bytes into a ring of samples.

    A word has the sensor in bits 3-7 of its first byte (1 rate, 2 acceleration), then three i16.
    `newest` samples have been taken before; the acceleration, which comes after the rate, completes one.
    `axes` has for each axis the channel that it goes to, then for each whether with the other sign.

    Returns:
        How many samples there are now.
    """
    at = 0
    for _ in range(words):
        sensor = burst[at] >> 3
        if sensor == 1 or sensor == 2:
            base = newest % SAMPLES * CHANNELS + (3 if sensor == 1 else 0)
            for axis in range(3):
                value = burst[at + 1 + 2 * axis] | burst[at + 2 + 2 * axis] << 8
                if value >= 0x8000:
                    value -= 0x10000
                    if value < -END:
                        value = -END  # -32768 is that of a row without motion
                samples[base + axes[axis]] = -value if axes[axis + 3] else value
            if sensor == 2:
                newest += 1
        at += 7
    return newest


def mix(samples, after, share, out, base):
    """Six channels on the line from sample `after` of the ring back to the one before it.

    `share` is 256 at the one before. The end of a range stays the end.
    """
    new = after % SAMPLES * CHANNELS
    old = (after - 1) % SAMPLES * CHANNELS
    for channel in range(CHANNELS):
        value = samples[new + channel]
        before = samples[old + channel]
        if before == END or before == -END:
            value = before
        elif value != END and value != -END:
            value += ((before - value) * share + 128) >> 8
        out[base + channel] = value
