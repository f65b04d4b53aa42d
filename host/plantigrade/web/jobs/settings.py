"""How much may be asked of this computer beside its insoles: every figure with its reason."""

from typing import Final

MOST_AT_ONCE: Final = 2
"""Jobs of all accounts that run at the same time: the insoles and the pages keep the other cores."""
MOST_WAITING: Final = 3
"""Jobs of one account that are not done; one of them runs (OWASP ASVS 5.0, 2.4.1)."""
MOST_AN_HOUR: Final = 40
"""Jobs of one account: a clinician who takes along every recording of a morning stays below it."""
KEEP_S: Final = 900.0
"""How long a file waits to be downloaded: health data should not lie about unencrypted for longer."""
PATIENCE_S: Final = 8.0
"""How long a page waits for a short job before it shows progress instead: below the 10 s after which people
leave (Nielsen 1993)."""
PROGRESS_EVERY_S: Final = 0.25
"""Between two notes of progress: more often nobody looks."""
MOST_UPLOAD_BYTES: Final = 200 << 20
"""Of a request that brings a recording: four hours of two feet as text."""
MOST_UNPACKED_BYTES: Final = 1 << 30
"""Of what an uploaded file holds once it is unpacked: text packs five to one, a bomb a thousand to one."""
