"""A clinic with ten homes, all on this computer: the real processes, and its page in a real browser."""
