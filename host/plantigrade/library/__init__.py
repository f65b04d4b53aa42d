"""The session library: people and their recordings, kept, found, changed and erased."""
