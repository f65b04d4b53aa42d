"""The rules that hold for one patient: shipped ones with a clinician's edits, and the trail of who changed
what."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from math import isfinite
from pathlib import Path

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.posture.json_file import read_values, write_values
from plantigrade.posture.rules_engine.rules import EDITABLE, Rule, check_rule, shipped_rules
from plantigrade.posture.settings import LONGEST_TEXT

SCHEMA = "plantigrade.rulebook/1"


@dataclass(frozen=True)
class Edit:
    """One change of one rule's number, as it is stored for ever.

    Attributes:
        rule, field: what was changed.
        old, new: the numbers.
        by: who, as the account is called.
        at: when, ISO with time zone.
        reason: in the clinician's words.
        shipped_version: the rule's version at that time.
    """

    rule: str
    field: str
    old: float
    new: float
    by: str
    at: str
    reason: str
    shipped_version: int


class RuleBook:
    """Rules of one patient. `label(rule)` names the version that a result was made with."""

    def __init__(self, rules: dict[str, Rule] | None = None, trail: tuple[Edit, ...] = ()) -> None:
        self._shipped = shipped_rules() if rules is None else dict(rules)
        self.rules: dict[str, Rule] = dict(self._shipped)
        self.trail: list[Edit] = []
        for edit in trail:
            self._apply(edit)

    def edit(self, rule_id: str, field: str, new: float, *, by: str, at: datetime, reason: str) -> Edit:
        """Change one number of one rule for this patient.

        Raises:
            PlantigradeError: unknown rule, a field that may not be changed, a value that makes no sense, or
                no name, reason or time zone.
        """
        if rule_id not in self.rules:
            raise PlantigradeError(
                f"there is no rule {rule_id!r}; rules are: {', '.join(sorted(self.rules))}"
            )
        _check_field(field)
        if any(not text.strip() or len(text) > LONGEST_TEXT for text in (by, reason)):
            raise PlantigradeError("an edit needs a name and a reason (at most 500 characters)")
        if at.tzinfo is None:
            raise PlantigradeError("an edit needs a time with its time zone")
        rule = self.rules[rule_id]
        old = float(getattr(rule, field))
        edit = Edit(rule_id, field, old, float(new), by, at.isoformat(), reason, rule.version)
        self._apply(edit)
        return edit

    def _apply(self, edit: Edit) -> None:
        _check_field(edit.field)
        rule = self.rules[edit.rule]
        # TOML writes a level such as 25 as an integer; only the stride counts are integers by nature.
        integral = edit.field.endswith("_strides")
        if not isfinite(edit.new) or (integral and edit.new != int(edit.new)):
            raise PlantigradeError(
                f"{edit.field} must be a {'whole ' if integral else ''}number, not {edit.new}"
            )
        value = int(edit.new) if integral else float(edit.new)
        changed = replace(rule, **{edit.field: value})
        check_rule(changed)
        self.rules[edit.rule] = changed
        self.trail.append(edit)

    def label(self, rule_id: str) -> str:
        """Version of the rule as results name it: `3` as shipped, `3+2` after two edits for this patient."""
        edits = sum(edit.rule == rule_id for edit in self.trail)
        version = str(self.rules[rule_id].version)
        return f"{version}+{edits}" if edits else version

    def save(self, path: Path) -> None:
        """Write the edits as JSON, for the owner alone to read; the shipped rules are not repeated.

        Raises:
            FileError: the file cannot be written.
        """
        write_values(path, SCHEMA, {"edits": [asdict(edit) for edit in self.trail]})


def _check_field(field: str) -> None:
    if field not in EDITABLE:
        raise PlantigradeError(f"{field!r} cannot be edited; these can: {', '.join(EDITABLE)}")


def load_rulebook(path: Path) -> RuleBook:
    """Read what `RuleBook.save` wrote and apply it to the shipped rules.

    Raises:
        FileError: missing, not JSON, another schema, or an edit that no longer fits.
    """
    values = read_values(path, SCHEMA, "a rule book")
    try:
        return RuleBook(trail=tuple(Edit(**entry) for entry in values["edits"]))
    except (KeyError, TypeError, OverflowError, PlantigradeError) as error:
        raise FileError(path, f"holds an edit that does not fit this version's rules: {error}") from error
