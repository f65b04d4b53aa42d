"""The bridge: insoles on one time base, and every slot accounted for."""
