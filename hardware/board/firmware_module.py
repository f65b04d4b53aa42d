"""The firmware's constants of this board, from its design: `python -m hardware.board.firmware_module`."""

import re
import sys
from pathlib import Path

from hardware.analog.circuit import TOML, load
from hardware.board.design import FIRMWARE_PINS, MODULE_PADS, MUX_CHANNEL, PIN_MAP
from hardware.board.sexpr import atoms, children, need
from hardware.board.sexpr import load as load_expression

MODULE = Path(__file__).parents[2] / "firmware" / "boards" / "esp32s3_r1.py"
SETTLE_US = 60
IMU_ADDRESS = 0x6A  # SDO/SA0 is tied to ground
GAUGE_ADDRESS = 0x36  # MAX17048: fixed


def gpio(net: str) -> int:
    """The module's pin that a net reaches.

    Raises:
        KeyError: none.
    """
    for number, name in PIN_MAP.items():
        if name == net:
            return number
    raise KeyError(net)


def module_text() -> str:
    """Text of `firmware/boards/esp32s3_r1.py`."""
    circuit = load(TOML)
    pin = {name: [gpio(net) for net in nets] for name, nets in FIRMWARE_PINS.items()}
    order = "".join(f"    {channel},\n" for channel in MUX_CHANNEL)
    return f'''"""Pins and capabilities of the main board, revision 1, with an ESP32-S3-WROOM-1 module.

Written by hardware.board.firmware_module from the board's design: change it there.
"""

BOARD = "esp32s3_r1"

# 16:1 multiplexer in front of the one transimpedance amplifier. Select pins from the least significant bit.
MUX_SELECT_PINS = ({", ".join(str(n) for n in pin["MUX_SELECT_PINS"])})
MUX_ENABLE_PIN = {pin["MUX_ENABLE_PIN"][0]}  # low: the multiplexer conducts
SCAN_ORDER = (
{order})  # multiplexer channel of each layout index
SETTLE_US = {SETTLE_US}  # amplifier to half an LSB after a channel change
ADC_PIN = {pin["ADC_PIN"][0]}
ADC_OVERSAMPLE = {circuit.oversample}  # conversions averaged for one reading: a power of two
ADC_FULL_SCALE_MV = {round(1000 * circuit.full_scale_v)}
AMPLIFIER_REST_MV = {round(1000 * circuit.v_ref)}  # amplifier output with no force on the sheet

BATTERY_ADC_PIN = {pin["BATTERY_ADC_PIN"][0]}
BATTERY_DIVIDER = 2  # battery voltage over voltage at the pin
CHARGING_PIN = {pin["CHARGING_PIN"][0]}  # low while the charger charges

I2C_ID = 0
I2C_SDA_PIN = {pin["I2C_SDA_PIN"][0]}
I2C_SCL_PIN = {pin["I2C_SCL_PIN"][0]}
IMU_ADDRESS = 0x{IMU_ADDRESS:02X}
IMU_INTERRUPT_PIN = {pin["IMU_INTERRUPT_PIN"][0]}  # high on motion; wakes from deep sleep
# For the chip's x, y, z: the insole's axis along which it lies (0 across, 1 along the foot, 2 up), then 1
# where it points the other way. The case sits at the outer side of the shoe, antenna end up, lid outwards.
IMU_AXES_RIGHT = b"\\x01\\x02\\x00\\x00\\x00\\x00"
IMU_AXES_LEFT = b"\\x01\\x02\\x00\\x01\\x00\\x01"
GAUGE_ADDRESS = 0x{GAUGE_ADDRESS:02X}

SD_SCK_PIN = {pin["SD_SCK_PIN"][0]}
SD_MOSI_PIN = {pin["SD_MOSI_PIN"][0]}
SD_MISO_PIN = {pin["SD_MISO_PIN"][0]}
SD_CS_PIN = {pin["SD_CS_PIN"][0]}

LED_PIN = {pin["LED_PIN"][0]}
BUTTON_PIN = {pin["BUTTON_PIN"][0]}  # low while pressed; wakes from deep sleep
LOG_PARTITION = "log"
'''


def constants(text: str) -> dict[str, tuple[int, ...]]:
    """Pins that a board module's text names, and its SCAN_ORDER; a single pin as a tuple of one."""
    found: dict[str, tuple[int, ...]] = {}
    for name, value in re.findall(r"^([A-Z0-9_]+) = (\([^)]*\)|\d+)", text, re.MULTILINE):
        if name in FIRMWARE_PINS or name == "SCAN_ORDER":
            found[name] = tuple(int(number) for number in re.findall(r"\d+", value))
    return found


def board_nets(board: Path) -> dict[tuple[str, str], str]:
    """Net of every pad of a board file that has one, by reference and pad number."""
    nets: dict[tuple[str, str], str] = {}
    for part in children(load_expression(board), "footprint"):
        fields = {atoms(p)[0]: atoms(p)[1] for p in children(part, "property")}
        for pad in children(part, "pad"):
            if children(pad, "net"):
                nets[(fields["Reference"], atoms(pad)[0])] = atoms(need(pad, "net"))[1]
    return nets


def differences(text: str, nets: dict[tuple[str, str], str]) -> list[str]:
    """Where a board module and the copper disagree: pins at the module, channels at the multiplexer."""
    named = constants(text)
    found: list[str] = []
    for name, wanted in FIRMWARE_PINS.items():
        pins = named.get(name, ())
        copper = tuple(nets.get(("U1", MODULE_PADS.get(number, "")), "nothing") for number in pins)
        if copper != wanted:
            found.append(
                f"{name} = {pins} reaches {', '.join(copper) or 'nothing'} instead of {', '.join(wanted)}"
            )
    sheet = {
        net: int(pad) - 2 for (part, pad), net in nets.items() if part == "J1" and net.startswith("SENSOR")
    }
    channels = named.get("SCAN_ORDER", ())
    for index, channel in enumerate(channels):
        pad = _channel_pad(channel)
        if sheet.get(nets.get(("U2", pad), "")) != index:
            found.append(f"SCAN_ORDER: channel {channel} does not carry sensor {index} of the sheet")
    return found


def _channel_pad(channel: int) -> str:
    """Package pin of a multiplexer channel (data sheet: I0 to I7 on 9 to 2, I8 to I15 on 23 to 16)."""
    return str(9 - channel if channel < 8 else 31 - channel)


def main() -> int:
    """Write the firmware's board module."""
    MODULE.write_text(module_text(), encoding="utf-8")
    print(f"wrote {MODULE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
