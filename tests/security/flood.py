"""Runs on MicroPython: a radio connects again and again, as soon as it can each time, and stays as long as it
may. Prints for how many milliseconds it was connected, and how many all of that took."""

import sys

import chip
from keyed import Peer, pass_ms
from keyed import workbench as with_keys
from workbench import Workbench

CONNECTS = int(sys.argv[2])
AT_MOST_MS = 60000  # in one connection: who is not sent away stays for good
STEP_MS = 200


def attack(bench, pass_time):
    """(milliseconds connected, milliseconds in all)"""
    connected = 0
    since = chip.clock.now_us
    for _ in range(CONNECTS):
        while not bench.air.advertising:
            pass_time(bench, STEP_MS)
        flood = Peer(bench, 1, b"\xc0flood").connect()
        stayed = 0
        while not flood.was_sent_away and stayed < AT_MOST_MS:
            pass_time(bench, STEP_MS)
            stayed += STEP_MS
        connected += stayed
        flood.leave()
    return connected, (chip.clock.now_us - since) // 1000


def pass_time(_bench, milliseconds):
    """Of an insole that looks at nobody."""
    chip.advance(milliseconds * 1000)


print(*(attack(with_keys(), pass_ms) if sys.argv[1] == "keys" else attack(Workbench(), pass_time)))
