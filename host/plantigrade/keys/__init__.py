"""`plantigrade keys`: the keys of insoles, and the way back to them when a library's key is lost."""
