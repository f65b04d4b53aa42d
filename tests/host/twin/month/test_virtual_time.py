"""Virtual time passes in no time, and stands still while a real thread or process works."""

import asyncio
import time
from typing import cast

from plantigrade.twin.soak.virtual_time import WorldLoop


def test_a_day_passes_at_once_and_real_work_takes_no_virtual_time() -> None:
    async def live(loop: WorldLoop) -> None:
        began_s = loop.time()
        await asyncio.sleep(86_400)
        assert 86_400 <= loop.time() - began_s < 86_400.001
        alarm = asyncio.create_task(asyncio.sleep(5))
        with loop.world.standing_still():
            assert await asyncio.to_thread(pow, 3, 4) == 81
            assert loop.time() - began_s < 86_400.001 and not alarm.done()
        await alarm
        assert loop.time() - began_s >= 86_405

    began = time.monotonic()
    with asyncio.Runner(loop_factory=WorldLoop) as runner:
        runner.run(live(cast(WorldLoop, runner.get_loop())))
    assert time.monotonic() - began < 60, "a day would take a day"
