"""What a day of wear amounts to: hours, steps, standing and load, set beside usual days and beside goals."""
