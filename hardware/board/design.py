"""The circuit of the main board: parts, nets, the module's pins and where each part sits.

Placement in millimetres, origin at the board's upper left corner (antenna edge up), x right, y down;
rotation in degrees against the clock. Each part names the net of each connected pin; pins that are left out
are unconnected.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hardware.board.catalogue import KINDS, Kind

WIDTH_MM = 30.0
HEIGHT_MM = 54.0
ANTENNA_MM = 6.0  # from the upper edge: no copper on any layer
CORNER_MM = 1.5

GROUND = "GND"
SUPPLY = "+3V3"
SENSORS = 16

# What the firmware calls each pin of the module, and the net that must reach it.
FIRMWARE_PINS: dict[str, tuple[str, ...]] = {
    "MUX_SELECT_PINS": ("MUX_S0", "MUX_S1", "MUX_S2", "MUX_S3"),
    "MUX_ENABLE_PIN": ("MUX_OFF",),
    "ADC_PIN": ("FORCE_ADC",),
    "BATTERY_ADC_PIN": ("BATTERY_SENSE",),
    "CHARGING_PIN": ("CHARGING_N",),
    "I2C_SDA_PIN": ("SDA",),
    "I2C_SCL_PIN": ("SCL",),
    "IMU_INTERRUPT_PIN": ("IMU_INT",),
    "SD_SCK_PIN": ("SD_SCK",),
    "SD_MOSI_PIN": ("SD_MOSI",),
    "SD_MISO_PIN": ("SD_MISO",),
    "SD_CS_PIN": ("SD_CS",),
    "LED_PIN": ("LED",),
    "BUTTON_PIN": ("BUTTON",),
}

# Pad of the module for each GPIO number (ESP32-S3-WROOM-1 data sheet, pin definitions).
MODULE_PADS: dict[int, str] = {
    0: "27", 1: "39", 2: "38", 3: "15", 4: "4", 5: "5", 6: "6", 7: "7", 8: "12", 9: "17", 10: "18",
    11: "19", 12: "20", 13: "21", 14: "22", 15: "8", 16: "9", 17: "10", 18: "11", 19: "13", 20: "14",
    21: "23", 35: "28", 36: "29", 37: "30", 38: "31", 39: "32", 40: "33", 41: "34", 42: "35", 43: "37",
    44: "36", 45: "26", 46: "16", 47: "24", 48: "25",
}  # fmt: skip

# GPIO of each of the module's nets: the one home of the pin map.
PIN_MAP: dict[int, str] = {
    0: "BUTTON", 4: "MUX_S0", 5: "MUX_S1", 6: "MUX_S2", 7: "MUX_S3", 9: "BATTERY_SENSE", 10: "FORCE_ADC",
    11: "SD_MOSI", 12: "SD_SCK", 13: "SD_MISO", 14: "SD_CS", 15: "XTAL_P", 16: "XTAL_N", 17: "MUX_OFF",
    18: "CHARGING_N", 19: "USB_DN", 20: "USB_DP", 21: "IMU_INT", 38: "LED", 43: "TXD", 44: "RXD", 47: "SDA",
    48: "SCL",
}  # fmt: skip

# Multiplexer channel of each sensor (layout index): neighbours on the tail are neighbours on the package, so
# that no two tracks need to cross.
MUX_CHANNEL: tuple[int, ...] = (7, 6, 5, 4, 3, 2, 1, 0, 8, 9, 10, 11, 12, 13, 14, 15)
MUX_CHANNEL_PADS: tuple[str, ...] = (
    "9", "8", "7", "6", "5", "4", "3", "2", "23", "22", "21", "20", "19", "18", "17", "16",
)  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One part: reference, kind, value, nets of its pins, its place and the group it is drawn in."""

    reference: str
    kind_name: str
    value: str
    group: str
    nets: Mapping[str, str]
    x_mm: float
    y_mm: float
    turned: int = 0

    @property
    def kind(self) -> Kind:
        """Its entry in the catalogue."""
        return KINDS[self.kind_name]


@dataclass(frozen=True)
class Design:
    """All parts of one board."""

    parts: tuple[Part, ...]

    def part(self, reference: str) -> Part:
        """The part of that reference.

        Raises:
            KeyError: there is none.
        """
        for part in self.parts:
            if part.reference == reference:
                return part
        raise KeyError(reference)

    def nets(self) -> dict[str, list[tuple[str, str]]]:
        """Reference and pin of every connection, by net."""
        found: dict[str, list[tuple[str, str]]] = {}
        for part in self.parts:
            for pin, net in part.nets.items():
                found.setdefault(net, []).append((part.reference, pin))
        return found

    def without(self, reference: str) -> "Design":
        """The same board less one part."""
        return Design(tuple(p for p in self.parts if p.reference != reference))

    def moved(self, reference: str, x_mm: float, y_mm: float) -> "Design":
        """The same board with one part elsewhere."""
        return Design(
            tuple(replace(p, x_mm=x_mm, y_mm=y_mm) if p.reference == reference else p for p in self.parts)
        )


def design() -> Design:
    """The board of revision 1."""
    return Design((*_processor(), *_front_end(), *_storage_and_motion(), *_power(), *_usb(), *_test_pads()))


def _two(
    reference: str, kind: str, group: str, first: str, second: str, x: float, y: float, turned: int = 0
) -> Part:
    """A part with two pins, 1 and 2; its value is its kind."""
    return Part(reference, kind, kind, group, {"1": first, "2": second}, x, y, turned)


def _processor() -> tuple[Part, ...]:
    nets = {MODULE_PADS[gpio]: net for gpio, net in PIN_MAP.items()}
    nets |= {"1": GROUND, "40": GROUND, "41": GROUND, "2": SUPPLY, "3": "EN"}
    group = "Processor"
    return (
        Part("U1", "module", "ESP32-S3-WROOM-1-N8", group, nets, 15.0, 12.8),
        _two("C1", "10u", group, SUPPLY, GROUND, 3.6, 7.3, 180),
        _two("C2", "100n", group, SUPPLY, GROUND, 4.2, 8.8, 180),
        _two("R1", "10k", group, SUPPLY, "EN", 1.9, 10.1),
        _two("C3", "1u", group, "EN", GROUND, 4.2, 10.1, 180),
        Part("Y1", "crystal", "32.768 kHz", group, {"1": "XTAL_P", "2": "XTAL_N"}, 3.6, 17.1, 90),
        _two("C4", "18p", group, "XTAL_P", GROUND, 3.6, 14.3, 180),
        _two("C5", "18p", group, "XTAL_N", GROUND, 3.6, 19.9, 180),
        Part("SW1", "button", "B3U-1000P", group, {"1": "BUTTON", "2": GROUND}, 27.4, 9.2),
        _two("R2", "10k", group, SUPPLY, "BUTTON", 26.4, 11.6, 180),
        Part("D1", "led", "green", group, {"1": GROUND, "2": "LED_A"}, 27.4, 13.2, 180),
        _two("R3", "1k", group, "LED", "LED_A", 26.4, 14.8),
    )


def _front_end() -> tuple[Part, ...]:
    group = "Front end"
    mux = {MUX_CHANNEL_PADS[channel]: f"SENSOR{sensor}" for sensor, channel in enumerate(MUX_CHANNEL)}
    mux |= {"1": "SENSE", "10": "MUX_S0", "11": "MUX_S1", "14": "MUX_S2", "13": "MUX_S3", "15": "MUX_OFF"}
    mux |= {"24": SUPPLY, "12": GROUND}
    tail = {str(sensor + 2): f"SENSOR{sensor}" for sensor in range(SENSORS)}
    tail |= {"1": GROUND, "18": GROUND, "MP": GROUND}
    amplifier = {"1": "FORCE_OUT", "2": GROUND, "3": "VREF", "4": "SENSE", "5": SUPPLY}
    return (
        Part("J1", "sheet_connector", "sensor sheet", group, tail, 5.0, 35.3, 270),
        Part("U2", "mux", "CD74HC4067SM", group, mux, 15.0, 36.2),
        _two("C6", "100n", group, SUPPLY, GROUND, 18.6, 31.1),
        _two("R24", "100k", group, SUPPLY, "MUX_OFF", 20.25, 36.6, 270),
        Part("U3", "amplifier", "MCP6001", group, amplifier, 11.0, 28.5, 270),
        _two("C7", "100n", group, SUPPLY, GROUND, 14.0, 29.7),
        _two("R15", "6.8k", group, "SENSE", "FORCE_OUT", 8.6, 27.3, 90),
        _two("C8", "47p", group, "SENSE", "FORCE_OUT", 8.6, 29.2, 90),
        _two("R16", "100", group, "FORCE_OUT", "FORCE_ADC", 14.0, 26.8),
        _two("C9", "100p", group, "FORCE_ADC", GROUND, 14.0, 27.75),
        Part("U4", "reference", "REF3312", group, {"1": SUPPLY, "2": "V1250", "3": GROUND}, 17.2, 28.6, 90),
        _two("C10", "1u", group, SUPPLY, GROUND, 16.6, 31.1),
        _two("R17", "402k 0.1%", group, "V1250", "VREF", 19.6, 29.3, 90),
        _two("R18", "100k 0.1%", group, "VREF", GROUND, 19.6, 27.3, 90),
        _two("C11", "100n", group, "VREF", GROUND, 14.0, 28.7),
    )


def _storage_and_motion() -> tuple[Part, ...]:
    group = "Storage and motion"
    card = {"1": "SD_D2", "2": "SD_CS", "3": "SD_SCK", "4": GROUND, "5": "SD_MOSI", "6": "SD_MISO"}
    card |= {"7": "SD_D1", "8": SUPPLY}
    imu = {"1": GROUND, "2": GROUND, "3": GROUND, "4": "IMU_INT", "5": SUPPLY, "6": GROUND, "7": GROUND}
    imu |= {"8": SUPPLY, "12": SUPPLY, "13": "SCL", "14": "SDA"}
    gauge = {"1": GROUND, "2": "VBAT", "3": "VBAT", "4": GROUND, "6": GROUND, "7": "SCL", "8": "SDA"}
    gauge |= {"9": GROUND}
    return (
        Part("U5", "storage", "XTSD01G", group, card, 25.2, 30.0),
        _two("C12", "100n", group, SUPPLY, GROUND, 28.4, 26.1, 180),
        _two("C13", "10u", group, SUPPLY, GROUND, 27.6, 24.7, 180),
        _two("R19", "10k", group, SUPPLY, "SD_CS", 21.6, 34.0),
        _two("R21", "10k", group, SUPPLY, "SD_D2", 23.6, 34.0, 180),
        _two("R22", "10k", group, SUPPLY, "SD_MISO", 25.6, 34.0),
        _two("R20", "10k", group, SUPPLY, "SD_D1", 28.2, 34.0),
        Part("U6", "imu", "LSM6DSO", group, imu, 27.6, 36.6),
        _two("C14", "100n", group, SUPPLY, GROUND, 26.6, 38.7),
        _two("C15", "100n", group, SUPPLY, GROUND, 28.7, 38.7, 180),
        Part("U7", "gauge", "MAX17048", group, gauge, 23.4, 36.5),
        _two("C16", "100n", group, "VBAT", GROUND, 21.25, 36.6, 90),
        _two("R13", "4.7k", group, SUPPLY, "SDA", 22.0, 38.5),
        _two("R14", "4.7k", group, SUPPLY, "SCL", 24.2, 38.5),
    )


def _power() -> tuple[Part, ...]:
    group = "Power"
    charger = {"1": "CHARGING_N", "2": GROUND, "3": "VBAT", "4": "VBUS", "5": "PROG"}
    protector = {"1": "CUT_DISCHARGE", "2": "PROTECT_CS", "3": "CUT_CHARGE", "5": "PROTECT_VCC", "6": "BAT_N"}
    switch = {"1": "BAT_N", "2": "PROTECT_D", "3": GROUND, "4": "CUT_CHARGE", "5": "PROTECT_D"}
    switch |= {"6": "CUT_DISCHARGE"}
    regulator = {"1": "VSYS", "2": GROUND, "3": "VSYS", "5": SUPPLY}
    return (
        Part("U10", "regulator", "AP2112K-3.3", group, regulator, 20.9, 42.25),
        _two("C17", "10u", group, "VSYS", GROUND, 17.2, 41.4, 180),
        _two("C18", "10u", group, SUPPLY, GROUND, 24.5, 41.3),
        Part("Q2", "path_switch", "AO3401A", group, {"1": "VBUS", "2": "VSYS", "3": "VBAT"}, 28.0, 41.5),
        _two("R8", "100k", group, "VBUS", GROUND, 24.2, 39.9, 180),
        Part("D2", "path_diode", "B5819W", group, {"1": "VSYS", "2": "VBUS"}, 17.2, 46.0, 270),
        Part("U8", "charger", "MCP73832-2", group, charger, 20.9, 45.8),
        _two("R6", "10k", group, "PROG", GROUND, 21.2, 39.9, 180),
        _two("C19", "10u", group, "VBUS", GROUND, 20.9, 50.0, 180),
        _two("C20", "10u", group, "VBAT", GROUND, 20.9, 48.4),
        _two("R7", "100k", group, SUPPLY, "CHARGING_N", 17.3, 52.3),
        Part("U9", "protector", "DW01A", group, protector, 24.8, 45.5, 90),
        Part("Q1", "protector_switch", "FS8205A", group, switch, 28.25, 45.5, 90),
        _two("C22", "100n", group, "PROTECT_VCC", "BAT_N", 24.5, 42.95, 180),
        _two("R9", "100", group, "VBAT", "PROTECT_VCC", 20.5, 51.5),
        _two("R10", "1k", group, "PROTECT_CS", GROUND, 20.5, 52.5, 180),
        Part(
            "J3", "battery_connector", "battery", group, {"1": "VBAT", "2": "BAT_N", "MP": GROUND}, 26.2, 50.8
        ),
        _two("R11", "1M", group, "VBAT", "BATTERY_SENSE", 17.3, 49.3, 180),
        _two("R12", "1M", group, "BATTERY_SENSE", GROUND, 17.3, 50.3),
        _two("C23", "100n", group, "BATTERY_SENSE", GROUND, 17.3, 51.3),
    )


def _usb() -> tuple[Part, ...]:
    group = "USB"
    plug = dict.fromkeys(("A1", "A12", "B1", "B12", "S1"), GROUND)
    plug |= dict.fromkeys(("A4", "A9", "B4", "B9"), "VBUS")
    plug |= {"A5": "CC1", "B5": "CC2", "A6": "USB_DP", "B6": "USB_DP", "A7": "USB_DN", "B7": "USB_DN"}
    guard = {"1": "USB_DN", "6": "USB_DN", "3": "USB_DP", "4": "USB_DP", "2": GROUND, "5": "VBUS"}
    return (
        Part("J2", "usb", "USB-C", group, plug, 10.5, 50.7),
        Part("U11", "usb_guard", "USBLC6-2SC6", group, guard, 10.5, 42.9, 90),
        _two("C21", "100n", group, "VBUS", GROUND, 6.8, 43.9, 180),
        _two("R4", "5.1k", group, "CC1", GROUND, 14.0, 44.0),
        _two("R5", "5.1k", group, "CC2", GROUND, 14.0, 43.0),
    )


def _test_pads() -> tuple[Part, ...]:
    places = {
        SUPPLY: (26.2, 17.4), GROUND: (28.6, 17.4), "TXD": (26.2, 19.7), "RXD": (28.6, 19.7),
        "VBAT": (1.2, 49.3), "VSYS": (1.2, 47.1), "VBUS": (1.2, 44.9), "EN": (1.4, 12.2),
        "VREF": (1.5, 24.6), "FORCE_OUT": (4.0, 24.6),
    }  # fmt: skip
    return tuple(
        Part(f"TP{number}", "test_pad", net, "Test pads", {"1": net}, x, y)
        for number, (net, (x, y)) in enumerate(places.items(), 1)
    )
