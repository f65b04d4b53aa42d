"""A whole insole on the fake chip, without its event loop: a test moves time and calls what would run."""

import chip
import machine
import os
import struct

import bluetooth
from boards import esp32s3_r1 as board
from insole_protocol import fragments, ids, messages
from insole_protocol.codec import decode_block

import firmware_parts

PERIOD_US = 10000


class ScratchFiles:
    """Where settings and bonds of this run lie; nothing there at first."""

    def __init__(self, name):
        self.folder = "%s/%s" % (os.getenv("PLANTIGRADE_TEST_FOLDER"), name)
        try:
            os.mkdir(self.folder)
        except OSError:
            for file in os.listdir(self.folder):
                os.remove("%s/%s" % (self.folder, file))

    def path(self, file):
        return "%s/%s" % (self.folder, file)
