"""The summary of the demo beside the truth; only `plantigrade demo` writes what it shows."""
