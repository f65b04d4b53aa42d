"""What the firmware does with the rows of its sensors, compiled: stillness, steps, block records.

The inner loops of the encoder are the protocol's own, compiled here (`insole_protocol.kernels`); the rules of
`firmware/insole/recorder/rate.py`, `steps.py` and `blocks.py` are written out again, in the same integers. A
test compares every byte with what those files make of the same rows.
"""

from typing import Final

import numpy as np
from insole_protocol import block, ids, kernels
from numpy.typing import NDArray

from plantigrade.compiled import compiled

U8 = NDArray[np.uint8]
U16 = NDArray[np.uint16]
I64 = NDArray[np.int64]

CHANNELS: Final = block.FORCE_CHANNELS
CHUNK_SLOTS: Final = 80
LOOKAHEAD_SLOTS: Final = 10
SATURATED_COUNT: Final = 4090

# Places in the state of the rate governor, and of the step counter.
STILL, EMPTY, WEAR, SUM = 0, 1, 2, 3
GOVERNOR_SIZE: Final = 4
(STEPS, CADENCE, DOING, FLOOR, PEAK, LEAST, KNOWN, SLOT, ARMED, LOW_SLOTS, SINCE, STRIDES, INTERVALS,
 UNLOADED) = range(14)  # fmt: skip
COUNTER_SIZE: Final = 14

# Places among the fields of the next record.
SEQ, TIME_US, BOOT, PERIOD_US, STATUS, LOST = 0, 1, 2, 3, 4, 5
FIELD_SIZE: Final = 6

_STILL_COUNTS, _STILL_SHARE, _STILL_CHUNKS = 40, 4, 4
_LOADED_COUNTS, _NOT_WORN_COUNTS, _NOT_WORN_CHUNKS = 1600, 160, 750
_STANDING_SLOTS, _UNLOADED_SLOTS = 10, 80

_MIN_RANGE, _MIN_STRIDE_SLOTS, _MIN_SWING_SLOTS, _MAX_STRIDE_SLOTS = 1500, 45, 8, 250
_STRIDES_AVERAGED, _NOT_WORN_SLOTS, _CADENCE_NUMERATOR = 4, 30_000, 120_000

_WALKING, _STANDING = ids.WEAR_WALKING, ids.WEAR_STANDING
_UNLOADED, _NOT_WORN, _UNKNOWN = ids.WEAR_UNLOADED, ids.WEAR_NOT_WORN, ids.WEAR_UNKNOWN
_WEAR_SHIFT, _SLOTS_LOST, _SATURATED = ids.WEAR_SHIFT, ids.STATUS_SLOTS_LOST, ids.STATUS_SATURATED
_SYNC, _VERSION, _HEADER_BYTES, _CRC_BYTES = block.SYNC, block.VERSION, block.HEADER_BYTES, block.CRC_BYTES
_LAYOUT: Final = 1
_SUMS: Final = 24 * 4

_plan = compiled()(kernels.plan)
_choose = compiled()(kernels.choose)
_head = compiled()(kernels.head)
_rice = compiled()(kernels.rice)
_finish = compiled()(kernels.finish)
_checksum = compiled()(kernels.checksum)


def scratch() -> tuple[U8, I64]:
    """Parameters of the encoder's runs, and its sums, as `Encoder` begins with them."""
    channels = block.FORCE_CHANNELS + block.IMU_CHANNELS
    runs = np.zeros(channels * (block.MAX_FRAMES // block.RUN_FRAMES + 1), np.uint8)
    sums = np.zeros(_SUMS, np.int64)
    sums[2], sums[6] = block.FORCE_CHANNELS, block.PACKED_FRAME_BYTES
    sums[19] = channels * (block.MAX_FRAMES // block.RUN_FRAMES)
    return runs, sums


@compiled()
def _judge(source: U16, row: int, rest: int, governor: I64) -> int:
    """Slots a frame of the chunk that begins at `row`; 1 is the full rate."""
    rows = source.shape[0] // CHANNELS
    moves = False
    total = 0
    for channel in range(CHANNELS):
        low = 65535
        high = 0
        at = row % rows
        for _ in range(CHUNK_SLOTS + LOOKAHEAD_SLOTS):
            value = np.int64(source[at * CHANNELS + channel])
            low = min(low, value)
            high = max(high, value)
            at += 1
            if at == rows:
                at = 0
        level = high - rest
        if level > 0:
            total += level
        else:
            level = 0
        if high - low > _STILL_COUNTS + (level >> _STILL_SHARE):
            moves = True
    governor[SUM] = total
    if moves:
        governor[STILL] = governor[EMPTY] = 0
        governor[WEAR] = _WALKING if total >= _LOADED_COUNTS else _UNKNOWN
        return 1
    governor[STILL] += 1
    governor[EMPTY] = governor[EMPTY] + 1 if total < _NOT_WORN_COUNTS else 0
    if governor[STILL] < _STILL_CHUNKS:
        return 1
    if total >= _LOADED_COUNTS:
        governor[WEAR] = _STANDING
        return _STANDING_SLOTS
    governor[WEAR] = _NOT_WORN if governor[EMPTY] >= _NOT_WORN_CHUNKS else _UNLOADED
    return _UNLOADED_SLOTS


@compiled()
def count_steps(source: U16, row: int, count: int, counter: I64) -> None:
    """Feed the step counter with rows."""
    rows = source.shape[0] // CHANNELS
    for offset in range(count):
        base = (row + offset) % rows * CHANNELS
        total = 0
        for channel in range(CHANNELS):
            total += np.int64(source[base + channel])
        _follow(total, counter)


@compiled()
def _follow(total: int, counter: I64) -> None:
    if counter[FLOOR] < 0:
        counter[FLOOR] = counter[PEAK] = counter[LEAST] = total
    floor = counter[FLOOR]
    floor = total if total < floor else floor + ((total - floor) >> 10)
    counter[FLOOR] = floor
    if total > counter[PEAK]:
        counter[PEAK] = total
    else:
        counter[PEAK] -= (counter[PEAK] - floor) >> 8
    counter[SLOT] = (counter[SLOT] + 1) & 511
    if total < counter[LEAST]:
        counter[LEAST] = total
    elif counter[SLOT] == 0:
        counter[LEAST] += 1
    _contact(total, counter[PEAK] - floor, counter)
    _judge_wear(total - counter[LEAST], counter)


@compiled()
def _judge_wear(load: int, counter: I64) -> None:
    if load > _MIN_RANGE // 2:
        counter[KNOWN] = 1
        counter[UNLOADED] = 0
    elif counter[UNLOADED] < _NOT_WORN_SLOTS:
        counter[UNLOADED] += 1
    if counter[STRIDES] >= 2:
        counter[DOING] = _WALKING
    elif counter[UNLOADED] >= _NOT_WORN_SLOTS:
        counter[DOING] = _NOT_WORN
    elif counter[KNOWN] == 0:
        counter[DOING] = _UNKNOWN
    elif counter[SINCE] >= _MAX_STRIDE_SLOTS:
        counter[DOING] = _UNLOADED if counter[UNLOADED] else _STANDING


@compiled()
def _contact(total: int, load_range: int, counter: I64) -> None:
    if counter[SINCE] < _MAX_STRIDE_SLOTS:
        counter[SINCE] += 1
    elif counter[STRIDES]:
        counter[STRIDES] = counter[INTERVALS] = counter[CADENCE] = 0
    if load_range < _MIN_RANGE:
        return
    above = total - counter[FLOOR]
    if above * 4 < load_range:
        counter[LOW_SLOTS] += 1
        if counter[LOW_SLOTS] >= _MIN_SWING_SLOTS:
            counter[ARMED] = 1
    elif above * 8 >= load_range * 3:
        counter[LOW_SLOTS] = 0
        if counter[ARMED] and counter[SINCE] >= _MIN_STRIDE_SLOTS:
            counter[ARMED] = 0
            _step(counter)


@compiled()
def _step(counter: I64) -> None:
    counter[STEPS] += 1
    interval = counter[SINCE]
    counter[SINCE] = 0
    if interval >= _MAX_STRIDE_SLOTS:
        counter[STRIDES] = 1
        return
    counter[STRIDES] += 1
    if counter[STRIDES] <= _STRIDES_AVERAGED + 1:
        counter[INTERVALS] += interval
    else:
        counter[INTERVALS] += interval - counter[INTERVALS] // _STRIDES_AVERAGED
    counted = min(counter[STRIDES] - 1, _STRIDES_AVERAGED)
    counter[CADENCE] = _CADENCE_NUMERATOR * counted // counter[INTERVALS]


@compiled()
def _put(out: U8, at: int, value: int, size: int) -> None:
    for i in range(size):
        out[at + i] = (value >> (8 * i)) & 255


@compiled()
def _write(
    out: U8,
    at: int,
    source: U16,
    first: int,
    count: int,
    slots_per_frame: int,
    status: int,
    fields: I64,
    runs: U8,
    sums: I64,
    tables: I64,
) -> int:
    """One record of `count` rows from row `first` on at out[at:]; its length."""
    record = out[at:]
    sums[0] = first * CHANNELS
    sums[1] = source.shape[0]
    sums[3] = count
    _plan(source, runs, sums)
    _choose(sums)
    _head(record, source, runs, sums)
    if sums[20]:
        _rice(record, source, runs, sums)
        _finish(record, sums)
    length = sums[5] + _CRC_BYTES
    record[0] = _SYNC
    record[1] = _VERSION
    _put(record, 2, length, 2)
    _put(record, 4, fields[SEQ], 4)
    _put(record, 8, fields[TIME_US], 8)
    _put(record, 16, fields[BOOT], 2)
    _put(record, 18, fields[PERIOD_US], 2)
    record[20] = count
    record[21] = slots_per_frame
    record[22] = sums[20]
    record[23] = _LAYOUT
    _put(record, 24, status, 2)
    _checksum(record, tables, sums)
    fields[SEQ] += count * slots_per_frame
    fields[TIME_US] += count * slots_per_frame * fields[PERIOD_US]
    fields[LOST] = 0
    return length


@compiled()
def _status(source: U16, row: int, count: int, wear: int, fields: I64) -> int:
    rows = source.shape[0] // CHANNELS
    status = fields[STATUS] | wear << _WEAR_SHIFT
    if fields[LOST]:
        status |= _SLOTS_LOST
    for offset in range(count):
        base = (row + offset) % rows * CHANNELS
        for channel in range(CHANNELS):
            if source[base + channel] >= SATURATED_COUNT:
                return status | _SATURATED
    return status


@compiled()
def encode_rows(
    source: U16,
    row: int,
    count: int,
    frames: int,
    fields: I64,
    counter: I64,
    out: U8,
    places: I64,
    runs: U8,
    sums: I64,
    tables: I64,
) -> int:
    """Records of at most `frames` rows each at the full rate, behind each other in `out`.

    `places` gets (start, length, slots) of each. Returns how many records there are.
    """
    rows = source.shape[0] // CHANNELS
    at = done = number = 0
    while done < count:
        part = min(frames, count - done)
        first = (row + done) % rows
        status = _status(source, first, part, counter[DOING], fields)
        length = _write(out, at, source, first, part, 1, status, fields, runs, sums, tables)
        places[number, 0], places[number, 1], places[number, 2] = at, length, part
        number += 1
        at += length
        done += part
    return number


@compiled()
def encode_chunks(
    source: U16,
    row: int,
    chunks: int,
    fed: int,
    frames: int,
    rest: int,
    fields: I64,
    governor: I64,
    counter: I64,
    means: U16,
    out: U8,
    places: I64,
    runs: U8,
    sums: I64,
    tables: I64,
) -> int:
    """Records of chunks as in daily mode: at a reduced rate while the foot is still.

    `fed` rows of the first chunk have been through the step counter before. Results as of `encode_rows`.
    """
    rows = source.shape[0] // CHANNELS
    at = number = 0
    for chunk in range(chunks):
        first = (row + chunk * CHUNK_SLOTS) % rows
        known = fed if chunk == 0 else LOOKAHEAD_SLOTS
        count_steps(source, first + known, CHUNK_SLOTS + LOOKAHEAD_SLOTS - known, counter)
        rate = _judge(source, first, rest, governor)
        if rate == 1:
            made = encode_rows(
                source, first, CHUNK_SLOTS, frames, fields, counter, out[at:], places[number:], runs, sums,
                tables,
            )  # fmt: skip
            for i in range(number, number + made):
                places[i, 0] += at
            number += made
            at = places[number - 1, 0] + places[number - 1, 1]
            continue
        for frame in range(CHUNK_SLOTS // rate):
            for channel in range(CHANNELS):
                total = rate // 2
                for slot in range(rate):
                    place = (first + frame * rate + slot) % rows
                    total += np.int64(source[place * CHANNELS + channel])
                means[frame * CHANNELS + channel] = total // rate
        status = _status(source, first, CHUNK_SLOTS, governor[WEAR], fields)
        length = _write(out, at, means, 0, CHUNK_SLOTS // rate, rate, status, fields, runs, sums, tables)
        places[number, 0], places[number, 1], places[number, 2] = at, length, CHUNK_SLOTS
        number += 1
        at += length
    return number
