"""What OpenAPI says of forms, queries and documents is what the pages have."""

import pytest
from plantigrade.web.openapi.details import FILE

from tools.page_details import Finder, as_text
from tools.page_reference import PAGE, reference
from tools.web_site.openings import openings
from tools.web_site.serving import Served

pytestmark = pytest.mark.browser
AGAIN = "`python -m tools.page_details` writes it anew"


def test_the_stored_details_and_the_page_about_them_are_those_of_the_pages(
    filled: Served, empty: Served
) -> None:
    finder = Finder()
    for opening in openings():
        finder.look(filled if opening.filled else empty, opening)
    found = finder.found()
    assert FILE.read_text("utf-8") == as_text(found), AGAIN
    assert PAGE.read_text("utf-8") == reference(found), AGAIN
