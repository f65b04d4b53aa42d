"""Work on an insole beside the running service: paused while it lasts, and as it was afterwards."""

from types import SimpleNamespace
from typing import Any

import pytest
from plantigrade.device.update.errors import UpdateError
from plantigrade.device.update.result import Outcome
from plantigrade.device.update.updating import update_insole
from plantigrade.service.insoles.pausing import left_alone

from tests.host.bridge_kit.virtual_time import run_virtually
from tests.host.device.test_update import bundle_of
from tests.host.device.updatable import Updatable


class Service:
    """Notes when it is paused."""

    def __init__(self, paused: bool = False) -> None:
        self.paused = paused
        self.done: list[str] = []

    def status(self) -> Any:
        return SimpleNamespace(paused=self.paused)

    def pause(self) -> None:
        self.done.append("pause")
        self.paused = True

    def resume(self) -> None:
        self.done.append("resume")
        self.paused = False


def test_the_service_is_paused_while_an_insole_is_updated() -> None:
    service, insole = Service(), Updatable()
    seen: list[bool] = []
    with left_alone(service):
        result = run_virtually(
            update_insole(insole.make_link, bundle_of(), lambda _: seen.append(service.paused))
        )
    assert result.outcome is Outcome.UPDATED and all(seen) and service.done == ["pause", "resume"]


def test_who_had_paused_it_finds_it_paused() -> None:
    service = Service(paused=True)
    with left_alone(service):
        assert service.paused
    assert service.paused


def test_a_failure_ends_the_pause_too() -> None:
    service = Service()
    with pytest.raises(UpdateError), left_alone(service):
        run_virtually(update_insole(Updatable(capabilities=0).make_link, bundle_of()))
    assert not service.paused
