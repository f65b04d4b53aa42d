"""Hints by the LEDs of insoles that are connected at the moment."""

from collections.abc import Callable, Mapping
from typing import Protocol

from plantigrade.bridge.hint import give_hint
from plantigrade.bridge.insole import Insole
from plantigrade.bridge.session import Session
from plantigrade.link.base import LinkError
from plantigrade.service.notify.channels import Sent

NOT_CONNECTED = "no insole of this person is connected now"


class Watched(Protocol):
    """An insole that the service looks after."""

    @property
    def insole(self) -> Insole:
        """What is known of it."""
        ...

    @property
    def session(self) -> Session | None:
        """Of the connection that is open now; None while there is none."""
        ...


class InsoleHints:
    """The LEDs of the service's insoles.

    Args:
        insoles: those that the service looks after, by name.
        person_of: whose an insole is now, by its serial number; None where nobody knows.
    """

    def __init__(self, insoles: Mapping[str, Watched], person_of: Callable[[str], str | None]) -> None:
        self._insoles = insoles
        self._person_of = person_of

    async def hint(self, person: str, foot: str) -> Sent:
        """Let the insole of a person's foot blink; of "both" feet, all that are connected."""
        reasons: list[str] = []
        given = False
        for watched in list(self._insoles.values()):
            identity, session = watched.insole.identity, watched.session
            if identity is None or session is None or self._person_of(identity.serial) != person:
                continue
            if foot not in ("both", identity.side):
                continue
            try:
                await give_hint(session)
                given = True
            except LinkError as error:
                reasons.append(str(error))
        return Sent(given, "; ".join(reasons) if reasons or given else NOT_CONNECTED)
