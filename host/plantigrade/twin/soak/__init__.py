"""A day of wear in minutes: the real firmware and the real bridge in virtual time, with faults, and slot
counts that must balance."""
