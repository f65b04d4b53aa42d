"""/compare: whether two sets of walks differ beyond ordinary days, or what is missing to tell."""

from collections.abc import Callable
from datetime import UTC

import pytest
from plantigrade.gait.signals import Foot
from plantigrade.library.catalogue.library import Library
from plantigrade.library.session_sets import UnknownSetError, compare_sets, set_named
from plantigrade.posture.baseline.before_after import Difference, MinimalChange
from plantigrade.web.accounts.rights import Role
from plantigrade.web.pages.compare.changes import Kind, kind_of
from starlette.testclient import TestClient

from tests.host.web.walk_kit import walks

Browser = Callable[..., TestClient]
SETS = "before=without:orthotic:insert&after=with:orthotic:insert"


def _difference(value: float, low: float | None, high: float | None, smallest: float | None) -> Difference:
    minimal = None if smallest is None else MinimalChange(smallest, "s", "assumed")
    return Difference(
        "stride_time_s", Foot.LEFT, 1.0, 1.0 + value, value, low, high, 0.95, 3, 3, False, minimal, ""
    )


@pytest.mark.parametrize(
    ("difference", "kind"),
    [
        (_difference(0.2, 0.1, 0.3, 0.1), Kind.BEYOND),
        (_difference(-0.2, -0.3, -0.1, 0.1), Kind.BEYOND),
        (_difference(0.05, 0.01, 0.09, 0.1), Kind.LESS),
        (_difference(0.2, -0.1, 0.5, 0.1), Kind.CHANCE),
        (_difference(0.2, None, None, 0.1), Kind.UNKNOWN),
        (_difference(0.2, 0.1, 0.3, None), Kind.BEYOND),
    ],
)
def test_what_can_be_said_of_a_difference(difference: Difference, kind: Kind) -> None:
    assert kind_of(difference) is kind


def test_sets_by_name(library: Library) -> None:
    known = walks()

    def named(name: str) -> set[str]:
        return {one.id for one in set_named(library, "P001", name, UTC).entries}

    assert named("with:orthotic:insert") == set(known.with_insert)
    assert named("without:orthotic:insert") == {*known.without, known.waiting, known.left_only}
    assert named("days:2026-02-25:2026-02-26") == set(known.with_insert)
    assert named("with:orthotic:never seen") == set()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "x",
        "with:",
        "with:spell:x",
        "days:a:b",
        "days:2026-03-02:2026-03-01",
        "since:99",
        "before:x",
        "days:",
    ],
)
def test_names_of_no_set(library: Library, name: str) -> None:
    with pytest.raises(UnknownSetError):
        set_named(library, "P001", name, UTC)


def test_the_figures_are_those_of_the_statistics(library: Library) -> None:
    known = walks()
    found = compare_sets(
        library,
        set_named(library, "P001", "without:orthotic:insert", UTC),
        set_named(library, "P001", "with:orthotic:insert", UTC),
        UTC,
    )
    assert found.missing == (0, 0)
    assert found.before.unread == 1
    assert {one.sessions_after for one in found.differences} == {2}
    assert all(one.low is not None for one in found.differences if one.foot is Foot.LEFT)
    same = compare_sets(
        library,
        set_named(library, "P001", "with:orthotic:insert", UTC),
        set_named(library, "P001", "with:orthotic:insert", UTC),
        UTC,
    )
    assert same.differences == ()
    assert known.with_insert[0] not in {one.id for one in same.before.entries}


def test_sessions_of_the_same_days_are_paired(library: Library) -> None:
    from plantigrade.library.catalogue.tables import RecordingRow

    known = walks()
    with library.store.write() as session:
        for early, late in zip(known.with_insert, known.without, strict=True):
            first, second = session.get(RecordingRow, early), session.get(RecordingRow, late)
            assert first is not None and second is not None and first.start_utc_ns is not None
            second.start_utc_ns = second.order_ns = first.start_utc_ns + 3600 * 10**9
    found = compare_sets(
        library,
        set_named(library, "P001", "without:orthotic:insert", UTC),
        set_named(library, "P001", "with:orthotic:insert", UTC),
        UTC,
    )
    assert (found.paired, found.pairs) == (True, 2)
    assert {one.sessions_before for one in found.differences} == {2}


def test_patients_read_sentences_clinicians_a_table_as_well(browser: Browser) -> None:
    own = browser(Role.PATIENT, "P001").get(f"/compare?{SETS}").text
    assert "<h1>Nothing changed beyond ordinary days</h1>" in own
    assert "ordinary days (assumed)" in own and "is assumed: 2.77" in own
    assert "<table" not in own
    clinician = browser(Role.CLINICIAN, shares="P001")
    page = clinician.get(f"/compare?{SETS}&person=P001").text
    assert "<table" in page and "Welch" in page
    assert clinician.get(f"/compare?{SETS}&person=P002").status_code == 404


def test_with_too_few_walks_it_says_what_is_missing(browser: Browser) -> None:
    query = "before=days&before-from=2026-02-25&before-to=2026-02-25&after=with:shoe:everyday"
    page = browser(Role.PATIENT, "P001").get(f"/compare?{query}").text
    assert "<h1>Too few walks to tell</h1>" in page
    assert "Before: 0 of 2 walks" in page  # the one walk is on both sides


def test_without_tags_it_says_how_to_begin(browser: Browser) -> None:
    page = browser(Role.PATIENT, "P002").get("/compare").text
    assert "Give your walks tags" in page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("before=spell&after=with:shoe:everyday", 400),
        ("before=days&before-from=x&before-to=y&after=with:shoe:everyday", 400),
        ("before=" + 3000 * "x", 400),
        ("before=%3Cscript%3E&after=%3Cscript%3E", 400),
        ("before=with:shoe:everyday", 200),
    ],
)
def test_choices_that_make_no_sense(browser: Browser, query: str, status: int) -> None:
    answer = browser(Role.PATIENT, "P001").get(f"/compare?{query}")
    assert answer.status_code == status
    assert "<script>" not in answer.text.partition("<main")[2]


def test_the_document_and_its_rows(browser: Browser) -> None:
    client = browser(Role.PATIENT, "P001")
    document = client.get(f"/compare.json?{SETS}").json()
    assert document["schema"] == "plantigrade.compare/1"
    assert set(document["sets"]["after"]["walks"]) == set(walks().with_insert)
    assert {"metric", "difference", "low", "high", "minimal_change"} <= document["differences"][0].keys()
    rows = client.get(f"/compare.csv?{SETS}").text.splitlines()
    assert len(rows) == 1 + len(document["differences"])
