"""How long which version gets security updates. Dates have their home here; SECURITY.md repeats them.

A period may be prolonged, never shortened. It is no longer than that of what is beneath: an insole rests on
ESP-IDF 5.5, which Espressif supports for 30 months after its first release in July 2025, until January 2028
(its SUPPORT_POLICY.md).
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

REVIEWED: Final = date(2026, 11, 29)
"""When somebody last looked at SECURITY.md, its contacts and these dates."""
REVIEW_DAYS: Final = 364
"""RFC 9116 recommends that security.txt expires within less than a year (section 2.5.5)."""
_LINE: Final = re.compile(r"v?(\d+\.\d+)(?:\.\d+)?(?:[+-].*)?")


@dataclass(frozen=True)
class Support:
    """The support of a line of versions.

    Attributes:
        line: "0.1" stands for 0.1.0, 0.1.1 and so on.
        until: the last day on which a security update may still be expected; None where none was promised.
    """

    line: str
    until: date | None

    def has_ended(self, today: date) -> bool:
        """Whether that day is over."""
        return self.until is not None and today > self.until

    def text(self, today: date) -> str:
        """For people.

        Example:
            >>> Support("0.1", date(2027, 12, 31)).text(date(2028, 1, 1))
            'ended on 2027-12-31'
            >>> Support("9.9", None).text(date(2028, 1, 1))
            'unknown to this version of Plantigrade'
        """
        if self.until is None:
            return "unknown to this version of Plantigrade"
        return f"{'ended on' if self.has_ended(today) else 'until'} {self.until.isoformat()}"


LINES: Final = (Support("0.1", date(2027, 12, 31)),)
"""The newest last."""


def support_of(version: str) -> Support:
    """The support of a version of host or insole.

    Example:
        >>> support_of("0.1.3+safe").until
        datetime.date(2027, 12, 31)
        >>> support_of("a branch of mine")
        Support(line='', until=None)
    """
    found = _LINE.fullmatch(version)
    line = found[1] if found else ""
    return next((one for one in LINES if one.line == line), Support(line, None))


def security_txt_expires() -> date:
    """The last day on which what security.txt says may be relied on.

    That is a year after the review, and never beyond the support of the newest line.
    """
    reviewed_until = REVIEWED + timedelta(days=REVIEW_DAYS)
    newest = LINES[-1].until
    return reviewed_until if newest is None else min(reviewed_until, newest)


def remarks(version: str, today: date, days_ahead: int = 0) -> list[str]:
    """What has run out, or will within some days, so that it does so in nobody's absence.

    Args:
        version: of Plantigrade.
        today: in UTC.
        days_ahead: how early it is told.

    Example:
        >>> remarks("0.1.0", date(2027, 1, 1))
        []
        >>> remarks("0.1.0", date(2028, 1, 1))[0]
        'version 0.1.0: security updates ended on 2027-12-31; take a newer one'
    """
    then, made = today + timedelta(days=days_ahead), list[str]()
    found = support_of(version)
    if found.has_ended(then):
        verb = "ended on" if found.has_ended(today) else "end on"
        made.append(f"version {version}: security updates {verb} {found.until}; take a newer one")
    expires = security_txt_expires()
    if then > expires:
        verb = "expired on" if today > expires else "expires on"
        made.append(f"security.txt and SECURITY.md: what they promise {verb} {expires}; take a newer version")
    return made
