"""The counters of DIAGNOSTICS in the order of the wire, with a text each (PROTOCOL.md section 4.6).

For hosts. On the insole `insole.diagnostics` says where each comes from; its docstring says how to add one.
"""

TABLE = (
    ("boots_since_power", "starts since the power came"),
    ("boots_reset_cause", "cause of the last reset: 1 power, 2 restart, 3 watchdog, 4 deep sleep, 5 prompt"),
    ("boots_crashes", "restarts after a fault since the power came"),
    ("boots_watchdog_resets", "of these by the watchdog"),
    ("boots_safe_modes", "starts in safe mode since the power came"),
    ("radio_handler_errors", "faults in the radio's event handler, each survived"),
    ("radio_overflowed", "commands by radio that found no room"),
    ("usb_stalls", "times that the USB port took nothing"),
    ("imu_errors", "motion readings that the bus refused"),
    ("sampler_lost", "slots lost"),
    ("sampler_rephased", "times that the sampling timer was brought back into phase"),
    ("sampler_timer_inits", "settings of the sampling timer"),
    ("recorder_storage_errors", "reads and writes that the log's storage refused"),
    ("faults_storage_errors", "writes that the file system refused"),
    ("sampler_off_grid", "samples taken more than 0.5 ms from their time"),
    ("sampler_lost_by_0", "of the lost slots: cause unknown"),
    ("sampler_lost_by_1", "of the lost slots: flash was erased"),
    ("sampler_lost_by_2", "of the lost slots: flash was programmed"),
    ("sampler_lost_by_3", "of the lost slots: the bus of the motion sensor hung"),
    ("sampler_lost_by_4", "of the lost slots: memory was tidied up"),
    ("sampler_lost_by_5", "of the lost slots: the USB port took its time"),
    ("sampler_lost_by_6", "of the lost slots: records were not made in time"),
    ("i2c_errors", "transactions that the sensors' bus did not carry out"),
    ("battery_charger", "charger: 0 does not charge, 1 charges, 2 full, 3 charges in vain"),
    ("battery_drain", "thousandths of a percent an hour that the cell gives"),
    ("boots_timer_restarts", "restarts in order since the power came, as the sampling timer wears"),
    ("radio_restarts", "times that the radio was switched off and on again"),
    ("recorder_on_card", "log: 1 on the SD NAND, 0 in internal flash"),
    ("recorder_retries", "sectors that the SD NAND did not take or give at the first attempt"),
    ("recorder_erased", "pages of internal flash that had to be erased"),
    ("usb_prompt_open", "interpreter's prompt: 1 open to whoever holds the cable, 0 locked"),
)


def named(values: "tuple[int, ...]") -> "dict[str, int]":
    """Values by name; those of a newer insole by their place.

    >>> named((3, 2))
    {'boots_since_power': 3, 'boots_reset_cause': 2}
    """
    names = [name for name, _ in TABLE] + ["counter_%d" % i for i in range(len(TABLE), len(values))]
    return {names[i]: value for i, value in enumerate(values)}
