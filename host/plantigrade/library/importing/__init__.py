"""Recordings of other systems on their way into the library: titled, dated, and whose they are."""
