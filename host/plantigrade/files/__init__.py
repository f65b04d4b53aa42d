"""Files that are there complete or not at all, also after a power cut, and locks on folders."""
