"""The numbers of the protocol: UUIDs, channels, operations, results, modes, reasons, status flags.

Normative text: shared/PROTOCOL.md. Operations are declared with their fields, in `message_table`.
"""

from insole_protocol.message_table import *  # noqa: F403 - OP_HELLO and the others

del TABLE  # noqa: F821 - the numbers alone

# Versions of the protocol that this package speaks, both inclusive.
LOWEST_VERSION = 1
HIGHEST_VERSION = 2
OPEN_VERSION = 1  # what an insole without a device key speaks
LOCKED_VERSION = 2  # what one with a key speaks: both ends prove who they are

# Bluetooth (section 6)
SERVICE_UUID = "b7e1a000-5c1d-4b0e-9f3a-2d6c8e4f7a10"
STREAM_UUID = "b7e1a001-5c1d-4b0e-9f3a-2d6c8e4f7a10"
CONTROL_UUID = "b7e1a002-5c1d-4b0e-9f3a-2d6c8e4f7a10"
LOG_UUID = "b7e1a003-5c1d-4b0e-9f3a-2d6c8e4f7a10"
COMPANY_ID = 0xFFFF

# Channels of every link (section 3)
CHANNEL_STREAM = 1
CHANNEL_CONTROL = 2
CHANNEL_LOG = 3

MAX_MESSAGE_BYTES = 2056  # a message, whatever carries it: the longest record and what goes before it
MAX_TEXT_BYTES = 80  # a text inside a reply
SELF_TEST_GOOD = "all good"  # text of SELF_TEST where there is nothing to say
MAX_GAPS = 16  # gaps in one reply to LOG_GAPS
MAX_COMMAND_BYTES = 242  # a command: a value over BLE with the greatest MTU holds it

PLAIN_HELLO_BYTES = 4  # a HELLO that nobody vouches for begins anew (section 3.3)
GUARD_BYTES = 12  # behind a guarded message

REPLY_BIT = 0x80  # of an operation, in its reply

# Results (section 4.2)
RESULT_OK = 0
RESULT_UNKNOWN_COMMAND = 1
RESULT_HELLO_FIRST = 2
RESULT_VERSION = 3
RESULT_LENGTH = 4
RESULT_RANGE = 5
RESULT_BUSY = 6
RESULT_NOT_ALLOWED = 7
RESULT_STORAGE = 8
RESULT_NOT_AVAILABLE = 9

SIDE_LEFT = 0
SIDE_RIGHT = 1
SIDE_UNSET = 255

MODE_IDLE = 0
MODE_DAILY = 1
MODE_LIVE = 2

REBOOT_NORMAL = 0
REBOOT_BOOT_LOADER = 1

# Capabilities in the reply to HELLO
CAPABILITY_IMU = 1
CAPABILITY_LOG = 2
CAPABILITY_BATTERY = 4
CAPABILITY_DEEP_SLEEP = 8
CAPABILITY_HINT = 16
CAPABILITY_CRASH_RECORD = 32
CAPABILITY_UPDATE = 64
CAPABILITY_WIDE_MOTION = 128

# Kinds of message on the log channel (section 4.3)
LOG_BLOCK = 1
LOG_END = 2
LOG_GAP = 3

# Why a log transfer ended
END_COMPLETE = 0
END_STOPPED = 1
END_STORAGE_ERROR = 2

# Why slots are missing (section 5); `gap_reasons` has their names
GAP_OVERRUN = 1
GAP_POWER_LOSS = 2
GAP_OVERWRITTEN = 3
GAP_LOG_FULL = 4
GAP_CORRUPT_PAGE = 5
GAP_OFF = 6
GAP_ERASED = 7
GAP_IDLE = 8
GAP_STORAGE = 9

# Status flags of a block record (section 1.1)
STATUS_RIGHT = 1 << 0
STATUS_SLOTS_LOST = 1 << 1
STATUS_CHARGING = 1 << 2
STATUS_BATTERY_LOW = 1 << 3
STATUS_SENSOR_FAULT = 1 << 4
STATUS_SATURATED = 1 << 5
STATUS_LIVE = 1 << 6
STATUS_OFF_GRID = 1 << 7
WEAR_SHIFT = 8
WEAR_MASK = 7 << WEAR_SHIFT
WEAR_UNKNOWN = 0
WEAR_WALKING = 1
WEAR_STANDING = 2
WEAR_UNLOADED = 3
WEAR_NOT_WORN = 4
STATUS_MOTION_LOST = 1 << 11
NO_MOTION = -32768  # all six values of a frame whose motion could not be read

# Fault flags of STATUS and SELF_TEST (section 4.1)
FAULT_SENSOR = 1 << 0
FAULT_IMU = 1 << 1
FAULT_LOG = 1 << 2
FAULT_SETTINGS = 1 << 3
FAULT_BATTERY = 1 << 4
FAULT_CLOCK = 1 << 5
FAULT_WATCHDOG = 1 << 6
FAULT_SAFE_MODE = 1 << 7
FAULT_CRASHED = 1 << 8
FAULT_NATIVE_CODE = 1 << 9
FAULT_RADIO = 1 << 10
FAULT_CARD = 1 << 11
FAULT_BONDS = 1 << 12
FAULT_CHARGER = 1 << 13
FAULT_GAUGE = 1 << 14
FAULT_KEYS = 1 << 15

# Why the insole restarted by itself (section 4.5)
CRASH_EXCEPTION = 1
CRASH_TASK = 2
CRASH_WATCHDOG = 3
CRASH_START = 4
CRASH_SAFE_MODE = 5

NO_SEQ = 0xFFFFFFFF  # "no further slot": the end of LOG_GAPS
