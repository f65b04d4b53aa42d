"""The insole's clock on the host's time base."""
