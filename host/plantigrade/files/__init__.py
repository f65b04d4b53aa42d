"""Files that are there whole or not at all, also after a power cut, and locks on folders."""
