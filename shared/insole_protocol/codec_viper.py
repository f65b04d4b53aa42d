# Generated from kernels.py by tools/make_viper.py: do not edit.
# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportUndefinedVariable=false
# ruff: noqa: F821, PLR0915
"""The encoder's inner loops as machine code, for MicroPython only; `kernels` says what each does."""

import micropython


@micropython.viper
def begin(out: ptr8, header: ptr16):
    at = 0
    while at < 26:
        half = header[at >> 1]
        out[at] = half & 255
        out[at + 1] = half >> 8
        at += 2


@micropython.viper
def plan(source: ptr16, ks: ptr8, p: ptr32):
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
        last = source[index] ^ flip
        left = count - 1
        total = 0
        k = 0
        while left > 0:
            n = 8
            if left < 8:
                n = left
            left -= n
            residuals = 0
            i = n
            while i > 0:
                index += width
                if index >= end:
                    index -= end
                value = source[index] ^ flip
                d = value - last
                last = value
                residuals += (d << 1) ^ (d >> 24)
                i -= 1
            k = 0
            limit = n << 1
            while residuals > limit and k < 14:
                limit <<= 1
                k += 1
            ks[at] = k
            at += 1
            low += n * k
            unary += n + (residuals >> k)
            total += residuals
        if count - 1 > 8:  # else there was one run, and its parameter is that of all
            k = 0
            limit = (count - 1) << 1
            while total > limit and k < 14:
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


@micropython.viper
def choose(p: ptr32):
    row = p[6]
    runs = (p[23] >> 1) + ((p[9] + 7) >> 3) + ((p[10] + 7) >> 3) + row
    whole = ((p[19] - 176) >> 1) + ((p[11] + 7) >> 3) + ((p[12] + 7) >> 3) + row
    p[20] = 1
    p[21] = 1
    p[7] = 8
    p[8] = 0
    p[22] = p[23]
    p[16] = p[9]
    if whole <= runs:
        runs = whole
        p[20] = 2
        p[7] = 64
        p[8] = 176
        p[22] = p[19] - 176
        p[16] = p[11]
    if runs >= row * p[3]:
        p[20] = 0
        p[21] = p[3]
    p[9] = p[10] = p[11] = p[12] = p[23] = 0
    p[19] = 176


@micropython.viper
def rice(out: ptr8, source: ptr16, ks: ptr8, p: ptr32):
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
        last = source[index] ^ flip
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
                value = source[index] ^ flip
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


@micropython.viper
def finish(out: ptr8, p: ptr32):
    if p[14]:
        out[p[13]] = p[15]
    p[5] = p[16]
    if p[17]:
        out[p[5]] = p[18]
        p[5] += 1


@micropython.viper
def head(out: ptr8, source: ptr16, ks: ptr8, p: ptr32):
    end = p[1]
    width = p[2]
    count = p[21]
    at = 26
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
    if p[20] == 0:
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


@micropython.viper
def copy(out: ptr8, source: ptr16, p: ptr32):
    end = p[1]
    width = p[2]
    count = p[21]
    skip = p[6] - width - width
    at = 26 + skip
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


@micropython.viper
def checksum(out: ptr8, tables: ptr16, p: ptr32):
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
