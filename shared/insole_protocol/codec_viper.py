# Generated from kernels.py by tools/make_viper.py: do not edit.
# pyright: basic, reportMissingImports=false, reportMissingModuleSource=false, reportUndefinedVariable=false
# ruff: noqa: F821, PLR0915
"""The encoder's inner loops as machine code, for MicroPython only; `kernels` says what each does."""

import micropython


@micropython.viper
def plan(source: ptr16, ks: ptr8, p: ptr32):
    end = p[1]
    width = p[2]
    count = p[3]
    flip = p[4]
    at = p[8]
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
                value = (source[index] & 65535) ^ flip
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
    p[8] = at
    p[9] = low
    p[10] = unary
    p[11] = whole_low
    p[12] = whole_unary
    p[19] = whole_at


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


@micropython.viper
def pack(out: ptr8, source: ptr16, p: ptr32):
    end = p[1]
    width = p[2]
    count = p[3]
    at = p[5]
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


@micropython.viper
def copy(out: ptr8, source: ptr16, p: ptr32):
    end = p[1]
    width = p[2]
    count = p[3]
    at = p[5]
    skip = p[6] - width - width
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
def nibbles(out: ptr8, ks: ptr8, p: ptr32):
    at = p[5]
    index = p[8]
    end = index + p[2]
    while index < end:
        out[at] = ks[index] | (ks[index + 1] << 4)
        at += 1
        index += 2


@micropython.viper
def checksum(out: ptr8, low_table: ptr16, high_table: ptr16, p: ptr32):
    end = p[5]
    low = 0xFFFF
    high = 0xFFFF
    at = 0
    while at < end:
        i = (low ^ out[at]) & 255
        low = ((low >> 8) | ((high & 255) << 8)) ^ low_table[i]
        high = (high >> 8) ^ high_table[i]
        at += 1
    out[at] = (low & 255) ^ 255
    out[at + 1] = (low >> 8) ^ 255
    out[at + 2] = (high & 255) ^ 255
    out[at + 3] = (high >> 8) ^ 255
