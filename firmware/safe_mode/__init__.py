"""Safe mode: an insole that cannot start says so by radio and USB and gives its log away; it samples nothing.

It shares nothing of `insole` with normal mode but what it can do without: bonds, log, crash file and
diagnostics are each loaded on their own, and what does not load is left out (PROTOCOL.md section 4.7). It
tries normal mode again after an hour, when a charger is connected, and on REBOOT.

An update is received here, too, where there is heap for it: normal mode restarts into it for that.
"""

import gc
import json
import time

import boards
import machine
from insole_protocol import errors, ids, messages, settings
from insole_protocol.layout_id import LAYOUT_ID
from machine import Pin
from safe_mode import beacon, door
from safe_mode.links import Radio, Usb

TURN_MS = 20
REPLY_MS = 300  # for the reply to REBOOT to get out
RETRY_NORMAL_MS = 60 * 60 * 1000  # in case what was wrong has passed
UPDATE_WAIT_MS = 120000  # for the next command of an update, where the insole is here for that alone
LIVES_MS = 10000  # safe mode that has run for so long may be entered again
BLINK_MS, BLINK_EACH_MS = 1000, 10000  # what a person sees: a long blink now and then
EMPTY_MV = 3250  # as in `power`: below it the cell would be harmed
EMPTY_CHECK_MS = 20000
EMPTY_SLEEP_MS = 10 * 60 * 1000
PERIOD_US = 10000


def optional(load, *arguments):
    """What `load` makes, or None when it fails, whatever the reason."""
    try:
        return load(*arguments)
    except Exception as error:  # noqa: BLE001 - a part that is broken must not take the others with it
        print("safe mode goes without:", repr(error))
        return None


def _load_bonds():
    from insole.bonds import Bonds

    bonds = Bonds()
    if bonds.guarded:
        from insole.guarded_bonds import GuardedBonds

        bonds = GuardedBonds()
    return bonds


def _load_log(board):
    from insole.persistent_counters import PersistentCounters
    from insole.recorder.storage import open_log

    return open_log(board, True, PersistentCounters())


def _load_settings():
    with open("/settings.json") as file:
        return json.load(file)["values"]


def _load_version():
    from insole.identity import FIRMWARE_VERSION

    return FIRMWARE_VERSION


def _load_battery(board):
    from drivers.battery import Battery

    return Battery(board)


class SafeMode:
    """Everything; `turn` does what is due."""

    def __init__(self, watchdog, record, chosen=None, faults=None):
        """`chosen` is the launcher's choice; `faults` those before an update that this start is for, or None
        where the insole is here because it cannot start."""
        self.watchdog = watchdog
        self.record = record
        self.chosen = chosen
        self.update = None
        self._for_update = faults is not None
        self._leaves = False
        self._faults_before = faults or 0
        board = self._board = boards.current()
        optional(machine.freq, 80000000)
        self.faults = 0 if self._for_update else ids.FAULT_SAFE_MODE
        if record is None or record.after_crash:
            self.faults |= ids.FAULT_CRASHED
        tail = bytes(machine.unique_id())[-8:]
        self.serial = bytes(8 - len(tail)) + tail
        self.settings = optional(_load_settings) or {}
        self.side = self.settings.get("side", ids.SIDE_UNSET)
        self.firmware = (optional(_load_version) or "unknown") + ("+update" if self._for_update else "+safe")
        self.log = optional(_load_log, board)
        if self.log is None or not self.log.capacity_pages:
            self.faults |= ids.FAULT_LOG
        self.recorder, self.boots = self.log, record  # names that `diagnostics` knows
        self._door = door.of_this_insole()
        self._transfers = 0
        self._ticks = time.ticks_us()
        self._us = self._ticks
        self._started_ms = self._checked_ms = time.ticks_ms()
        self._leave_after_ms = UPDATE_WAIT_MS if self._for_update else RETRY_NORMAL_MS
        self._empty = 0
        self._led = optional(Pin, board.LED_PIN, Pin.OUT)
        self._charger = optional(Pin, board.CHARGING_PIN, Pin.IN, Pin.PULL_UP)
        self._charging = self._charges()
        shown = beacon.of_this_insole(self._door.device_key, self.side, self.serial, self._charging, optional)
        links = [optional(Radio, optional(_load_bonds), shown), optional(Usb)]
        self.links = [link for link in links if link]
        self._lives = False

    def now_us(self):
        """Device time since the start, in 64 bits."""
        ticks = time.ticks_us()
        self._us += max(0, time.ticks_diff(ticks, self._ticks))
        self._ticks = ticks
        return self._us

    def _charges(self):
        return self._charger is not None and not self._charger.value()

    def turn(self):
        """Everything once; how long to rest before the next turn, in ms."""
        self.watchdog.feed()
        self.now_us()
        busy = False
        for link in self.links:
            for message, ticks in link.take():
                optional(self._answer, link, message, ticks)
                busy = self.update is not None
            if link.peer.transfer and not link.peer.outgoing:
                optional(self._go_on, link.peer)
            busy = bool(optional(link.push)) or busy or bool(link.peer.transfer)
            optional(link.advertise)
        self._keep_time()
        if self.update is not None:
            if self.update.step():
                self._leave_soon()
            busy = busy or self.update.verifies
        return 0 if busy else TURN_MS

    def _leave_soon(self):
        """Restart as soon as a reply had time to get out; commands that come now do not put it off."""
        self._leaves = True
        self._leave_after_ms = time.ticks_diff(time.ticks_ms(), self._started_ms) + REPLY_MS

    def _go_on(self, peer):
        """The next message of a log transfer."""
        room = ids.MAX_MESSAGE_BYTES - (ids.GUARD_BYTES if peer.guard else 0)
        out = memoryview(bytearray(room))
        transfer, peer.transfer = peer.transfer, None
        length = transfer.next_message(out)
        if not transfer.done:
            peer.transfer = transfer
        peer.outgoing.append((ids.CHANNEL_LOG, bytes(out[:length])))

    def _keep_time(self):
        run_ms = time.ticks_diff(time.ticks_ms(), self._started_ms)
        if self._led is not None:
            self._led.value(1 if run_ms % BLINK_EACH_MS < BLINK_MS else 0)
        if run_ms > LIVES_MS and self.record is not None and not self._lives:
            self._lives = True
            self.record.safe_started = False
            self.record.store()
        charges = self._charges()
        plugged_in = charges and not self._charging and not self._for_update
        if run_ms > self._leave_after_ms or plugged_in:
            self.try_normal()
        self._charging = charges
        if time.ticks_diff(time.ticks_ms(), self._checked_ms) > EMPTY_CHECK_MS:
            self._checked_ms = time.ticks_ms()
            for link in self.links:
                optional(link.save)
            optional(self._spare_battery)
            gc.collect()

    def _spare_battery(self):
        from drivers.battery import PRESENT_MV, Battery

        battery = Battery(self._board)
        empty = PRESENT_MV < battery.millivolts < EMPTY_MV and not battery.charging
        self._empty = self._empty + 1 if empty else 0
        if self._empty >= 3:
            machine.deepsleep(EMPTY_SLEEP_MS)

    def try_normal(self):
        """Leave: the next start is a normal one."""
        if self._for_update:
            self.record.good()
        elif self.record is not None:
            from insole import starts

            starts.try_normal(self.record)
        if self.log is not None:
            optional(self.log.close)
        machine.reset()

    def _answer(self, link, message, ticks):
        if len(message) < 2:
            return
        op, tag = message[0] & ~ids.REPLY_BIT, message[1]
        try:
            reply = self._carry_out(link, self._door.opened(link.peer, message), ticks)
        except errors.ProtocolError as error:
            reply = messages.build_refusal(op, tag, messages.result_of(error), str(error))
        except OSError as error:
            text = "storage failed: error %s" % error.errno
            reply = messages.build_refusal(op, tag, ids.RESULT_STORAGE, text)
        if reply is None:
            text = "safe mode: REBOOT tries normal mode, CRASH says why it ended"
            reply = messages.build_refusal(op, tag, ids.RESULT_NOT_AVAILABLE, text)
        link.peer.outgoing.append((ids.CHANNEL_CONTROL, reply))

    def _carry_out(self, link, message, ticks):
        """The reply, or None for what safe mode does not do."""
        op, tag = message[0], message[1]
        if not link.secure:
            return messages.build_refusal(op, tag, ids.RESULT_NOT_ALLOWED, "the link is not encrypted")
        if op != ids.OP_HELLO and not link.peer.version:
            return messages.build_refusal(op, tag, ids.RESULT_HELLO_FIRST, "say HELLO first")
        command = messages.parse_command(message)
        method = _METHODS.get(op)
        return method(self, link.peer, command, ticks) if method else None

    def _boot(self):
        return self.log.boot if self.log else self.record.boot if self.record else 0

    def _hello(self, peer, command, _ticks):
        peer.version = self._door.choose_version(*command.arguments)
        if peer.version == ids.LOCKED_VERSION and peer.guard is None:
            fields = peer.version, ids.SIDE_UNSET, LAYOUT_ID, 0, 0, PERIOD_US, 0, bytes(8)
            return messages.build_reply(command.op, command.tag, *fields)
        capabilities = ids.CAPABILITY_CRASH_RECORD
        if self.log:
            capabilities |= ids.CAPABILITY_LOG | ids.CAPABILITY_WIDE_MOTION
        if self.chosen is not None:
            capabilities |= ids.CAPABILITY_UPDATE
        fields = (
            peer.version, self.side, LAYOUT_ID, capabilities, self._boot(), PERIOD_US,
            self.log.next_seq if self.log else 0, self.serial,
        )  # fmt: skip
        return messages.build_reply(command.op, command.tag, *fields, tail=self.firmware.encode())

    def _prove(self, peer, command, _ticks):
        return self._door.carry_out(peer, command)

    def _time(self, _peer, command, ticks):
        received_us = self.now_us() + time.ticks_diff(ticks, self._ticks)

        def at_sending():
            fields = command.arguments[0], self._boot(), received_us, self.now_us()
            return messages.build_reply(command.op, command.tag, *fields)

        return at_sending

    def _status(self, _peer, command, _ticks):
        fields = [0] * 15
        fields[1] = 255
        fields[3] = self.now_us() // 1000000
        fields[12] = gc.mem_free()
        fields[13] = self.faults
        return messages.build_reply(command.op, command.tag, *fields)

    def _get_setting(self, _peer, command, _ticks):
        row = settings.find(command.arguments[0])
        value = self.settings.get(row.name, row.default)
        value = settings.encode(row, value if row.allows(value) else row.default)
        return messages.build_reply(command.op, command.tag, row.key, tail=value)

    def _log_info(self, _peer, command, _ticks):
        if not self.log:
            return None
        return messages.build_reply(command.op, command.tag, *self.log.info().as_tuple())

    def _log_read(self, peer, command, _ticks):
        if not self.log:
            return None
        from insole.log_transfer import LogTransfer

        first, end, newest_first = command.arguments
        self._transfers += 1
        reader = self.log.reader(first, max(first, min(end, self.log.next_seq)), bool(newest_first))
        peer.transfer = LogTransfer(self._transfers, reader)
        return messages.build_reply(command.op, command.tag, self._transfers)

    def _log_stop(self, peer, command, _ticks):
        if peer.transfer:
            peer.transfer.stop()
        return messages.build_reply(command.op, command.tag)

    def _log_ack(self, _peer, command, _ticks):
        if not self.log:
            return None
        return messages.build_reply(command.op, command.tag, self.log.ack(command.arguments[0]))

    def _log_gaps(self, _peer, command, _ticks):
        if not self.log:
            return None
        found = []
        cursor = self.log.gaps(command.arguments[0], found)
        return messages.build_gaps_reply(command.tag, found, cursor)

    def _crash(self, _peer, command, _ticks):
        from insole import crash_file

        try:
            fields, text = crash_file.reply_fields(self.record, *command.arguments, ids.MAX_TEXT_BYTES)
        except ValueError as error:
            raise errors.ValueRangeError(str(error)) from None
        return messages.build_reply(command.op, command.tag, *fields, tail=text)

    def _diagnostics(self, _peer, command, _ticks):
        from insole import diagnostics

        return messages.build_reply(command.op, command.tag, tail=diagnostics.counters(self))

    def _reboot(self, peer, command, _ticks):
        if command.arguments[0] == ids.REBOOT_BOOT_LOADER:
            machine.bootloader()
        self._leave_soon()
        return messages.build_reply(command.op, command.tag)

    def _set_mode(self, _peer, command, _ticks):
        """Idle is what safe mode is; any other mode ends a start that was for an update."""
        mode = command.arguments[0]
        if mode != ids.MODE_IDLE:
            if not self._for_update:
                return None
            self._leave_soon()
        return messages.build_reply(command.op, command.tag, mode)

    def _update(self, peer, command, _ticks):
        if self.chosen is None:
            return None
        if self.update is None:
            from insole.update.receiver import Receiver

            battery = optional(_load_battery, self._board)
            self.update = Receiver(self.chosen, battery, self.watchdog.feed, self._faults_before)
        if not self._leaves:
            run_ms = time.ticks_diff(time.ticks_ms(), self._started_ms)
            self._leave_after_ms = max(self._leave_after_ms, run_ms + UPDATE_WAIT_MS)
        link = [one for one in self.links if one.peer is peer][0]
        room = link.value_bytes
        if peer.guard is not None:
            room = min(room, ids.MAX_COMMAND_BYTES + 1) - ids.GUARD_BYTES
        return self.update.carry_out(command, link.kind, room)


_METHODS = {
    ids.OP_HELLO: SafeMode._hello,
    ids.OP_AUTH_BEGIN: SafeMode._prove,
    ids.OP_AUTH_PROVE: SafeMode._prove,
    ids.OP_SERVICE: SafeMode._prove,
    ids.OP_TIME: SafeMode._time,
    ids.OP_STATUS: SafeMode._status,
    ids.OP_GET_SETTING: SafeMode._get_setting,
    ids.OP_LOG_INFO: SafeMode._log_info,
    ids.OP_LOG_READ: SafeMode._log_read,
    ids.OP_LOG_STOP: SafeMode._log_stop,
    ids.OP_LOG_ACK: SafeMode._log_ack,
    ids.OP_LOG_GAPS: SafeMode._log_gaps,
    ids.OP_CRASH: SafeMode._crash,
    ids.OP_DIAGNOSTICS: SafeMode._diagnostics,
    ids.OP_REBOOT: SafeMode._reboot,
    ids.OP_SET_MODE: SafeMode._set_mode,
    ids.OP_UPDATE_BEGIN: SafeMode._update,
    ids.OP_UPDATE_DATA: SafeMode._update,
    ids.OP_UPDATE_STATUS: SafeMode._update,
    ids.OP_UPDATE_END: SafeMode._update,
}


def run(watchdog, record, chosen=None, faults=None):
    """Safe mode until something ends it: a reset, or an exception for whoever called. Arguments as of
    `SafeMode`."""
    safe_mode = SafeMode(watchdog, record, chosen, faults)
    while True:
        time.sleep_ms(safe_mode.turn())
