"""Pins and capabilities of the small main board, revision 1, with an ESP32-C3-MINI-1 module."""

BOARD = "esp32c3_r1"

# 16:1 multiplexer in front of the one transimpedance amplifier. Select pins from the least significant bit.
MUX_SELECT_PINS = (4, 5, 6, 7)
MUX_ENABLE_PIN = 10  # low: the multiplexer conducts
SCAN_ORDER = (
    0,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
)  # multiplexer channel of each layout index
SETTLE_US = 60  # amplifier to half an LSB after a channel change
ADC_PIN = 0
ADC_OVERSAMPLE = 8  # conversions averaged for one reading: a power of two
ADC_FULL_SCALE_MV = 2500
AMPLIFIER_REST_MV = 250  # amplifier output with no force on the sheet

BATTERY_ADC_PIN = 1
BATTERY_DIVIDER = 2  # battery voltage over voltage at the pin
CHARGING_PIN = 3  # low while the charger charges

I2C_ID = 0
I2C_SDA_PIN = 20
I2C_SCL_PIN = 21
IMU_ADDRESS = 0x6A
IMU_INTERRUPT_PIN = None  # not connected: this board does not sleep off the foot
IMU_AXES_RIGHT = b"\x01\x02\x00\x00\x00\x00"  # assumed to lie as on the main board
IMU_AXES_LEFT = b"\x01\x02\x00\x01\x00\x01"
GAUGE_ADDRESS = None  # none fitted

LED_PIN = 8
BUTTON_PIN = 9  # low while pressed; the C3 wakes by it from light sleep only
LOG_PARTITION = "log"
