"""Hints by LED: only to the insoles of the person and the foot, only while they are connected."""

from dataclasses import dataclass, field

import pytest
from insole_protocol import ids
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.session import Session
from plantigrade.service.notify.channels import Sent
from plantigrade.service.notify.insole_hints import NOT_CONNECTED, InsoleHints

from tests.host.device.answering import Answering, insole

HINTING = ids.CAPABILITY_LOG | ids.CAPABILITY_HINT
PERSON = "P001"


@dataclass
class Known:
    """An insole of the service, connected or not."""

    link: Answering
    insole: Insole = field(default_factory=lambda: Insole("insole"))
    session: Session | None = None


async def known(side: int, capabilities: int = HINTING, connected: bool = True) -> Known:
    """An insole that has introduced itself."""
    one = Known(Answering(insole(), side=side, capabilities=capabilities))
    await one.link.open()
    session = Session(one.link, one.insole)
    await session.hello()
    one.session = session if connected else None
    return one


@pytest.mark.parametrize(
    ("person", "foot", "hinted"),
    [(PERSON, "left", (1, 0)), (PERSON, "right", (0, 1)), (PERSON, "both", (1, 1)), ("P002", "both", (0, 0))],
)
async def test_the_insole_of_the_foot_blinks(person: str, foot: str, hinted: tuple[int, int]) -> None:
    left, right = await known(ids.SIDE_LEFT), await known(ids.SIDE_RIGHT)
    hints = InsoleHints({"one": left, "other": right}, lambda serial: PERSON)
    sent = await hints.hint(person, foot)
    assert (len(left.link.hints), len(right.link.hints)) == hinted
    assert sent == (Sent(True) if sum(hinted) else Sent(False, NOT_CONNECTED))
    for one in (left, right):
        await one.link.close()


async def test_an_insole_that_is_away_or_old_is_not_asked() -> None:
    away = await known(ids.SIDE_LEFT, connected=False)
    old = await known(ids.SIDE_RIGHT, capabilities=ids.CAPABILITY_LOG)
    hints = InsoleHints({"one": away, "other": old, "new": Known(Answering(insole()))}, lambda serial: PERSON)
    assert await hints.hint(PERSON, "left") == Sent(False, NOT_CONNECTED)
    sent = await hints.hint(PERSON, "both")
    assert not sent.delivered and "firmware is too old" in sent.note
    assert away.link.hints == old.link.hints == []
    for one in (away, old):
        await one.link.close()


async def test_nobody_is_hinted_while_it_is_not_known_whose_the_insole_is() -> None:
    one = await known(ids.SIDE_LEFT)
    assert not (await InsoleHints({"one": one}, lambda serial: None).hint(PERSON, "left")).delivered
    assert one.link.hints == []
    await one.link.close()
