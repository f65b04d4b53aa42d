# Generated from hardware/layout.toml by tools/generate_layout.py: do not edit.
"""Where the sensors lie: index, name, region, place.

x: 0 medial edge to 1000 lateral edge; y: 0 heel end to 1000 toe end, both in thousandths of the insole.
"""

from insole_protocol.layout_id import LAYOUT_ID, SENSOR_COUNT

__all__ = [
    "EU_SIZES",
    "LAYOUT_ID",
    "LAYOUT_NAME",
    "LENGTH_UM_PER_EU_SIZE",
    "REGIONS",
    "SENSOR_COUNT",
    "SENSOR_NAMES",
    "WIDTH_PERMILLE",
    "X_PERMILLE",
    "Y_PERMILLE",
]

LAYOUT_NAME = "plantigrade-16-v1"
SENSOR_NAMES = (
    "heel_posterior",
    "heel_medial",
    "heel_lateral",
    "heel_anterior",
    "midfoot_medial_proximal",
    "midfoot_lateral_proximal",
    "midfoot_medial_distal",
    "midfoot_lateral_distal",
    "mth1",
    "mth2",
    "mth3",
    "mth4",
    "mth5",
    "hallux",
    "toes_2_3",
    "toes_4_5",
)
REGIONS = (
    "heel",
    "heel",
    "heel",
    "heel",
    "midfoot",
    "midfoot",
    "midfoot",
    "midfoot",
    "forefoot",
    "forefoot",
    "forefoot",
    "forefoot",
    "forefoot",
    "toes",
    "toes",
    "toes",
)
X_PERMILLE = (620, 440, 800, 620, 420, 800, 360, 800, 160, 350, 520, 700, 880, 170, 420, 700)
Y_PERMILLE = (70, 160, 160, 250, 380, 370, 540, 520, 720, 750, 730, 700, 650, 900, 890, 850)
# Insole length of EU size s in micrometres: s * LENGTH_UM_PER_EU_SIZE; width: WIDTH_PERMILLE of the length.
LENGTH_UM_PER_EU_SIZE = 6667
WIDTH_PERMILLE = 360
EU_SIZES = (36, 48)
