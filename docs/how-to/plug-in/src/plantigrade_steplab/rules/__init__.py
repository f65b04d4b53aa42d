"""Posture rules of this package: *.toml beside this file, their sentences in `text`."""

from pathlib import Path

from plantigrade.posture.rules_engine.added import AddedRules

RULES = AddedRules(Path(__file__).parent)
