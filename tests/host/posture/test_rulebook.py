"""A patient's rules: edits with their trail, the file, and any order of edits against a plain model."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.posture.rules_engine.rulebook import Edit, RuleBook, load_rulebook
from plantigrade.posture.rules_engine.rules import EDITABLE, Severity, check_rule, shipped_rules

RULES = shipped_rules()
AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
GOOD = {"by": "clinician A", "at": AT, "reason": "rigid orthotic"}


def test_an_edit_changes_the_rule_and_stays_in_the_trail(tmp_path: Path):
    book = RuleBook()
    assert book.label("low-arch") == "4"
    made = book.edit("low-arch", "raise_level", 0.36, **GOOD)
    assert made == Edit(
        "low-arch", "raise_level", 0.33, 0.36, "clinician A", "2026-03-01T09:30:00+00:00", "rigid orthotic", 4
    )
    book.edit("low-arch", "window_strides", 100, **GOOD)
    book.edit("high-arch", "dwell_s", 25, **GOOD)
    assert book.rules["low-arch"] == replace(RULES["low-arch"], raise_level=0.36, window_strides=100)
    assert [book.label(name) for name in ("low-arch", "high-arch", "pronation")] == ["4+2", "4+1", "5"]
    assert [(one.field, one.old, one.new) for one in book.trail] == [
        ("raise_level", 0.33, 0.36),
        ("window_strides", 60.0, 100.0),
        ("dwell_s", 20.0, 25.0),
    ]
    book.save(tmp_path / "book.json")
    again = load_rulebook(tmp_path / "book.json")
    assert again.rules == book.rules
    assert again.trail == book.trail
    assert RuleBook().rules["low-arch"] == RULES["low-arch"], "other patients keep the shipped level"


@pytest.mark.parametrize("field", EDITABLE)
def test_every_number_of_a_clinician_can_be_edited_and_keeps_its_kind(field: str):
    new = {"raise_level": 0.4, "clear_level": 0.1, "min_strides": 40, "alert_strides": 250, "enabled": 0}.get(
        field, 70
    )
    book = RuleBook()
    book.edit("low-arch", field, new, **GOOD)
    retained = getattr(book.rules["low-arch"], field)
    assert retained == new
    kinds = {"enabled": bool}
    assert type(retained) is kinds.get(field, int if field.endswith("_strides") else float)


WHO = "an edit needs a name and a reason (at most 500 characters)"
CAN = "enabled, raise_level, clear_level, dwell_s, min_strides, alert_strides, window_strides, min_interval_s"


@pytest.mark.parametrize(
    ("changed", "text"),
    [
        ({"rule": "nothing"}, "there is no rule 'nothing'; rules are: " + ", ".join(sorted(RULES))),
        ({"field": "severity"}, f"'severity' cannot be edited; these can: {CAN}"),
        ({"field": "own_insole_only"}, f"'own_insole_only' cannot be edited; these can: {CAN}"),
        ({"new": 0.1}, "clear level 0.3 must lie below raise level 0.1"),
        ({"new": float("nan")}, "raise_level must be a number, not nan"),
        ({"new": float("inf")}, "raise_level must be a number, not inf"),
        ({"field": "min_strides", "new": 30.5}, "min_strides must be a whole number, not 30.5"),
        ({"field": "min_strides", "new": float("nan")}, "min_strides must be a whole number, not nan"),
        ({"by": " "}, WHO),
        ({"by": "x" * 501}, WHO),
        ({"reason": "\n"}, WHO),
        ({"reason": "x" * 501}, WHO),
        ({"at": datetime(2026, 3, 1)}, "an edit needs a time with its time zone"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused_and_leaves_no_trace(changed: dict[str, object], text: str):
    given = {"rule": "low-arch", "field": "raise_level", "new": 0.36, **GOOD} | changed
    book = RuleBook()
    with pytest.raises(PlantigradeError) as refused:
        book.edit(given.pop("rule"), given.pop("field"), given.pop("new"), **given)
    assert str(refused.value) == text
    assert book.trail == []
    assert book.rules == RULES


def test_names_and_reasons_may_have_500_characters():
    book = RuleBook()
    edit = book.edit("low-arch", "raise_level", 0.36, by="x" * 500, at=AT, reason="y" * 500)
    assert book.trail == [edit] and (edit.by, edit.reason) == ("x" * 500, "y" * 500)


def test_the_file_holds_the_edits_alone(tmp_path: Path):
    path, book = tmp_path / "book.json", RuleBook()
    book.edit("low-arch", "raise_level", 0.36, **GOOD)
    book.save(path)
    assert json.loads(path.read_text(encoding="utf-8")) == {
        "schema": "plantigrade.rulebook/1",
        "edits": [
            {
                "rule": "low-arch",
                "field": "raise_level",
                "old": 0.33,
                "new": 0.36,
                "by": "clinician A",
                "at": "2026-03-01T09:30:00+00:00",
                "reason": "rigid orthotic",
                "shipped_version": 4,
            }
        ],
    }
    assert path.read_text(encoding="utf-8").endswith("}\n")
    with pytest.raises(FileError, match=r"cannot be written \(No such file or directory\)$"):
        book.save(tmp_path / "nowhere" / "book.json")


ENTRY = {
    "rule": "low-arch",
    "field": "raise_level",
    "old": 0.33,
    "new": 0.36,
    "by": "a",
    "at": "2026-03-01T09:30:00+00:00",
    "reason": "r",
    "shipped_version": 4,
}


def stored(path: Path, **changed: object) -> Path:
    path.write_text(json.dumps({"schema": "plantigrade.rulebook/1", "edits": [ENTRY | changed]}))
    return path


def test_an_edit_of_an_earlier_version_stays_in_force(tmp_path: Path):
    """Version 3 cleared at 0.138; a level of 0.18 was in order."""
    rule = load_rulebook(stored(tmp_path / "book.json", old=0.15, new=0.18, shipped_version=3)).rules[
        "low-arch"
    ]
    assert (rule.raise_level, rule.clear_level) == (0.18, pytest.approx(0.162))


@pytest.mark.parametrize(
    "changed",
    [
        {"rule": "withdrawn"},
        {"rule": ["low-arch"]},
        {"field": "severity"},  # what may not be edited may not come from a file either
        {"field": "own_insole_only"},
        {"field": "id"},
        {"new": "high"},
        {"new": None},
        {"new": 0.1},
        {"new": 10**400},
        {"surprise": 1},
    ],
)
def test_an_edit_of_a_file_that_does_not_fit_is_refused_by_name(tmp_path: Path, changed: dict[str, object]):
    assert load_rulebook(stored(tmp_path / "book.json")).rules["low-arch"].raise_level == 0.36
    with pytest.raises(FileError) as refused:
        load_rulebook(stored(tmp_path / "book.json", **changed))
    assert str(refused.value).startswith(
        f"{tmp_path / 'book.json'}: holds an edit that does not fit this version's rules: "
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"{", "is not JSON: "),
        (b"\xff", "is not JSON: "),
        (b"[]", "is not a rule book of the schema plantigrade.rulebook/1"),
        (b'{"schema": "plantigrade.diary/1"}', "is not a rule book of the schema plantigrade.rulebook/1"),
        (b'{"schema": "plantigrade.rulebook/1"}', "holds an edit that does not fit this version's rules: "),
        (b'{"schema": "plantigrade.rulebook/1", "edits": [7]}', "holds an edit that does not fit "),
        (b'{"schema": "plantigrade.rulebook/1", "edits": [{}]}', "holds an edit that does not fit "),
    ],
)
def test_a_file_that_is_no_rule_book_is_refused_by_name(tmp_path: Path, content: bytes, text: str):
    path = tmp_path / "book.json"
    path.write_bytes(content)
    with pytest.raises(FileError) as refused:
        load_rulebook(path)
    assert str(refused.value).startswith(f"{path}: {text}")


def test_a_rule_book_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(FileError, match=r"none\.json: cannot be read \(No such file or directory\)$"):
        load_rulebook(tmp_path / "none.json")


NUMBERS = [float("nan"), -1.0, 0.0, 0.1, 0.14, 0.2, 12.0, 30.5, 35.0, 60.0, 200.0, 2000.0, 5001.0]


class BookMachine(RuleBasedStateMachine):
    """Edits, good and bad, kept and read again, beside a dictionary of numbers."""

    @initialize()
    def begin(self) -> None:
        self.book = RuleBook(dict(RULES))
        self.numbers = {
            name: {field: float(getattr(RULES[name], field)) for field in EDITABLE}
            for name in ("low-arch", "one-sided-standing")
        }
        self.edits: list[tuple[str, str, float, float]] = []

    @staticmethod
    def makes_sense(name: str, numbers: dict[str, float]) -> bool:
        least, needed, window = (numbers[f] for f in ("min_strides", "alert_strides", "window_strides"))
        if not all(number == number for number in numbers.values()) or numbers["enabled"] not in (0, 1):
            return False
        if any(number != int(number) for number in (least, needed, window)):
            return False
        ordered = numbers["clear_level"] < numbers["raise_level"]
        lasting = numbers["dwell_s"] >= 0 and numbers["min_interval_s"] >= 0
        counts = 12 <= least <= window <= 2000 and least <= needed <= 5000
        return ordered and lasting and (counts or name == "one-sided-standing")

    @rule(
        name=st.sampled_from(["low-arch", "one-sided-standing"]),
        field=st.sampled_from(EDITABLE),
        new=st.sampled_from(NUMBERS),
    )
    def edit(self, name: str, field: str, new: float) -> None:
        changed = self.numbers[name] | {field: new}
        if not self.makes_sense(name, changed):
            with pytest.raises(PlantigradeError):
                self.book.edit(name, field, new, **GOOD)
            return
        made = self.book.edit(name, field, new, **GOOD)
        assert (made.old, made.new) == (self.numbers[name][field], new)
        self.edits.append((name, field, self.numbers[name][field], new))
        self.numbers[name] = changed

    @rule()
    def keep_and_read(self) -> None:
        with TemporaryDirectory() as folder:
            self.book.save(Path(folder) / "book.json")
            self.book = load_rulebook(Path(folder) / "book.json")

    @invariant()
    def numbers_labels_and_trail_are_those_of_the_model(self) -> None:
        assert [(one.rule, one.field, one.old, one.new) for one in self.book.trail] == self.edits
        for name, numbers in self.numbers.items():
            assert {field: getattr(self.book.rules[name], field) for field in EDITABLE} == numbers
            count = sum(one[0] == name for one in self.edits)
            version = RULES[name].version
            assert self.book.label(name) == (f"{version}+{count}" if count else str(version))
        assert {name: one for name, one in self.book.rules.items() if name not in self.numbers} == {
            name: one for name, one in RULES.items() if name not in self.numbers
        }


def switched_on(book: RuleBook, limit: float = 6.0, duration_s: float = 600.0) -> tuple[Edit, ...]:
    return book.switch_on("sustained-pressure", limit, duration_s, **GOOD)


def test_a_prescribed_rule_is_off_until_a_clinician_enters_limit_and_duration(tmp_path: Path):
    book = RuleBook()
    assert not book.rules["sustained-pressure"].enabled
    assert book.critical == ()
    edits = switched_on(book)
    rule = book.rules["sustained-pressure"]
    assert (rule.enabled, rule.raise_level, rule.clear_level, rule.dwell_s) == (True, 6.0, 5.4, 600.0)
    assert book.critical == (rule,)
    assert [(one.by, one.reason, one.at) for one in edits] == [
        ("clinician A", "rigid orthotic", "2026-03-01T09:30:00+00:00")
    ] * 4
    assert tuple(book.trail) == edits
    book.save(tmp_path / "book.json")
    assert load_rulebook(tmp_path / "book.json").critical == (rule,)


@pytest.mark.parametrize("limit", [0.5, 4.2, 4.7, 40.0])
def test_the_limit_may_lie_below_or_above_the_shipped_one(limit: float):
    book = RuleBook()
    switched_on(book, limit)
    rule = book.rules["sustained-pressure"]
    assert (rule.raise_level, rule.clear_level) == (limit, pytest.approx(0.9 * limit))


def test_switched_off_it_watches_nothing_and_the_trail_says_who_did_it():
    book = RuleBook()
    switched_on(book)
    edit = book.switch_off("sustained-pressure", by="clinician B", at=AT, reason="wound has healed")
    assert (edit.old, edit.new, edit.by) == (1.0, 0.0, "clinician B")
    assert book.critical == ()


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda book: switched_on(book, 0.0), "the limit of sustained-pressure must be above 0 kPa, not 0.0"),
        (lambda book: switched_on(book, float("nan")), "the limit of sustained-pressure must be above 0 kPa"),
        (lambda book: switched_on(book, duration_s=9.0), "the duration must lie between 10 s and 14400 s"),
        (lambda book: book.switch_on("low-arch", 1.0, 60.0, **GOOD), "low-arch is not switched on or off; "),
        (lambda book: book.switch_off("low-arch", **GOOD), "low-arch is not switched on or off; "),
        (lambda book: book.switch_on("none", 1.0, 60.0, **GOOD), "there is no rule 'none'"),
        (lambda book: book.switch_on("sustained-pressure", 5.0, 60.0, by="", at=AT, reason="r"), WHO),
        (
            lambda book: book.edit("sustained-pressure", "enabled", 1, **GOOD),
            "sustained-pressure is switched on together with its limit and its duration",
        ),
        (lambda book: book.edit("low-arch", "enabled", 0.5, **GOOD), "enabled must be 0 (off) or 1 (on)"),
    ],
)
def test_a_switch_that_makes_no_sense_is_refused_and_leaves_no_trace(change, text: str):
    book = RuleBook()
    with pytest.raises(PlantigradeError) as refused:
        change(book)
    assert str(refused.value).startswith(text)
    assert book.trail == []
    assert book.rules == RULES


def test_without_a_published_source_of_its_limit_no_prescribed_rule_is_critical():
    prescribed = [one for one in RULES.values() if one.prescribed]
    assert {one.id: one.severity.value for one in prescribed if one.limit_source} == {
        "sustained-pressure": "critical"
    }
    assert {one.id: one.severity.value for one in prescribed if not one.limit_source} == {
        "forefoot-pressure-limit": "warning"
    }
    with pytest.raises(PlantigradeError, match="a rule is a warning, not critical"):
        check_rule(replace(RULES["sustained-pressure"], limit_source=""))
    assert not any(one.severity is Severity.CRITICAL for one in RULES.values() if not one.prescribed)


TestBookMachine = BookMachine.TestCase
TestBookMachine.settings = settings(max_examples=12, stateful_step_count=20, deadline=None)
