"""UPDATE_BEGIN in normal mode (PROTOCOL.md section 4.8): an update itself needs the heap that sampling, log
and radio fill here, so that the insole restarts for it (`safe_mode`). Loads as little as can be: that heap is
full of holes after days.
"""

from insole import files
from insole.update.conditions import Refused, carried_out, check_insole
from insole_protocol import ids, messages
from insole_protocol import update_codes as codes

NOTE = "/update.go"  # the next start is one for an update


def carry_out(insole, _session, command):
    """The reply to UPDATE_BEGIN, and to what follows it elsewhere.

    Raises:
        Refusal: with the reason, which UPDATE_STATUS tells afterwards.
    """
    return carried_out(insole, lambda: _begin(insole, command), "begin")


def _begin(insole, command):
    if command.op != ids.OP_UPDATE_BEGIN:
        raise Refused(codes.REFUSAL_NOT_BEGUN, "no update is under way: UPDATE_BEGIN first")
    check_insole(insole)
    files.write_json(NOTE, {"faults": insole.faults.flags})
    insole.power.reboot_soon(False)
    return messages.build_reply(command.op, command.tag, 0, 0, 0)
