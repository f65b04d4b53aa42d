"""What leaves this computer for other programs, and where to: DATA/service/settings.toml, and every figure.

Without its sections [mqtt] and [lsl] nothing is sent.
"""

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from plantigrade.errors import FileError
from plantigrade.service.settings_file import section_of, settings_file

MOST_WAITING: Final = 2000
"""Events that wait for the broker: a quarter of an hour of strides of both feet. The oldest make way, and are
counted. States do not queue: the newest counts."""
FIRST_RETRY_S: Final = 1.0
LONGEST_RETRY_S: Final = 60.0
"""Between attempts to connect: a broker that restarts is found within seconds, and one that is gone for days
is not asked each second."""
REPLY_TIMEOUT_S: Final = 10.0
"""For the broker's answer to one message."""
KEEP_ALIVE_S: Final = 30
"""After one and a half times as long of silence the broker says that we are gone."""
FACTS_PERIOD_S: Final = 60.0
"""How often a person's day is read for Home Assistant."""
STATE_PERIOD_S: Final = 5.0
"""The state of an insole at most this often, unless its link, charging or faults change."""
PLAIN_PORT: Final = 1883
TLS_PORT: Final = 8883
KEYRING_SERVICE: Final = "plantigrade-mqtt"
_READABLE_BY_OTHERS: Final = 0o077


@dataclass(frozen=True)
class MqttSettings:
    """The section [mqtt].

    Attributes:
        host, port: of the broker.
        tls: whether the connection is encrypted; only a broker on this computer may do without.
        ca_file: certificate of the authority that vouches for the broker; None: those of the system.
        cert_file, key_file: this computer's own certificate, where the broker asks for one.
        user, password: as the broker asks for them; the password is read from a file or the keyring.
        topic: what topics begin with.
        discovery: what topics of Home Assistant's discovery begin with; "" for no discovery.
        health_values: whether steps, hours of wear, strides and alerts are sent, of those who allow it.
    """

    host: str
    port: int
    tls: bool
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    topic: str = "plantigrade"
    discovery: str = "homeassistant"
    health_values: bool = False


@dataclass(frozen=True)
class LslSettings:
    """The section [lsl]: `reach` is "computer" or "network"."""

    reach: str = "computer"


@dataclass(frozen=True)
class PublishSettings:
    """What is passed on to other programs; None where nothing is."""

    mqtt: MqttSettings | None = None
    lsl: LslSettings | None = None


def read_settings(data: Path, keyring: Callable[[str, str], str | None] | None = None) -> PublishSettings:
    """The settings of a data folder; without a file, or without its sections, nothing is passed on.

    Args:
        data: the data folder.
        keyring: gives the password of (service, user); by default the operating system's.

    Raises:
        FileError: the file cannot be read, or says something that makes no sense; the text says which key it
            is and what is possible, and never holds a password.
    """
    path, mqtt = settings_file(data), section_of(data, "mqtt")
    return PublishSettings(
        None if mqtt is None else _Section(path, mqtt, keyring or _ask_keyring).mqtt(),
        _lsl(path, section_of(data, "lsl")),
    )


def _lsl(path: Path, values: Mapping[str, Any] | None) -> LslSettings | None:
    if values is None:
        return None
    if unknown := set(values) - {"reach"}:
        raise FileError(path, f"[lsl] {min(unknown)} is not known; there is reach")
    reach = values.get("reach", "computer")
    if reach not in ("computer", "network"):
        raise FileError(path, '[lsl] reach is "computer" or "network"')
    return LslSettings(reach)


_KEYS: Final[Mapping[str, type]] = {
    "host": str, "port": int, "tls": bool, "ca_file": str, "cert_file": str, "key_file": str, "user": str,
    "password_file": str, "keyring": bool, "topic": str, "discovery": str, "health_values": bool,
}  # fmt: skip
_KINDS: Final = {str: 'a text, such as "abc"', int: "a whole number", bool: "true or false"}


class _Section:
    def __init__(
        self, path: Path, values: Mapping[str, Any], keyring: Callable[[str, str], str | None]
    ) -> None:
        self._path = path
        self._values = values
        self._keyring = keyring

    def mqtt(self) -> MqttSettings:
        for key, value in self._values.items():
            kind = _KEYS.get(key)
            if kind is None:
                hint = "; a password goes into a file of its own, see password_file" * (key == "password")
                raise self._problem(key, f"is not known; there are {', '.join(_KEYS)}{hint}")
            if type(value) is not kind:
                raise self._problem(key, f"is {_KINDS[kind]}")
        host = self._values.get("host", "")
        if not host:
            raise self._problem("host", "is missing: the name or address of the broker")
        tls = self._values.get("tls", not _is_this_computer(host))
        if not tls and not _is_this_computer(host):
            raise self._problem(
                "tls", f"cannot be false for {host}: only a broker on this computer may do without"
            )
        port = self._values.get("port", TLS_PORT if tls else PLAIN_PORT)
        if not 1 <= port <= 65535:
            raise self._problem("port", "is between 1 and 65535")
        return MqttSettings(
            host=host,
            port=port,
            tls=tls,
            ca_file=self._file("ca_file"),
            cert_file=self._file("cert_file"),
            key_file=self._file("key_file"),
            user=self._values.get("user"),
            password=self._password(),
            topic=self._topic("topic", "plantigrade", may_be_empty=False),
            discovery=self._topic("discovery", "homeassistant", may_be_empty=True),
            health_values=self._values.get("health_values", False),
        )

    def _problem(self, key: str, problem: str) -> FileError:
        return FileError(self._path, f"[mqtt] {key} {problem}")

    def _file(self, key: str) -> Path | None:
        name = self._values.get(key)
        if name is None:
            return None
        path = self._path.parent / Path(name).expanduser()
        if not path.is_file():
            raise self._problem(key, f"names {path}, which is no file")
        return path

    def _topic(self, key: str, usual: str, *, may_be_empty: bool) -> str:
        topic: str = self._values.get(key, usual).strip("/")
        if (not topic and not may_be_empty) or any(sign in topic for sign in "+#\0") or len(topic) > 100:
            raise self._problem(key, "is the beginning of a topic, such as home/plantigrade, without + and #")
        return topic

    def _password(self) -> str | None:
        user = self._values.get("user")
        path = self._file("password_file")
        if path is None and not self._values.get("keyring", False):
            return None
        if not user:
            raise self._problem("user", "is missing: a password belongs to a user")
        if path is None:
            password = self._keyring(KEYRING_SERVICE, user)
            if password is None:
                raise self._problem(
                    "keyring",
                    f"has no password of {user}; set it with: keyring set {KEYRING_SERVICE} {user}",
                )
            return password
        if os.name == "posix" and path.stat().st_mode & _READABLE_BY_OTHERS:
            raise self._problem("password_file", f"can be read by others: chmod 600 {path}")
        try:
            return path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            raise self._problem("password_file", f"cannot be read: {error}") from error


def _is_this_computer(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _ask_keyring(service: str, user: str) -> str | None:
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(service, user)
    except KeyringError:
        return None
