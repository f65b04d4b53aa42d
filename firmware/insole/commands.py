"""Carries out commands, whatever link they came over; one method for each (PROTOCOL.md section 4)."""

import gc
import sys

from insole import forget, hold_offs
from insole.log_transfer import LogTransfer
from insole_protocol import errors, ids, messages
from insole_protocol.layout_id import LAYOUT_ID

MAX_U32 = 0xFFFFFFFF
IDENTIFY_MAX_S = 60
_NO_ROOM = "there is no room for that in memory now: try again"
_LOG_ERASED = 4  # of `event_records`, which is loaded to write it down

# What a phone may ask, as bits by the number of the command: watch, fetch and acknowledge, and let it blink.
_FOR_PHONES = sum(
    1 << op
    for op in (
        ids.OP_HELLO,
        ids.OP_TIME,
        ids.OP_STATUS,
        ids.OP_SET_MODE,
        ids.OP_STREAM,
        ids.OP_GET_SETTING,
        ids.OP_LOG_INFO,
        ids.OP_LOG_READ,
        ids.OP_LOG_STOP,
        ids.OP_LOG_ACK,
        ids.OP_LOG_GAPS,
        ids.OP_IDENTIFY,
        ids.OP_HINT,
    )
)

# Commands that are seldom: the module that carries one out with `carry_out(insole,
# session, command)` is loaded for it, and leaves the heap by itself where it need not stay.
_ON_DEMAND = {
    ids.OP_GET_SETTING: "setting_commands",
    ids.OP_SET_SETTING: "setting_commands",
    ids.OP_UPDATE_BEGIN: "update.begin",
    ids.OP_UPDATE_DATA: "update.begin",
    ids.OP_UPDATE_STATUS: "update.status",
    ids.OP_UPDATE_END: "update.begin",
    ids.OP_ROLLBACK: "update.rollback",
    ids.OP_WIPE: "wipe",
    ids.OP_FORGET: "wipe",
    ids.OP_EVENTS: "events",
    ids.OP_IDENTITY: "provisioned",
    ids.OP_SERVICE: "service",
}


class Refusal(Exception):
    """A command that is not carried out: `result` and a text for the person at the other end."""

    def __init__(self, result, text):
        super().__init__(text)
        self.result = result
        self.text = text


class Commands:
    """Takes command messages of every session and queues their replies.

    `insole` gives access to the parts: clock, sampler, blocks, recorder, settings, identity, battery, gait,
    faults, modes, self_test, indicator, power and the `work` flag of the TX scheduler (see assembly.py).
    """

    def __init__(self, insole):
        self._insole = insole
        self._transfers = 0
        self._handlers = {
            ids.OP_HELLO: self._hello,
            ids.OP_TIME: self._time,
            ids.OP_STATUS: self._status,
            ids.OP_SET_MODE: self._set_mode,
            ids.OP_STREAM: self._stream,
            ids.OP_SELF_TEST: self._self_test,
            ids.OP_LOG_INFO: self._log_info,
            ids.OP_LOG_READ: self._log_read,
            ids.OP_LOG_STOP: self._log_stop,
            ids.OP_LOG_ACK: self._log_ack,
            ids.OP_LOG_GAPS: self._log_gaps,
            ids.OP_REBOOT: self._reboot,
            ids.OP_IDENTIFY: self._identify,
            ids.OP_LOG_ERASE: self._log_erase,
            ids.OP_HINT: self._hint,
            ids.OP_CRASH: self._crash,
            ids.OP_DIAGNOSTICS: self._diagnostics,
            ids.OP_IDENTITY: self._identity,
        }

    def handle(self, session, message, ticks):
        """Carry out one command received at `ticks` (of ticks_us) and queue its reply."""
        if len(message) < 2:
            session.malformed += 1
            return
        op = message[0] & ~ids.REPLY_BIT
        tag = message[1]
        if not session.can_answer():
            session.malformed += 1  # it does not wait for replies: no room is spent on telling it so
            return
        try:
            message = session.opened(message)
            tag = message[1]
            reply = self._carry_out(session, message, ticks)
        except errors.ProtocolError as error:
            session.malformed += 1
            reply = messages.build_refusal(op, tag, messages.result_of(error), str(error))
        except Refusal as refusal:
            reply = messages.build_refusal(op, tag, refusal.result, refusal.text)
        except OSError as error:
            self._insole.faults.storage_errors += 1
            text = "the insole's storage failed: error %s" % error.errno
            reply = messages.build_refusal(op, tag, ids.RESULT_STORAGE, text)
        except MemoryError:  # a reply that finds no room costs no restart
            reply = messages.build_refusal(op, tag, ids.RESULT_BUSY, _NO_ROOM)
        session.answer(reply)
        self._insole.work.set()

    def _carry_out(self, session, message, ticks):
        if not session.transport.secure:
            raise Refusal(ids.RESULT_NOT_ALLOWED, "the link is not encrypted: pair first")
        if not session.version and message[0] != ids.OP_HELLO:
            raise Refusal(ids.RESULT_HELLO_FIRST, "say HELLO before anything else")
        command = messages.parse_command(message)
        if session.phone and session.guard is not None:
            self._refuse_to_phone(command)
        handler = self._handlers.get(command.op)
        if handler is None or (session.guard is None and self._insole.locked):
            return self._on_demand(session, command)
        return handler(session, command, ticks)

    def _refuse_to_phone(self, command):
        stops = command.op == ids.OP_SET_MODE and command.arguments[0] == ids.MODE_IDLE
        if stops or not _FOR_PHONES >> command.op & 1:
            raise Refusal(ids.RESULT_NOT_ALLOWED, "a phone's keys let it watch and fetch, nothing else")

    def _on_demand(self, session, command):
        proves = session.guard is None and self._insole.locked
        name = "insole." + ("proving" if proves else _ON_DEMAND.get(command.op, "proving"))
        try:
            return self._loaded(name, session, command)
        except MemoryError:
            before = hold_offs.begin(hold_offs.GARBAGE)
            gc.collect()  # what was loaded in vain lies in the way
            hold_offs.end(before)
        try:
            # The interpreter's table of names is one piece that grows when it is full (py/qstr.c), maybe in
            # the middle of loading. A new name lets it grow now, while the largest piece is free.
            hasattr(self, "one more name")
            return self._loaded(name, session, command)
        except MemoryError:
            raise Refusal(ids.RESULT_BUSY, _NO_ROOM) from None

    def _loaded(self, name, session, command):
        try:
            __import__(name)
        except ImportError:
            raise Refusal(ids.RESULT_NOT_AVAILABLE, "this firmware cannot do that") from None
        return sys.modules[name].carry_out(self._insole, session, command)

    def _hello(self, session, command, _ticks):
        insole = self._insole
        own = ids.LOCKED_VERSION if insole.locked else ids.OPEN_VERSION
        session.version = messages.choose_version(*command.arguments, own)
        capabilities = ids.CAPABILITY_LOG | ids.CAPABILITY_BATTERY | ids.CAPABILITY_DEEP_SLEEP
        capabilities |= ids.CAPABILITY_HINT | ids.CAPABILITY_CRASH_RECORD
        if insole.chosen is not None:
            capabilities |= ids.CAPABILITY_UPDATE
        insole.greeted |= 2 if session.transport is insole.usb else 1
        if insole.sampler.motion is not None:
            capabilities |= ids.CAPABILITY_IMU | ids.CAPABILITY_WIDE_MOTION
        return messages.build_reply(
            command.op,
            command.tag,
            session.version,
            insole.settings.side,
            LAYOUT_ID,
            capabilities,
            insole.recorder.boot,
            insole.sampler.period_us,
            insole.blocks.next_seq,
            insole.identity.serial,
            tail=insole.identity.firmware_version.encode(),
        )

    def _time(self, _session, command, ticks):
        insole = self._insole
        received_us = insole.clock.extend(ticks)

        def at_sending():
            return messages.build_reply(
                command.op,
                command.tag,
                command.arguments[0],
                insole.recorder.boot,
                received_us,
                insole.clock.now_us(),
            )

        return at_sending

    def _status(self, session, command, _ticks):
        insole = self._insole
        sampler = insole.sampler
        return messages.build_reply(
            command.op,
            command.tag,
            insole.modes.mode,
            insole.battery.percent,
            insole.battery.millivolts,
            insole.clock.now_us() // 1000000,
            sampler.sampled,
            sampler.lost,
            insole.blocks.slots_recorded,
            session.frames_sent & MAX_U32,
            session.refusals & MAX_U32,
            sampler.max_jitter_us,
            insole.gait.steps,
            insole.gait.cadence,
            insole.garbage_collector.free,
            insole.faults.flags,
            min(0xFFFF, session.malformed + session.transport.malformed()),
        )

    def _set_mode(self, _session, command, _ticks):
        self._insole.modes.set(command.arguments[0])
        return messages.build_reply(command.op, command.tag, self._insole.modes.mode)

    def _stream(self, session, command, _ticks):
        session.stream(bool(command.arguments[0]))
        return messages.build_reply(command.op, command.tag, self._insole.blocks.next_seq)

    def _self_test(self, _session, command, _ticks):
        result = self._insole.self_test.run(self._insole.blocks.drain)
        text = messages.cut_text(result.text, ids.MAX_TEXT_BYTES)
        return messages.build_reply(command.op, command.tag, result.faults, *result.levels, tail=text)

    def _log_info(self, _session, command, _ticks):
        return messages.build_reply(command.op, command.tag, *self._insole.recorder.info().as_tuple())

    def _log_read(self, session, command, _ticks):
        first, end, newest_first = command.arguments
        if first >= end:
            raise Refusal(ids.RESULT_RANGE, "a range from %d to %d is empty" % (first, end))
        if session.transfer:
            raise Refusal(ids.RESULT_BUSY, "a log transfer is under way: stop it first")
        self._refuse_while_erasing()
        self._transfers = (self._transfers + 1) & MAX_U32
        recorder = self._insole.recorder
        end = min(end, recorder.next_seq)
        session.transfer = LogTransfer(self._transfers, recorder.reader(first, end, bool(newest_first)))
        return messages.build_reply(command.op, command.tag, self._transfers)

    def _log_stop(self, session, command, _ticks):
        if session.transfer:
            session.transfer.stop()
        return messages.build_reply(command.op, command.tag)

    def _log_ack(self, _session, command, _ticks):
        seq = command.arguments[0]
        recorder = self._insole.recorder
        if seq > recorder.next_seq:
            raise Refusal(ids.RESULT_RANGE, "slot %d is not recorded yet" % seq)
        return messages.build_reply(command.op, command.tag, recorder.ack(seq))

    def _log_gaps(self, _session, command, _ticks):
        found = []
        cursor = self._insole.recorder.gaps(command.arguments[0], found)
        return messages.build_gaps_reply(command.tag, found, cursor)

    def _reboot(self, _session, command, _ticks):
        self._insole.power.reboot_soon(command.arguments[0] == ids.REBOOT_BOOT_LOADER)
        return messages.build_reply(command.op, command.tag)

    def _identify(self, _session, command, _ticks):
        seconds = command.arguments[0]
        if seconds > IDENTIFY_MAX_S:
            raise Refusal(ids.RESULT_RANGE, "at most %d seconds of blinking" % IDENTIFY_MAX_S)
        self._insole.indicator.identify(seconds)
        return messages.build_reply(command.op, command.tag)

    def _log_erase(self, session, command, _ticks):
        if command.arguments[0].to_bytes(4, "little") != self._insole.identity.serial[-4:]:
            raise Refusal(ids.RESULT_NOT_ALLOWED, "the confirmation is not the end of this insole's serial")
        self._refuse_while_erasing()
        if not self._insole.recorder.capacity_pages:
            raise Refusal(ids.RESULT_STORAGE, "the log's storage does not answer")
        self._insole.erase_log()
        self._insole.note(_LOG_ERASED, session.transport)
        return messages.build_reply(command.op, command.tag)

    def _hint(self, _session, command, _ticks):
        modes = self._insole.modes
        if modes.mode == ids.MODE_IDLE:
            raise Refusal(ids.RESULT_NOT_AVAILABLE, "the insole is idle: nobody wears it")
        if not modes.led_wanted():
            raise Refusal(ids.RESULT_NOT_ALLOWED, "the LED is to stay dark: see the setting led")
        self._insole.indicator.hint(command.arguments[0])
        return messages.build_reply(command.op, command.tag)

    def _crash(self, _session, command, _ticks):
        from insole import crash_file

        index, offset = command.arguments
        try:
            fields, text = crash_file.reply_fields(self._insole.boots, index, offset, ids.MAX_TEXT_BYTES)
        except ValueError as error:
            raise Refusal(ids.RESULT_RANGE, str(error)) from None
        finally:
            forget("crash_file")
        return messages.build_reply(command.op, command.tag, *fields, tail=text)

    def _diagnostics(self, _session, command, _ticks):
        from insole import diagnostics

        counters = diagnostics.counters(self._insole)
        forget("diagnostics")  # asked for by hand: its room goes to the rest
        return messages.build_reply(command.op, command.tag, tail=counters)

    def _identity(self, _session, command, _ticks):
        try:
            total, part = self._insole.identity.part(command.arguments[0], messages.MAX_DATA_BYTES)
        except ValueError as error:
            raise Refusal(ids.RESULT_RANGE, str(error)) from None
        return messages.build_reply(command.op, command.tag, total, tail=part)

    def _refuse_while_erasing(self):
        if self._insole.erasing:
            raise Refusal(ids.RESULT_BUSY, "the log is being erased")
