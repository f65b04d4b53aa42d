"""Patterns with their evidence for the clinician, and the patient's page, from findings of plain values."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from plantigrade.gait.results import Parameter
from plantigrade.report.document_blocks import Bullets, Heading, Pictures, Table, Text
from plantigrade.report.document_findings import alert_blocks
from plantigrade.report.document_patient import patient_blocks
from plantigrade.report.wording import load_wording

from tests.host.analyze import tiny
from tests.host.report.test_tables_by_hand import texts

WORDING = load_wording("en")


def guidance(rule: str) -> dict[str, Any]:
    return {
        "felt": f"Felt of {rule}",
        "footwear": [f"shoes of {rule}", "second shoes"],
        "orthotics": [f"insoles of {rule}", "second insoles"],
        "exercises": [
            {"title": f"Exercise {number} of {rule}", "how": "Do.", "stop": "Stop.", "id": f"{rule}{number}"}
            for number in (1, 2)
        ],
        "see_a_professional": f"See someone about {rule}",
        "sources": [f"source of {rule}", "shared source"],
    }


def finding(rule: str, foot: str, state: str, **changed: Any) -> dict[str, Any]:
    plain = {
        "rule": rule,
        "foot": foot,
        "state": state,
        "title": f"Title of {rule}",
        "severity": "notice",
        "value": 12.345,
        "sd": 0.456,
        "unit": "%",
        "raise_level": 10.0,
        "confidence": 0.876,
        "n": 34,
        "evidence": "virtual",
        "references": ["reference", "shared source"],
        "clinician": f"Clinician of {rule} {foot}",
        "patient": f"Patient of {rule} {foot}.",
        "guidance": guidance(rule),
    }
    return {**plain, **changed}


def blocks_of(*found: dict[str, Any], alerts: tuple[Any, ...] = ()) -> list[Any]:
    recording: Any = SimpleNamespace(alerts=alerts)
    return alert_blocks(recording, found, WORDING)


HEAD = ["Pattern, kind of evidence", "Foot", "Value ± SE", "Level", "Confidence", "n"]


def test_present_patterns_with_value_level_and_sources() -> None:
    blocks = blocks_of(finding("a", "left", "present"))
    assert blocks[0] == Heading("Present")
    assert list(blocks[1].head) == HEAD
    assert texts(blocks[1]) == [["Title of a | virtual *", "left", "12.3 ± 0.5 %", "10.0", "88 %", "34"]]
    assert blocks[2] == Bullets([("Title of a.", "Clinician of a left")], small=True)
    assert blocks[3] == Text("Sources: reference; shared source; source of a.", "small")
    assert blocks[4:] == [Heading("Alerts that were raised"), Text("No alert was raised while recording.")]


def test_both_feet_share_a_row_left_first() -> None:
    left = finding("low-arch", "left", "present", value=123.4, sd=None, confidence=0.5, n=30)
    right = finding("low-arch", "right", "present", value=0.5, sd=0.001, confidence=0.992, raise_level=10.0)
    other = finding(
        "b", "both", "present", unit="kPa at 700 N", value=None, raise_level=7.25, confidence=None
    )
    blocks = blocks_of(left, right, other)
    assert texts(blocks[1]) == [
        [
            "Title of low-arch | virtual *",
            "left / right",
            "123 / 0.50 ± 0.001 %",
            "10.0",
            "50 % / > 99 %",
            "30 / 34",
        ],
        ["Title of b | virtual *", "both", "unknown | kPa at 700 N", "7.25", "unknown", "34"],
    ]
    titles = [title for title, _ in blocks[2].items]
    assert titles == ["Title of low-arch.", "Title of b."], "what a pattern means is said once"
    assert "left" not in blocks[2].items[0][1].lower().split(), "and names no side where both have it"


def test_levels_that_differ_are_both_printed() -> None:
    found = [
        finding("a", "left", "absent", raise_level=5.0),
        finding("a", "right", "absent", raise_level=6.0),
    ]
    blocks = blocks_of(*found)
    assert blocks[0] == Text("No pattern is present among those that could be judged.")
    assert blocks[1] == Heading("Judged and not present")
    row = [
        "Title of a | virtual",
        "left / right",
        "12.3 ± 0.5 / 12.3 ± 0.5 %",
        "5.00 / 6.00",
        "88 %",
        "34 / 34",
    ]
    assert texts(blocks[2]) == [row]


@pytest.mark.parametrize(
    ("value", "sd", "shown"),
    [
        (12.3, 0.05, "12.3 ± 0.1"),  # not below one of the last digit's halves
        (12.3, 0.04, "12.3 ± 0.04".replace("12.3 ", "12.3 ")),
        (12.3, 0.004, "12.3 ± 0.01"),
        (123.0, 0.4, "123 ± 0.4"),
        (123.0, 0.6, "123 ± 1"),
        (1.234, 0.25, "1.23 ± 0.25"),
        (1.234, None, "1.23"),
        (None, 0.25, "unknown"),
    ],
)
def test_a_standard_error_is_never_rounded_to_nothing(
    value: float | None, sd: float | None, shown: str
) -> None:
    rows = texts(blocks_of(finding("a", "left", "present", value=value, sd=sd))[1])
    assert rows[0][2] == f"{shown} %"


@pytest.mark.parametrize(
    ("confidence", "shown"),
    [(None, "unknown"), (0.0, "0 %"), (0.99, "99 %"), (0.9901, "> 99 %"), (1.0, "> 99 %")],
)
def test_confidence_is_never_rounded_to_certainty(confidence: float | None, shown: str) -> None:
    rows = texts(blocks_of(finding("a", "left", "present", confidence=confidence))[1])
    assert rows[0][4] == shown


@pytest.mark.parametrize(
    ("unit", "value", "below"), [("kPa", "12.3 ± 0.5 kPa", ""), ("kPa s", "12.3 ± 0.5", "kPa s")]
)
def test_a_long_unit_stands_below_the_value(unit: str, value: str, below: str) -> None:
    cell = blocks_of(finding("a", "left", "present", unit=unit))[1].rows[0][2]
    assert (cell.text, cell.below) == (value, below)


def test_what_could_not_be_judged_is_grouped_by_the_reason() -> None:
    found = [
        finding("a", "left", "unknown", note="needs newtons"),
        finding("a", "right", "unknown", note="needs newtons"),
        finding("b", "both", "unknown"),
        finding("c", "both", "unknown", note="needs newtons"),
    ]
    blocks = blocks_of(*found)
    assert blocks[1] == Heading("Could not be judged")
    items = [("needs newtons:", "Title of a; Title of c."), ("unknown:", "Title of b.")]
    assert blocks[2] == Bullets(items, small=True)


def alert(**changed: Any) -> Any:
    document = {"value": 12.345, "level": 10.0, "clinician": "reading"}
    plain = {"rule": "a", "foot": "left", "from_s": 12.6, "to_s": 80.4, "document": document}
    return SimpleNamespace(**{**plain, **changed})


def test_stored_alerts() -> None:
    alerts = (alert(), alert(foot="unset", to_s=None, document={"value": "?", "level": None}))
    table = blocks_of(alerts=alerts)[-1]
    assert isinstance(table, Table)
    assert list(table.head) == ["Rule", "Foot", "From", "To", "Value ± SE", "Level", "For the clinician"]
    assert texts(table) == [
        ["a", "left", "13 s", "80 s", "12.3", "10.0", "reading"],
        ["a", "unset", "13 s", "to the end", "unknown", "unknown", ""],
    ]
    assert (table.texts, table.wide) == ((0, 1, 6), 6)


@pytest.mark.parametrize(("count", "printed"), [(20, 20), (21, 20)])
def test_twenty_alerts_are_printed(count: int, printed: int) -> None:
    assert len(blocks_of(alerts=tuple(alert() for _ in range(count)))[-1].rows) == printed


SHOWN = frozenset(f"{rule}{number}" for rule in "abcd" for number in (1, 2))


def page(
    *found: dict[str, Any],
    full_analysis: Any = None,
    missing: float | None = None,
    exercises: frozenset[str] = SHOWN,
) -> list[Any]:
    return patient_blocks(full_analysis or tiny.full_analysis(), found, missing, WORDING, exercises)


def measured(full_analysis: Any, missing: float | None = None) -> str:
    head, text = page(full_analysis=full_analysis, missing=missing)[:2]
    assert head == Heading("What was measured")
    return text.text


def changed_both(**figures: float | None) -> Any:
    full_analysis = tiny.full_analysis()
    both = tiny.both_parameters() | {name: Parameter(value, "", 1) for name, value in figures.items()}
    return replace(full_analysis, analysis=replace(full_analysis.analysis, both=both))


STEPS = "You walked for 1 min 24 s and took 11 steps, about 100 a minute."
UNEVEN = "Your left foot stays on the ground longer than the other, by 4 %."
NO_WALKING = "No steady walking was found in this recording, so most figures are missing."


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        ({}, f"{STEPS} {UNEVEN}"),
        ({"cadence_steps_per_min": None}, f"You walked for 1 min 24 s and took 11 steps. {UNEVEN}"),
        ({"steps": None}, f"{NO_WALKING} {UNEVEN}"),
        ({"walking_time_s": 0.0}, f"{NO_WALKING} {UNEVEN}"),
        ({"symmetry_stance_time_pct": None}, STEPS),
        ({"symmetry_stance_time_pct": 2.99}, f"{STEPS} {WORDING('patient.even')}"),
        ({"symmetry_stance_time_pct": -2.99}, f"{STEPS} {WORDING('patient.even')}"),
        ({"symmetry_stance_time_pct": 3.0}, f"{STEPS} {UNEVEN.replace('left', 'right').replace('4', '3')}"),
        ({"symmetry_stance_time_pct": -3.0}, f"{STEPS} {UNEVEN.replace('4', '3')}"),
    ],
)
def test_what_was_measured(figures: dict[str, float | None], message: str) -> None:
    """-4.2 % of stance time, right less left: the left foot stays longer."""
    assert measured(changed_both(**figures)) == message


@pytest.mark.parametrize(
    ("share", "message"), [(None, ""), (0.0, ""), (0.0005, ""), (0.0006, "0.06 %"), (0.0234, "2.3 %")]
)
def test_missing_samples_are_told_from_half_a_thousandth_on(share: float | None, message: str) -> None:
    text = measured(tiny.full_analysis(), share)
    assert ("of the measurements are missing" in text) is bool(message)
    assert message in text


def test_one_foot_is_told() -> None:
    assert "Only one foot was recorded" in measured(tiny.one_foot())


def test_without_a_steady_stride_there_was_no_walking() -> None:
    full_analysis = tiny.full_analysis()
    left, right = (
        replace(f, strides=replace(f.strides, reason=f.strides.reason | 1))
        for f in full_analysis.analysis.feet
    )
    still = replace(full_analysis, analysis=replace(full_analysis.analysis, left=left, right=right))
    assert measured(still).startswith(NO_WALKING)


def section(blocks: list[Any], title: str) -> list[Any]:
    """What stands below a heading."""
    start = blocks.index(Heading(title)) + 1
    after = [i for i, block in enumerate(blocks) if isinstance(block, Heading) and i >= start]
    return blocks[start : min(after, default=len(blocks))]


def test_what_stands_out_most_urgent_first() -> None:
    found = [
        finding("a", "left", "present", severity="info"),
        finding("b", "left", "present", severity="critical"),
        finding("c", "right", "present", severity="notice"),
        finding("d", "left", "present", severity="warning"),
        finding("e", "left", "absent"),
        finding("f", "left", "unknown"),
        finding("f", "right", "unknown"),
        finding("g", "left", "unknown"),
    ]
    bullets, felt, unknown = section(page(*found), "What stands out")
    assert [text for _, text in bullets.items] == [
        "Patient of b left.",
        "Patient of d left.",
        "Patient of c right.",
        "There is more on your clinician's pages.",
    ]
    assert felt == Text("What may be felt: felt of b")
    assert unknown == Text(WORDING("patient.not_judged", count=2), "small")


def test_a_pattern_of_both_feet_is_one_sentence() -> None:
    found = [
        finding("a", "left", "present"),
        finding("a", "right", "present"),
        finding("b", "both", "present"),
    ]
    bullets = section(page(*found), "What stands out")[0]
    assert [text for _, text in bullets.items] == [
        "Patient of a left. The same holds for your right foot.",
        "Patient of b both.",
    ]


def test_nothing_stands_out() -> None:
    absent = section(page(finding("a", "left", "absent")), "What stands out")
    assert absent == [Text(WORDING("patient.nothing"))]
    unknown = section(page(finding("a", "left", "unknown")), "What stands out")
    assert unknown == [
        Text(WORDING("patient.nothing_judged")),
        Text(WORDING("patient.not_judged", count=1), "small"),
    ]


def test_a_pattern_that_is_not_felt_says_nothing_of_it() -> None:
    quiet = finding("a", "left", "present", guidance=guidance("a") | {"felt": ""})
    assert len(section(page(quiet), "What stands out")) == 1


def test_what_to_do_next() -> None:
    """Shoes and insoles of two patterns, three exercises, and whom to see about each of three."""
    found = [finding(rule, "left", "present") for rule in "abcd"]
    blocks = page(*found)
    (bullets,) = section(blocks, "What you can do next")
    assert list(bullets.items) == [
        ("Shoes:", "shoes of a"),
        ("Insoles:", "insoles of a"),
        ("Shoes:", "shoes of b"),
        ("Insoles:", "insoles of b"),
        ("Exercise 1 of a.", "Do. Stop."),
        ("Exercise 2 of a.", "Do. Stop."),
        ("Exercise 1 of b.", "Do. Stop."),
        ("", WORDING("patient.bring")),
    ]
    see, disclaimer = section(blocks, "When to see a professional")
    assert [text for _, text in see.items] == [f"See someone about {rule}" for rule in "abc"]
    assert disclaimer.look == "small"


@pytest.mark.parametrize(
    ("shown", "listed"),
    [
        (SHOWN - {"a1"}, ["Exercise 2 of a.", "Exercise 1 of b.", "Exercise 2 of b."]),
        (frozenset({"b2"}), ["Exercise 2 of b.", ""]),
        (frozenset[str](), [""]),
    ],
    ids=["one hidden, others in its place", "one shown", "none shown"],
)
def test_exercises_that_the_wearer_may_not_be_shown(shown: frozenset[str], listed: list[str]) -> None:
    """They are not on the page; where that leaves too few, the page says that there are more."""
    found = [finding(rule, "left", "present") for rule in "ab"]
    items = section(page(*found, exercises=shown), "What you can do next")[0].items[4:-1]
    assert [head for head, _ in items] == listed
    assert all(text == WORDING("patient.exercises_hidden") for head, text in items if not head)


def test_without_findings_go_on_and_see_someone_for_pain() -> None:
    blocks = page()
    assert list(section(blocks, "What you can do next")[0].items) == [("", WORDING("patient.keep"))]
    assert list(section(blocks, "When to see a professional")[0].items) == [
        ("", WORDING("patient.see_always"))
    ]


def test_two_pictures_of_the_load_and_the_times() -> None:
    pictures = page()[2]
    assert isinstance(pictures, Pictures)
    assert [picture.caption for picture in pictures.pictures] == [
        WORDING("title.feet_picture"),
        WORDING("title.time_picture"),
    ]
    assert [picture.share for picture in pictures.pictures] == [0.5, 0.5]
