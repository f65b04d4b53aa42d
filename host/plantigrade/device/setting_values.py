"""What the settings of an insole mean, and their values as words: for `plantigrade device set`."""

from collections.abc import Mapping
from typing import Final

from insole_protocol import settings
from insole_protocol.settings import Setting

from plantigrade.errors import PlantigradeError

MEANINGS: Final[Mapping[str, str]] = {
    "side": "the foot; unset: as the insole was made",
    "boot_mode": "mode that it starts in",
    "live_frames": "frames a record in live mode",
    "daily_frames": "frames a record in daily mode",
    "log_full": "what a full log does with its oldest data",
    "live_advertising_ms": "milliseconds between advertisements in live mode",
    "daily_advertising_ms": "milliseconds between advertisements in daily mode",
    "led": "whether it blinks; off: dark but for faults",
    "label": "name for people; empty: as the insole was made",
    "acceleration_range_g": "range of acceleration in g; fast walking reaches 10",
    "angular_rate_range_deg_s": "range of angular rate in degrees/s; fast walking reaches 600",
    "void_phones": "phones that it refuses; `plantigrade keys void-phone` writes it",
}
"""By name; docs/reference/settings.md has them at length."""
NAMED: Final[Mapping[str, Mapping[str, int]]] = {
    "side": {"left": 0, "right": 1, "unset": 255},
    "boot_mode": {"idle": 0, "daily": 1, "live": 2},
    "log_full": {"keep": 0, "overwrite": 1},
    "led": {"off": 0, "on": 1},
}
SHORT: Final[Mapping[str, str]] = {"boot_mode": "mode"}
"""Names of commands that are not those of their settings."""


class SettingError(PlantigradeError):
    """A value that a setting cannot have, or that an insole did not take."""


def command_name(setting: Setting) -> str:
    """Name of the setting's command.

    >>> [command_name(row) for row in settings.TABLE[:3]]
    ['side', 'mode', 'live-frames']
    """
    return SHORT.get(setting.name, setting.name.replace("_", "-"))


def allowed(setting: Setting) -> str:
    """What a setting may be, for people.

    >>> [allowed(settings.find(key)) for key in (1, 2, 3, 11)]
    ['left, right or unset', 'idle, daily or live', '1 to 25', '2, 4, 8 or 16']
    """
    choices = list(NAMED.get(setting.name, {})) or [str(choice) for choice in setting.choices]
    *first, last = choices or [setting.allowed]
    return f"{', '.join(first)} or {last}" if first else last


def value_of(setting: Setting, text: str) -> int | str:
    """The value that a person means: a word, a number or the label.

    >>> value_of(settings.TABLE[0], "Left"), value_of(settings.TABLE[2], "5")
    (0, 5)

    Raises:
        SettingError: the setting cannot be that.
    """
    value: int | str = text
    if setting.kind != settings.TEXT:
        named = NAMED.get(setting.name, {})
        value = named.get(text.strip().lower(), text)
        if isinstance(value, str) and value.strip().isdecimal():
            value = int(value)
    if not setting.allows(value):
        raise SettingError(
            f"{command_name(setting)} cannot be {text!r}; it is {allowed(setting)}: {MEANINGS[setting.name]}"
        )
    return value


def word_of(setting: Setting, value: int | str) -> str:
    """A value for people.

    >>> word_of(settings.TABLE[0], 255), word_of(settings.TABLE[8], "")
    ('unset', 'empty')
    """
    for word, number in NAMED.get(setting.name, {}).items():
        if number == value:
            return word
    return str(value) or "empty"
