"""The pages of insoles where two of them are known: as they are looked at most."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from plantigrade.bridge.insole import Identity
from plantigrade.link.base import Link, LinkError
from plantigrade.web.accounts.rights import Role

from tests.web.looking import looking
from tools.web_site.browser import DESKTOP, PHONE, Look, signed_in
from tools.web_site.serving import START_S, Served, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
LEFT, RIGHT = "00000A50477A3F01", "00000A50477A3F02"


async def _out_of_reach() -> Link:
    raise LinkError("out of reach")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The first day of somebody who has a pair of insoles."""
    with served(tmp_path_factory.mktemp("pair") / "data", empty=True) as site:

        async def watch() -> None:
            for side, serial in (("left", LEFT), ("right", RIGHT)):
                site.assembly.service.watch_insole(side, _out_of_reach)
                insole = site.assembly.service.collectors[side].insole
                insole.identity = Identity(serial, side, "0.1.0", 1, 1, 2, 10_000)
            await site.assembly.service.people_changed()

        for serial in (LEFT, RIGHT):
            site.library.record("P001").insoles.assign(serial, datetime.now(UTC) - timedelta(days=3))
        asyncio.run_coroutine_threadsafe(watch(), site.loop).result(START_S)
        yield site


@pytest.mark.parametrize("role", [Role.PATIENT, Role.ENGINEER])
@pytest.mark.parametrize(
    "address", ["/insoles", "/insoles/update", f"/insoles/update?serial={LEFT}", "/insoles/calibrate"]
)
def test_it_is_accessible_and_fits(site: Served, browser: "Browser", role: Role, address: str) -> None:
    if address.endswith("calibrate"):
        address += f"?serial={LEFT}"
    with signed_in(browser, site, role, Look(PHONE)) as context, looking(context, address) as seen:
        seen.in_order()


def test_from_an_insole_to_its_update_and_its_way_back(site: Served, browser: "Browser") -> None:
    with (
        signed_in(browser, site, Role.PATIENT, Look(DESKTOP)) as context,
        looking(context, "/insoles") as seen,
    ):
        page = seen.page
        page.get_by_role("link", name=f"update {LEFT}").click()
        page.get_by_role("heading", name="Left insole: update").wait_for()
        page.get_by_text("Does the new firmware not do well?").click()
        assert page.get_by_role("button", name="Go back to the former firmware").is_visible()
