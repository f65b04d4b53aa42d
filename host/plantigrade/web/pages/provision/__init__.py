"""Provision an insole: identity, self-test, bench loads, label and report, at the bridge's computer."""
