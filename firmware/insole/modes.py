"""Idle, daily and live: what changes between them, and the accounting of the slots in between."""

from insole_protocol import advert, ids


KEEP_OLDEST = 0  # value of the setting log_full
LIVE_ALONE_S = 600  # live mode without anybody who looks ends after that


class Modes:
    """Attributes: `mode`, one of `ids.MODE_*`; begins as idle, `begin` applies the boot setting."""

    def __init__(self, sampler, blocks, recorder, settings, clock, power):
        self.mode = ids.MODE_IDLE
        self._sampler = sampler
        self._blocks = blocks
        self._recorder = recorder
        self._settings = settings
        self._clock = clock
        self._power = power
        self._stopped_us = None  # device time after the last slot; None before the first boot mode is applied
        self._announce = None
        self._alone_s = 0

    def begin(self, announce):
        """Apply the boot mode. `announce()` is called whenever something that is advertised changes."""
        self._announce = announce
        mode = self._settings.boot_mode
        if mode == ids.MODE_IDLE:
            self._stopped_us = self._clock.now_us()
        self.set(mode)

    def set(self, mode):
        """Change to another mode; the same mode again only refreshes what depends on settings."""
        if mode == ids.MODE_IDLE:
            self._stop()
        else:
            settings = self._settings
            live = mode == ids.MODE_LIVE
            self._blocks.follow(settings.live_frames if live else settings.daily_frames, not live)
        self.mode = mode
        self._power.apply(mode)
        self._show_flags()
        if mode != ids.MODE_IDLE:
            self._start()
        self._announce()

    def pass_second(self, connected):
        """Once a second: live mode without a host ends in the mode of the boot, as it empties the cell."""
        if connected or self.mode != ids.MODE_LIVE or self._settings.boot_mode == ids.MODE_LIVE:
            self._alone_s = 0
            return
        self._alone_s += 1
        if self._alone_s >= LIVE_ALONE_S:
            self._alone_s = 0
            self.set(self._settings.boot_mode)

    def settings_changed(self):
        """A setting was stored: put it in force."""
        self._recorder.keep_oldest = self._settings.log_full == KEEP_OLDEST
        self.set(self.mode)

    def advertising_ms(self):
        """How often to advertise now."""
        settings = self._settings
        return settings.live_advertising_ms if self.mode == ids.MODE_LIVE else settings.daily_advertising_ms

    def side(self):
        """`ids.SIDE_*` as set."""
        return self._settings.side

    def led_wanted(self):
        """Whether the LED may light by itself."""
        return bool(self._settings.led)

    def advertised_bits(self, charging, faults, bonded):
        """The state byte of the advertisement."""
        logging = self.mode != ids.MODE_IDLE
        return advert.state_bits(self._settings.side, charging, bool(faults), logging, bonded)

    def _start(self):
        if self._sampler.running:
            return
        self._sampler.start()
        idle_slots = 0
        if self._stopped_us is not None:
            period_us = self._sampler.period_us
            idle_slots = max(0, (self._sampler.start_us - self._stopped_us + period_us // 2) // period_us)
        self._blocks.resume(idle_slots)
        if idle_slots:
            self._recorder.skip(self._blocks.next_seq, ids.GAP_IDLE)

    def _stop(self):
        if self._sampler.running:
            self._sampler.stop()
            self._stopped_us = self._blocks.close()
            self._recorder.flush()

    def _show_flags(self):
        status = self._blocks.status & ~(ids.STATUS_RIGHT | ids.STATUS_LIVE)
        if self._settings.side == ids.SIDE_RIGHT:
            status |= ids.STATUS_RIGHT
        if self.mode == ids.MODE_LIVE:
            status |= ids.STATUS_LIVE
        self._blocks.status = status
