"""What every template finds beside its own values."""

from typing import Any

from plantigrade.web.formats import formats_of
from plantigrade.web.layout.navigation import navigation_of
from plantigrade.web.layout.strip import Strip, strip_of
from plantigrade.web.site import NoServiceError, SignedIn
from plantigrade.web.visit import Visit


def frame_of(visit: Visit, signed_in: SignedIn | None, nonce: str) -> dict[str, Any]:
    """Words, formats, account, navigation, status strip, and the secrets of this response and session."""
    account = visit.account
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
        "nav": None if account is None else navigation_of(account),
        "strip": None if account is None else strip_for(visit),
    }


def strip_for(visit: Visit) -> Strip:
    """The status strip of a reader. A bridge that does not answer is shown as one that does not run."""
    site, person = visit.site, visit.who.person
    try:
        status = site.status()
        open_of = {} if status is None else site.in_loop(lambda found: dict(found.live.alerts_open()))
    except NoServiceError:
        status, open_of = None, dict[str, int]()
    return strip_of(status, open_of.get(person or "", 0), visit.words)
