"""Commands on a busy Bluetooth link, with the pacer and without it: a table of docs/explanation/firmware.md.

    T=$PWD/tests/firmware
    MICROPYPATH=$T/fakes:$PWD/firmware:$PWD/shared:$T:.frozen \
        micropython -X heapsize=2000wK $T/scripts/busy_links.py
"""

import chip  # noqa: F401 - first: puts its time in place
from busy_link import BusyLink
from workbench import Workbench

from insole import pacer

RISE_S, MEASURED_S = 10, 20  # the pace rises first
AIRS = ((30, 6), (15, 4), (50, 6), (100, 6), (30, 2))  # ms from event to event, packets in each


def measure(interval_ms, per_event):
    """One row."""
    bench = Workbench()
    bench.slots(100, transmit=False)
    link = BusyLink(bench, interval_ms, per_event)
    link.run(RISE_S * 1000)
    link.log_bytes = 0
    link.run(MEASURED_S * 1000)
    answered = len(link.round_trips_ms)
    print(
        "%3d ms, %d packets: %3d of %3d commands lost, answered in %3d ms (median) and "
        "%3d ms (99 %%), log %4.1f kB/s"
        % (
            interval_ms,
            per_event,
            link.lost,
            link.lost + answered,
            link.percentile(0.5),
            link.percentile(0.99),
            link.log_bytes / MEASURED_S / 1000,
        )
    )


print("paced")
for air in AIRS:
    measure(*air)
print("all that the stack takes")
pacer.Pacer.may_send = lambda self, reply: True
for air in AIRS:
    measure(*air)
