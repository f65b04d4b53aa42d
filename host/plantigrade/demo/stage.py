"""The stage of the demo: a walk, two virtual insoles that it is played to, and the radio between them and
us.
"""

import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from plantigrade.errors import MissingPartError
from plantigrade.link.base import LinkError
from plantigrade.link.discovery import Radio, Sighting, scan
from plantigrade.twin.body.feed import write_feed
from plantigrade.twin.body.walk import ForceWalk, load_walk
from plantigrade.twin.electrical import FrontEnd

try:
    from plantigrade.twin import central
    from plantigrade.twin.bleak_backend import backend_for
    from plantigrade.twin.pair import VirtualPair
    from plantigrade.twin.radio.conditions import RadioConditions
except ModuleNotFoundError as error:
    raise MissingPartError("the demo", "twin", error.name or "bumble") from error

SIDES = ("left", "right")
SEEDS = {"left": 11, "right": 12}
"""Each sensor differs from its neighbour; the seeds make every run the same two insoles."""
DRIFT_PPM = {"left": 37.0, "right": -23.0}
"""What two quartz oscillators of the usual 50 ppm might do."""
SCAN_S = 20.0


@dataclass(frozen=True)
class Stage:
    """Everything that runs while the demo runs; `feeds` are what the sensors measure, by side."""

    walk: ForceWalk
    pair: VirtualPair
    radio: Radio
    sightings: dict[str, Sighting]
    feeds: dict[str, Path]


@asynccontextmanager
async def stage(source: Path | None, interval_ms: float) -> AsyncGenerator[Stage]:
    """Read the walk, start both insoles and the radio, find the insoles; all of it ends with the context.

    Args:
        source: a record of gaitpdb; None for the bundled walk.
        interval_ms: connection interval of the virtual radio.

    Raises:
        FileError: the source cannot be read.
        LinkError: an insole was not found.
    """
    walk = load_walk(source)
    with tempfile.TemporaryDirectory(prefix="plantigrade-demo-") as folder:
        feeds = {side: Path(folder) / f"{side}.bin" for side in SIDES}
        for side, forces in zip(SIDES, (walk.left, walk.right), strict=True):
            write_feed(feeds[side], FrontEnd(SEEDS[side]).counts(forces, walk.rate_hz), walk.rate_hz)
        conditions = RadioConditions(interval_ms=interval_ms)
        async with VirtualPair(feeds["left"], feeds["right"], conditions, drift_ppm=DRIFT_PPM) as pair:
            radio = Radio(*backend_for(pair.radio), virtual=True)
            # Held open so that scanning and both connections share one host, whoever comes and goes.
            async with central.using(central.central_at(pair.radio)):
                yield Stage(walk, pair, radio, await _find_both(pair, radio), feeds)


async def _find_both(pair: VirtualPair, radio: Radio) -> dict[str, Sighting]:
    addresses = {board.spec.radio_address: side for side, board in pair.boards.items()}
    console_output = {side: bytearray() for side in SIDES}
    for side, board in pair.boards.items():
        board.serial.listen(console_output[side].extend)
    found = await scan(SCAN_S, radio, lambda seen: addresses.keys() <= seen.keys())
    for address, side in addresses.items():
        if address not in found:
            last = _last_error_line(console_output[side])
            raise LinkError(f"the virtual {side} insole did not advertise within {SCAN_S:g} s{last}")
    return {side: found[address] for address, side in addresses.items()}


def _last_error_line(console: bytearray) -> str:
    """The error that firmware left on its console, if it did."""
    lines = [line.strip() for line in console.decode("utf-8", "replace").splitlines()]
    return next((f"; its console shows: {line}" for line in reversed(lines) if "Error" in line), "")
