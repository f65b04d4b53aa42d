"""How a report is put together: its parts, its pictures in words, its numbers, and how it is set."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from plantigrade.errors import PlantigradeError
from plantigrade.gait.results import Parameter
from plantigrade.report import document, pdf
from plantigrade.report.document_blocks import (
    REPLACEMENT,
    Bullets,
    Facts,
    Picture,
    Pictures,
    Table,
    Text,
    printable,
)
from plantigrade.report.document_figures import (
    butterfly_picture,
    feet_picture,
    force_picture,
    has_cycles,
    has_places,
    timing_picture,
)
from plantigrade.report.document_numbers import duration, interval, missing_pct, number, spread_interval
from plantigrade.report.wording import load_wording

from tests.host.analyze import tiny
from tests.host.report.drawing import pictured, still
from tests.host.report.test_accounting_by_hand import recording

WORDING = load_wording("en")
MADE = datetime(2026, 5, 28, 12, 3, 59, tzinfo=UTC)
NOON_NS = 1_774_699_200 * 10**9
"""28 March 2026, 12:00 UTC; in Berlin midnight is 39 600 s later, and the day after it has 82 800 s."""
NAN = float("nan")


def library_recording(full_analysis: Any = None, **changed: Any) -> Any:
    made = recording(alerts=(), **changed)
    made.full_analysis = lambda: full_analysis or tiny.full_analysis()
    made.analysis = lambda: made.full_analysis().analysis
    made.id = "walk-1"
    return made


def built(full_analysis: Any = None, **changed: Any) -> Any:
    return document.build(library_recording(full_analysis, **changed), None, "en", MADE)


def test_the_parts_of_a_report() -> None:
    made = built()
    assert made.title == "First walk"
    assert made.footer.startswith("First walk. Made 2026-05-28 12:03 UTC by Plantigrade ")
    assert (made.language, made.page_of) == ("en", "Page {page} of {pages}")
    assert (made.patient_title, made.clinician_title) == ("Your walk", "For the clinician")
    assert [section.title for section in made.sections] == [
        WORDING(f"section.{name}")
        for name in (
            "identity",
            "quality",
            "timing",
            "motion",
            "forces",
            "pressure",
            "variability",
            "balance",
            "alerts",
            "definitions",
        )
    ]


@pytest.mark.parametrize(
    ("name", "start_ns", "zone", "message"),
    [
        ("Ada", 0, "UTC", "Ada, recorded on 1970-01-01"),
        (None, 0, "UTC", "P1, recorded on 1970-01-01"),
        ("", NOON_NS, "", "Recorded on 2026-03-28"),
        ("Ada", None, "UTC", "Ada"),
        ("", None, "", "First walk"),
        # Around midnight, and around the hour that is left out or comes twice, where the person lives.
        ("Ada", NOON_NS + 39_600 * 10**9 - 1, "Europe/Berlin", "Ada, recorded on 2026-03-28"),
        ("Ada", NOON_NS + 39_600 * 10**9, "Europe/Berlin", "Ada, recorded on 2026-03-29"),
        ("Ada", NOON_NS + (39_600 + 82_799) * 10**9, "Europe/Berlin", "Ada, recorded on 2026-03-29"),
        ("Ada", NOON_NS + (39_600 + 82_800) * 10**9, "Europe/Berlin", "Ada, recorded on 2026-03-30"),
        ("Ada", NOON_NS, "Pacific/Pago_Pago", "Ada, recorded on 2026-03-28"),
        ("Ada", NOON_NS - 3600 * 10**9 - 3600 * 10**9, "Pacific/Pago_Pago", "Ada, recorded on 2026-03-27"),
        ("Ada", NOON_NS, "Pacific/Kiritimati", "Ada, recorded on 2026-03-29"),
    ],
)
def test_whose_walk_of_which_day(name: str | None, start_ns: int | None, zone: str, message: str) -> None:
    person = (
        None
        if name == ""
        else SimpleNamespace(
            code="P1",
            name=name,
            birth_date=None,
            sex=None,
            height_cm=None,
            weight_kg=None,
            shoe_size_eu=None,
            remark="",
            time_zone=zone,
        )
    )
    made = library_recording(person=person)
    made.entry.start_utc_ns = start_ns
    assert document.build(made, None, "en", MADE).patient_subtitle == message


def test_a_comparison_and_earlier_days_have_sections_of_their_own() -> None:
    other = library_recording()
    other.id, other.entry.title = "other", ""
    made = document.build(library_recording(), other, "en", MADE, [other])
    titles = [section.title for section in made.sections]
    assert titles[9:11] == ["Compared with other", "Compared with earlier days"]
    other.entry.title = "Second"
    assert document.build(library_recording(), other, "en", MADE).sections[9].title == "Compared with Second"


def content(made: Any, name: str) -> list[Any]:
    return next(list(s.blocks) for s in made.sections if s.title == WORDING(f"section.{name}"))


def test_timing_says_how_many_strides_are_behind_it() -> None:
    table, caption = content(built(), "timing")
    assert table.rows[0][0].text == "Stride time, s"
    assert caption.text.endswith("Strides behind each mean: left 2, right 3.")
    assert content(built(tiny.one_foot()), "timing")[1].text.endswith("left unknown, right 3.")


def test_forces_and_pressure() -> None:
    pictures, table = content(built(), "forces")
    assert [picture.caption for picture in pictures.pictures] == [
        WORDING("figure.force"),
        WORDING("figure.timing"),
    ]
    assert table.rows[1][0].text == "First peak F1, N"
    pictures, regions, foot = content(built(pictured()), "pressure")
    captions = [picture.caption for picture in pictures.pictures]
    assert captions == [WORDING("figure.feet", unit="kPa"), WORDING("figure.butterfly")]
    assert regions.rows[0][0].text == "heel"
    assert foot.rows[-1][0].text == "CPEI, %"


def without_steady(full_analysis: Any) -> Any:
    left, right = (
        replace(foot, strides=replace(foot.strides, reason=foot.strides.reason | 1), force_cycle=None)
        for foot in full_analysis.analysis.feet
    )
    return replace(full_analysis, analysis=replace(full_analysis.analysis, left=left, right=right))


def test_without_steady_strides_there_are_no_means() -> None:
    made = built(without_steady(tiny.full_analysis()))
    assert content(made, "timing") == [Text("No steady stride to average.")]
    (forces,) = content(made, "forces")
    assert isinstance(forces, Pictures)
    assert [type(block) for block in content(made, "pressure")] == [Pictures]
    full_analysis = without_steady(tiny.full_analysis())
    bare = replace(
        full_analysis, walk=replace(full_analysis.walk, left=replace(full_analysis.walk.left, layout=None))
    )
    assert content(built(bare), "pressure") == [Text(WORDING("figure.no_places"))]


def test_definitions_name_versions_layouts_calibrations_and_settings() -> None:
    bullets, facts, *texts = content(built(), "definitions")
    assert isinstance(bullets, Bullets)
    assert bullets.items[3] == (
        "F1, F2, F3:",
        "first peak, valley and second peak of the vertical force in stance.",
    )
    assert isinstance(facts, Facts)
    pairs = dict(facts.pairs)
    assert pairs.pop("Software").startswith("Plantigrade ")
    assert pairs == {"Gait algorithm": "1", "Sensor layout": "tiny-3, unknown", "Source format": "csv"}
    message = [text.text for text in texts]
    assert message[0] == (
        "Calibration: left: bench of 2026-03-04; right: none on file: forces by the design's nominal curve."
    )
    assert message[1].startswith("Posture rules: ")
    assert "low-arch" in message[1]
    assert message[2].startswith(
        "Sources of the usual ranges: Stride time, Stride time, variation, Swing, Stance,"
    )
    assert "mean ± 2 SD" in message[2]
    assert message[3] == "Settings of the algorithm: contact.load_share 0.35, filter none."


def facts_of(picture: Picture) -> str:
    return picture.alt


def test_pictures_in_words() -> None:
    full_analysis = tiny.full_analysis()
    force = force_picture(full_analysis, WORDING, "caption")
    assert force.alt == (
        "Curves of the vertical force over the gait cycle, left solid and right dashed. "
        "First peak F1, left: 901 N; Valley F2, left: 603 N; Second peak F3, left: 853 N; "
        "Peak force, left: 905 N; First peak F1, right: 803 N; Valley F2, right: 504 N; "
        "Second peak F3, right: 755 N; Peak force, right: 824 N."
    )
    assert (force.caption, force.share) == ("caption", 1.0)
    timing = timing_picture(full_analysis, WORDING, "caption", 0.44)
    assert timing.alt == (
        "Bars of stance and swing. Stance, left: 62.3 %; Swing, left: 37.7 %; Double support, left: 24.0 %; "
        "Stance, right: 60.0 %; Swing, right: 40.0 %; Double support, right: 24.0 %."
    )
    assert timing.share == 0.44
    feet = feet_picture(full_analysis, WORDING, "caption", 0.5)
    assert feet.alt == (
        "Foot outlines with load and gait line. Load, heel, left: 31.0 %; Load, forefoot, left: 45.0 %; "
        "Load, heel, right: 29.0 %; Load, forefoot, right: 47.0 %."
    )
    butterfly = butterfly_picture(full_analysis, WORDING, "caption", 0.42)
    assert butterfly.alt == "Butterfly diagram of the centre of pressure. x -7 %, y 48 %."
    none = butterfly_picture(tiny.one_foot(), WORDING, "caption", 0.42)
    assert none.alt == "Butterfly diagram of the centre of pressure. No figure is known."
    trace = force_picture(still(), WORDING, "caption")
    assert trace.alt == WORDING("figure.trace_alt")
    nobody = replace(full_analysis, analysis=replace(full_analysis.analysis, left=None, right=None))
    assert timing_picture(nobody, WORDING, "", 0.5).alt.endswith("No figure is known.")


def test_titles_and_axes_of_the_pictures() -> None:
    full_analysis = pictured()
    clinician = force_picture(full_analysis, WORDING, "", 0.56).svg
    assert "Vertical force (mean ± SD)" in clinician
    assert "% of gait cycle" in clinician
    assert "How you press" in force_picture(full_analysis, WORDING, "", 0.5, WORDING("title.force_plain")).svg
    plain = timing_picture(full_analysis, WORDING, "", 0.5, "Plain title").svg
    assert "Plain title" in plain
    assert "on the ground 62" in plain
    assert WORDING("title.cycle_plain") in plain
    assert "stance 62.3" in timing_picture(full_analysis, WORDING, "", 0.5).svg
    feet = feet_picture(full_analysis, WORDING, "", 0.58).svg
    assert "kPa" in feet
    assert "(7 stances)" in feet
    patient = feet_picture(full_analysis, WORDING, "", 0.5, "Where your weight goes").svg
    assert "Where your weight goes" in patient
    assert "(7 steady)" in patient
    assert "kPa" not in patient


def test_what_can_be_drawn() -> None:
    full_analysis = tiny.full_analysis()
    assert has_places(full_analysis) and has_cycles(full_analysis)
    assert full_analysis.walk.left is not None
    assert not has_places(
        replace(
            full_analysis,
            walk=replace(full_analysis.walk, left=replace(full_analysis.walk.left, layout=None)),
        )
    )
    assert not has_cycles(without_steady(full_analysis))


@pytest.mark.parametrize(
    ("character", "shown"),
    [
        ("a", "a"),
        ("\n", " "),
        ("\r", " "),
        ("\t", " "),
        ("\u2028", " "),
        ("\u2029", " "),
        ("\u200c", "\u200c"),
        ("\u200d", "\u200d"),
        ("\u202e", REPLACEMENT),
        ("\x00", REPLACEMENT),
        ("\ud800", REPLACEMENT),
        ("\ue000", REPLACEMENT),
        ("\u0378", REPLACEMENT),
        ("é", "é"),
    ],
)
def test_characters_that_no_page_can_show(character: str, shown: str) -> None:
    assert printable(f"<{character}>") == f"<{shown}>"


def test_all_texts_but_drawings_are_made_printable() -> None:
    made = replace(
        built(),
        title="a\x00b",
        patient=[Pictures([Picture("<svg>\n\x01", "al\nt", "c")]), Bullets([("x\x02", "y")])],
    )
    data = made.as_data()
    assert data["title"] == f"a{REPLACEMENT}b"
    assert data["patient"][0]["pictures"][0] == {
        "svg": "<svg>\n\x01",
        "alt": "al t",
        "caption": "c",
        "share": 1.0,
    }
    assert data["patient"][1]["items"] == [[f"x{REPLACEMENT}", "y"]]
    json.dumps(data)


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (9.994, None, "9.99"),
        (99.94, None, "99.9"),
        (100.4, None, "100"),
        (-0.004, None, "0.00"),
        (-0.006, None, "-0.01"),
        (-0.0, None, "0.00"),
        (1.0, 3, "1.000"),
        (-0.0001, 3, "0.000"),
        (float("inf"), None, "?"),
        (float("-inf"), None, "?"),
    ],
)
def test_numbers(value: float, digits: int | None, shown: str) -> None:
    assert number(value, "?", digits) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (599.4, "9 min 59 s"),
        (599.5, "10 min"),
        (7199.0, "120 min"),
        (7200.0, "2.0 h"),
        (60.4, "1 min"),
        (61.0, "1 min 1 s"),
    ],
)
def test_durations(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.0001, "0.01"), (0.000099, "< 0.01"), (0.00999, "1.00"), (0.01, "1.0"), (0.5, "50.0")],
)
def test_missing_in_percent(share: float, shown: str) -> None:
    assert missing_pct(share) == shown


def test_intervals_by_hand() -> None:
    """t(0.975) is 12.7062 for 2 values, 2.2622 for 10; exp(1.96 sqrt(1 / 20 + 0.1^2 / 12)) = 1.5557."""
    assert interval(Parameter(10.0, "s", 2, sd=1.0)) == pytest.approx((10 - 8.98464, 10 + 8.98464), abs=1e-4)
    assert interval(Parameter(10.0, "s", 10, sd=2.0)) == pytest.approx((8.56929, 11.43071), abs=1e-4)
    assert interval(Parameter(10.0, "s", 1, sd=1.0)) is None
    assert interval(Parameter(10.0, "s", 10)) is None
    assert interval(Parameter(None, "s", 10, sd=1.0)) is None
    found = spread_interval(10.0, 12)
    assert found == pytest.approx((10 / 1.5557, 15.557), rel=1e-4)
    assert spread_interval(10.0, 11) is None
    assert spread_interval(0.0, 50) is None
    assert spread_interval(-1.0, 50) is None


def test_an_unknown_paper_is_refused() -> None:
    with pytest.raises(PlantigradeError) as refused:
        pdf.report_bytes(library_recording(), paper="a5")
    assert str(refused.value) == "paper 'a5' is not known; there are: a4, letter"


def test_what_typst_refuses_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str | None] = []

    def compiled(*_texts: Any) -> bytes:
        tried.append(_texts[3])
        raise RuntimeError("first line\n  second")

    monkeypatch.setattr(pdf, "_compile", compiled)
    with pytest.raises(PlantigradeError, match=r"^the report could not be set: first line second$"):
        pdf.render(built(), "a4", MADE)
    assert tried == ["ua-1", None]


def test_a_report_is_made_without_the_standard_where_letters_are_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def compiled(_files: Any, _fonts: Any, paper: str, standard: str | None, made: datetime) -> bytes:
        if standard:
            raise RuntimeError("no glyph")
        return f"{paper} {made:%Y}".encode()

    monkeypatch.setattr(pdf, "_compile", compiled)
    assert pdf.render(built(), "letter", MADE) == b"letter 2026"


def test_tables_in_the_report_are_tables() -> None:
    kinds = [type(block) for section in built().sections for block in section.blocks]
    assert kinds.count(Table) >= 6
