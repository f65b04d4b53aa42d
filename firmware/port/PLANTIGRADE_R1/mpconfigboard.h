// MicroPython for Plantigrade's main board, revision 1. Pins are checked against firmware/boards/esp32s3_r1.py.

#define MICROPY_HW_BOARD_NAME               "Plantigrade insole r1"
#define MICROPY_HW_MCU_NAME                 "ESP32S3"

// The IMU and the fuel gauge.
#define MICROPY_HW_I2C0_SCL                 (48)
#define MICROPY_HW_I2C0_SDA                 (47)

// An insole speaks Bluetooth and USB, nothing else: no Wi-Fi, no prompt on the serial pins, which are not led out.
#define MICROPY_PY_NETWORK_WLAN             (0)
#define MICROPY_PY_ESPNOW                   (0)
#define MICROPY_HW_ENABLE_UART_REPL         (0)

// A write to USB whose reader takes nothing waits so long (ms; MicroPython's own 500 would hold the event loop).
#define MICROPY_HW_USB_CDC_TX_TIMEOUT       (3)

// What a computer shows when it is plugged in. Vendor and product number stay Espressif's own for MicroPython.
#define MICROPY_HW_USB_MANUFACTURER_STRING  "Plantigrade"
#define MICROPY_HW_USB_PRODUCT_FS_STRING    "Plantigrade insole"
