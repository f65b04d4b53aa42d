"""What was said live beside what the analysis of the recording says: the same strides, the same alerts."""
