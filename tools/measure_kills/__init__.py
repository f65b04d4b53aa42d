"""`kill -9` at many instants of a day: what the service loses of what insoles were told to forget."""
