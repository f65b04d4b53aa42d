"""Says for each image in a file whether the virtual chip would choose it: `check_images.py FILE BYTES`.

The images follow one another, each in a place of BYTES bytes, whole blocks.
"""

import chip  # noqa: F401 - first: puts its time in place
import sys

from sim.chip import app_image, flash

path, size = sys.argv[1], int(sys.argv[2])
file = open(path, "r+b")  # noqa: SIM115 - until the end
places = file.seek(0, 2) // size
for place in range(places):
    device = flash.Flash(file, size // flash.BLOCK, place * size // flash.BLOCK)
    print(place, "valid" if app_image.is_valid(device) else "refused")
