"""A host on a busy link, millisecond by millisecond: live records, a log transfer, and commands in between.

Each connection event brings a command of the host, if one is due, and takes so many packets from the stack's
buffers. A request that finds no buffer for its answer is lost, as on the chip.
"""

import chip
from insole import session as sessions
from insole.log_transfer import LogTransfer
from insole_protocol import ids
from insole_protocol.host_messages import build_command
from sim.chip import behaviour
from sim.chip.radio_buffers import RadioBuffers
from workbench import Central

ASK_EACH_MS = 170
CONTROLLER_PLACES = 12


class BusyLink:
    """Attributes: `round_trips_ms` of commands, sorted by `percentile`; `lost` commands; `log_bytes`."""

    def __init__(self, bench, interval_ms=30, per_event=6):
        self.bench = bench
        self.interval_ms = interval_ms
        self.per_event = per_event
        bench.insole.modes.set(ids.MODE_LIVE)
        self.host = Central(bench, mtu=247)
        self.host.hello()
        self.host.ask(ids.OP_STREAM, 1)
        self._session = bench.radio._sessions[0]
        bench.air.pool = RadioBuffers(CONTROLLER_PLACES, behaviour.value("ble_mbufs"))
        bench.air.sent.clear()
        self.round_trips_ms = []
        self.lost = 0
        self.log_bytes = 0
        self.fullest = 0  # notifications that waited at once
        self._tag = 100
        self._asked_ms = None
        self._counter = self.host._fragmenter._counter
        self._next_round_ms = self._now_ms = self._ask_ms = 0
        self._read_on()

    def _read_on(self):
        """A transfer without end."""
        if self._session.transfer is None:
            recorder = self.bench.insole.recorder
            self._session.transfer = LogTransfer(1, recorder.reader(0, recorder.next_seq))

    def run(self, ms):
        """So much time goes by."""
        bench = self.bench
        for now in range(self._now_ms, self._now_ms + ms):
            chip.advance(1000)
            if now % 10 == 0:
                self._read_on()
                self._noise(now)
                chip.timers[0].fire()
                bench.insole.blocks.drain()
            if now >= self._next_round_ms:
                self._next_round_ms = now + self._pump()
            if now % self.interval_ms == 0:
                if now >= self._ask_ms:  # the central has the first word in each event
                    self._ask_ms = now + ASK_EACH_MS
                    self._ask(now)
                self._event(now)
            if now % 1000 == 0:
                bench.insole.recorder.flush()
        self._now_ms += ms
        return self

    def _noise(self, seed):
        """Values that cannot be packed small."""
        for index in range(16):
            seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
            chip.sensors[index] = seed >> 12 & 4095

    def _pump(self):
        """As TxScheduler.run: how many ms until its next turn."""
        scheduler = self.bench.firmware.tx_scheduler
        while True:
            state = scheduler.round()
            self.fullest = max(self.fullest, self.bench.air.pool.waiting())
            if state == sessions.IDLE:
                return 1
            if state == sessions.BLOCKED:
                return scheduler._retry_ms

    def _ask(self, now):
        if self._asked_ms is not None:
            return
        self._tag = (self._tag + 1) & 0xFF
        value = bytes((0xC0 | self._counter,)) + build_command(ids.OP_STATUS, self._tag)
        if not self.bench.air.write_from_central(1, self.bench.radio.services.control, value):
            self.lost += 1
            return
        self._counter = (self._counter + 1) & 63
        self._asked_ms = now
        self.bench.radio.serve()

    def _event(self, now):
        air = self.bench.air
        channels = self.bench.radio.services.channels
        for _ in range(min(self.per_event, len(air.sent))):
            _, handle, value = air.sent.pop(0)
            air.pool.sent()
            if handle == channels[ids.CHANNEL_LOG]:
                self.log_bytes += len(value)
            elif handle == channels[ids.CHANNEL_CONTROL] and value[0] & 0x40 and self._asked_ms is not None:
                self.round_trips_ms.append(now - self._asked_ms)
                self._asked_ms = None

    def percentile(self, share):
        """Of the round trips, in ms."""
        found = sorted(self.round_trips_ms)
        return found[min(len(found) - 1, int(share * len(found)))]
