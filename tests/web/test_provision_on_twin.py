"""An engineer makes an insole of a board at a port: a real browser, real firmware, the real esptool."""

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from plantigrade.device.provision.rom_access import identity_region, keys_in
from plantigrade.firmware_image.signing import keys_folder
from plantigrade.library.catalogue.key_change import change_key
from plantigrade.library.keys.master_key import KEY_VARIABLE
from plantigrade.library.keys.vault import MasterKey
from plantigrade.twin.body.feed import CODE_SHIFT, HEADER
from plantigrade.web.accounts.rights import Role
from plantigrade.web.board_work.works import Work, works_of

from tests.web.looking import looking
from tests.web.virtual_board import REST, BoardHere, virtual_board
from tools.web_site.browser import DESKTOP, PHONE, Look, signed_in
from tools.web_site.serving import Served, served

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.micropython]
MAC = "246f287a3f21"
SERIAL = f"0000{MAC.upper()}"
MADE_MS = 90_000
RELOADS = 10
PAPERS = {"Label (SVG)", "Label (PDF)", "Card (SVG)", "Card (PDF)", "Report (PDF)", "Report (JSON)"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The first day, with a factory key on the bridge's computer."""
    own = MasterKey.new()
    with (
        pytest.MonkeyPatch.context() as patch,
        served(tmp_path_factory.mktemp("factory") / "data", empty=True) as site,
    ):
        patch.setenv(KEY_VARIABLE, own.text)
        change_key(site.library, own)
        keys = site.library.data_dir / "factory-keys"
        keys.mkdir()
        (keys / "bench.pem").write_bytes((keys_folder() / "test" / "now.pem").read_bytes())
        yield site


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoardHere]:
    """A flashed board at a port."""
    with virtual_board(tmp_path_factory.mktemp("board"), MAC) as here:
        yield here


def load(here: BoardHere, place: int | None, counts: int = 0) -> None:
    """What the sensors measure from now on: a load on one place, or nothing."""
    codes = np.full((4, 16), REST, "<u2")
    if place is not None:
        codes[:, place] += counts
    with here.feed.open("r+b") as file:
        file.seek(HEADER.size)
        file.write(np.left_shift(codes, CODE_SHIFT).tobytes())


def begin(page: "Page", bench: str) -> None:
    """Fill the form in and send it."""
    page.get_by_role("radio", name="left", exact=True).check(force=True)
    page.get_by_label("Batch", exact=True).fill("SPRING-1")
    page.get_by_label("Name that it shows").fill("P001 left")
    page.get_by_role("radio", name=bench).check()
    page.get_by_role("button", name="Make the insole").click()


def test_from_a_board_to_its_label(site: Served, here: BoardHere, browser: "Browser", tmp_path: Path) -> None:
    with (
        signed_in(browser, site, Role.ENGINEER, Look(PHONE)) as context,
        looking(context, "/insoles/provision") as seen,
    ):
        page = seen.page
        assert page.get_by_text(here.port).is_visible()
        guided_by_keyboard(page, here)
        assert seen.axe() == [], "while a load is asked for"
        page.get_by_text("End the bench").first.click()
        page.get_by_role("button", name="End the bench").click()
        page.get_by_role("heading", name="The board did not pass: Bench loads").wait_for()
        load(here, None)
        assert identity_region(here.board.flash.read("id")).newest is None, "nothing was written"

        page.goto("/insoles/provision")
        begin(page, "Let the model load it")
        page.get_by_role("heading", name="The insole is made").wait_for(timeout=MADE_MS)
        check_downloads(page, tmp_path)
        page.reload()
        check_no_secret(site, here, page)
        seen.in_order()


def guided_by_keyboard(page: "Page", here: BoardHere) -> None:
    """The first place, each load put on and confirmed by the Enter key alone."""
    begin(page, "I put weights on")
    page.get_by_role("button", name="It is empty").wait_for()
    page.keyboard.press("Enter")
    for force, counts in ((5, 60), (20, 200), (50, 450), (100, 800)):
        page.get_by_text(f"Put {force} N").wait_for()
        load(here, 0, counts)
        page.keyboard.press("Enter")
    page.get_by_text("place 1, 100 N raised its code by 800").wait_for()
    page.get_by_role("button", name="It is empty").wait_for()
    load(here, None)
    page.keyboard.press("Enter")
    page.get_by_text("Put 5 N (0.51 kg) on place 2").wait_for()


def check_downloads(page: "Page", folder: Path) -> None:
    """All papers are there, and the code on the label says which insole it is."""
    import zxingcpp
    from PIL import Image

    buttons = page.locator("#work a[download]")
    assert set(buttons.all_inner_texts()) == PAPERS
    for name in PAPERS:
        with page.expect_download() as waited:
            page.locator("#work").get_by_role("link", name=name).click()
        waited.value.save_as(folder / waited.value.suggested_filename)
    report = json.loads((folder / f"{SERIAL}-report.json").read_text())
    assert report["identity"]["serial"] == SERIAL and report["origin"] == "genuine"
    assert (folder / f"{SERIAL}-report.pdf").read_bytes().startswith(b"%PDF")
    viewer = page.context.new_page()
    viewer.set_content((folder / f"{SERIAL}-label.svg").read_text())
    drawn = viewer.locator("svg").first.screenshot(scale="css")
    viewer.close()
    with Image.open(io.BytesIO(drawn)) as picture:
        (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == f"PG1:{MAC.upper()}:L42:SPRING-1"


def work_of(site: Served, page: "Page") -> Work:
    """What the page looks at."""
    found = works_of(site.library).find(page.url.partition("?work=")[2], site.filled.accounts[Role.ENGINEER])
    assert found is not None
    return found


def check_no_secret(site: Served, here: BoardHere, page: "Page") -> None:
    """The insole's own key, and the factory's, stand in no page, file of results or record of the work."""
    keys = keys_in(here.board.flash.read("keys"))
    assert keys.device is not None and keys.log is not None, "the library is encrypted, and keeps copies"
    work = work_of(site, page)
    texts = [page.content().encode(), repr(vars(work)).encode(), repr(vars(work.about)).encode()]
    results = (site.library.data_dir / "provisioned").rglob("*")
    texts += [path.read_bytes() for path in results if path.is_file()]
    factory = (keys_folder() / "test" / "now.pem").read_bytes().splitlines()[1]
    for key in (keys.device, keys.log):
        for shape in (key, key.hex().encode(), key.hex().upper().encode(), base64.b64encode(key), factory):
            assert not [text for text in texts if shape in text]


def test_once_more_changes_nothing(site: Served, here: BoardHere, browser: "Browser") -> None:
    """A board that is made already, here or by the test before."""
    with (
        signed_in(browser, site, Role.ENGINEER, Look(DESKTOP, script=False)) as context,
        looking(context, "/insoles/provision") as seen,
    ):
        page = seen.page
        make(site, page)
        before = here.board.flash.read("id"), here.board.flash.read("keys")
        page.goto("/insoles/provision")
        make(site, page)
        assert f"Insole {SERIAL} was made before" in page.locator("#work").inner_text()
        assert page.locator(".stages .left-out").count() == 5
    assert (here.board.flash.read("id"), here.board.flash.read("keys")) == before


def make(site: Served, page: "Page") -> None:
    """Begin, and wait until the page says that the insole is made."""
    begin(page, "Let the model load it")
    assert work_of(site, page).ended.wait(MADE_MS / 1000)
    for _ in range(RELOADS):  # without a script the page loads itself anew
        if page.locator("#work h2").inner_text() == "The insole is made":
            break
        page.wait_for_timeout(500)


def test_a_board_that_is_not_in_the_batch(
    site: Served, here: BoardHere, browser: "Browser", tmp_path: Path
) -> None:
    batch = tmp_path / "autumn 2.csv"
    batch.write_text("serial,side,size\n246f287a3f99,left,42\n")
    with (
        signed_in(browser, site, Role.ENGINEER, Look(DESKTOP)) as context,
        looking(context, "/insoles/provision") as seen,
    ):
        page = seen.page
        page.set_input_files("#list", batch)
        page.get_by_role("button", name="Take the list").click()
        page.get_by_role("heading", name="Batch AUTUMN-2").wait_for()
        seen.in_order()
        page.get_by_role("radio", name="None: the curves").check()
        page.get_by_role("button", name="Make the insole").click()
        page.get_by_role("heading", name="The board did not pass: Find the board").wait_for()
        assert page.get_by_text("is not in the batch").first.is_visible()
        assert page.get_by_text("add a row for it", exact=False).first.is_visible()
