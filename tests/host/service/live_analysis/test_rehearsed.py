"""The first walk on a computer: what it goes through is compiled elsewhere, and nothing of it is lost."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from plantigrade.analysis.live.rehearsal import rehearse
from plantigrade.gait.signals import Foot
from plantigrade.service import rehearsing
from plantigrade.service.events import StrideEvent
from plantigrade.service.offload import Offload, at_once
from plantigrade.service.process import ProcessError
from plantigrade.service.wearing.news import WearingStage
from plantigrade.twin.body import Segment
from plantigrade.twin.wearer import Wearer

from tests.host.service.live_analysis.live_kit import Worn, codes, library_of

WALKED_S = 20.0


class Elsewhere:
    """Another process, which is done when it is told to."""

    def __init__(self) -> None:
        self.asked: list[Callable[[], object]] = []
        self.begun = asyncio.Event()
        self.may_end = asyncio.Event()
        self.fails = False

    async def run(self, function: Callable[[], object]) -> None:
        self.asked.append(function)
        self.begun.set()
        await self.may_end.wait()
        if self.fails:
            raise ProcessError("it was killed")


@pytest.mark.parametrize("fails", [False, True], ids=["compiled", "killed meanwhile"])
async def test_frames_are_held_while_another_process_compiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    monkeypatch.setattr(rehearsing, "is_quick", lambda: False)
    elsewhere, wearer = Elsewhere(), Wearer(7)
    elsewhere.fails = fails
    with library_of(tmp_path, wearer) as library:
        worn = Worn(
            library, codes(wearer, Segment("walk", WALKED_S)), offload=Offload(elsewhere.run, at_once)
        )
        worn.news(WearingStage.BEGAN)
        walking = asyncio.create_task(worn.wear(WALKED_S / 2))
        await elsewhere.begun.wait()
        for foot in Foot:
            worn.send(foot, WALKED_S / 2)
        assert not walking.done(), "the loop goes on, the analysis waits"
        elsewhere.may_end.set()
        await walking
        await worn.wear(WALKED_S)
        strides = [one for one in worn.heard if isinstance(one, StrideEvent)]
        assert min(worn.seconds_after_start(one.initial_contact_utc_ns) for one in strides) < 2.0
        assert len(strides) > 25
        assert elsewhere.asked == [rehearse], "once"


async def test_what_was_compiled_before_needs_no_process() -> None:
    elsewhere = Elsewhere()
    rehearse()
    await rehearsing.rehearsed(Offload(elsewhere.run, at_once))
    assert elsewhere.asked == []
