"""Kinds of tables that are fuzzed."""

from collections.abc import Mapping
from typing import Final

from tools.fuzz_tables import described, grids, makers
from tools.fuzz_tables.judge import Draw, plain, spaced

KINDS: Final[Mapping[str, Draw]] = {
    draw.__name__: draw
    for draw in (
        plain,
        spaced,
        makers.moticon,
        makers.loadsol,
        makers.pedar,
        makers.pliance,
        makers.gaitpdb,
        makers.stappone,
        grids.emed,
        grids.fscan,
        grids.xsensor,
        described.described,
    )
}
"""By name; all but the first two and the last are of makers."""
