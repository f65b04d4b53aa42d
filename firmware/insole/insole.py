"""The parts of one insole, known by name, and what concerns all of them: erasing the log, an orderly stop."""

import asyncio


class Insole:
    """Attributes: the parts, as `assembly` hands them over; `work`, which wakes the scheduler; `erasing`."""

    def __init__(self, **parts):
        self.erasing = False
        for name in parts:
            setattr(self, name, parts[name])

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

    def stop(self):
        """End sampling and close the log, so that no slot is uncertain afterwards."""
        if self.sampler.running:
            self.sampler.stop()
            self.blocks.close()
        self.recorder.close()
        self.boots.good()
