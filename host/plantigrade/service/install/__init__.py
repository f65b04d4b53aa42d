"""Start the service when the person logs in: a systemd user unit, a launch agent, or a scheduled task."""
