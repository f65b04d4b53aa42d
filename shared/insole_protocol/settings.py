"""The settings of an insole: keys, names, types, ranges, defaults (PROTOCOL.md section 4.4)."""

from insole_protocol import errors

TEXT = 0
NUMBER_8 = 1
NUMBER_16 = 2
MAX_LABEL_BYTES = 20
MAX_VOID_PHONES = 4
PHONE_DIGITS = 8
MAX_FRAMES_OF_A_RECORD = 50


class Setting:
    """One row of the table.

    Attributes:
        key: number on the wire.
        name: name in files and on the command line.
        kind: TEXT, NUMBER_8 or NUMBER_16; the numbers' values are their bytes on the wire.
        default: value before anyone sets it.
        lowest, highest: bounds, inclusive; of a text those of its length in bytes.
        choices: all values allowed, where the bounds do not say it; else empty.
    """

    def __init__(
        self,
        key: int,
        name: str,
        kind: int,
        default: "int | str",
        lowest: int,
        highest: int,
        choices: "tuple[int, ...]" = (),
    ) -> None:
        self.key = key
        self.name = name
        self.kind = kind
        self.default = default
        self.lowest = lowest
        self.highest = highest
        self.choices = choices

    def allows(self, value: object) -> bool:
        """Whether `value` is of the right type and in range."""
        if self.kind == TEXT:
            return isinstance(value, str) and self.lowest <= len(value.encode()) <= self.highest
        if not isinstance(value, int) or isinstance(value, bool):
            return False
        return value in self.choices if self.choices else self.lowest <= value <= self.highest

    @property
    def allowed(self) -> str:
        """What is allowed, as text."""
        if self.kind == TEXT:
            return "text of at most %d bytes" % self.highest
        if self.choices:
            return ", ".join([str(choice) for choice in self.choices])
        return "%d to %d" % (self.lowest, self.highest)


TABLE = (
    Setting(1, "side", NUMBER_8, 255, 0, 255, (0, 1, 255)),
    Setting(2, "boot_mode", NUMBER_8, 1, 0, 2),
    Setting(3, "live_frames", NUMBER_8, 5, 1, 25),
    Setting(4, "daily_frames", NUMBER_8, 40, 5, MAX_FRAMES_OF_A_RECORD),
    Setting(5, "log_full", NUMBER_8, 0, 0, 1),
    Setting(6, "live_advertising_ms", NUMBER_16, 100, 20, 10240),
    Setting(7, "daily_advertising_ms", NUMBER_16, 1000, 20, 10240),
    Setting(8, "led", NUMBER_8, 1, 0, 1),
    Setting(9, "label", TEXT, "", 0, MAX_LABEL_BYTES),
    Setting(10, "void_phones", TEXT, "", 0, MAX_VOID_PHONES * PHONE_DIGITS),
    Setting(11, "acceleration_range_g", NUMBER_8, 16, 2, 16, (2, 4, 8, 16)),
    Setting(12, "angular_rate_range_deg_s", NUMBER_16, 2000, 250, 2000, (250, 500, 1000, 2000)),
)


def find(key: int) -> Setting:
    """The row with this key.

    Raises:
        ValueRangeError: there is none.
    """
    for setting in TABLE:
        if setting.key == key:
            return setting
    raise errors.ValueRangeError("there is no setting %d" % key)


def encode(setting: Setting, value: "int | str") -> bytes:
    """A value as the bytes of GET_SETTING and SET_SETTING: little-endian number or UTF-8.

    Raises:
        ValueRangeError: the setting may not have this value.
    """
    if not setting.allows(value):
        raise errors.ValueRangeError("%s: allowed is %s" % (setting.name, setting.allowed))
    return value.encode() if isinstance(value, str) else value.to_bytes(setting.kind, "little")


def decode(setting: Setting, data: bytes) -> "int | str":
    """The value in `data`.

    Raises:
        MessageLengthError: not as many bytes as the type has.
        ValueRangeError: value out of range, or text that is not UTF-8.
    """
    value: "int | str"
    if setting.kind == TEXT:
        try:
            value = str(bytes(data), "utf-8")
        except (UnicodeError, ValueError):
            raise errors.ValueRangeError("%s is not UTF-8" % setting.name) from None
    else:
        if len(data) != setting.kind:
            raise errors.MessageLengthError(
                "%s has %d bytes, not %d" % (setting.name, setting.kind, len(data))
            )
        value = int.from_bytes(data, "little")
    if not setting.allows(value):
        raise errors.ValueRangeError("%s: allowed is %s" % (setting.name, setting.allowed))
    return value
