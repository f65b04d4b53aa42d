"""The numbers of the protocol: once given they are never given again (PROTOCOL.md section 9), so each stands
here a second time. Runs on both interpreters."""

from insole_protocol import block, gap_reasons, host_messages, ids, layout_id, messages

# name: number; sections of PROTOCOL.md beside each group
NUMBERS = {
    # versions
    "LOWEST_VERSION": 1, "HIGHEST_VERSION": 2, "OPEN_VERSION": 1, "LOCKED_VERSION": 2,
    # 3, 7
    "CHANNEL_STREAM": 1, "CHANNEL_CONTROL": 2, "CHANNEL_LOG": 3,
    "MAX_MESSAGE_BYTES": 2056, "MAX_TEXT_BYTES": 80, "SELF_TEST_GOOD": "all good",
    "MAX_GAPS": 16, "MAX_COMMAND_BYTES": 242,
    "PLAIN_HELLO_BYTES": 4, "GUARD_BYTES": 12,
    # 4
    "OP_HELLO": 1, "OP_TIME": 2, "OP_STATUS": 3, "OP_SET_MODE": 4, "OP_STREAM": 5, "OP_GET_SETTING": 6,
    "OP_SET_SETTING": 7, "OP_SELF_TEST": 8, "OP_LOG_INFO": 9, "OP_LOG_READ": 10, "OP_LOG_STOP": 11,
    "OP_LOG_ACK": 12, "OP_LOG_GAPS": 13, "OP_REBOOT": 14, "OP_IDENTIFY": 15, "OP_LOG_ERASE": 16,
    "OP_HINT": 17, "OP_CRASH": 18, "OP_DIAGNOSTICS": 19, "OP_UPDATE_BEGIN": 20, "OP_UPDATE_DATA": 21,
    "OP_UPDATE_STATUS": 22, "OP_UPDATE_END": 23, "OP_ROLLBACK": 24, "OP_WIPE": 25, "OP_FORGET": 26,
    "OP_EVENTS": 27, "OP_IDENTITY": 28, "OP_AUTH_BEGIN": 29, "OP_AUTH_PROVE": 30,
    "OP_SERVICE": 31,
    "REPLY_BIT": 128, "SIDE_LEFT": 0, "SIDE_RIGHT": 1, "SIDE_UNSET": 255,
    "MODE_IDLE": 0, "MODE_DAILY": 1, "MODE_LIVE": 2, "REBOOT_NORMAL": 0, "REBOOT_BOOT_LOADER": 1,
    "CAPABILITY_IMU": 1, "CAPABILITY_LOG": 2, "CAPABILITY_BATTERY": 4, "CAPABILITY_DEEP_SLEEP": 8,
    "CAPABILITY_HINT": 16, "CAPABILITY_CRASH_RECORD": 32, "CAPABILITY_UPDATE": 64,
    "CAPABILITY_WIDE_MOTION": 128,
    # 4.2
    "RESULT_OK": 0, "RESULT_UNKNOWN_COMMAND": 1, "RESULT_HELLO_FIRST": 2, "RESULT_VERSION": 3,
    "RESULT_LENGTH": 4, "RESULT_RANGE": 5, "RESULT_BUSY": 6, "RESULT_NOT_ALLOWED": 7, "RESULT_STORAGE": 8,
    "RESULT_NOT_AVAILABLE": 9,
    # 4.3
    "LOG_BLOCK": 1, "LOG_END": 2, "LOG_GAP": 3, "END_COMPLETE": 0, "END_STOPPED": 1, "END_STORAGE_ERROR": 2,
    # 5
    "GAP_OVERRUN": 1, "GAP_POWER_LOSS": 2, "GAP_OVERWRITTEN": 3, "GAP_LOG_FULL": 4, "GAP_CORRUPT_PAGE": 5,
    "GAP_OFF": 6, "GAP_ERASED": 7, "GAP_IDLE": 8, "GAP_STORAGE": 9,
    # 1.1
    "STATUS_RIGHT": 1, "STATUS_SLOTS_LOST": 2, "STATUS_CHARGING": 4, "STATUS_BATTERY_LOW": 8,
    "STATUS_SENSOR_FAULT": 16, "STATUS_SATURATED": 32, "STATUS_LIVE": 64, "STATUS_OFF_GRID": 128,
    "STATUS_MOTION_LOST": 2048, "NO_MOTION": -32768, "WEAR_SHIFT": 8, "WEAR_MASK": 0x700,
    "WEAR_UNKNOWN": 0, "WEAR_WALKING": 1, "WEAR_STANDING": 2, "WEAR_UNLOADED": 3, "WEAR_NOT_WORN": 4,
    # fault flags of STATUS and SELF_TEST
    "FAULT_SENSOR": 1, "FAULT_IMU": 2, "FAULT_LOG": 4, "FAULT_SETTINGS": 8, "FAULT_BATTERY": 16,
    "FAULT_CLOCK": 32, "FAULT_WATCHDOG": 64, "FAULT_SAFE_MODE": 128, "FAULT_CRASHED": 256,
    "FAULT_NATIVE_CODE": 512, "FAULT_RADIO": 1024, "FAULT_CARD": 2048, "FAULT_BONDS": 4096,
    "FAULT_CHARGER": 8192, "FAULT_GAUGE": 16384, "FAULT_KEYS": 32768,
    # 4.5
    "CRASH_EXCEPTION": 1, "CRASH_TASK": 2, "CRASH_WATCHDOG": 3, "CRASH_START": 4, "CRASH_SAFE_MODE": 5,
    # 4, 6
    "NO_SEQ": 0xFFFFFFFF, "COMPANY_ID": 0xFFFF,
}  # fmt: skip
TEXTS = {
    "SERVICE_UUID": "b7e1a000-5c1d-4b0e-9f3a-2d6c8e4f7a10",
    "STREAM_UUID": "b7e1a001-5c1d-4b0e-9f3a-2d6c8e4f7a10",
    "CONTROL_UUID": "b7e1a002-5c1d-4b0e-9f3a-2d6c8e4f7a10",
    "LOG_UUID": "b7e1a003-5c1d-4b0e-9f3a-2d6c8e4f7a10",
}
RESULT_NAMES = (
    "ok",
    "unknown command",
    "say hello first",
    "no common version",
    "wrong length",
    "out of range",
    "busy",
    "not allowed",
    "storage error",
    "not available",
)
GAP_REASONS = (
    (1, "overrun", "overrun", True),
    (2, "unflushed_at_power_loss", "unflushed at power loss", True),
    (3, "log_full_overwritten", "log full, overwritten", True),
    (4, "log_full_not_kept", "log full, not kept", True),
    (5, "corrupt_page", "corrupt page", True),
    (6, "off", "off", False),
    (7, "erased_on_command", "erased on command", False),
    (8, "never_requested", "never requested", False),
    (9, "storage_error", "storage error", True),
)
BLOCK = {
    "SYNC": 0xA5, "VERSION": 1, "HEADER_BYTES": 26, "CRC_BYTES": 4, "MIN_BYTES": 54, "MAX_BYTES": 2048,
    "MAX_FRAMES": 64, "MAX_FRAMES_IMU": 56, "END_TIME_US": 4611686018427387904, "END_SEQ": 4294967295,
    "FORCE_CHANNELS": 16, "IMU_CHANNELS": 6, "COUNT_MAX": 4095, "PACKED": 0, "RICE_RUNS": 1, "RICE_WHOLE": 2,
    "IMU_BIT": 16, "RUN_FRAMES": 8, "MAX_K": 14, "PACKED_FRAME_BYTES": 24, "IMU_FRAME_BYTES": 12,
}  # fmt: skip


def test_every_number_is_the_one_that_was_given() -> None:
    for name in NUMBERS:
        assert getattr(ids, name) == NUMBERS[name], name
    for name in TEXTS:
        assert getattr(ids, name) == TEXTS[name], name
    named = [name for name in dir(ids) if name[:1].isupper()]
    assert set(named) == set(NUMBERS) | set(TEXTS)
    assert messages.choose_version(ids.LOWEST_VERSION, ids.HIGHEST_VERSION) == 1
    assert messages.choose_version(ids.LOWEST_VERSION, ids.HIGHEST_VERSION, ids.LOCKED_VERSION) == 2


def test_results_and_reasons_in_words() -> None:
    assert host_messages.RESULT_NAMES == RESULT_NAMES
    assert tuple((row.code, row.name, row.title, row.is_lost) for row in gap_reasons.TABLE) == GAP_REASONS
    for row in GAP_REASONS:
        assert gap_reasons.find(row[0]).name == row[1]
        assert gap_reasons.title_of(row[1]) == row[2]
    for code in (0, 10, 255):
        assert gap_reasons.find(code) is gap_reasons.UNEXPLAINED
    assert gap_reasons.title_of("unexplained") == "unexplained"
    assert gap_reasons.title_of("struck_by_lightning") == "struck by lightning"
    assert [host_messages.result_name(code) for code in range(10)] == list(RESULT_NAMES)


def test_sizes_and_limits_of_a_record() -> None:
    for name in BLOCK:
        assert getattr(block, name) == BLOCK[name], name
    assert (layout_id.LAYOUT_ID, layout_id.SENSOR_COUNT) == (1, 16)
    assert block.needed_bytes(1, True) == 26 + 24 + 12 + 4


def test_sizes_of_messages() -> None:
    assert (messages.GAP_BYTES, messages.LOG_PREFIX_BYTES, messages.MAX_VALUE_BYTES) == (9, 5, 32)
    assert messages.NO_VALUE == b""
