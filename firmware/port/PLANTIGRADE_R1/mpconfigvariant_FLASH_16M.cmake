# The ESP32-S3-WROOM-1-N16 module: same pads, 16 MiB of flash, all that is more goes to the log.

file(WRITE ${CMAKE_BINARY_DIR}/sdkconfig.partitions_16M
    "CONFIG_PARTITION_TABLE_CUSTOM_FILENAME=\"${MICROPY_BOARD_DIR}/../partitions-16MiB.csv\"\n")

list(APPEND SDKCONFIG_DEFAULTS
    ${MICROPY_BOARD_DIR}/sdkconfig.flash_16M
    ${CMAKE_BINARY_DIR}/sdkconfig.partitions_16M
)
