"""What the supervisor tells a virtual board at power-on: `board.json` in the board's folder.

The file descriptors are pipes of the supervisor: `wake` ends the main thread's wait, `kick` ends the
interrupt thread's wait, `control` brings requests from outside, `events` reports resets and the clock to the
supervisor.
"""

import json
import os

FOLDER = os.getenv("PLANTIGRADE_BOARD")
with open(FOLDER + "/board.json") as _file:
    values = json.load(_file)


def descriptor(name, mode):
    """Open the pipe end that the supervisor handed over under this name."""
    return open(values["pipes"][name], mode)


def path(name):
    """Path of a file in the board's folder, on the computer's own file system."""
    return FOLDER + "/" + name
