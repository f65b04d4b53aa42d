"""Who may come in while an insole is in safe mode: anybody who pairs, or whoever proves to have its key."""

from insole_protocol import messages


class Open:
    """The door of an insole without a key; `lock.Lock` is that of one with a key."""

    device_key = None

    def choose_version(self, lowest, highest):
        """The one of open insoles, where the host speaks it."""
        return messages.choose_version(lowest, highest)

    def opened(self, _peer, message):
        """The command as it came."""
        return message

    def carry_out(self, _peer, _command):
        """There is nothing to prove."""


def of_this_insole():
    """Its door. What cannot be read or loaded is no open door, but an exception: safe mode does not start."""
    from insole import insole_keys

    key = insole_keys.InsoleKeys().device
    insole_keys.leave()
    if not key:
        return Open()
    from safe_mode.lock import Lock

    return Lock(key)
