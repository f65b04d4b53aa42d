"""The bridge: insoles on one time base, gaps known, books balanced."""
