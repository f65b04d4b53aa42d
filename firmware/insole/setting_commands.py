"""GET_SETTING and SET_SETTING (PROTOCOL.md section 4.4). Loaded for one command, with the table of
settings, and forgotten afterwards."""

import boards
from insole import forget
from insole.commands import Refusal
from insole.settings import leave
from insole_protocol import ids, messages
from insole_protocol import settings as table

RANGES = "acceleration_range_g", "angular_rate_range_deg_s"


def carry_out(insole, _session, command):
    """The reply; what was stored is in force before it is sent.

    Raises:
        ProtocolError: there is no such setting, or it may not have this value.
        Refusal: this insole cannot be set so.
        OSError: flash refused.
    """
    try:
        settings = insole.settings
        row = table.find(command.arguments[0])
        if command.op == ids.OP_SET_SETTING:
            value = table.decode(row, command.value)
            if row.name in RANGES and value != row.default:
                _refuse_what_no_record_tells(insole)
            settings.store(row, value)
            _put_in_force(insole)
        value = table.encode(row, getattr(settings, row.name))
        return messages.build_reply(command.op, command.tag, row.key, tail=value)
    finally:
        leave()
        forget("setting_commands")


def _refuse_what_no_record_tells(insole):
    """A record in the open does not say in which ranges its motion was measured: those are the widest."""
    if insole.imu is None:
        raise Refusal(ids.RESULT_NOT_AVAILABLE, "this insole has no motion sensor")
    if insole.blocks.sealer is None:
        raise Refusal(ids.RESULT_NOT_AVAILABLE, "without a log key records cannot tell their range")


def _put_in_force(insole):
    """No record has motion of two ranges, or of two sides: while settings change and the record that is being
    made ends, no row gets any."""
    imu, settings, sealer = insole.imu, insole.settings, insole.blocks.sealer
    if imu is None:
        insole.modes.settings_changed()
        return
    axes = boards.imu_axes(boards.current(), settings.side)
    ranges = (settings.acceleration_range_g, settings.angular_rate_range_deg_s) if sealer else imu.ranges
    if (axes, ranges) == (imu.axes, imu.ranges):
        insole.modes.settings_changed()
        return
    code = _code_of(ranges)  # first: there may be no room to load it
    imu.pause()
    insole.modes.settings_changed()
    if sealer:
        sealer.motion = code
    imu.axes = axes
    imu.set_ranges(*ranges)
    imu.restore()


def _code_of(ranges):
    from insole_protocol import motion_code

    code = motion_code.motion_code(*ranges)
    leave("motion_code")
    return code
