"""The session library: people and their recordings, stored, found, changed and erased."""
