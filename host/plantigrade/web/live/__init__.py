"""Live frames over one WebSocket: encoded once for all who look at a pair, and the newest frame wins."""
