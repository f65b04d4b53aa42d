"""The encoder's inner loops in plain Python: what `codec_viper` is generated from (tools/make_viper.py).

Written in the common ground of MicroPython's bytecode and viper: integers stay under 30 bits, names are
local, nothing is allocated. A kernel takes its scalars from `p` (array('I')) because a viper function has at
most four arguments.

Slots of `p`, set by the caller: 0 index of the first sample of the first row in the source ring, 1 samples
in the ring, 2 channels of a row, 3 rows to encode, 4 sign flip (0x8000 turns i16 into offset binary, 0 leaves
counts as they are), 6 bytes of a packed row.

What `plan` adds up and `choose` clears: 9 low bits with runs, 10 unary bits at most with runs, 11 and 12 the
same with one parameter for all, 23 index in `ks` with runs, 19 for all.

What `choose` and the writing kernels hand on: 5 end of what is written, 7 residuals under one parameter (8 or
64), 8 index in `ks`, 20 encoding, 21 rows to write packed, 22 number of parameters; 13/14/15 index, bits held
and bits of the low section, 16/17/18 the same of the unary section (16: low bits until `head` is done).
"""

from insole_protocol.block import (
    FORCE_CHANNELS,
    HEADER_BYTES,
    IMU_CHANNELS,
    MAX_FRAMES,
    MAX_K,
    PACKED,
    RICE_RUNS,
    RICE_WHOLE,
    RUN_FRAMES,
)

WHOLE_AT = (FORCE_CHANNELS + IMU_CHANNELS) * (MAX_FRAMES // RUN_FRAMES)  # in `ks`, behind those with runs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from array import array

    Bytes = bytearray | memoryview
    Words = array[int]
    Params = array[int]


def begin(out: "Bytes", header: "Words") -> None:
    """Write the 13 halves of a header (`next_header`) at the start of `out`."""
    at = 0
    while at < HEADER_BYTES:
        half = header[at >> 1]
        out[at] = half & 255
        out[at + 1] = half >> 8
        at += 2


def plan(source: "Words", ks: "Bytes", p: "Params") -> None:  # noqa: PLR0915 (no calls inside viper)
    """Choose the Rice parameters of one ring's channels and add up what they cost."""
    end = p[1]
    width = p[2]
    count = p[3]
    flip = p[4]
    at = p[23]
    whole_at = p[19]
    low = p[9]
    unary = p[10]
    whole_low = p[11]
    whole_unary = p[12]
    channel = 0
    while channel < width:
        index = p[0] + channel
        last = (source[index] & 65535) ^ flip
        left = count - 1
        total = 0
        k = 0
        while left > 0:
            n = RUN_FRAMES
            if left < RUN_FRAMES:
                n = left
            left -= n
            residuals = 0
            i = n
            while i > 0:
                index += width
                if index >= end:
                    index -= end
                value = (source[index] & 65535) ^ flip
                d = value - last
                last = value
                residuals += (d << 1) ^ (d >> 24)
                i -= 1
            k = 0
            limit = n << 1
            while residuals > limit and k < MAX_K:
                limit <<= 1
                k += 1
            ks[at] = k
            at += 1
            low += n * k
            unary += n + (residuals >> k)
            total += residuals
        if count - 1 > RUN_FRAMES:  # else there was one run, and its parameter is that of all
            k = 0
            limit = (count - 1) << 1
            while total > limit and k < MAX_K:
                limit <<= 1
                k += 1
        ks[whole_at] = k
        whole_at += 1
        whole_low += (count - 1) * k
        whole_unary += count - 1 + (total >> k)
        channel += 1
    p[23] = at
    p[9] = low
    p[10] = unary
    p[11] = whole_low
    p[12] = whole_unary
    p[19] = whole_at


def choose(p: "Params") -> None:
    """Take the shortest encoding: packed, Rice with runs or with one parameter a channel; clear the sums."""
    row = p[6]
    runs = (p[23] >> 1) + ((p[9] + 7) >> 3) + ((p[10] + 7) >> 3) + row
    whole = ((p[19] - WHOLE_AT) >> 1) + ((p[11] + 7) >> 3) + ((p[12] + 7) >> 3) + row
    p[20] = RICE_RUNS
    p[21] = 1
    p[7] = RUN_FRAMES
    p[8] = 0
    p[22] = p[23]
    p[16] = p[9]
    if whole <= runs:
        runs = whole
        p[20] = RICE_WHOLE
        p[7] = MAX_FRAMES
        p[8] = WHOLE_AT
        p[22] = p[19] - WHOLE_AT
        p[16] = p[11]
    if runs >= row * p[3]:
        p[20] = PACKED
        p[21] = p[3]
    p[9] = p[10] = p[11] = p[12] = p[23] = 0
    p[19] = WHOLE_AT


def rice(out: "Bytes", source: "Words", ks: "Bytes", p: "Params") -> None:  # noqa: PLR0915
    """Write the residuals of one ring's channels behind what both sections hold already."""
    end = p[1]
    width = p[2]
    count = p[3]
    flip = p[4]
    run = p[7]
    at = p[8]
    low_at = p[13]
    low_bits = p[14]
    low = p[15]
    unary_at = p[16]
    unary_bits = p[17]
    unary = p[18]
    channel = 0
    while channel < width:
        index = p[0] + channel
        last = (source[index] & 65535) ^ flip
        left = count - 1
        while left > 0:
            n = run
            if left < run:
                n = left
            left -= n
            k = ks[at]
            at += 1
            mask = (1 << k) - 1
            while n > 0:
                n -= 1
                index += width
                if index >= end:
                    index -= end
                value = (source[index] & 65535) ^ flip
                d = value - last
                last = value
                d = (d << 1) ^ (d >> 24)
                if mask:
                    low |= (d & mask) << low_bits
                    low_bits += k
                    while low_bits >= 8:
                        out[low_at] = low & 255
                        low_at += 1
                        low >>= 8
                        low_bits -= 8
                unary_bits += d >> k
                while unary_bits >= 8:
                    out[unary_at] = unary
                    unary_at += 1
                    unary = 0
                    unary_bits -= 8
                unary |= 1 << unary_bits
                unary_bits += 1
        channel += 1
    p[8] = at
    p[13] = low_at
    p[14] = low_bits
    p[15] = low
    p[16] = unary_at
    p[17] = unary_bits
    p[18] = unary


def finish(out: "Bytes", p: "Params") -> None:
    """Write the last byte of both sections, which may be part filled."""
    if p[14]:
        out[p[13]] = p[15]
    p[5] = p[16]
    if p[17]:
        out[p[5]] = p[18]
        p[5] += 1


def head(out: "Bytes", source: "Words", ks: "Bytes", p: "Params") -> None:
    """Write p[21] rows as pairs of u12 in three bytes behind the header, then the Rice parameters.

    A row comes every p[6] bytes, so that motion (`copy`) fits between; parameters go two a byte, low half
    first; the sections for the residuals begin behind them.
    """
    end = p[1]
    width = p[2]
    count = p[21]
    at = HEADER_BYTES
    skip = p[6] - width - (width >> 1)
    index = p[0]
    while count > 0:
        i = width
        while i > 0:
            a = source[index]
            b = source[index + 1]
            out[at] = a & 255
            out[at + 1] = ((a >> 8) | (b << 4)) & 255
            out[at + 2] = b >> 4
            index += 2
            at += 3
            i -= 2
        if index >= end:
            index -= end
        at += skip
        count -= 1
    p[5] = at
    if p[20] == PACKED:
        return
    index = p[8]
    i = index + p[22]
    while index < i:
        out[at] = ks[index] | (ks[index + 1] << 4)
        at += 1
        index += 2
    p[13] = at
    p[14] = p[15] = p[17] = p[18] = 0
    p[16] = at + ((p[16] + 7) >> 3)


def copy(out: "Bytes", source: "Words", p: "Params") -> None:
    """Write p[21] rows as 16-bit values behind those that `head` wrote, a row every p[6] bytes."""
    end = p[1]
    width = p[2]
    count = p[21]
    skip = p[6] - width - width
    at = HEADER_BYTES + skip
    index = p[0]
    while count > 0:
        i = width
        while i > 0:
            a = source[index]
            out[at] = a & 255
            out[at + 1] = (a >> 8) & 255
            index += 1
            at += 2
            i -= 1
        if index >= end:
            index -= end
        at += skip
        count -= 1


def checksum(out: "Bytes", tables: "Words", p: "Params") -> None:
    """Write the CRC-32 of the first p[5] bytes behind them, in two halves of small integers.

    Two bytes a turn ("slicing by 2"): the first of a pair goes through the tables from 512 on.
    """
    at = 0
    low = 0xFFFF
    high = 0xFFFF
    end = p[5] - 1
    while at < end:
        low ^= out[at] | (out[at + 1] << 8)
        i = (low & 255) + 512
        j = low >> 8
        low = high ^ tables[i] ^ tables[j]
        high = tables[i + 256] ^ tables[j + 256]
        at += 2
    if at == end:
        i = (low ^ out[at]) & 255
        low = ((low >> 8) | ((high & 255) << 8)) ^ tables[i]
        high = (high >> 8) ^ tables[i + 256]
        at += 1
    out[at] = (low & 255) ^ 255
    out[at + 1] = (low >> 8) ^ 255
    out[at + 2] = (high & 255) ^ 255
    out[at + 3] = (high >> 8) ^ 255
