"""Debian's MQTT broker on a port of loopback, for tests and measurements."""
