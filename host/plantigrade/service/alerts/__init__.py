"""The life of alerts: raised, seen, put off, cleared; what helped; whether anyone is watching."""
