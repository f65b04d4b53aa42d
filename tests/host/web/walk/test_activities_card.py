"""/walks/ID says what was done during the recording, and for how long."""

import re
from collections.abc import Callable
from typing import get_args

import pytest
from plantigrade.gait.activity_kinds import ActivityKind
from plantigrade.library.catalogue.library import Library
from plantigrade.service.workers.analyse import analyse_recording
from plantigrade.twin.body.motion import Course, Stairs
from plantigrade.twin.moving_people import moving_walk
from plantigrade.web.accounts.rights import Role
from plantigrade.web.words import languages, words_of
from starlette.testclient import TestClient

from tests.host.service.workers.walks import stored

Browser = Callable[..., TestClient]
ROW = re.compile(r'<th scope="row">([^<]+)</th><td class="num">([^<]+)</td><td class="num">([\d.]+)\s?%</td>')


@pytest.mark.parametrize("language", languages())
def test_every_activity_has_a_name_in_every_language(language: str) -> None:
    words = words_of(language)
    assert [kind for kind in get_args(ActivityKind) if f"walk.activities.kind.{kind}" not in words.keys] == []


def test_activities_are_listed_with_their_time_and_share_the_longest_first(
    browser: Browser, library: Library
) -> None:
    """Half a minute of walking, eleven seconds of it on stairs."""
    up = Course(heights=(Stairs(10.0, 21.0, 0.18, 0.29),))
    name = stored(library, moving_walk(4, 30.0, 1.2, up).walk, "P001", later_s=12 * 86_400)
    analyse_recording(library, name)
    page = browser(Role.CLINICIAN, shares="P001").get(f"/walks/{name}?person=P001").text
    rows = ROW.findall(page.partition('id="walk-activities"')[2].partition("</section>")[0])
    assert [title for title, _, _ in rows][:2] == ["Walking", "Stairs, upwards"]
    shares = [float(share) for _, _, share in rows]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(100, abs=0.05 * len(shares))
    assert 100 * 8 / 30 < shares[1] < 100 * 13 / 30
