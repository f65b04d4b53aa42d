"""GET_SETTING and SET_SETTING (PROTOCOL.md section 4.4). Loaded for one command, with the table of
settings, and forgotten afterwards."""

from insole import forget
from insole.settings import leave
from insole_protocol import ids, messages
from insole_protocol import settings as table


def carry_out(insole, _session, command):
    """The reply; what was stored is in force before it is sent.

    Raises:
        ProtocolError: there is no such setting, or it may not have this value.
        OSError: flash refused.
    """
    try:
        settings = insole.settings
        row = table.find(command.arguments[0])
        if command.op == ids.OP_SET_SETTING:
            settings.store(row, table.decode(row, command.value))
            insole.modes.settings_changed()
        value = table.encode(row, getattr(settings, row.name))
        return messages.build_reply(command.op, command.tag, row.key, tail=value)
    finally:
        leave()
        forget("setting_commands")
