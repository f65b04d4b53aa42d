"""What the chip does that a kind simulation would not: one row for each, with its values and their sources.

Every part of the virtual chip asks `value(name)`. At power-on all rows are at their typical value; a test or
a soak sets a level for all of them, or a value for one.
"""

OFF, TYPICAL, WORST = range(3)
LEVELS = ("off", "typical", "worst")


class Behaviour:
    """One row.

    Attributes:
        name: with its unit, where it has one.
        values: with the row off, typical, and worst.
        source: where the figures were read, or that they are recalled or estimated.
        what: in one sentence.
    """

    def __init__(self, name, off, typical, worst, what, source):
        self.name = name
        self.values = (off, typical, worst)
        self.what = what
        self.source = source


TABLE = (
    Behaviour(
        "flash_erase_us",
        0,
        45000,
        400000,
        "Erasing 4 KiB stops whatever is not in IRAM: timers, callbacks and the radio's host wait.",
        "ESP-IDF, SPI flash concurrency constraints; GD25Q64 data sheet, sector erase time",
    ),
    Behaviour(
        "flash_program_us",
        0,
        700,
        3000,
        "Programming a page of 256 bytes stops them as well.",
        "as above; GD25Q64 data sheet, page program time",
    ),
    Behaviour(
        "timer_phase_lost",
        0,
        1,
        1,
        "A periodic timer whose interrupt came a period late fires twice and then counts from there.",
        "MicroPython, ports/esp32/machine_timer.c, machine_timer_isr (the alarm is enabled again in the "
        "interrupt, not in IRAM); ESP32-S3 reference manual, timer group, alarm past its value (recalled)",
    ),
    Behaviour(
        "timer_late_callback",
        0,
        1,
        1,
        "Stopping a timer takes nothing off the queue: a callback that waits in it still comes.",
        "MicroPython, ports/esp32/machine_timer.c, machine_timer_deinit and machine_timer_isr_handler",
    ),
    Behaviour(
        "timer_inits",
        1 << 30,
        255,
        255,
        "After so many `init` calls the clock of the hardware timers stops, and none fires any more.",
        "micropython/micropython issue 19162 (release 1.28; closed since)",
    ),
    Behaviour(
        "schedule_depth",
        50,
        8,
        8,
        "Callbacks that wait for the main thread; a timer's is dropped when there is no room, and "
        "`micropython.schedule` raises RuntimeError.",
        "MicroPython, ports/esp32/mpconfigport.h, MICROPY_SCHEDULER_DEPTH; py/scheduler.c",
    ),
    Behaviour(
        "tick_us",
        1000,
        1000,
        10000,
        "The event loop's waits end with a tick of FreeRTOS, if no interrupt ends them before; ticks are "
        "10 ms unless the port asks for 1 ms, as ours does.",
        "MicroPython, ports/esp32/mpconfigport.h, MICROPY_INTERNAL_WFE (ulTaskNotifyTake of one tick); "
        "ESP-IDF, CONFIG_FREERTOS_HZ; firmware/port",
    ),
    Behaviour(
        "usb_write_wait_us",
        0,
        500000,
        500000,
        "A write to a port whose reader takes nothing waits so long, callbacks run meanwhile; `poll` says "
        "that there is room all the same. The port of this project asks for 3 ms.",
        "MicroPython 1c3c201, ports/esp32/mphalport.c, mp_hal_stdio_poll; shared/tinyusb/mp_usbd_cdc.c, "
        "mp_usbd_cdc_tx_strn; mp_usbd_cdc.h, MICROPY_HW_USB_CDC_TX_TIMEOUT",
    ),
    Behaviour(
        "usb_drops_bytes",
        0,
        0,
        1,
        "On a C3 the wait holds callbacks back as well, and what found no room is dropped while the write "
        "returns the full length.",
        "MicroPython 1c3c201, ports/esp32/usb_serial_jtag.c, usb_serial_jtag_tx_strn (200 ms there)",
    ),
    Behaviour(
        "i2c_wait_step_us",
        0,
        1000,
        10000,
        "A hung bus holds its caller for the bus's time-out, in whole ticks of FreeRTOS; with a time-out "
        "below a tick every transaction fails. Ticks are 10 ms unless the port asks for 1 ms.",
        "MicroPython 1c3c201, ports/esp32/machine_i2c.c (I2C_DEFAULT_TIMEOUT_US 50000); ESP-IDF 1021229, "
        "esp_driver_i2c/i2c_master.c, s_i2c_transaction_start, s_i2c_send_commands",
    ),
    Behaviour(
        "imu_rate_ppm",
        0,
        15000,
        -40000,
        "The motion sensor measures by its own clock, which no pin tells: 104 Hz may be 100 or 108.",
        "LSM6DSO data sheet DS12140 (INTERNAL_FREQ_FINE tells differences of up to 19 %); size estimated",
    ),
    Behaviour(
        "i2c_clear_bus_us",
        0,
        100,
        50000,
        "The transaction after one that timed out first sends nine clock pulses to free the bus.",
        "ESP-IDF 1021229, esp_driver_i2c/i2c_master.c, s_i2c_master_clear_bus (I2C_CLR_BUS_TIMEOUT_MS 50; "
        "nine pulses at 100 kHz)",
    ),
    Behaviour(
        "ble_handler_lost",
        0,
        1,
        1,
        "An exception in the Bluetooth event handler is printed and takes the handler away: no event "
        "comes any more.",
        "MicroPython 1c3c201, extmod/modbluetooth.c, invoke_irq_handler_run_protected",
    ),
    Behaviour(
        "ble_rxbuf_refused",
        0,
        1,
        1,
        "config(rxbuf=...) raises ValueError: events are synchronous here, there is no ring buffer that "
        "could overflow.",
        "MicroPython since 1.20: ports/esp32/mpconfigport.h, USE_SYNC_EVENTS; extmod/modbluetooth.c, "
        "bluetooth_ble_config",
    ),
    Behaviour(
        "ble_mbufs",
        60000,
        12,
        8,
        "Blocks for all that the host sends and the controller has no room for: 2 for a notification, 3 "
        "beyond 219 bytes. With none left a notification raises ENOMEM, and a peer's request is neither "
        "done nor answered.",
        "ESP-IDF 1021229, BT_NIMBLE_MSYS_1_BLOCK_COUNT and _SIZE; NimBLE, ble_hs_mbuf.c, "
        "ble_att_svr_rx_write (the response comes first); esp-idf #9097, mynewt-nimble #2274",
    ),
    Behaviour(
        "ble_repeat_pairing",
        0,
        1,
        1,
        "A bonded peer that pairs anew loses its old bond before anything is proved; NimBLE asks again "
        "until the bond is gone, and for ever when the firmware does not delete it.",
        "MicroPython, modbluetooth_nimble.c, BLE_GAP_EVENT_REPEAT_PAIRING; NimBLE, "
        "ble_sm_chk_repeat_pairing; mynewt-nimble #2206",
    ),
    Behaviour(
        "ble_store_retried",
        0,
        1,
        1,
        "A new secret that the firmware refuses costs the oldest bond, again and again, until it is "
        "taken or no bond is left.",
        "MicroPython, modbluetooth_nimble.c, ble_secret_store_write; NimBLE, ble_store_write, "
        "ble_store_util_status_rr",
    ),
    Behaviour(
        "ble_key_authenticated",
        0,
        1,
        1,
        "`authenticated` of an encryption is what the stored key is, not what the connection claims "
        "(Bumble says True after any pairing).",
        "NimBLE, ble_sm.c, ble_sm_enc_initiate and ble_sm_update_sec_state; Bumble, Device.on_pairing",
    ),
    Behaviour(
        "ble_rpa_s",
        0,
        900,
        900,
        "A private address changes after so long, but only when advertising begins anew.",
        "ESP-IDF, BT_NIMBLE_RPA_TIMEOUT; esp-idf #10915",
    ),
    Behaviour(
        "ble_advertise_refused",
        0,
        64,
        4,
        "Each time so many starts of advertising have gone well, one raises EALREADY: a connection is "
        "being made. 0: none.",
        "NimBLE, ble_gap_adv_validate; how often: estimated",
    ),
    Behaviour(
        "ble_failed_connections",
        0,
        0,
        8,
        "One connection in so many fails to be established: advertising has ended, and all that is told "
        "is the disconnection of a connection that never was. 0: none.",
        "MicroPython, modbluetooth_nimble.c, BLE_GAP_EVENT_CONNECT with a status; how often: estimated, "
        "0 unless asked for",
    ),
    Behaviour(
        "spi_call_us",
        0,
        20,
        40,
        "Each transfer on an SPI bus costs the port's driver so much beyond its bits (DMA, interrupt).",
        "MicroPython, ports/esp32/machine_hw_spi.c, spi_device_transmit for each call; the time is estimated",
    ),
    Behaviour(
        "sd_start_us",
        0,
        20000,
        1000000,
        'A card answers ACMD41 with "busy" for so long after its reset.',
        "SD Physical Layer Simplified Specification, 4.2.3 (at most 1 s); typical: estimated",
    ),
    Behaviour(
        "sd_busy_us",
        0,
        1500,
        10000,
        "After a sector the card is busy for so long, as a rule.",
        "estimated for SLC SD NAND of 128 MB",
    ),
    Behaviour(
        "sd_pause_every",
        0,
        128,
        32,
        "Each time after so many sectors the card tidies up: it is busy for `sd_pause_us`. 0: never.",
        "estimated",
    ),
    Behaviour(
        "sd_pause_us",
        0,
        100000,
        250000,
        "How long the card is busy when it tidies up.",
        "SD Physical Layer Simplified Specification, 4.6.2.2 (write time-out 250 ms); typical: estimated",
    ),
    Behaviour(
        "sd_read_us",
        0,
        300,
        5000,
        "From the command to the first byte of a sector that is read.",
        "estimated; SD Physical Layer Simplified Specification, 4.6.2.1 allows 100 ms",
    ),
    Behaviour(
        "sd_erase_sector_us",
        0,
        2,
        250,
        "Erasing takes so long for each sector of the range.",
        "estimated (4 MB in 16 ms to 2 s)",
    ),
    Behaviour(
        "sd_silent_every",
        0,
        20000,
        500,
        "One command in so many is not answered. 0: all are.",
        "SD cards in SPI mode without checksums: a command with a bit error is dropped; how often: estimated",
    ),
    Behaviour(
        "sd_refuse_every",
        0,
        20000,
        500,
        'One sector in so many is answered with "write error". 0: none.',
        "SD Physical Layer Simplified Specification, 7.3.3.1; how often: estimated",
    ),
    Behaviour(
        "sd_forgotten_sectors",
        0,
        0,
        2,
        "When the power goes the card may not have kept so many of the last sectors that it answered for.",
        "estimated: the translation layer of a card is not documented; the specification forbids it",
    ),
    Behaviour(
        "code_time_pct",
        0,
        100,
        150,
        "Scan, encoding, log and radio take so much of the cycles that the slot budget reckons for them.",
        "docs/reference/slot-budget.md: benchmarks read, opcodes counted, a band of 50 %",
    ),
    Behaviour(
        "adc_conversion_us",
        0,
        35,
        35,
        "One conversion of the force sensors' converter, as charged with each scan.",
        "micropython issue 7495 (an ESP32): 35 us; 25 to 60 are reckoned in docs/reference/slot-budget.md",
    ),
)

_now = {}


def use(level):
    """Put every row at a level: `OFF`, `TYPICAL` or `WORST`."""
    for row in TABLE:
        _now[row.name] = row.values[level]


def put(name, value):
    """Give one row a value of its own; KeyError for a row that does not exist."""
    _now[name]
    _now[name] = value


def set_up(settings):
    """As `board.json` says at power-on: `level`, and `set` with the rows that have values of their own."""
    use(LEVELS.index(settings["level"]))
    for name, own in settings["set"].items():
        put(name, own)


def value(name):
    """What holds for a row now."""
    return _now[name]


use(TYPICAL)
