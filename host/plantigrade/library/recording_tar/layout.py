"""Names in the tar; docs/reference/parcels.md."""

import re
from typing import Final

from plantigrade.library.recordings.container import MANIFEST_FILE

KEYS_NAME: Final = "file-keys.json"
KEYS_SCHEMA: Final = "plantigrade.file-keys/1"
FEET: Final = ("left", "right", "unset")
NAMES: Final = (MANIFEST_FILE, KEYS_NAME, *(f"{foot}.parquet" for foot in FEET))
MOST_JSON_BYTES: Final = 64 << 20
"""Of the manifest, which lists every gap: a week of a failing link has 10 MB."""
RECORDING_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
"""What may become the name of a folder."""
