"""/walks/ID with and without a motion sensor: speed, way and turns with their uncertainty, or why not."""

from collections.abc import Callable

import pytest
from plantigrade.gait.parameters.definition import View
from plantigrade.gait.parameters.registry import shown_in
from plantigrade.library.catalogue.library import Library
from plantigrade.service.workers.analyse import analyse_recording
from plantigrade.twin.body.motion import Course, Stairs, Turn
from plantigrade.twin.moving_people import moving_walk
from plantigrade.web.accounts.rights import Role
from plantigrade.web.pages.walk.details import SIX, TABLES
from plantigrade.web.pages.walk.motion import OF_BOTH
from plantigrade.web.words import languages, words_of
from starlette.testclient import TestClient

from tests.host.service.workers.walks import stored
from tests.host.web.walk_kit import walks

Browser = Callable[..., TestClient]


@pytest.fixture
def moved(library: Library) -> str:
    """A minute at 1.2 m/s with one turn about, of P001."""
    walk = moving_walk(3, 40.0, 1.2, Course((Turn(20.0, 180.0),))).walk
    name = stored(library, walk, "P001", later_s=10 * 86_400)
    analyse_recording(library, name)
    return name


@pytest.mark.parametrize("language", languages())
def test_every_parameter_of_the_page_has_a_name_in_every_language(language: str) -> None:
    names = {*SIX, *OF_BOTH, *shown_in(View.MOTION), *(name for table in TABLES.values() for name in table)}
    words = words_of(language)
    assert [name for name in sorted(names) if f"walk.parameter.{name}" not in words.keys] == []


def test_with_a_sensor_way_and_speed_are_told_with_their_uncertainty(browser: Browser, moved: str) -> None:
    wearer = browser(Role.PATIENT, "P001").get(f"/walks/{moved}").text
    assert "m at 1.2" in wearer and "km/h)" in wearer
    page = browser(Role.CLINICIAN, shares="P001").get(f"/walks/{moved}?person=P001").text
    card = page.partition('id="walk-motion"')[2].partition("</section>")[0]
    for name in (
        "Walking speed",
        "Walking distance",
        "Stride length, uncertainty of one",
        "Foot strike angle",
    ):
        assert f">{name}<" in card
    assert "SD; 95 % CI" in card
    assert "° to the left in " in card


def test_stairs_are_flights_for_the_clinician_and_floors_for_the_wearer(
    browser: Browser, library: Library
) -> None:
    """A flight of some twenty stairs of 18 cm: 3.6 m."""
    up = Course(heights=(Stairs(10.0, 21.0, 0.18, 0.29),))
    name = stored(library, moving_walk(4, 30.0, 1.2, up).walk, "P001", later_s=11 * 86_400)
    analyse_recording(library, name)
    assert "You climbed about 1 floor." in browser(Role.PATIENT, "P001").get(f"/walks/{name}").text
    page = browser(Role.CLINICIAN, shares="P001").get(f"/walks/{name}?person=P001").text
    card = page.partition('id="walk-motion"')[2].partition("</section>")[0]
    assert "Stairs, upwards: 3." in card and "in 1 flight (stairs: " in card
    assert "downwards" not in card


def test_without_a_sensor_it_is_said_why_nothing_is_known(browser: Browser) -> None:
    name = walks().with_insert[0]
    page = browser(Role.CLINICIAN, shares="P001").get(f"/walks/{name}?person=P001").text
    card = page.partition('id="walk-motion"')[2].partition("</section>")[0]
    assert "is not known" in card and "needs an inertial sensor" in card
    assert "<table" not in card
    assert "km/h" not in browser(Role.PATIENT, "P001").get(f"/walks/{name}").text
