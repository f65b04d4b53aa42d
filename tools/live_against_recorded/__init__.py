"""What live analysis says beside what the analysis of the recording says: strides and alerts."""
