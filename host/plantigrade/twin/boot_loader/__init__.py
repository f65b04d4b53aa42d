"""From power-on to the app: what the ROM and ESP-IDF's second-stage boot loader decide from what is in flash.

Neither runs code of the flash; both look at it as the real ones do, say what they say, and write what they
write. Compared with ESP-IDF's sources (commit 1021229, July 2026): `bootloader_start.c`,
`bootloader_utility.c`, `bootloader_common_loader.c`, `flash_partitions.c`, `esp_image_format.c`,
`esp_ota_ops.c`, with MicroPython's settings (`ports/esp32/boards/sdkconfig.base`): rollback on, no validation
after deep sleep, warnings and errors only.

| module | has |
|---|---|
| `image` | whether an app can be started |
| `ota_data` | which app is wanted, and how it has fared |
| `second_stage` | the boot loader: table, choice, rollback |
| `power_on` | the ROM's part before, and the checks of the app after |
"""
