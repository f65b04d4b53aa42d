"""The measurements behind docs/reference/posture-performance.md, one file a question."""
