"""The diary: where it hurts, how much, and whether it goes along with what is done."""
