"""How long versions get security updates: one home of the dates, and everything that repeats them."""

import re
from datetime import date, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest
from plantigrade import support
from plantigrade.support import LINES, REVIEWED, Support, remarks, security_txt_expires, support_of

ROOT = Path(__file__).resolve().parents[2]


def test_this_version_has_a_support_period_that_begins_in_the_future_of_its_review() -> None:
    found = support_of(version("plantigrade"))
    assert found is LINES[-1], "the newest line is the one of this version"
    assert found.until is not None and found.until > REVIEWED + timedelta(days=365)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("0.1.0", "0.1"),
        ("0.1", "0.1"),
        ("v0.1.12", "0.1"),
        ("0.1.0+safe", "0.1"),
        ("0.10.0", "0.10"),
        ("", ""),
        ("0", ""),
        ("1.2.3.4", ""),
        ("0.1.0\n", ""),
    ],
)
def test_which_line_a_version_is_of(text: str, line: str) -> None:
    assert support_of(text).line == line
    assert (support_of(text).until is None) == (line != "0.1")


def test_the_last_day_still_counts() -> None:
    one = Support("0.1", date(2027, 12, 31))
    assert one.text(date(2027, 12, 31)) == "until 2027-12-31"
    assert one.text(date(2028, 1, 1)) == "ended on 2027-12-31"
    assert not Support("9.9", None).has_ended(date.max)


@pytest.mark.parametrize(
    ("reviewed", "until", "expires"),
    [
        (date(2026, 11, 29), date(2027, 12, 31), date(2027, 11, 28)),
        (date(2027, 6, 1), date(2027, 12, 31), date(2027, 12, 31)),
        (date(2026, 11, 29), None, date(2027, 11, 28)),
    ],
    ids=["within a year of the review", "never beyond the support", "without a promise"],
)
def test_when_security_txt_expires(
    monkeypatch: pytest.MonkeyPatch, reviewed: date, until: date | None, expires: date
) -> None:
    monkeypatch.setattr(support, "REVIEWED", reviewed)
    monkeypatch.setattr(support, "LINES", (Support("0.0", date(2020, 1, 1)), Support("0.1", until)))
    assert security_txt_expires() == expires


def test_the_page_for_reporters_says_the_same_dates() -> None:
    text = (ROOT / "SECURITY.md").read_text("utf-8")
    rows = re.findall(r"^\| (\d+\.\d+)\.x \| (\d{4}-\d{2}-\d{2}) \|$", text, re.M)
    assert rows == [(one.line, str(one.until)) for one in LINES]
    assert f"Last reviewed {REVIEWED.isoformat()}." in text


def test_what_runs_out_is_said_before_and_after() -> None:
    expires, until = date(2027, 11, 28), date(2027, 12, 31)
    assert (security_txt_expires(), LINES[-1].until) == (expires, until), "the dates of this example"
    assert remarks("0.1.0", expires) == []
    (early,) = remarks("0.1.0", expires, days_ahead=1)
    assert (
        early == "security.txt and SECURITY.md: what they promise expires on 2027-11-28; take a newer version"
    )
    (late,) = remarks("0.1.0", until)
    assert "what they promise expired on 2027-11-28" in late
    assert remarks("0.1.0", date(2028, 1, 1)) == [
        "version 0.1.0: security updates ended on 2027-12-31; take a newer one",
        late,
    ]
    assert remarks("0.1.0", until, days_ahead=1)[0].startswith("version 0.1.0: security updates end on")
    assert remarks("9.9.9", until) == [late], "of a version that nobody promised anything for nothing ends"
