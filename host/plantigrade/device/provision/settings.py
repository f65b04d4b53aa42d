"""Every figure of provisioning, with its reason."""

from typing import Final

from insole_protocol.layout import EU_SIZES

SMALLEST_EU, LARGEST_EU = EU_SIZES
"""EU sizes that the sensor sheet is drawn for."""
SIZE_STEP: Final = 0.5
"""Insoles are made in half sizes at the finest."""
MOST_ROWS: Final = 1000
"""Boards in one batch; a day's work of a line is less."""
MOST_FILE_BYTES: Final = 1 << 20
"""Of a batch file: a thousand rows have less than 100 KB."""
BENCH_LOADS_N: Final = (5.0, 20.0, 50.0, 100.0)
"""Loads on each place, from the lightest up: one more than a curve has unknowns, within the usable range."""
TWIN_LOADS_N: Final = (5.0, 10.0, 20.0, 40.0, 80.0, 120.0)
SETTLE_S: Final = 0.03
"""Before a virtual sensor is read: three slots of its converter."""
HELD_S: Final = 1.0
"""How long a load is under way when it is read; the model's reference."""
READINGS: Final = 8
"""Codes behind one mean: their noise falls to a third."""
LARGEST_SPREAD_COUNTS: Final = 40
"""Between the codes of one mean: more is a load that still moves."""
LEAST_RISE_COUNTS: Final = 8
"""By which the lightest load must raise the code of its place, twice what noise does."""
PATIENCE_S: Final = 1800.0
"""How long a bench waits for a load whose person is not at a terminal: a break, not a day on which nobody
else reaches the board."""
ANSWER_POLL_S: Final = 0.05
STANDARD_GRAVITY: Final = 9.80665
"""Newtons of a kilogram, for those who have weights."""
SELF_TEST_TIMEOUT_S: Final = 20.0
CONNECT_S: Final = 4.0
"""A board that was just connected starts for 3 to 5 s before it answers (estimated; the twin 1 to 2 s)."""
READY_TIMEOUT_S: Final = 20.0
"""From a restart until HELLO: a chip takes 3 to 5 s, a busy computer's twin longer."""
LABEL_MM: Final = (30.0, 54.0)
"""The case's width and height: docs/explanation/hardware.md."""
QR_MODULE_MM: Final = 0.7
"""Side of a QR code's module: the largest that leaves a code of 29 modules its quiet zone on the label."""
CARD_MM: Final = (85.6, 54.0)
"""A bank card's size (ISO/IEC 7810 ID-1), so that it fits a purse."""
