"""Loses the power during an update of a whole insole: all files of firmware and launcher, 1 MiB of flash.

    full_update_cuts.py IMAGE BUNDLE SAMPLED SEED

IMAGE is the file system of an insole whose firmware is confirmed, BUNDLE the next firmware. At each operation
on the state, the manifests, the head of the bundle and the folders, clean and torn; of those that program the
payload at SAMPLED, chosen by SEED, half of them torn. After each cut a whole firmware must start, and the
update go on to its end. Prints what `python -m tools.measure_update_cuts` reads.
"""

import sys

IMAGE, BUNDLE, SAMPLED, SEED = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])

import updating  # noqa: E402 - first: puts its time in place
import gc  # noqa: E402
import chip  # noqa: E402
import workbench  # noqa: E402
from insole.update import files_in  # noqa: E402
from updating import Host, read, start, state  # noqa: E402

from power_cut import power_cut  # noqa: E402

PAYLOAD_AT = 640
workbench.flash = None  # of other tests
gc.collect()
with open("/computer" + IMAGE, "rb") as file:
    data = bytearray(file.read())
flash = workbench.flash = chip.Flash(len(data) // 4096, data)
workbench.remount()
OLD = read("/slots/a/payload.bin")
NEW = read("/computer" + BUNDLE)
LAUNCHER = {name: read(name) for name in ("/main.py", "/boot.py", "/launcher/slots.py", "/launcher/pack.py")}
in_payload = [False]
bulk_operations = [0]
chosen = {}  # number of the operation in the bulk -> whether it is torn
bulk_number = [0]
tried = {"state": 0, "bulk": 0}


class Watched(files_in.FilesTarget):
    """Says whether what it writes is the payload; a sync writes the folder as well."""

    def take(self, data):
        in_payload[0] = self.wanted // files_in.SYNC_BYTES == (self.wanted + len(data)) // files_in.SYNC_BYTES
        super().take(data)
        in_payload[0] = False


files_in.FilesTarget = Watched


def promise():
    """Told at each operation: its number in the bulk, 0 where it is on something else."""
    if not in_payload[0]:
        return 0
    bulk_operations[0] += 1
    return bulk_operations[0]


def choose():
    """Which operations of the bulk are tried: once their number is known."""
    number = SEED * 7919 + 12345
    while len(chosen) < min(SAMPLED, bulk_operations[0]):
        number = (number * 1103515245 + 12345) & 0x7FFFFFFF
        chosen.setdefault(1 + (number >> 8) % bulk_operations[0], bool(number >> 7 & 1))


def check(cut):
    """A whole firmware starts after it, and the update comes to its end."""
    if cut.promised:
        if not chosen:
            choose()
        if chosen.get(cut.promised) is not bool(cut.part):
            return
    tried["bulk" if cut.promised else "state"] += 1
    slot = start()[0]
    payload = read("/slots/%s/payload.bin" % slot)
    assert payload == (OLD if slot == "a" else NEW[PAYLOAD_AT:]), (slot, str(cut))
    del payload
    gc.collect()
    assert {name: read(name) for name in LAUNCHER} == LAUNCHER, str(cut)
    if slot == "a":
        assert Host().update(NEW), str(cut)
    if state()["trial"] > 1:
        updating.confirm()
    assert start()[0] == "b" and state()["trial"] == 0
    gc.collect()


def life():
    """An update with its confirmation."""
    assert Host().update(NEW)
    updating.confirm()


print("files", len(OLD), len(NEW))
cuts = power_cut([flash], life, check, workbench.remount, promise)
print("CUTS full", cuts.operations, tried["state"] + tried["bulk"])
print("PARTS", tried["state"], tried["bulk"], bulk_operations[0])
for where, text in cuts.failures:
    print("FAILED", where.replace("\n", " "), repr(text))
