"""How often somebody may try to sign in: wrong tries make one wait, and never shut out whose account it is.

Tries are counted for an account from an address, and for an address as a whole: a stranger who tries an
account's passwords makes nobody else wait (OWASP ASVS 5.0, 6.1.1 and 6.3.1). Kept in memory, since waiting is
short.
"""

import hashlib
import ipaddress
import math
import threading
import time
from dataclasses import dataclass
from typing import Final

from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from limits.limits import RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

OF_ACCOUNT: Final = (RateLimitItemPerMinute(5, 1), RateLimitItemPerHour(30, 1))
"""Wrong tries at an account from an address: mistyping five times in a minute is rare, and with 30 an hour a
code of six digits is found by chance once in some years."""
OF_ADDRESS: Final = (RateLimitItemPerMinute(30, 1), RateLimitItemPerHour(300, 1))
"""Tries of an address at all accounts: a clinic may have one address."""
_IPV6_HOME_BITS: Final = 64
"""An IPv6 line has a network of its own to choose addresses from (RFC 6177)."""


@dataclass(frozen=True)
class _Key:
    item: RateLimitItem
    names: tuple[str, ...]


class SignInLimits:
    """Counts tries.

    Example:
        >>> limits = SignInLimits()
        >>> [limits.wait_s("home", "192.0.2.7") for _ in range(5)]
        [0, 0, 0, 0, 0]
        >>> limits.wait_s("home", "192.0.2.7") > 0, limits.wait_s("home", "192.0.2.8")
        (True, 0)
    """

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._lock = threading.Lock()

    def wait_s(self, account: str, address: str) -> int:
        """Count a try; how many seconds to wait before it, 0: none. A try that has to wait is not counted.

        Args:
            account: name as it was typed; "" where none was.
            address: of the browser.
        """
        keys = self._keys(account, address)
        with self._lock:
            full = [key for key in keys if not self._limiter.test(key.item, *key.names)]
            if full:
                ends = max(self._limiter.get_window_stats(key.item, *key.names).reset_time for key in full)
                return max(1, math.ceil(ends - time.time()))
            for key in keys:
                self._limiter.hit(key.item, *key.names)
            return 0

    def succeeded(self, account: str, address: str) -> None:
        """A try was right: wrong ones before it no longer count for this account."""
        with self._lock:
            for key in self._keys(account, address):
                if len(key.names) > 1:
                    self._limiter.clear(key.item, *key.names)

    def _keys(self, account: str, address: str) -> list[_Key]:
        where = network_of(address)
        # Of a fixed length, and no name in the memory of a process that may write it to a disk.
        who = hashlib.sha256(" ".join(account.split()).casefold().encode()).hexdigest()[:32]
        of_account = [_Key(item, (who, where)) for item in OF_ACCOUNT] if account.strip() else []
        return of_account + [_Key(item, (where,)) for item in OF_ADDRESS]


def network_of(address: str) -> str:
    """What counts as one address.

    Example:
        >>> network_of("2001:db8::1"), network_of("192.0.2.7"), network_of("testclient")
        ('2001:db8::/64', '192.0.2.7', 'testclient')
    """
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:80]
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, _IPV6_HOME_BITS), strict=False))
