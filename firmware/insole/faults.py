"""What is known to be wrong with this insole: one set of flags that STATUS, SELF_TEST and the advertisement
show."""


class Faults:
    """Flags of `insole_protocol.ids.FAULT_*`, raised and cleared by whoever finds out.

    Attributes:
        flags: what is wrong now.
        storage_errors: writes and reads of the log that failed since boot.
    """

    def __init__(self):
        self.flags = 0
        self.storage_errors = 0

    def note(self, flag, present):
        """Raise or clear one flag."""
        if present:
            self.flags |= flag
        else:
            self.flags &= ~flag
