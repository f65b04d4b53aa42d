"""Where the recordings of real people are, and small files made from them."""

import gzip
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SHARED = Path(os.environ.get("PLANTIGRADE_SHARED_DATA", ROOT / ".." / "shared" / "data"))

needs_recordings = pytest.mark.skipif(
    not SHARED.is_dir(),
    reason="the recordings are not here (../shared/data or PLANTIGRADE_SHARED_DATA)",
)

VENDOR = {
    "fscan": "fscan_testL.asf.gz",
    "pedar": "pedar_example.asc.gz",
    "stappone": "stappone_example.csv.gz",
    "xsensor": "xsensor_data.csv.gz",
}


def vendor(name: str) -> Path:
    """The example of one vendor."""
    return SHARED / "vendor_exports" / VENDOR[name]


def head_of(path: Path, size: int) -> bytes:
    """The first bytes of a gzipped text, cut at a line end."""
    with gzip.open(path) as stream:
        block = stream.read(size)
    return block[: block.rindex(b"\n") + 1]
