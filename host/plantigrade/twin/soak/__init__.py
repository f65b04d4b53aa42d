"""A day of wear in minutes: the real firmware and the real bridge in virtual time, with faults, and books
that must balance."""
