"""The commands of an update in normal mode (PROTOCOL.md section 4.8): an update itself needs the heap that
sampling, log and radio fill there, so that UPDATE_BEGIN restarts the insole for it (`safe_mode.updating`).
"""

import sys

import insole as package
import insole_protocol as protocol
from insole import files
from insole.commands import Refusal
from insole.update import slots
from insole.update.conditions import Refused, check_insole, failed_storage
from insole_protocol import bundle_layout as layout
from insole_protocol import ids, messages
from insole_protocol import update_codes as codes


def carry_out(insole, session, command):
    """The reply to a command.

    Raises:
        Refusal: with the reason, which UPDATE_STATUS tells afterwards.
    """
    try:
        return _METHODS[command.op](insole, session, command)
    except OSError as error:
        insole.faults.storage_errors += 1
        refused = failed_storage(error)
    except Refused as error:
        refused = error
    finally:
        _leave()
    insole.refusal = codes.STATE_REFUSED, refused.code, refused.text
    raise Refusal(refused.result, refused.text)


def _leave():
    """The code leaves the heap, but for a trial's, which somebody else holds."""
    for name in (".commands", ".conditions", ".slots", ""):
        sys.modules.pop("insole.update" + name, None)
    for name in ("bundle_layout", "update_codes"):
        sys.modules.pop("insole_protocol." + name, None)
        if hasattr(protocol, name):
            delattr(protocol, name)
    if hasattr(package, "update"):
        del package.update


def _link_of(insole, session):
    return codes.LINK_USB if session.transport is insole.usb else codes.LINK_BLE


def _begin(insole, _session, command):
    check_insole(insole)
    files.write_json(slots.NOTE, {"faults": insole.faults.flags})
    insole.power.reboot_soon(False)
    return messages.build_reply(command.op, command.tag, 0, 0, 0)


def _nothing_begun(_insole, _session, _command):
    raise Refused(codes.REFUSAL_NOT_BEGUN, "no update is under way: UPDATE_BEGIN first")


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


_METHODS = {
    ids.OP_UPDATE_BEGIN: _begin,
    ids.OP_UPDATE_DATA: _nothing_begun,
    ids.OP_UPDATE_END: _nothing_begun,
    ids.OP_ROLLBACK: _rollback,
}
