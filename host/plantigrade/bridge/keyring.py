"""The keys of insoles that are at hand: where they are stored is the library's affair."""

from collections.abc import Collection, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final, Protocol

from plantigrade.link.sealed_records import RecordOpener


class Keyring(Protocol):
    """What a bridge asks for."""

    @property
    def host(self) -> int:
        """Identifier of this host, below 2**64: that of its library."""
        ...

    def serials(self) -> Collection[str]:
        """Serial numbers, in upper-case digits, of the insoles that were given keys."""
        ...

    def device_keys(self) -> Mapping[str, Sequence[bytes]]:
        """Device keys by serial number: one, or two while nobody knows which of them the insole holds.

        Raises:
            PlantigradeError: they cannot be read.
        """
        ...

    def log_keys(self, serial: str) -> Sequence[bytes]:
        """Log keys of an insole, the present one and those before.

        Raises:
            PlantigradeError: they cannot be read.
        """
        ...


@dataclass(frozen=True)
class KeysInMemory:
    """Keys that somebody handed over.

    >>> keyring = KeysInMemory(devices={"00007CDFA1000102": bytes(32)})
    >>> list(keyring.device_keys())
    ['00007CDFA1000102']
    """

    devices: Mapping[str, bytes] = field(default_factory=dict[str, bytes], repr=False)
    logs: Mapping[str, Sequence[bytes]] = field(default_factory=dict[str, Sequence[bytes]], repr=False)
    host: int = 0

    def serials(self) -> Collection[str]:
        """As `Keyring`."""
        return self.devices.keys()

    def device_keys(self) -> Mapping[str, Sequence[bytes]]:
        """As `Keyring`."""
        return {serial: (key,) for serial, key in self.devices.items()}

    def log_keys(self, serial: str) -> Sequence[bytes]:
        """As `Keyring`."""
        return self.logs.get(serial, ())


SERIAL_END_DIGITS: Final = 6
"""By which people and advertisements name an insole."""


def is_taken_for_locked(keyring: Keyring, serial: str) -> bool:
    """Whether an insole that was given keys has this serial number, or one with the same end, by which people
    would take the one for the other.

    >>> keyring = KeysInMemory(devices={"00007CDFA1000102": bytes(32)})
    >>> is_taken_for_locked(keyring, "FFFFFFFFFF000102"), is_taken_for_locked(keyring, "00007CDFA1000103")
    (True, False)
    """
    end = serial[-SERIAL_END_DIGITS:]
    return any(known.endswith(end) for known in keyring.serials())


_NO_KEYS: Keyring = KeysInMemory()
keys_at_hand: ContextVar[Keyring] = ContextVar("keys_at_hand", default=_NO_KEYS)
"""Of whoever runs: the command line sets it to the keys of the library that its options name."""


def opener_for(keyring: Keyring, serial: str, capabilities: int = 0) -> RecordOpener:
    """Opens the records of an insole; one that has a log key must have sealed them."""
    keys = keyring.log_keys(serial)
    return RecordOpener(keys, only_sealed=bool(keys), capabilities=capabilities)
