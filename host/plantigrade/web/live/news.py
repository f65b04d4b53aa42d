"""Small messages beside the frames, as JSON: contacts, alerts, figures, and how recording and links stand."""

import json
from typing import Any, Final

from plantigrade.gait.signals import Foot
from plantigrade.service.events import AlertEvent, InsoleState, LinkState
from plantigrade.service.live_frames.foot import ZeroResult
from plantigrade.service.live_frames.walking import Contact, StepFigures
from plantigrade.service.status import ServiceStatus

VERSION: Final = 1
_LINKS: Final = {
    LinkState.BETWEEN_BURSTS: "asleep",
    LinkState.SEARCHING: "searching",
    LinkState.PAUSED: "paused",
}
_MS: Final = 1_000_000


def contact_news(contact: Contact, utc_ns: int) -> str:
    """A foot met the ground.

    Example:
        >>> contact_news(Contact(Foot.LEFT, 1.0), 2_000_000_000)
        '{"v":1,"kind":"contact","foot":"left","at_utc_ms":2000}'
    """
    return _text("contact", foot=contact.foot.value, at_utc_ms=utc_ns // _MS)


def alert_news(alert: AlertEvent) -> str:
    """An alert that is shown was raised, or has ended."""
    return _text(
        "alert",
        rule=alert.rule,
        foot=alert.foot,
        severity=alert.severity,
        onset_utc_ms=alert.onset_utc_ns // _MS,
        cleared=alert.cleared_utc_ns is not None,
    )


def figures_news(figures: StepFigures | None) -> str:
    """The last ten steps; what cannot be known is null."""
    if figures is None:
        return _text("figures", steps=0)
    return _text(
        "figures",
        steps=figures.steps,
        cadence_per_min=_round(figures.cadence_per_min, 0),
        stance_left_pct=_round(figures.stance_pct[Foot.LEFT], 1),
        stance_right_pct=_round(figures.stance_pct[Foot.RIGHT], 1),
        left_load_pct=_round(figures.left_load_pct, 0),
        asymmetry_pct=_round(figures.asymmetry_pct, 1),
        step_load_left_n=_round(figures.step_load_n[Foot.LEFT], 0),
        step_load_right_n=_round(figures.step_load_n[Foot.RIGHT], 0),
    )


def state_news(status: ServiceStatus, serials: dict[Foot, str], zeroed: ZeroResult) -> str:
    """How recording and links stand."""
    insoles = {insole.serial: insole for insole in status.insoles}
    since = status.recording_since_utc_ns
    return _text(
        "state",
        recording=status.recording is not None,
        recording_since_utc_ms=None if since is None else since // _MS,
        paused=status.paused,
        zeroed=zeroed.name.lower(),
        feet={foot.value: _link(insoles.get(serials.get(foot, ""))) for foot in Foot},
    )


def _link(insole: InsoleState | None) -> str:
    """ "live", or why nothing comes: "none", "asleep", "searching", "starting", "paused"."""
    if insole is None:
        return "none"
    return _LINKS.get(insole.link, "live" if insole.mode == "live" else "starting")


def _round(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _text(kind: str, **values: Any) -> str:
    return json.dumps({"v": VERSION, "kind": kind} | values, separators=(",", ":"))
