"""The host's journal: what came from the insoles, durable before the insoles may forget it."""
