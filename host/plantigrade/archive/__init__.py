"""Many recordings at once: analysed, verified, exported and queried, on any number of workers."""
