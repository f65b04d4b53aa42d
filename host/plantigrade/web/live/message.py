"""The message of live frames, byte by byte: docs/reference/live-messages.md describes the same.

Little-endian; one message is one frame of both feet, 136 bytes. A page that meets another version shows
nothing and says that it must be loaded again.
"""

import math
import struct
from dataclasses import dataclass
from typing import Final

from insole_protocol.layout import SENSOR_COUNT

from plantigrade.errors import PlantigradeError
from plantigrade.gait.signals import Foot
from plantigrade.service.live_frames.foot import FootNow, FootState
from plantigrade.service.live_frames.frames import Frame

VERSION: Final = 1
KIND_FRAME: Final = 1
KIND_DRAWN: Final = 2
NO_AGE: Final = 0xFFFFFFFF
_HEAD: Final = struct.Struct("<BBHId")
_FOOT: Final = struct.Struct("<BBHIdfff16H")
_DRAWN: Final = struct.Struct("<BBHI")
FRAME_BYTES: Final = _HEAD.size + len(Foot) * _FOOT.size
DRAWN_BYTES: Final = _DRAWN.size
_PER_N: Final = 10
"""Forces are told in tenths of a newton."""
_MOST: Final = 0xFFFF
_NONE: Final = float("nan")


class MessageError(PlantigradeError):
    """This is no message of live frames."""


@dataclass(frozen=True)
class FootMessage:
    """One foot of a message.

    Attributes:
        state: what is known.
        age_ms: of the sample; None before the first.
        sample_utc_ms: its time; 0 before the first.
        total_n: force of the foot.
        cop: x and y, shares of the insole; None while hardly loaded.
        force_n: of each sensor, to 0.1 N.
    """

    state: FootState
    age_ms: int | None
    sample_utc_ms: float
    total_n: float
    cop: tuple[float, float] | None
    force_n: tuple[float, ...]


@dataclass(frozen=True)
class FrameMessage:
    """A message.

    Attributes:
        number: grows by one with each frame of a pair; wraps at 2**32.
        utc_ms: of the moment at which it was made.
        left, right: the feet.
    """

    number: int
    utc_ms: float
    left: FootMessage
    right: FootMessage


def encode(number: int, frame: Frame) -> bytes:
    """A frame as bytes.

    Example:
        >>> message = encode(7, Frame(1_500_000_000, {foot: FootNow() for foot in Foot}))
        >>> len(message), decode(message).number, decode(message).left.state.name
        (136, 7, 'NOTHING')
    """
    head = _HEAD.pack(VERSION, KIND_FRAME, 0, number & 0xFFFFFFFF, frame.utc_ns / 1e6)
    return head + b"".join(_foot(frame.feet.get(foot, FootNow())) for foot in Foot)


def _foot(foot: FootNow) -> bytes:
    age = NO_AGE if foot.age_s is None else min(round(foot.age_s * 1e3), NO_AGE - 1)
    at_ms = 0.0 if foot.sample_utc_ns is None else foot.sample_utc_ns / 1e6
    x, y = (_NONE, _NONE) if foot.cop is None else foot.cop
    tenths = [min(max(round(force * _PER_N), 0), _MOST) for force in foot.force_n.tolist()]
    return _FOOT.pack(foot.state, SENSOR_COUNT, 0, age, at_ms, foot.total_n, x, y, *tenths)


def decode(message: bytes) -> FrameMessage:
    """The frame in a message; what the page's script does as well, for tests and other programs.

    Raises:
        MessageError: it is of another version or kind, or not as long as one.
    """
    if len(message) != FRAME_BYTES:
        raise MessageError(f"a frame has {FRAME_BYTES} bytes, not {len(message)}")
    version, kind, _, number, utc_ms = _HEAD.unpack_from(message)
    if (version, kind) != (VERSION, KIND_FRAME):
        raise MessageError(f"version {version}, kind {kind} is not known here")
    left, right = (_foot_of(message, _HEAD.size + place * _FOOT.size) for place in range(len(Foot)))
    return FrameMessage(number, utc_ms, left, right)


def _foot_of(message: bytes, at: int) -> FootMessage:
    state, _, _, age, at_ms, total, x, y, *tenths = _FOOT.unpack_from(message, at)
    try:
        known = FootState(state)
    except ValueError:
        raise MessageError(f"a foot is in state {state}, which is not known here") from None
    cop = None if math.isnan(x) or math.isnan(y) else (x, y)
    force = tuple(value / _PER_N for value in tenths)
    return FootMessage(known, None if age == NO_AGE else age, at_ms, total, cop, force)


def drawn(message: bytes) -> int | None:
    """The number of the frame that a browser says it has drawn; None for anything else that it sends.

    Example:
        >>> drawn(_DRAWN.pack(VERSION, KIND_DRAWN, 0, 9)), drawn(b"hello"), drawn(b"")
        (9, None, None)
    """
    if len(message) != DRAWN_BYTES:
        return None
    version, kind, _, number = _DRAWN.unpack(message)
    return number if (version, kind) == (VERSION, KIND_DRAWN) else None


def say_drawn(number: int) -> bytes:
    """What a browser sends when it has drawn a frame."""
    return _DRAWN.pack(VERSION, KIND_DRAWN, 0, number & 0xFFFFFFFF)
