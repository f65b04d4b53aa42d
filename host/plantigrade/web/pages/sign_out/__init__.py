"""Sign out: ends the session and has the browser forget it."""
