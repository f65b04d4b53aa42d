"""The power goes at every write of the service: what insoles were told to forget is there."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.recordings.verify import verify

from tests.host.bridge_kit.virtual_time import clock_ns, run_virtually
from tests.host.power_cut.plugin import Cut, PowerCut
from tests.host.service.service_kit import DayInsole, Living, World, between, held

WORN = between(("2026-03-01T09:00", "2026-03-01T09:20"), ("2026-03-01T09:50", "2026-03-01T10:00"))


@pytest.fixture(autouse=True)
def virtual_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plantigrade.link.base.time.monotonic_ns", clock_ns)


class Noting(DayInsole):
    """Tells what it was told to forget."""

    noted: PowerCut

    def _acknowledge(self, command: object) -> tuple[int | bytes, ...]:
        answer = super()._acknowledge(command)  # pyright: ignore[reportArgumentType]
        self.noted.note((self.side, self.acknowledged))
        return answer


def test_nothing_acknowledged_is_lost_whenever_the_power_goes(power_cut: PowerCut, tmp_path: Path) -> None:
    data = tmp_path / "data"
    Library(data).close()

    async def main() -> None:
        world = World(datetime(2026, 3, 1, 8, 50, tzinfo=UTC))
        insoles: dict[str, DayInsole] = {}
        for side in ("left", "right"):
            insoles[side] = insole = Noting(world, side, WORN)
            insole.noted = power_cut
        async with Living(data, world, insoles, sync=os.fsync) as living:
            await world.until("2026-03-01T09:30")
            insoles["right"].reachable = False
            await world.until("2026-03-01T09:58")
            insoles["right"].reachable = True
            await world.until("2026-03-01T10:36")
            assert len(living.recorded()) >= 2

    def check(left: Path, cut: Cut) -> None:
        acknowledged: dict[str, int] = {}
        for side, slot in cut.recorded:
            acknowledged[side] = max(slot, acknowledged.get(side, 0))
        with Library(left):
            pass  # brings back what a replacement had moved aside
        for side, slot in acknowledged.items():
            assert held(left, side).missing(0, slot) == []
        for folder in (left / "recordings").glob("2*"):
            assert not verify(folder).problems
        run_virtually(goes_on(left))

    async def goes_on(left: Path) -> None:
        async with Living(left, World(datetime(2026, 3, 1, 12, 0, tzinfo=UTC)), {}) as living:
            await living.world.until("2026-03-01T12:01")
            assert living.service.status().problems == ()

    report = power_cut(data, lambda: run_virtually(main()), check, most=40)
    assert report.operations["replace"] > 8 and report.states > 100
