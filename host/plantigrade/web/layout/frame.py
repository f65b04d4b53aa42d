"""What every template finds beside its own values."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any, Final

from plantigrade.library.catalogue.audit import SERVICE, acting_as
from plantigrade.library.entries import Filter
from plantigrade.service.alerts.life import AlertState, LivingAlert
from plantigrade.service.events import InsoleState, LinkState
from plantigrade.service.status import ServiceStatus
from plantigrade.web.accounts.rights import Action, Role, kinds_shown
from plantigrade.web.formats import formats_of
from plantigrade.web.layout.navigation import ABOUT_A_PERSON, navigation_of
from plantigrade.web.layout.strip import Facts, Homes, OpenAlerts, Strip, strip_of
from plantigrade.web.site import NoServiceError, SignedIn
from plantigrade.web.visit import Visit

_QUIET: Final = (AlertState.SNOOZED, AlertState.SILENCED)
OfPeople = dict[str, tuple[tuple[LivingAlert, AlertState], ...]]


def frame_of(
    visit: Visit, signed_in: SignedIn | None, nonce: str, paths: Collection[str] = ()
) -> dict[str, Any]:
    """Words, formats, account, navigation, status strip, and the secrets of this response and session.

    Args:
        visit: the request.
        signed_in: whose session it is.
        nonce: of the response.
        paths: of all pages: the navigation leads to what there is.
    """
    account = visit.account
    about = person_in_view(visit)
    reachable = _reachable(visit, paths)
    return {
        "words": visit.words,
        "formats": formats_of(visit),
        "nonce": nonce,
        "account": account,
        "person": visit.person,
        "path": visit.path,
        "now": visit.now,
        "form_token": visit.form_token,
        "theme": signed_in.theme if signed_in else "",
        "text_size": signed_in.text_size if signed_in else "",
        "nav": None if account is None else navigation_of(account, visit.path, about, reachable),
        "strip": None if account is None else strip_for(visit),
    }


def person_in_view(visit: Visit) -> str:
    """Code of another person whom the page is about and whose data the reader may see; "" where there is
    none."""
    person, account = visit.person, visit.account
    if account is None or person is None or person == account.person:
        return ""
    return person if visit.may(Action.SEE) else ""


def _reachable(visit: Visit, paths: Collection[str]) -> Collection[str]:
    """Addresses of pages without those of a person who does not share what they show."""
    if not visit.sees_a_part:
        return paths
    given = visit.shared_kinds[visit.person or ""]
    return [path for path in paths if path not in ABOUT_A_PERSON or given >= kinds_shown(path)]


def strip_for(visit: Visit) -> Strip:
    """The status strip of a reader. A bridge that does not answer is shown as one that does not run."""
    site = visit.site
    try:
        status = site.status()
        alerts = None if status is None else site.in_loop(lambda found: dict(found.live.open_states()))
    except NoServiceError:
        status, alerts = None, None
    facts = _facts(visit, status, alerts)
    looks_after_it = bool(visit.who.roles & {Role.OWNER, Role.ENGINEER})
    has_bridge = not visit.site.settings.of_clinic
    return strip_of(replace(facts, tells_problems=looks_after_it, has_bridge=has_bridge), visit.words)


def _facts(visit: Visit, status: ServiceStatus | None, alerts: OfPeople | None) -> Facts:
    account, about = visit.who, person_in_view(visit)
    insoles = () if status is None else status.insoles
    if about in visit.shared_with:
        own = tuple(one for one in insoles if one.person == about)
        return Facts(status, own, _open(alerts, [about]), None, visit.zone, not own, about)
    if account.person is not None:
        return Facts(status, _own(insoles, account.person), _open(alerts, [account.person]), zone=visit.zone)
    if Role.CLINICIAN in account.roles:
        mine = tuple(one for one in insoles if one.person in visit.shared_with)
        return Facts(status, mine, _open(alerts, visit.shared_with), _homes(visit, mine), visit.zone)
    # Engineers and owners see how the insoles are, and of alerts that there are some, not whose.
    return Facts(status, insoles, _open(alerts, alerts or ()), zone=visit.zone)


def _own(insoles: tuple[InsoleState, ...], person: str) -> tuple[InsoleState, ...]:
    """Those of a person; those of nobody where there are none: a first pair that nobody has claimed."""
    own = tuple(one for one in insoles if one.person == person)
    return own or tuple(one for one in insoles if one.person is None)


def _open(alerts: OfPeople | None, people: Iterable[str]) -> OpenAlerts | None:
    if alerts is None:
        return None
    found = [pair for person in people for pair in alerts.get(person, ())]
    raised = [alert for alert, state in found if state is AlertState.RAISED and alert.shown]
    asleep = sum(state in _QUIET for _, state in found)
    return OpenAlerts(len(raised), asleep, any(alert.critical for alert in raised))


def _homes(visit: Visit, insoles: tuple[InsoleState, ...]) -> Homes:
    """From how many of the people something came today."""
    today = visit.now.replace(hour=0, minute=0, second=0, microsecond=0)
    with acting_as(SERVICE):
        sent = {entry.person for entry in visit.site.library.find(Filter(since=today))}
    sent |= {one.person for one in insoles if one.link is not LinkState.SEARCHING}
    return Homes(len(sent & visit.shared_with), len(visit.shared_with))
