"""The code of a sealed record that says in which ranges its motion was measured (PROTOCOL.md section 1.5).

Range of acceleration in bits 0-2, of angular rate in bits 3-5; bit 15 says that there is motion.
"""

NO_MOTION_CODE = 0
ACCELERATION_RANGES_G = (2, 4, 8, 16)
RATE_RANGES_DEG_S = (125, 250, 500, 1000, 2000)
HAS_MOTION = 0x8000
_UNUSED = 0x7FC0


def motion_code(acceleration_g: int, rate_deg_s: int) -> int:
    """The code of a sensor's ranges at one sample a slot.

    >>> hex(motion_code(4, 2000)), read_motion_code(motion_code(4, 2000))
    ('0x8021', (4, 2000))
    """
    return HAS_MOTION | ACCELERATION_RANGES_G.index(acceleration_g) | RATE_RANGES_DEG_S.index(rate_deg_s) << 3


def read_motion_code(code: int) -> "tuple[int, int] | None":
    """Ranges of acceleration in g and of angular rate in degrees/s; None where there is no motion.

    Raises:
        ValueError: a code that this reader does not know.
    """
    if not code & HAS_MOTION:
        return None
    g, rate = code & 7, code >> 3 & 7
    if code & _UNUSED or g >= len(ACCELERATION_RANGES_G) or rate >= len(RATE_RANGES_DEG_S):
        raise ValueError("motion code 0x%04x" % code)
    return ACCELERATION_RANGES_G[g], RATE_RANGES_DEG_S[rate]
