# MicroPython for Plantigrade's main board, revision 1: ESP32-S3-WROOM-1 without PSRAM.
# Built out of tree: make -C ports/esp32 BOARD_DIR=.../firmware/port/PLANTIGRADE_R1
# 8 MiB of flash; BOARD_VARIANT=FLASH_16M for the N16 module.

include(boards/mpconfigboard_esp32s3_common.cmake)

list(APPEND SDKCONFIG_DEFAULTS
    boards/sdkconfig.flash_qio_80m
    ${MICROPY_BOARD_DIR}/sdkconfig.board
)

# ESP-IDF looks for a table by a relative name in MicroPython's own folder, so it gets an absolute one, which only
# CMake knows.
file(WRITE ${CMAKE_BINARY_DIR}/sdkconfig.partitions
    "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=\"${MICROPY_BOARD_DIR}/../partitions-8MiB.csv\"\n")
list(APPEND SDKCONFIG_DEFAULTS ${CMAKE_BINARY_DIR}/sdkconfig.partitions)

set(MICROPY_FROZEN_MANIFEST ${MICROPY_BOARD_DIR}/manifest.py)
