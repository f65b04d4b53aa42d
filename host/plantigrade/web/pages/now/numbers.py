"""Pressure at each sensor as a table: the text twin of the map, and what is there without JavaScript."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from insole_protocol.layout import REGIONS, SENSOR_NAMES

from plantigrade.array_types import F64
from plantigrade.gait.signals import Foot
from plantigrade.service.live_frames.foot import FootNow, FootState
from plantigrade.service.live_frames.frames import Frame
from plantigrade.web.feet.geometry import CONTACT_KPA, insole_map
from plantigrade.web.formats import Formats

KPA_PER_N_CM2: Final = 10.0


@dataclass(frozen=True)
class Row:
    """A place: pressures as text, and whether each is its foot's highest."""

    index: int
    place: str
    left: str
    right: str
    left_most: bool
    right_most: bool


@dataclass(frozen=True)
class Numbers:
    """The table.

    Attributes:
        rows: from the toes to the heel.
        totals: force of the left and of the right foot, as text.
        sentence: the same as text.
        at_utc_ns: of the newest sample; None where nothing has come.
    """

    rows: tuple[Row, ...]
    totals: tuple[str, str]
    sentence: str
    at_utc_ns: int | None


def numbers_of(frame: Frame | None, shoe_size_eu: float | None, formats: Formats) -> Numbers:
    """The table of a moment; what is not known is said, never written as 0.

    Args:
        frame: both feet; None where the service does not run.
        shoe_size_eu: of the wearer; areas of the nominal size where it is not known.
        formats: of the reader.
    """
    feet = {foot: FootNow() if frame is None else frame.feet[foot] for foot in Foot}
    area = insole_map(shoe_size_eu).area_cm2
    kpa: dict[Foot, F64] = {
        foot: KPA_PER_N_CM2 * now.force_n.astype(np.float64) / area
        for foot, now in feet.items()
        if now.state is FootState.LIVE
    }
    most = {foot: int(np.argmax(values)) for foot, values in kpa.items() if values.max() >= CONTACT_KPA}

    def text(foot: Foot, index: int) -> str:
        return formats.number(float(kpa[foot][index])) if foot in kpa else formats.unknown

    rows = tuple(
        Row(
            index,
            formats.words(f"now.sensor.{SENSOR_NAMES[index]}"),
            text(Foot.LEFT, index),
            text(Foot.RIGHT, index),
            most.get(Foot.LEFT) == index,
            most.get(Foot.RIGHT) == index,
        )
        for index in reversed(range(len(SENSOR_NAMES)))
    )
    left, right = (
        formats.quantity(feet[foot].total_n, "N") if foot in kpa else formats.unknown for foot in Foot
    )
    times = [now.sample_utc_ns for now in feet.values() if now.sample_utc_ns is not None]
    sentences = [_of_foot(foot, feet[foot], kpa.get(foot), formats) for foot in Foot]
    words = " ".join([*sentences, _share(feet, formats)]).strip()
    return Numbers(rows, (left, right), words, max(times, default=None))


def _of_foot(foot: Foot, now: FootNow, kpa: F64 | None, formats: Formats) -> str:
    words = formats.words
    name = words(f"now.live.{foot.value}")
    if now.state is FootState.NOT_WORN:
        return words("now.live.is-not-worn", foot=name)
    if kpa is None:
        return words("now.live.unknown", foot=name)
    most = int(np.argmax(kpa))
    if kpa[most] < CONTACT_KPA:
        return words("now.live.unloaded", foot=name)
    region = words(f"now.live.region-{REGIONS[most]}")
    return words("now.live.carries", foot=name, region=region, kpa=formats.number(float(kpa[most])))


def _share(feet: dict[Foot, FootNow], formats: Formats) -> str:
    left, right = feet[Foot.LEFT], feet[Foot.RIGHT]
    if left.state is not FootState.LIVE or right.state is not FootState.LIVE:
        return formats.words("now.live.share-unknown")
    total = left.total_n + right.total_n
    if total <= 0:
        return ""
    return formats.words("now.live.share", percent=formats.number(100 * left.total_n / total))
