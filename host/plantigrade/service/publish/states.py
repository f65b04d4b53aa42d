"""The retained states: of each insole, and of each person who allows it. No I/O."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from plantigrade.service.events import InsoleState, LinkState, WatchingEvent
from plantigrade.service.publish.discovery import Topics
from plantigrade.service.publish.outbox import Outbox
from plantigrade.service.publish.privacy import Policy
from plantigrade.service.publish.settings import STATE_PERIOD_S


@dataclass(frozen=True)
class PersonFacts:
    """A person's day as far as it is known; None for what is not.

    Attributes:
        person: code of someone who allows that facts are published.
        steps_today: of both feet.
        worn_today_h: hours of wear.
        alerts_open: alerts that are neither answered nor cleared.
    """

    person: str
    steps_today: int | None = None
    worn_today_h: float | None = None
    alerts_open: int | None = None


@dataclass
class States:
    """Turns what is known into retained messages; takes them away when someone no longer allows it."""

    topics: Topics
    outbox: Outbox
    _shown: dict[str, tuple[InsoleState, int]] = field(default_factory=dict[str, tuple[InsoleState, int]])
    _people: set[str] = field(default_factory=set[str])
    _watching: dict[str, bool] = field(default_factory=dict[str, bool])

    def insole(self, state: InsoleState, now_ns: int) -> None:
        """Publish the state of an insole; what changes all the time only now and then."""
        if not state.serial:
            return
        before, shown_ns = self._shown.get(state.serial, (None, 0))
        if (
            before is not None
            and now_ns - shown_ns < STATE_PERIOD_S * 1e9
            and _urgent(before) == _urgent(state)
        ):
            return
        self._shown[state.serial] = state, now_ns
        for topic, payload in self.topics.of_insole(state.serial, state.side):
            self.outbox.put_state(topic, payload)
        self.outbox.put_state(self.topics.insole(state.serial), json.dumps(_insole_document(state)))

    def watching(self, event: WatchingEvent) -> None:
        """Remember whether a person's critical rules are watched; part of the person's state."""
        self._watching[event.person] = event.watching

    def people(self, facts: Iterable[PersonFacts], policy: Policy) -> None:
        """Publish the states of all who allow it; those of others are taken away."""
        allowed: set[str] = set()
        for one in facts if policy.health_values else ():
            pseudonym = policy.pseudonym(one.person)
            allowed.add(pseudonym)
            for topic, payload in self.topics.of_person(pseudonym):
                self.outbox.put_state(topic, payload)
            document = {
                "steps_today": one.steps_today,
                "worn_today_h": None if one.worn_today_h is None else round(one.worn_today_h, 2),
                "alerts_open": one.alerts_open,
                "watching": self._watching.get(one.person),
            }
            self.outbox.put_state(self.topics.person(pseudonym), json.dumps(document))
        for pseudonym in self._people - allowed:
            for topic in self._topics_of(pseudonym):
                self.outbox.forget_state(topic)
        self._people = allowed

    def _topics_of(self, pseudonym: str) -> Iterator[str]:
        yield from (topic for topic, _ in self.topics.of_person(pseudonym))
        yield self.topics.person(pseudonym)


def _urgent(state: InsoleState) -> tuple[Any, ...]:
    """What is shown at once when it changes."""
    return state.side, state.link, state.charging, state.faults, state.mode


def _insole_document(state: InsoleState) -> dict[str, Any]:
    last = state.last_frame_utc_ns
    return {
        "serial": state.serial,
        "side": state.side,
        "link": state.link.value,
        "connected": state.link is LinkState.CONNECTED,
        "last_frame": None if last is None else datetime.fromtimestamp(last // 10**9, UTC).isoformat(),
        "battery_pct": state.battery_pct,
        "charging": state.charging,
        "log_used_pct": None if state.log_used_pct is None else round(state.log_used_pct, 1),
        "faulty": bool(state.faults),
        "faults": list(state.faults),
        "slots_to_fetch": state.slots_to_fetch,
        "mode": state.mode,
    }
