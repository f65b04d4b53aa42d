"""The always-on bridge: insoles all day, recordings by wearing, alerts, notifications, facts for others."""
