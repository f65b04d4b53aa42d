"""ROLLBACK in normal mode (PROTOCOL.md section 4.8): back to the firmware in the other slot, on trial."""

import sys

import insole_protocol as protocol
from insole.update import slots
from insole.update.conditions import Refused, carried_out, check_insole
from insole_protocol import bundle_layout as layout
from insole_protocol import messages
from insole_protocol import update_codes as codes


def carry_out(insole, session, command):
    """The reply to the command.

    Raises:
        Refusal: with the reason, which UPDATE_STATUS tells afterwards.
    """
    try:
        return carried_out(insole, lambda: _rollback(insole, session, command), "rollback", "slots")
    finally:
        for name in ("bundle_layout", "update_codes"):
            sys.modules.pop("insole_protocol." + name, None)
            if hasattr(protocol, name):
                delattr(protocol, name)


def _link_of(insole, session):
    return codes.LINK_USB if session.transport is insole.usb else codes.LINK_BLE


def _rollback(insole, session, command):
    check_insole(insole)
    other = slots.OTHER[insole.chosen[0]]
    found = slots.manifest_fields(other)
    if found is None:
        raise Refused(codes.REFUSAL_NO_OTHER, "there is no whole firmware in the other slot")
    floor = slots.read_state().get("floor", 0)
    if found[layout.SECURITY_COUNTER] < floor:
        text = "the other firmware has security counter %d, this insole takes %d and above"
        raise Refused(codes.REFUSAL_FLOOR, text % (found[layout.SECURITY_COUNTER], floor))
    slots.start_trial(
        insole.faults.flags, _link_of(insole, session), codes.BACK_ASKED, active=other, trial=1 + slots.TRIES
    )
    insole.power.reboot_soon(False)
    return messages.build_reply(command.op, command.tag)
