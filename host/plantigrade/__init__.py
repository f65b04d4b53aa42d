"""Plantigrade: insoles, bridge, gait and posture on the host."""
