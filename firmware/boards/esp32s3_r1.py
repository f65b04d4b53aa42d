"""Pins and capabilities of the main board, revision 1, with an ESP32-S3-WROOM-1 module.

Written by hardware.board.firmware_module from the board's design: change it there.
"""

BOARD = "esp32s3_r1"

# 16:1 multiplexer in front of the one transimpedance amplifier. Select pins from the least significant bit.
MUX_SELECT_PINS = (4, 5, 6, 7)
MUX_ENABLE_PIN = 17  # low: the multiplexer conducts
SCAN_ORDER = (
    7,
    6,
    5,
    4,
    3,
    2,
    1,
    0,
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
ADC_PIN = 10
ADC_OVERSAMPLE = 8  # conversions averaged for one reading: a power of two
ADC_FULL_SCALE_MV = 3100
AMPLIFIER_REST_MV = 250  # amplifier output with no force on the sheet

BATTERY_ADC_PIN = 9
BATTERY_DIVIDER = 2  # battery voltage over voltage at the pin
CHARGING_PIN = 18  # low while the charger charges

I2C_ID = 0
I2C_SDA_PIN = 47
I2C_SCL_PIN = 48
IMU_ADDRESS = 0x6A
IMU_INTERRUPT_PIN = 21  # high on motion; wakes from deep sleep
# For the chip's x, y, z: the insole's axis along which it lies (0 across, 1 along the foot, 2 up), then 1
# where it points the other way. The case sits at the outer side of the shoe, antenna end up, lid outwards.
IMU_AXES_RIGHT = b"\x01\x02\x00\x00\x00\x00"
IMU_AXES_LEFT = b"\x01\x02\x00\x01\x00\x01"
GAUGE_ADDRESS = 0x36

SD_SCK_PIN = 12
SD_MOSI_PIN = 11
SD_MISO_PIN = 13
SD_CS_PIN = 14

LED_PIN = 38
BUTTON_PIN = 0  # low while pressed; wakes from deep sleep
LOG_PARTITION = "log"
