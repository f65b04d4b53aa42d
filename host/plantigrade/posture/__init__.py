"""What the feet may mean for posture: indices, personal baseline, rules, alerts, guidance. No diagnosis is
made."""
