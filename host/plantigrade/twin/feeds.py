"""From forces under two feet to what the converters of two insoles read."""

from pathlib import Path

from plantigrade.twin.body.feed import write_feed, write_motion_feed
from plantigrade.twin.body.motion import WalkMotion
from plantigrade.twin.body.walk import ForceWalk
from plantigrade.twin.electrical import FrontEnd
from plantigrade.twin.motion_sensor import FEED_HZ, chip_counts

SIDES = ("left", "right")
SEEDS = {"left": 11, "right": 12}
"""No two sensors are alike; the seeds make every run the same two insoles."""


def write_feeds(walk: ForceWalk, folder: Path) -> dict[str, Path]:
    """Pass the forces through each insole's front end into a feed file; the files by side.

    Raises:
        FileError: a file cannot be written.
    """
    feeds: dict[str, Path] = {}
    for side, forces in zip(SIDES, (walk.left, walk.right), strict=True):
        feeds[side] = folder / f"{side}-feed.bin"
        write_feed(feeds[side], FrontEnd(SEEDS[side]).counts(forces, walk.rate_hz), walk.rate_hz)
    return feeds


def write_motion_feeds(moved: WalkMotion, folder: Path) -> dict[str, Path]:
    """What the motion sensors of two insoles feel, in files beside those of the forces; the files by side.

    Raises:
        FileError: a file cannot be written.
    """
    feeds: dict[str, Path] = {}
    for side, foot in zip(SIDES, (moved.left, moved.right), strict=True):
        feeds[side] = folder / f"{side}-motion.bin"
        counts = chip_counts(foot.felt, moved.seconds, SEEDS[side], side == "left")
        write_motion_feed(feeds[side], counts, FEED_HZ)
    return feeds
