"""The ranges of the IMU's channels in bits 12 to 15 of a record's status (PROTOCOL.md section 1.1).

All bits clear are 4 g and 2000 degrees/s, as all records had them before there were these bits.
"""

ACCELERATION_SHIFT = 12
RATE_SHIFT = 14
ACCELERATION_RANGES_G = (4, 2, 8, 16)
RATE_RANGES_DEG_S = (2000, 1000, 500, 250)


def status_of(acceleration_g: int, rate_deg_s: int) -> int:
    """The bits of these ranges.

    >>> hex(status_of(16, 2000)), hex(status_of(4, 2000))
    ('0x3000', '0x0')
    """
    acceleration = ACCELERATION_RANGES_G.index(acceleration_g)
    return acceleration << ACCELERATION_SHIFT | RATE_RANGES_DEG_S.index(rate_deg_s) << RATE_SHIFT


def read_status(status: int) -> "tuple[int, int]":
    """Ranges of acceleration in g and of angular rate in degrees/s.

    >>> read_status(0x3001), read_status(0x8441)
    ((16, 2000), (4, 500))
    """
    return (
        ACCELERATION_RANGES_G[status >> ACCELERATION_SHIFT & 3],
        RATE_RANGES_DEG_S[status >> RATE_SHIFT & 3],
    )
