"""Pictures of every page, for looking at them, and the few that stand in README and docs."""
