"""The analysis of one recording, as report, exports, library and commands share it."""
