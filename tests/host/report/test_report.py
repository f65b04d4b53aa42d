"""The printed report: opened by another program, its pages hold the figures of the analysis and the books."""

import os
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from plantigrade.errors import FileError, PlantigradeError
from plantigrade.gait.results import Parameter
from plantigrade.library.catalogue.library import Library
from plantigrade.library.commands import earlier_of
from plantigrade.library.entries import Person
from plantigrade.library.recordings.recording import Recording
from plantigrade.posture.rules_engine.rules import ENGINE_VERSION
from plantigrade.report.document import build
from plantigrade.report.document_blocks import REPLACEMENT, printable
from plantigrade.report.document_numbers import duration, interval, missing_pct, number, spread_interval
from plantigrade.report.pdf import PAPERS, write_report
from plantigrade.report.wording import load_wording
from pypdf import PdfReader
from pypdf.generic import DictionaryObject
from scipy import stats

from tests.host.report import kit

MEGABYTE = 1_000_000
SIZES_PT = {"a4": (595.3, 841.9), "letter": (612.0, 792.0)}
HOSTILE = '#panic("x") $ *a* _b_ @c \\ `raw` [ ] <l>'


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with Library(tmp_path_factory.mktemp("library")) as opened:
        yield opened


@pytest.fixture(scope="module")
def insole(library: Library) -> Recording:
    return kit.insole_recording(library)


@pytest.fixture(scope="module")
def flat(library: Library) -> Recording:
    return kit.virtual_walk(library, "flat-foot:3")


@pytest.fixture(scope="module")
def neutral(library: Library) -> Recording:
    return kit.virtual_walk(library, seed=6)


def pages(path: Path) -> list[str]:
    """Text of each page with single spaces."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(path).pages]


def squeezed(text: str) -> str:
    """Without spaces: where a line breaks depends on the paper."""
    return "".join(text.split())


@pytest.mark.parametrize("paper", PAPERS)
def test_both_papers_small_tagged_and_complete(insole: Recording, tmp_path: Path, paper: str) -> None:
    path = tmp_path / "report.pdf"
    write_report(insole, path, paper=paper)
    reader = PdfReader(path)
    assert path.stat().st_size < MEGABYTE
    assert 3 <= len(reader.pages) <= 8
    for page in reader.pages:
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(
            SIZES_PT[paper], abs=0.5
        )
    message = pages(path)
    assert "Your walk" in message[0]
    assert "When to see a professional" in message[0]
    assert "For the clinician" in message[1]
    assert "For the clinician" not in message[0]
    everything = " ".join(message)
    for title in (
        "quality",
        "timing",
        "motion",
        "forces",
        "pressure",
        "variability",
        "balance",
        "alerts",
        "definitions",
    ):
        assert load_wording()(f"section.{title}") in everything


def test_declares_pdf_ua_with_language_title_and_pictures_in_words(insole: Recording, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    write_report(insole, path)
    reader = PdfReader(path)
    root = reader.trailer["/Root"]
    assert isinstance(root, DictionaryObject)
    assert root["/Lang"] == "en"
    assert root["/MarkInfo"]["/Marked"]
    metadata = root["/Metadata"].get_data().decode()
    assert "pdfuaid" in metadata
    alternatives = list(_alternatives(root["/StructTreeRoot"]))
    assert len(alternatives) >= 6
    assert all(len(text) > 20 for text in alternatives)


def _alternatives(node: object) -> Iterator[str]:
    """Words for pictures in the tree of tags."""
    node = getattr(node, "get_object", lambda: node)()
    if isinstance(node, DictionaryObject):
        if "/Alt" in node:
            yield str(node["/Alt"])
        yield from _alternatives(node.get("/K"))
    elif isinstance(node, list):
        for child in node:
            yield from _alternatives(child)


def test_holds_the_figures_of_the_analysis(insole: Recording, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    write_report(insole, path)
    message = " ".join(pages(path))
    analysis = insole.full_analysis().analysis
    assert analysis.left is not None
    stance = analysis.left.parameters["stance_pct"]
    assert stance.value is not None
    assert f"{stance.value:.1f} ± {stance.sd:.1f}" in message
    cadence = analysis.both["cadence_steps_per_min"].value
    assert f"about {cadence:.0f} a minute" in message
    assert f"{analysis.both['steps'].value:.0f} steps" in message
    assert "c0ffee00000l" in message
    assert ENGINE_VERSION in message


def test_holds_the_books_with_gaps_and_reasons(insole: Recording, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    write_report(insole, path)
    message = " ".join(pages(path))
    assert "4000 3940 60 overrun 60 1.5 balanced" in message
    assert "20.00 s 20.60 s 60 overrun" in message


def test_books_that_do_not_balance_are_said(insole: Recording) -> None:
    from dataclasses import replace

    foot = replace(insole.manifest.feet[0], frames_missing=59)
    manifest = replace(insole.manifest, feet=[foot, insole.manifest.feet[1]])
    broken = replace(insole, reader=replace(insole.reader, manifest=manifest))
    text = str(build(broken, None, "en", kit.MADE).as_data())
    assert text.count(load_wording()("quality.unbalanced")) == 1


def test_flat_foot_is_told_to_patient_and_clinician(flat: Recording, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    write_report(flat, path)
    message = pages(path)
    assert "carries more load than we take for usual" in message[0]
    assert "See a podiatrist" in message[0]
    assert "Much load under the inner middle of the foot" in " ".join(message[1:])


def test_neutral_walk_is_not_told_of_a_flat_foot(neutral: Recording, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    write_report(neutral, path)
    assert "flat foot" not in pages(path)[0]


def test_comparison_has_both_and_says_what_one_session_cannot(
    flat: Recording, neutral: Recording, tmp_path: Path
) -> None:
    path = tmp_path / "report.pdf"
    write_report(flat, path, other=neutral)
    message = " ".join(pages(path))
    assert "Compared with neutral" in message
    assert "cannot be distinguished from chance" in message
    index = message.index("Force arch index left")
    assert "yes" in message[index : index + 60]
    write_report(flat, path)
    assert "Compared with" not in " ".join(pages(path))


def test_unknown_is_said_as_unknown(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    write_report(kit.standing_still(library), path)
    message = pages(path)
    assert "No steady walking" in message[0]
    assert "Only one foot" in message[0]
    assert "No pattern could be judged" in message[0]
    clinician = " ".join(message[1:])
    assert re.search(r"Not known: code, name, .*body weight, .*start\b", clinician)
    assert "no sensor places" in clinician
    assert "nan" not in clinician.lower().split()


@pytest.mark.parametrize("name", [HOSTILE, '", json("/etc/passwd"), "', "{who} {0} %s", "Grüße Ångström"])
def test_names_are_printed_as_they_are(library: Library, flat: Recording, tmp_path: Path, name: str) -> None:
    named = kit.with_person(flat, name, remark=name)
    path = tmp_path / "report.pdf"
    write_report(named, path)
    message = pages(path)
    assert squeezed(name) in squeezed(message[0])
    assert squeezed(" ".join(message[1:])).count(squeezed(name)) >= 2


@pytest.mark.parametrize("name", ["\u6f22\u5b57", "a\x07b\x00", "\u202edlog", "\U0001f600", "\ud800"])
def test_any_name_gives_a_report(flat: Recording, tmp_path: Path, name: str) -> None:
    path = tmp_path / "report.pdf"
    write_report(kit.with_person(flat, name), path)
    assert len(PdfReader(path).pages) >= 3


def test_control_and_reordering_characters_show_as_replaced() -> None:
    assert printable("a\x00b\u202ec\nd") == f"a{REPLACEMENT}b{REPLACEMENT}c d"


def test_patient_has_one_page_even_with_much_to_say(library: Library, tmp_path: Path) -> None:
    conditions = ("antalgic:3:left", "flat-foot:3", "forefoot-overload:3", "unsteady:3", "hard-heel:3")
    recording = kit.virtual_walk(library, *conditions, seed=8, seconds=90.0)
    path = tmp_path / "report.pdf"
    write_report(kit.with_person(recording, "A long name " * 12), path, paper="letter")
    message = pages(path)
    assert load_wording()("patient.more") in message[0]
    assert "This is not a diagnosis" in message[0]
    assert "For the clinician" in message[1]


def test_replaces_an_older_file_whole_and_for_its_owner_only(flat: Recording, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_text("older")
    write_report(flat, path)
    assert PdfReader(BytesIO(path.read_bytes())).pages
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.pdf"]
    if os.name == "posix":
        assert path.stat().st_mode & 0o077 == 0


def test_errors_leave_the_older_file(flat: Recording, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_text("older")
    with pytest.raises(PlantigradeError, match="a5"):
        write_report(flat, path, paper="a5")
    with pytest.raises(FileError, match="'tlh'"):
        write_report(flat, path, language="tlh")
    with pytest.raises(FileError, match="cannot be written"):
        write_report(flat, tmp_path / "nowhere" / "report.pdf")
    assert path.read_text() == "older"


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "?"), (float("nan"), "?"), (0.123, "0.12"), (-0.001, "0.00"), (123.4, "123")]
)
def test_number(value: float | None, shown: str) -> None:
    assert number(value, "?") == shown


@pytest.mark.parametrize(
    ("share", "shown"), [(0.0, "0"), (0.00001, "< 0.01"), (0.004, "0.40"), (0.015, "1.5"), (1.0, "100.0")]
)
def test_missing_is_never_rounded_to_nothing(share: float, shown: str) -> None:
    assert missing_pct(share) == shown


def test_interval_agrees_with_scipy() -> None:
    values = np.random.default_rng(4).normal(60, 2, 17)
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    low, high = stats.t.interval(0.95, 16, mean, sd / np.sqrt(17))
    assert interval(Parameter(mean, "%", 17, sd=sd)) == pytest.approx((low, high), rel=1e-6)
    assert interval(Parameter(mean, "%", 1)) is None
    assert interval(Parameter(None, "%")) is None


def test_earlier_days_say_what_is_usual(tmp_path: Path) -> None:
    with Library(tmp_path / "data") as library:
        ids = [kit.virtual_day(library, day, ()) for day in range(3)]
        ids.append(kit.virtual_day(library, 20, (kit.parse_condition("flat-foot:2"),)))
        library.add_person(Person("P001"))
        for name in ids:
            library.assign(name, "P001")
        recording = library.open(ids[-1])
        earlier = earlier_of(library, recording)
        assert [one.id for one in earlier] == ids[2::-1]
        path = tmp_path / "r.pdf"
        write_report(recording, path, baseline=earlier)
        text = "\n".join(page.extract_text() for page in PdfReader(path).pages)
        few = tmp_path / "few.pdf"
        write_report(recording, few, baseline=earlier[:2])
        assert "fewer than three earlier days" in "\n".join(p.extract_text() for p in PdfReader(few).pages)
        with pytest.raises(PlantigradeError, match="a person and a start"):
            earlier_of(library, library.open(kit.virtual_day(library, 40, ())))
    assert "Compared with earlier days" in text
    assert "needs a personal baseline" not in text


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.4, "0 s"),
        (59.6, "1 min"),
        (119.0, "1 min 59 s"),
        (120.2, "2 min"),
        (599.9, "10 min"),
        (9000.0, "2.5 h"),
    ],
)
def test_duration(seconds: float, shown: str) -> None:
    assert duration(seconds) == shown


def test_the_interval_of_a_variation_holds_the_truth() -> None:
    """In about 95 of 100 walks of 24 strides a foot whose true variation is 3 %."""
    draw = np.random.default_rng(8)
    walks = draw.normal(1.1, 0.033, (4000, 2, 24))
    found = (walks.std(axis=2, ddof=1) / walks.mean(axis=2)).mean(axis=1)
    spans = [spread_interval(100 * cv, 48) for cv in found]
    held = [span is not None and span[0] <= 3.0 <= span[1] for span in spans]
    assert 0.93 < np.mean(held) < 0.97
    assert spread_interval(3.0, 5) is None


def test_confidence_is_never_said_to_be_certain(flat: Recording) -> None:
    message = str(build(flat, None, "en", kit.MADE).as_data()["sections"])
    assert "'> 99 %'" in message
    assert "'100 %'" not in message
