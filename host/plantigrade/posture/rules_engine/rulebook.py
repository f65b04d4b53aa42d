"""The rules that hold for one patient: shipped ones with a clinician's edits, and the trail of who changed
what."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from math import isfinite
from pathlib import Path

from plantigrade.errors import FileError, PlantigradeError
from plantigrade.posture.json_file import read_values, write_values
from plantigrade.posture.rules_engine.added import all_rules
from plantigrade.posture.rules_engine.rules import EDITABLE, Rule, Severity, check_rule
from plantigrade.posture.settings import CLEAR_SHARE, LONGEST_LIMIT_S, LONGEST_TEXT, SHORTEST_LIMIT_S

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
        self._shipped = all_rules() if rules is None else dict(rules)
        self.rules: dict[str, Rule] = dict(self._shipped)
        self.trail: list[Edit] = []
        for edit in trail:
            self._apply(edit)

    def edit(self, rule_id: str, field: str, new: float, *, by: str, at: datetime, reason: str) -> Edit:
        """Change one number of one rule for this patient.

        Raises:
            PlantigradeError: unknown rule, a field that may not be changed, a value that makes no sense, or
                no name, reason or time zone; a prescribed rule is put on by `switch_on` alone.
        """
        rule = self._rule(rule_id)
        _check_field(field)
        if field == "enabled" and new and rule.prescribed and not rule.enabled:
            raise PlantigradeError(f"{rule_id} is switched on together with its limit and its duration")
        return self._edit(rule, field, new, by=by, at=at, reason=reason)

    def _edit(self, rule: Rule, field: str, new: float, *, by: str, at: datetime, reason: str) -> Edit:
        if any(not text.strip() or len(text) > LONGEST_TEXT for text in (by, reason)):
            raise PlantigradeError("an edit needs a name and a reason (at most 500 characters)")
        if at.tzinfo is None:
            raise PlantigradeError("an edit needs a time with its time zone")
        old = float(getattr(rule, field))
        edit = Edit(rule.id, field, old, float(new), by, at.isoformat(), reason, rule.version)
        self._apply(edit)
        return edit

    def switch_on(
        self, rule_id: str, limit: float, duration_s: float, *, by: str, at: datetime, reason: str
    ) -> tuple[Edit, ...]:
        """Switch on a rule that a clinician must prescribe, with the limit and how long it must be passed.

        Args:
            rule_id: of a rule that is `prescribed`.
            limit: in the rule's unit; the alert is cleared at nine tenths of it.
            duration_s: how long the value must stay at or above the limit.
            by, at, reason: who, when and why; each edit carries them.

        Returns:
            The edits, in order; none of them was made when one is refused.

        Raises:
            PlantigradeError: as `edit`; a rule that needs no switching on; a limit or a duration that makes
                no sense.

        Example:
            >>> from datetime import UTC
            >>> book = RuleBook()
            >>> edits = book.switch_on("sustained-pressure", 5.0, 600.0, by="Dr A",
            ...                        at=datetime(2026, 3, 1, tzinfo=UTC), reason="reduced feeling")
            >>> [(edit.field, edit.new) for edit in edits]
            [('raise_level', 5.0), ('clear_level', 4.5), ('dwell_s', 600.0), ('enabled', 1.0)]
        """
        rule = self._prescribed(rule_id)
        if not (isfinite(limit) and limit > 0):
            raise PlantigradeError(f"the limit of {rule_id} must be above 0 {rule.unit}, not {limit}")
        if not SHORTEST_LIMIT_S <= duration_s <= LONGEST_LIMIT_S:
            raise PlantigradeError(
                f"the duration must lie between {SHORTEST_LIMIT_S:g} s and {LONGEST_LIMIT_S:g} s, "
                f"not {duration_s:g} s"
            )
        levels = [("raise_level", limit), ("clear_level", CLEAR_SHARE * limit)]
        if limit <= rule.clear_level:
            levels.reverse()  # the clear level lies below the raise level after each edit
        given = [*levels, ("dwell_s", duration_s), ("enabled", 1.0)]
        made: list[Edit] = []
        trial = RuleBook(self.rules)
        for book in (trial, self):  # what is refused is refused before this book has changed
            made = [
                book._edit(book.rules[rule_id], field, new, by=by, at=at, reason=reason)
                for field, new in given
            ]
        return tuple(made)

    def switch_off(self, rule_id: str, *, by: str, at: datetime, reason: str) -> Edit:
        """Switch a prescribed rule off again; limit and duration stay as they are.

        Raises:
            PlantigradeError: as `edit`, and a rule that is not prescribed.
        """
        self._prescribed(rule_id)
        return self.edit(rule_id, "enabled", 0.0, by=by, at=at, reason=reason)

    @property
    def critical(self) -> tuple[Rule, ...]:
        """The critical rules that are on."""
        on = (rule for rule in self.rules.values() if rule.enabled)
        return tuple(rule for rule in on if rule.severity is Severity.CRITICAL)

    def _rule(self, rule_id: str) -> Rule:
        if rule_id not in self.rules:
            raise PlantigradeError(
                f"there is no rule {rule_id!r}; rules are: {', '.join(sorted(self.rules))}"
            )
        return self.rules[rule_id]

    def _prescribed(self, rule_id: str) -> Rule:
        rule = self._rule(rule_id)
        if not rule.prescribed:
            names = ", ".join(name for name, one in self.rules.items() if one.prescribed)
            raise PlantigradeError(f"{rule_id} is not switched on or off; these are: {names}")
        return rule

    def _apply(self, edit: Edit) -> None:
        _check_field(edit.field)
        changed = _changed(self.rules[edit.rule], edit)
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


def _changed(rule: Rule, edit: Edit) -> Rule:
    """The rule with the edit. A level that a clinician enters holds whatever the instrument and the speed; a
    level of marked findings that does not lie above it is dropped. An edit of an earlier version of the rule
    stays in force: where the clear level has since moved above it, that follows."""
    changed = replace(rule, **{edit.field: _value(edit)})
    if edit.field not in ("raise_level", "clear_level"):
        return changed
    marked = changed.marked_level
    if marked is not None and marked <= changed.raise_level:
        marked = None
    clear = changed.clear_level
    if edit.field == "raise_level" and edit.shipped_version != rule.version and clear >= changed.raise_level:
        clear = changed.raise_level - (1.0 - CLEAR_SHARE) * abs(changed.raise_level)
    return replace(
        changed, slope=None, slope_by_speed=None, elsewhere=(), marked_level=marked, clear_level=clear
    )


def _value(edit: Edit) -> float | int | bool:
    """The new value as the rule has it.

    TOML writes a level such as 25 as an integer; only the stride counts are integers by nature.
    """
    integral = edit.field.endswith("_strides")
    if not isfinite(edit.new) or (integral and edit.new != int(edit.new)):
        raise PlantigradeError(f"{edit.field} must be a {'whole ' if integral else ''}number, not {edit.new}")
    if edit.field == "enabled":
        if edit.new not in (0, 1):
            raise PlantigradeError(f"enabled must be 0 (off) or 1 (on), not {edit.new}")
        return bool(edit.new)
    return int(edit.new) if integral else float(edit.new)


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
