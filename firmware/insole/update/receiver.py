"""A bundle on its way into the insole; in safe mode, where there is heap for it (PROTOCOL.md section 4.8)."""

from binascii import crc32

import boards
from insole.update import checks, slots, status
from insole.update.conditions import Refused, check_power, failed_storage
from insole_protocol import bundle_layout as layout
from insole_protocol import errors, ids, messages
from insole_protocol import update_codes as codes

WINDOW = 4
OVERHEAD = 14  # of an ATT value: opcode and handle, fragment, op, tag, offset, CRC


class Receiver:
    """Takes the commands of an update.

    Attributes:
        state, refusal, text: as UPDATE_STATUS tells them.
    """

    def __init__(self, chosen, battery, feed_watchdog, faults):
        """`chosen` of the launcher; `battery` or None; `faults`, those before the update."""
        self.state, self.refusal, self.text = codes.STATE_NONE, codes.REFUSAL_NONE, ""
        self._chosen = chosen
        self._battery = battery
        self._feed_watchdog = feed_watchdog
        self._faults = faults
        self._total_bytes = 0
        self._crc = 0
        self._head = bytearray()
        self._target = None
        self._steps = None
        self._link = codes.LINK_BLE

    @property
    def next_offset(self):
        """The next byte of the bundle that is wanted."""
        return layout.PAYLOAD_AT + self._target.wanted if self._target else len(self._head)

    def carry_out(self, command, link, value_bytes):
        """The reply to a command; `link` is `update_codes.LINK_*`, `value_bytes` what one ATT value holds."""
        try:
            return self._carry_out(command, link, value_bytes)
        except OSError as error:
            refused = failed_storage(error)
        except Refused as error:
            refused = error
        self._refuse(refused)
        return messages.build_refusal(command.op, command.tag, refused.result, refused.text)

    def _carry_out(self, command, link, value_bytes):
        op, tag = command.op, command.tag
        if op == ids.OP_UPDATE_STATUS:
            now = self.state, self.refusal, self.text
            return status.reply(command, self._chosen, now, (self.next_offset, self._total_bytes), 0)
        check_power(self._chosen, self._battery)
        if op == ids.OP_UPDATE_BEGIN:
            self._begin(*command.arguments)
            most = max(1, min(messages.MAX_DATA_BYTES, value_bytes + 3 - OVERHEAD))
            return messages.build_reply(op, tag, self.next_offset, most, WINDOW)
        if op == ids.OP_UPDATE_DATA:
            self._take(command.arguments[0], command.arguments[1], command.value)
            return messages.build_reply(op, tag, self.next_offset)
        self._end(link)
        return messages.build_reply(op, tag, self.state)

    def _begin(self, total_bytes, crc):
        if self.state in (codes.STATE_VERIFYING, codes.STATE_RESTARTING):
            raise Refused(codes.REFUSAL_NOT_IDLE, "a bundle is being verified")
        self.refusal, self.text = codes.REFUSAL_NONE, ""
        if self.state == codes.STATE_RECEIVING and (total_bytes, crc) == (self._total_bytes, self._crc):
            return
        self._leave()
        self._total_bytes, self._crc = total_bytes, crc
        self.state = codes.STATE_RECEIVING
        stored = _stored_head(crc)
        if stored:
            self._head = stored
            self._check_head()
        else:
            slots.forget_bundle()

    def _take(self, offset, crc, data):
        if self.state != codes.STATE_RECEIVING:
            raise Refused(codes.REFUSAL_NOT_BEGUN, "no update is under way: UPDATE_BEGIN first")
        if crc32(data) != crc:
            raise errors.ValueRangeError("the CRC of these bytes does not match")
        if offset > self.next_offset:
            raise errors.ValueRangeError("byte %d is wanted, not %d" % (self.next_offset, offset))
        data = memoryview(data)[self.next_offset - offset :]
        if self._target is None:
            part = data[: layout.PAYLOAD_AT - len(self._head)]
            self._head.extend(part)
            data = data[len(part) :]
            if len(self._head) < layout.PAYLOAD_AT:
                return
            if crc32(self._head) != self._crc:
                raise Refused(codes.REFUSAL_ALTERED, "the first 640 bytes are not those that were announced")
            self._check_head()
        if len(data):
            self._target.take(data)

    def _check_head(self):
        active = self._chosen[0]
        fields = checks.check_manifest(self._head, self._total_bytes, boards.current().BOARD, active)
        self._feed_watchdog()  # one call that takes up to 3 s by docs/reference/slot-budget.md
        checks.check_signature(self._head)
        if fields[layout.KIND] == layout.KIND_FILES:
            from insole.update.files_in import FilesTarget as Target
        else:
            from insole.update.app_in import AppTarget as Target
        target = Target(fields, active, self._feed_watchdog)
        goes_on = _stored_head(self._crc) is not None
        if not goes_on:
            slots.forget_bundle()
        self._target = target.begin(goes_on)
        if not goes_on:  # from here on what lies in the slot is of this bundle
            with open(slots.HEAD, "wb") as file:
                file.write(self._head)

    def _end(self, link):
        if self.state in (codes.STATE_VERIFYING, codes.STATE_RESTARTING):
            return
        if self.state != codes.STATE_RECEIVING:
            raise Refused(codes.REFUSAL_NOT_BEGUN, "no update is under way: UPDATE_BEGIN first")
        if self._target is None or not self._target.complete():
            text = "byte %d of %d is still wanted" % (self.next_offset, self._total_bytes)
            raise Refused(codes.REFUSAL_INCOMPLETE, text)
        self._link = link
        self._steps = self._target.steps_to_verify()
        self.state = codes.STATE_VERIFYING

    @property
    def verifies(self):
        """Whether `step` has something to do."""
        return self.state == codes.STATE_VERIFYING

    def step(self):
        """Verify a little more, once UPDATE_END was said. True when the insole shall restart."""
        if self.state != codes.STATE_VERIFYING:
            return False
        try:
            for _ in self._steps:
                return False
            self._target.switch(self._head, self._faults, self._link)
            slots.forget_bundle()
        except Refused as refused:
            self._refuse(refused)
            return False
        except OSError as error:
            self._refuse(failed_storage(error))
            return False
        self.state = codes.STATE_RESTARTING
        return True

    def _refuse(self, refused):
        self.refusal, self.text = refused.code, refused.text
        if refused.ends_bundle:
            self._leave()
            self.state = codes.STATE_REFUSED

    def _leave(self):
        if self._target:
            self._target.leave()
        self._target = self._steps = None
        self._head = bytearray()
        self._total_bytes = 0
        self.state = codes.STATE_NONE


def _stored_head(crc):
    """Manifest and signature of a bundle whose part is in flash, if they are those; else None."""
    try:
        with open(slots.HEAD, "rb") as file:
            head = bytearray(file.read(layout.PAYLOAD_AT))
    except OSError:
        return None
    return head if len(head) == layout.PAYLOAD_AT and crc32(head) == crc else None
