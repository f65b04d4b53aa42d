"""Files of an earlier firmware (b1ffc88), but for imports as they were: what a rollback brings back."""
