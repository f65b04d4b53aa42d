"""The chart of a long recording: bytes, picture and table are of the same windows."""

import re
import struct
from collections.abc import Callable

import numpy as np
import pytest
from plantigrade.library.catalogue.library import Library
from plantigrade.library.recordings.overview import overview
from plantigrade.web.accounts.rights import Role
from plantigrade.web.charts.long_chart import SHORTEST_S, TABLE_POINTS, chart_bytes, long_chart, span_of
from starlette.testclient import TestClient

from tests.host.web.walk_kit import walks

Browser = Callable[..., TestClient]
HEAD = struct.Struct("<4sIddddII")


def _decoded(content: bytes) -> tuple[tuple[object, ...], np.ndarray]:
    head = HEAD.unpack_from(content)
    return head, np.frombuffer(content, "<f4", offset=HEAD.size).reshape(-1, int(head[1]))


def test_bytes_are_the_windows_of_the_overview(library: Library) -> None:
    recording = library.open(walks().without[0])
    head, values = _decoded(chart_bytes(recording, span_of(recording, None, None)))
    stored = overview(recording)
    assert head[:4] == (b"PGC1", len(stored.start_s), 0.0, 1.0)
    assert head[6] == 3
    rows = [stored.feet[side] for side in ("left", "right")]
    expected = [one[:, 0] for foot in rows for one in (foot.minimum_n, foot.mean_n, foot.maximum_n)]
    np.testing.assert_array_equal(values, np.stack(expected))


def test_one_foot_says_so(library: Library) -> None:
    recording = library.open(walks().left_only)
    head, values = _decoded(chart_bytes(recording, span_of(recording, None, None)))
    assert (head[6], len(values)) == (1, 3)


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        ((None, None), (0.0, 122.0)),
        ((30.0, 60.0), (30.0, 60.0)),
        ((-50.0, 1e6), (0.0, 122.0)),
        ((60.0, 30.0), (60.0, 70.0)),
        ((121.0, 121.5), (112.0, 122.0)),
    ],
)
def test_a_span_lies_inside_and_is_never_too_short(
    library: Library, asked: tuple[float | None, float | None], span: tuple[float, float]
) -> None:
    found = span_of(library.open(walks().without[0]), *asked)
    assert (found.from_s, found.to_s) == span
    assert found.to_s - found.from_s >= SHORTEST_S


def test_zooming_and_moving_stay_inside(library: Library) -> None:
    everything = span_of(library.open(walks().without[0]), None, None)
    closer = everything.zoomed(0.25)
    assert (closer.from_s, closer.to_s) == (46, 76)
    assert closer.moved(-5).from_s == 0
    assert closer.zoomed(1000).is_all
    assert everything.moved(0.5).is_all


def test_the_table_has_the_figures_of_the_picture(library: Library) -> None:
    recording = library.open(walks().without[0])
    chart = long_chart(recording, span_of(recording, None, None))
    assert len(chart.rows) <= TABLE_POINTS
    least, mean, most = chart.rows[0].feet[0] or (0, 0, 0)
    window = overview(recording, 0, chart.row_s).feet["left"]
    assert least == pytest.approx(float(np.nanmin(window.minimum_n[:, 0])))
    assert most == pytest.approx(float(np.nanmax(window.maximum_n[:, 0])))
    assert least <= mean <= most <= chart.ticks[-1]


def test_without_script_the_buttons_are_links_and_the_table_follows(browser: Browser) -> None:
    client, path = browser(Role.PATIENT, "P001"), f"/walks/{walks().without[0]}"
    page = client.get(f"{path}?view=details").text
    (closer,) = re.findall(r'data-zoom="0.25" href="([^"]+)"', page)
    assert closer == f"{path}?from=46&amp;to=76&amp;view=details#walk-chart"
    closer_page = client.get(f"{path}?from=46&to=76&view=details").text
    assert 'data-from="46.0"' in closer_page
    assert closer_page != page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("from=10&to=40&points=100", 200),
        ("points=1e9", 200),
        ("points=-5", 200),
        ("from=now", 400),
        ("from=nan", 400),
        ("to=1e99", 400),
        ("from=" + 400 * "1", 400),
    ],
)
def test_spans_of_the_address(browser: Browser, query: str, status: int) -> None:
    answer = browser(Role.PATIENT, "P001").get(f"/walks/{walks().without[0]}/chart?{query}")
    assert answer.status_code == status
    if status == 200:
        assert int(_decoded(answer.content)[0][1]) <= 1500  # type: ignore[call-overload]


def test_what_is_not_analysed_has_no_chart(browser: Browser) -> None:
    assert browser(Role.PATIENT, "P001").get(f"/walks/{walks().waiting}/chart").status_code == 404
