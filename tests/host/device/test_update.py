"""An update as a host does it: what it checks, sends, waits for and reports, and how it can fail."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from insole_protocol import ids, update_codes
from plantigrade.bridge.errors import RefusedError
from plantigrade.device.update.errors import UpdateError, UpdateFault
from plantigrade.device.update.progress import Progress, Rate, Stage
from plantigrade.device.update.result import Outcome, UpdateResult, Wishes
from plantigrade.device.update.updating import update_insole
from plantigrade.firmware_image.bundle import (
    Bundle,
    pack_files,
)

from tests.host.bridge_kit.virtual_time import run_virtually
from tests.host.device.updatable import Updatable
from tests.host.firmware_image.bundling import signed

FILES = [(f"lib/insole/part{number}.mpy", bytes([number]) * 1500) for number in range(8)]


def bundle_of(version: str = "1.3.0", **changes: Any) -> Bundle:
    """A bundle for the insole of these tests, signed by the test key."""
    own = {
        "highest_layout": 1,
        "architecture": "x64",
        "mpy_word": 0x0B06,
        "highest_micropython": (1, 99, 0),
        "security_counter": 1,
        "floor": 1,
    }
    return signed(payload=pack_files(FILES), version=version, **(own | changes))


def update(
    insole: Updatable,
    bundle: Bundle | None = None,
    wishes: Wishes | None = None,
    on_progress: Callable[[Progress], None] = lambda _progress: None,
) -> UpdateResult:
    return run_virtually(update_insole(insole.make_link, bundle or bundle_of(), on_progress, wishes))


def refused(insole: Updatable, bundle: Bundle | None = None, wishes: Wishes | None = None) -> UpdateError:
    with pytest.raises(UpdateError) as caught:
        update(insole, bundle, wishes)
    return caught.value


def test_the_new_firmware_is_sent_tried_and_confirmed() -> None:
    insole = Updatable()
    steps: list[Progress] = []
    result = update(insole, on_progress=steps.append)
    assert (result.outcome, result.before, result.after) == (Outcome.UPDATED, "1.2.3", "1.3.0")
    assert (result.serial, result.side) == ("A0A1A2A3A4A5A6A7", "left")
    assert bytes(insole.has) == bundle_of().to_bytes()
    assert result.sent_bytes == len(insole.has) and result.connections == 1
    assert result.next_seq_after - result.next_seq_before == 300
    stages = list(dict.fromkeys(step.stage for step in steps))
    assert stages == [
        Stage.CHECKING, Stage.SENDING, Stage.VERIFYING, Stage.RESTARTING, Stage.ON_TRIAL, Stage.DONE,
    ]  # fmt: skip
    done = [step.done_bytes for step in steps if step.stage is Stage.SENDING]
    assert done == sorted(done) and done[-1] == len(insole.has)
    last = [step for step in steps if step.stage is Stage.SENDING][-1]
    assert last.kb_per_s and last.left_s == 0
    assert result.to_json()["outcome"] == "updated"


def test_it_is_idle_while_it_is_updated() -> None:
    insole = Updatable()
    update(insole)
    assert insole.modes == [ids.MODE_IDLE]


@pytest.mark.parametrize(
    ("offered", "asked", "most"), [(4, None, 4), (4, 1, 1), (1, None, 1), (200, None, 8)]
)
def test_no_more_commands_wait_than_the_insole_takes(offered: int, asked: int | None, most: int) -> None:
    insole = Updatable(offers=(200, offered))
    update(insole, wishes=Wishes(window=asked))
    assert insole.most_waiting == most


def test_a_window_is_faster_than_one_after_the_other() -> None:
    slow = update(Updatable(), wishes=Wishes(window=1))
    fast = update(Updatable(), wishes=Wishes(window=4))
    assert fast.sending_s < slow.sending_s / 3


def test_a_command_is_as_long_as_the_insole_says() -> None:
    insole = Updatable(offers=(61, 2))
    update(insole)
    assert insole.data_commands == -(-len(insole.has) // 61)


def test_a_broken_link_goes_on_where_it_was() -> None:
    insole = Updatable(dies_after=[100, 5000, 5001, 9000])
    steps: list[Progress] = []
    result = update(insole, on_progress=steps.append)
    assert result.outcome is Outcome.UPDATED and result.connections == 5
    assert bytes(insole.has) == bundle_of().to_bytes()
    assert result.sent_bytes < len(insole.has) + 5 * 4 * 232
    assert Stage.RECONNECTING in {step.stage for step in steps}


def test_an_update_that_was_given_up_goes_on_the_next_time() -> None:
    insole = Updatable(dies_after=[4000] + [1] * 99)
    error = refused(insole)
    assert error.fault is UpdateFault.LINK and "start again" in str(error)
    insole.dies_after.clear()
    result = update(insole)
    assert result.outcome is Outcome.UPDATED and result.sent_bytes < len(insole.has) - 3000


def test_what_the_insole_has_already_is_not_sent() -> None:
    insole = Updatable(leap=(3000, 9000), knows=bundle_of().to_bytes())
    result = update(insole)
    assert result.outcome is Outcome.UPDATED
    assert result.sent_bytes < len(insole.has) - 4000


def test_damage_on_the_way_is_sent_again() -> None:
    insole = Updatable(garbles=3)
    assert update(insole).outcome is Outcome.UPDATED
    assert bytes(insole.has) == bundle_of().to_bytes()


def test_a_link_that_damages_everything_is_given_up() -> None:
    error = refused(Updatable(garbles=1000))
    assert error.fault is UpdateFault.LINK and "does not arrive as it was" in str(error)


def test_the_same_version_is_nothing_to_do() -> None:
    insole = Updatable(running="1.3.0")
    result = update(insole)
    assert (result.outcome, result.reason) == (Outcome.NOTHING_TO_DO, "it runs 1.3.0 already")
    assert ids.OP_UPDATE_BEGIN not in insole.insole.asked and ids.OP_SET_MODE not in insole.insole.asked
    assert update(insole, wishes=Wishes(again=True)).outcome is Outcome.UPDATED


def test_an_older_version_needs_to_be_meant() -> None:
    insole = Updatable(running="1.10.0")
    error = refused(insole)
    assert error.fault is UpdateFault.OLDER and "--older" in str(error)
    assert update(insole, wishes=Wishes(older=True)).after == "1.3.0"


def test_below_the_floor_nothing_is_sent() -> None:
    insole = Updatable(floor=3)
    error = refused(insole, wishes=Wishes(older=True))
    assert error.fault is UpdateFault.FLOOR and "security counter below 3" in str(error)
    assert ids.OP_UPDATE_BEGIN not in insole.insole.asked


def test_a_firmware_that_takes_no_updates_is_named() -> None:
    error = refused(Updatable(capabilities=ids.CAPABILITY_LOG))
    assert error.fault is UpdateFault.CANNOT
    assert "firmware 1.2.3" in str(error) and "plantigrade device flash" in str(error)


def other_key() -> Bundle:
    bundle = bundle_of()
    return Bundle(bundle.manifest, bytes([bundle.signature[0] ^ 1]) + bundle.signature[1:], bundle.payload)


@pytest.mark.parametrize(
    ("bundle", "fault", "message"),
    [
        (other_key(), UpdateFault.REFUSED, "not by a key that this insole trusts"),
        (bundle_of(board="esp32c3_r1"), UpdateFault.BOARD, "for another board"),
        (
            replace(bundle_of(), payload=bundle_of().payload[:-1] + b"\0"),
            UpdateFault.REFUSED,
            "not what the manifest names",
        ),
    ],
    ids=["another key", "another board", "a flipped bit"],
)
def test_the_insole_refuses_by_name_and_runs_what_it_ran(
    bundle: Bundle, fault: UpdateFault, message: str
) -> None:
    insole = Updatable()
    error = refused(insole, bundle)
    assert error.fault is fault and message in str(error) and error.refusal
    assert insole.running == "1.2.3"
    assert insole.modes[-1] == ids.MODE_LIVE - 1, "back in the mode that it was in"


@pytest.mark.parametrize(
    ("command", "refusal", "fault", "message"),
    [
        (ids.OP_UPDATE_BEGIN, update_codes.REFUSAL_BATTERY, UpdateFault.BATTERY, "connect a charger"),
        (ids.OP_UPDATE_BEGIN, update_codes.REFUSAL_ON_TRIAL, UpdateFault.ON_TRIAL, "still on trial"),
        (ids.OP_UPDATE_DATA, update_codes.REFUSAL_STORAGE_FULL, UpdateFault.REFUSED, "file system is full"),
        (ids.OP_UPDATE_END, update_codes.REFUSAL_INCOMPLETE, UpdateFault.REFUSED, "a part of it is missing"),
    ],
)
def test_each_refusal_has_words(command: int, refusal: int, fault: UpdateFault, message: str) -> None:
    error = refused(Updatable(refuses=(command, refusal)))
    assert (error.fault, error.refusal) == (fault, refusal) and message in str(error)


def test_another_host_that_wakes_it_is_put_up_with_for_a_while() -> None:
    assert update(Updatable(dies_after=[700], disturbed=3)).outcome is Outcome.UPDATED
    error = refused(Updatable(dies_after=[700], disturbed=100))
    assert error.fault is UpdateFault.DISTURBED and "plantigrade service pause" in str(error)


@pytest.mark.parametrize(
    ("fate", "message"),
    [
        (update_codes.BACK_STARTS_FAILED, "did not start three times"),
        (update_codes.BACK_NEW_FAULT, "self-test found a fault"),
        (update_codes.BACK_SLOTS_LOST, "lost slots"),
        (update_codes.BACK_TIME_OUT, "not confirmed in time"),
    ],
)
def test_a_firmware_that_is_not_well_is_reported_with_the_reason(fate: int, message: str) -> None:
    result = update(Updatable(fate=fate))
    assert result.outcome is Outcome.ROLLED_BACK
    assert (result.before, result.after) == ("1.2.3", "1.2.3") and message in result.reason


def test_a_link_that_breaks_while_the_bundle_is_checked_is_no_end() -> None:
    """Found again, the insole is not done with checking: neither updated nor gone back."""

    class Slow(Updatable):
        async def make_link(self) -> Any:
            link = await super().make_link()
            if self.links == 3:
                self.state = update_codes.STATE_VERIFYING
                self.insole.boot += 1  # an update is received in a start of its own
            return link

    insole = Slow(drops_when_asked=1)
    assert update(insole).outcome is Outcome.UPDATED
    assert insole.links >= 4


def test_a_bundle_that_turns_out_damaged_is_refused_after_the_link_broke() -> None:
    class Refusing(Updatable):
        async def make_link(self) -> Any:
            link = await super().make_link()
            if self.links == 3:
                self.state, self.refusal = update_codes.STATE_REFUSED, update_codes.REFUSAL_ALTERED
            return link

    error = refused(Refusing(drops_when_asked=1))
    assert error.refusal == update_codes.REFUSAL_ALTERED


def test_an_insole_that_does_not_come_back_is_named() -> None:
    class Gone(Updatable):
        def restart(self) -> None:
            self.returns = False

    error = refused(Gone())
    assert error.fault is UpdateFault.NOT_BACK
    assert "A0A1A2A3A4A5A6A7 has not come back for 90 s" in str(error) and "1.2.3 by itself" in str(error)


@pytest.mark.parametrize("before", ["look", "begin"])
def test_an_insole_short_of_memory_is_asked_again(before: str) -> None:
    class Cramped(Updatable):
        async def make_link(self) -> Any:
            self.cramped = 3 if self.links == (before == "begin") else self.cramped
            return await super().make_link()

    insole = Cramped()
    assert update(insole).outcome is Outcome.UPDATED and not insole.cramped


def test_an_insole_that_stays_short_of_memory_says_so() -> None:
    with pytest.raises(RefusedError, match="refused UPDATE_STATUS"):
        update(Updatable(cramped=100))


def test_an_insole_that_answers_but_never_restarts_is_named() -> None:
    error = refused(Updatable(lingers=True))
    assert error.fault is UpdateFault.NOT_BACK and "does not restart for 90 s" in str(error)


def test_another_insole_at_the_same_port_is_not_updated() -> None:
    class Swapped(Updatable):
        async def make_link(self) -> Any:
            link = await super().make_link()
            if self.links > 1:
                self.serial = bytes(8)
            return link

    error = refused(Swapped())
    assert error.fault is UpdateFault.OTHER_INSOLE and "0000000000000000" in str(error)


def test_an_update_that_was_left_on_trial_is_waited_for() -> None:
    insole = Updatable(running="1.3.0", other="1.2.3", state=update_codes.STATE_ON_TRIAL)
    result = update(insole)
    assert result.outcome is Outcome.UPDATED and result.sent_bytes == 0


def test_another_firmware_on_trial_is_left_alone() -> None:
    error = refused(Updatable(running="1.2.9", state=update_codes.STATE_ON_TRIAL))
    assert error.fault is UpdateFault.ON_TRIAL and "1.2.9" in str(error) and "60 s without" in str(error)


def test_speed_and_time_left_are_of_the_last_seconds() -> None:
    at = 0.0

    def now() -> float:
        return at

    rate = Rate(now)
    rate.restart(0)
    for at in (1.0, 2.0, 3.0):
        progress = rate.progress(round(at * 5000), 50_000)
    assert (progress.kb_per_s, progress.left_s) == (5.0, 7.0)
    rate.skipped(20_000)
    at = 4.0
    progress = rate.progress(40_000, 50_000)
    assert (progress.kb_per_s, progress.left_s) == (5.0, 2.0), "what is leapt over is no speed"
