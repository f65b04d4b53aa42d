"""Every command and its reply, declared once (PROTOCOL.md section 4).

`messages` makes the formats of both interpreters from `TABLE`, `declarations` the names of the fields for
hosts, `tools.make_vectors` a golden message of each, `tools.make_protocol_tables` the table of PROTOCOL.md,
and `plantigrade device info` shows the replies that have a section. The texts below the numbers are for
PROTOCOL.md; they are dropped when the module is compiled for a chip.

A row: number, name, arguments, fields of the reply, section of `device info` ("" for none). Fields are parted
by ", ", each a type and a name:

    u8 u16 u32 u64   little-endian integers; `u8 mode<=2`: greater values are refused (last argument only)
    u16x16 b8        16 integers; 8 bytes
    text             at the end: u8 n and n bytes of UTF-8
    value            at the end: bytes of a setting
    data             at the end: bytes of a file or a record, as many as there are
    gaps             at the end: as many gaps as the field before says, then u32 next cursor
    counters         at the end: u8 n and n integers of 32 bits

The number of a command is given once and never again (PROTOCOL.md section 9).
"""

OP_HELLO = 0x01
"""Agrees on a version and says who the insole is. `lowest` and `highest` are what the host speaks; `side` is
0 left, 1 right, 255 unset."""
OP_TIME = 0x02
"""One round trip of the clocks: the host's time, in any unit, comes back beside the device's at reception and
at sending."""
OP_STATUS = 0x03
"""The insole's counters, section 4.1."""
OP_SET_MODE = 0x04
"""Changes the mode: 0 idle, 1 daily, 2 live."""
OP_STREAM = 0x05
"""Switches live records on or off; `first_seq` is the first slot that will be sent."""
OP_GET_SETTING = 0x06
"""Reads a setting, section 4.4."""
OP_SET_SETTING = 0x07
"""Stores a setting and gives it back as stored, section 4.4."""
OP_SELF_TEST = 0x08
"""Tests the insole: fault flags, the level of each force channel in counts, remarks."""
OP_LOG_INFO = 0x09
"""The state of the insole's log; pages are of 4096 bytes."""
OP_LOG_READ = 0x0A
"""Begins a transfer of the slots from `first_seq` to before `end_seq`, section 4.3."""
OP_LOG_STOP = 0x0B
"""Ends the transfer that is under way, if there is one."""
OP_LOG_ACK = 0x0C
"""All slots before `seq` are durable on the host."""
OP_LOG_GAPS = 0x0D
"""Lists gaps that end after `cursor`: u32 from seq, u32 end seq, u8 reason each; the last `next_cursor` is
0xFFFFFFFF."""
OP_REBOOT = 0x0E
"""Restarts the insole: 0 normally, 1 into the boot loader."""
OP_IDENTIFY = 0x0F
"""Lets the insole blink, at most 60 s."""
OP_LOG_ERASE = 0x10
"""Erases the log; `confirmation` is the last four bytes of the serial."""
OP_HINT = 0x11
"""Lets the LED blink twice each 1.5 s for so long, as a hint to a wearer who asked for it; 0 ends it. For
insoles with capability bit 4."""
OP_CRASH = 0x12
"""Reads why the insole restarted by itself, section 4.5: of crash `index` (0 the newest) the text from byte
`offset` on. For insoles with capability bit 5."""
OP_DIAGNOSTICS = 0x13
"""Counters for whoever looks for a fault, section 4.6. For insoles with capability bit 5."""
OP_UPDATE_BEGIN = 0x14
"""Begins an update, or goes on with one, section 4.8: how many bytes the bundle has and the CRC-32 of its
first 640. For insoles with capability bit 6, as all commands from here on."""
OP_UPDATE_DATA = 0x15
"""Bytes of the bundle from `offset` on, with their CRC-32."""
OP_UPDATE_STATUS = 0x16
"""How an update stands, section 4.8; the text is 0 the last refusal, 1 the version of the firmware that runs,
2 of the one in the other slot, 3 MicroPython's."""
OP_UPDATE_END = 0x17
"""All bytes are there: checks them, switches and restarts on trial, section 4.8."""
OP_ROLLBACK = 0x18
"""Goes back to the firmware in the other slot and restarts."""
OP_WIPE = 0x19
"""Erases the log, bonds, keys and the settings of the person; `confirmation` is the last four bytes of the
serial."""
OP_FORGET = 0x1A
"""Forgets every bonded peer but the one that asks; how many."""
OP_EVENTS = 0x1B
"""Who changed what: of the last 32 events those from `index` on (0 the newest), as many as fit,
section 4.9."""
OP_IDENTITY = 0x1C
"""Reads the signed record of what this insole is, from byte `offset` on."""
OP_AUTH_BEGIN = 0x1D
"""Begins to prove who is who, section 3.3: the host's identifier and 16 random bytes; the insole's 16 and its
proof of 16 come back. For insoles that speak protocol 2, as the next."""
OP_AUTH_PROVE = 0x1E
"""The host's proof, 16 bytes; the reply is the first guarded message."""
OP_SERVICE = 0x1F
"""Opens (1) or locks (0) the interpreter's prompt on USB, until the insole restarts; section 3.4. For insoles
that speak protocol 2."""

TABLE = (
    (
        OP_HELLO, "HELLO", "u8 lowest, u8 highest",
        "u8 version, u8 side, u8 layout, u8 capabilities, u16 boot, u16 period_us, u32 next_seq, b8 serial,"
        " text firmware", "",
    ),
    (OP_TIME, "TIME", "u64 host_time", "u64 echo, u16 boot, u64 received_us, u64 sent_us", ""),
    (
        OP_STATUS, "STATUS", "",
        "u8 mode, u8 battery_pct, u16 battery_mv, u32 uptime_s, u32 slots_sampled, u32 slots_lost,"
        " u32 slots_recorded, u32 frames_sent, u32 notify_refusals, u32 max_jitter_us, u32 steps,"
        " u16 cadence_spm, u32 free_heap_bytes, u16 faults, u16 malformed", "state",
    ),
    (OP_SET_MODE, "SET_MODE", "u8 mode<=2", "u8 mode", ""),
    (OP_STREAM, "STREAM", "u8 on<=1", "u32 first_seq", ""),
    (OP_GET_SETTING, "GET_SETTING", "u8 key", "u8 key, value value", ""),
    (OP_SET_SETTING, "SET_SETTING", "u8 key, value value", "u8 key, value value", ""),
    (OP_SELF_TEST, "SELF_TEST", "", "u16 faults, u16x16 levels, text text", ""),
    (
        OP_LOG_INFO, "LOG_INFO", "",
        "u16 boot, u32 oldest_seq, u32 next_seq, u32 acknowledged_seq, u32 capacity_pages, u32 used_pages,"
        " u32 corrupt_pages, u32 slots_overwritten", "log",
    ),
    (OP_LOG_READ, "LOG_READ", "u32 first_seq, u32 end_seq, u8 newest_first<=1", "u32 transfer", ""),
    (OP_LOG_STOP, "LOG_STOP", "", "", ""),
    (OP_LOG_ACK, "LOG_ACK", "u32 seq", "u32 acknowledged_seq", ""),
    (OP_LOG_GAPS, "LOG_GAPS", "u32 cursor", "u8 count, gaps gaps", ""),
    (OP_REBOOT, "REBOOT", "u8 kind<=1", "", ""),
    (OP_IDENTIFY, "IDENTIFY", "u8 seconds", "", ""),
    (OP_LOG_ERASE, "LOG_ERASE", "u32 confirmation", "", ""),
    (OP_HINT, "HINT", "u8 seconds<=30", "", ""),
    (
        OP_CRASH, "CRASH", "u8 index, u16 offset",
        "u8 stored, u16 boot, u32 uptime_s, u8 cause, u16 text_bytes, text text", "",
    ),
    (OP_DIAGNOSTICS, "DIAGNOSTICS", "", "counters counters", "diagnostics"),
    (
        OP_UPDATE_BEGIN, "UPDATE_BEGIN", "u32 total_bytes, u32 head_crc",
        "u32 next_offset, u16 data_bytes, u8 window", "",
    ),
    (OP_UPDATE_DATA, "UPDATE_DATA", "u32 offset, u32 crc, data data", "u32 next_offset", ""),
    (
        OP_UPDATE_STATUS, "UPDATE_STATUS", "u8 text_of<=3",
        "u8 state, u32 next_offset, u32 total_bytes, u8 slot, u8 tries_left, u8 waits_for, u32 floor,"
        " u8 refusal, text text", "",
    ),
    (OP_UPDATE_END, "UPDATE_END", "", "u8 state", ""),
    (OP_ROLLBACK, "ROLLBACK", "", "", ""),
    (OP_WIPE, "WIPE", "u32 confirmation", "", ""),
    (OP_FORGET, "FORGET", "", "u8 forgotten", ""),
    (OP_EVENTS, "EVENTS", "u8 index", "u8 stored, data events", ""),
    (OP_IDENTITY, "IDENTITY", "u16 offset", "u16 total_bytes, data part", ""),
    (OP_AUTH_BEGIN, "AUTH_BEGIN", "u64 host, data nonce", "data answer", ""),
    (OP_AUTH_PROVE, "AUTH_PROVE", "data proof", "", ""),
    (OP_SERVICE, "SERVICE", "u8 open<=1", "u8 open", ""),
)  # fmt: skip
