"""The parts of one insole, known by name, and what concerns all of them: erasing the log, an orderly stop."""

import asyncio

from insole import files


class Insole:
    """Attributes: the parts, as `assembly` hands them over; `work`, which wakes the scheduler; `erasing`;
    `chosen`, the launcher's slot; `trial`, while there is one; `greeted`, the kinds of link over which a host
    has said HELLO since the start (bit 0 BLE, bit 1 USB); `refusal`, how the last update ended; `locked`,
    whether it was given a device key, so that hosts have to prove that they have it, too."""

    def __init__(self, **parts):
        self.erasing = False
        self.bonds = None
        self.chosen = None
        self.trial = None
        self.greeted = 0
        self.refusal = (0, 0, "")
        for name in parts:
            setattr(self, name, parts[name])
        self.locked = self.identity.device_key is not None

    def erase_log(self):
        """Erase the log page by page, while sampling goes on."""
        self.erasing = True
        asyncio.create_task(self._erase())

    async def _erase(self):
        try:
            for _ in self.recorder.erase():
                await asyncio.sleep_ms(0)
        except OSError:
            self.faults.storage_errors += 1  # the rest is not erased; LOG_INFO shows what is left
        finally:
            self.erasing = False

    def keep_bonds(self):
        """Put into flash what the Bluetooth stack has told; tried again at the next call when it refuses."""
        try:
            if self.bonds:
                self.bonds.save_if_changed()
                if self.bonds.paired:
                    self._note_pairing()
        except (OSError, MemoryError):
            self.faults.storage_errors += 1

    def _note_pairing(self):
        from insole_protocol.event_records import PAIRED

        self.bonds.paired = False
        for link in self.radio.links:
            if link.secure:
                self.note(PAIRED, link)

    def note(self, kind, transport=None, detail=""):
        """Put an event, of `event_records`, into the ring that `plantigrade device log` shows."""
        from insole import events

        events.note(self, kind, transport, detail)
        events.leave()

    def begin_trial(self):
        """After the self-test of the start: a firmware on trial is watched from here on."""
        if self.chosen and (self.chosen[1]["trial"] or self.chosen[1]["back"]):
            self._note_start()
        if self.chosen and (self.chosen[1]["trial"] or self.chosen[1]["app"]):
            from insole.update import trial

            self.trial = trial.begin(self)

    def _note_start(self):
        from insole import events

        try:
            events.note_start(self)
        except (OSError, MemoryError):
            self.faults.storage_errors += 1
        events.leave()

    def pass_second(self):
        """Once a second: what a trial makes of it."""
        if self.trial and self.trial.pass_second():
            self.trial = None

    def stop(self):
        """End sampling, close the log, keep the bonds: no slot is uncertain afterwards, no peer forgotten."""
        was_sampling = self.sampler.running
        self.sampler.stop()
        self.keep_bonds()
        if was_sampling:
            self.blocks.close()
        self.recorder.close()
        files.settle()
        self.boots.good()
