"""`/insoles/flash`: from a blank board to an insole, by the bridge's computer or in the browser."""

import hashlib
import re
from typing import Any, Final

from plantigrade.device import targets
from plantigrade.device.flash.errors import PortError
from plantigrade.device.flash.esptool import require_esptool
from plantigrade.device.flash.flashing import Contents, NoReleaseKeyError, flash, make_contents
from plantigrade.device.flash.plan import Wishes, plan_lines
from plantigrade.device.flash.ports import find_board
from plantigrade.device.flash.settings import FLASH_SIZES_MIB
from plantigrade.errors import PlantigradeError
from plantigrade.firmware_image.known_images import UnknownImageError
from plantigrade.web.accounts.rights import Action
from plantigrade.web.board_work.images import InstallableImage, images_of
from plantigrade.web.board_work.works import Progress, Report, works_of
from plantigrade.web.page import Answer, Document, Download, Form, Page, Part, Redirect, Shown
from plantigrade.web.security.headers import BOARD_INSTALLER
from plantigrade.web.visit import RefusedError, Visit

PATH: Final = "/insoles/flash"
MOST_BYTES: Final = 17 * 1024 * 1024
"""A whole-flash image is at most as large as the largest flash, 16 MiB."""
LONGEST_PORT: Final = 200
SHA256_DIGITS: Final = 64
SHORT_S: Final = 0.5
"""What fails at once is said at once."""
_SHA256: Final = re.compile(r"[0-9a-f]{64}")


def show(visit: Visit, problem: str = "", status: int = 200) -> Answer:
    """The page; with `?work=` how far a board is, with `?image=` what a browser may install."""
    work = works_of(visit.site.library).find(visit.query.get("work", ""), visit.who.name)
    image = _image(visit, visit.query.get("image", ""))
    values: dict[str, Any] = {
        "about": None,
        "ports": targets.ports(),
        "work": work,
        "share": None if work is None or work.share is None else round(100 * work.share),
        "image": image,
        "sizes": FLASH_SIZES_MIB,
        "problem": problem,
        "sha256": visit.form.get("sha256", ""),
    }
    additions = (BOARD_INSTALLER,) if image is not None else ()
    return Shown("pages/flash/flash.html", values, status, additions)


def _image(visit: Visit, name: str) -> InstallableImage | None:
    return images_of(visit.site.library).find(name, visit.who.name)


def _contents(visit: Visit) -> Contents:
    """What the posted file makes, checked.

    Raises:
        PlantigradeError: the file, or its hash, is not what an insole runs; for people.
    """
    upload = visit.files.get("image")
    path = upload.path if upload is not None and upload.size else None
    accepted = visit.field("sha256", SHA256_DIGITS).strip().lower() if visit.form.get("sha256") else None
    if accepted is not None and not _SHA256.fullmatch(accepted):
        raise PortError(visit.words("flash.problem.sha256"))
    try:
        return make_contents(path, accepted, visit.form.get("test_keys") == "yes")
    except NoReleaseKeyError as error:
        raise PortError(visit.words("flash.problem.no-release-key")) from error
    except UnknownImageError as error:
        assert path is not None  # the made-up image needs no row
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        key = "flash.problem.other-sha256" if accepted else "flash.problem.unknown"
        raise PortError(visit.words(key, sha256=digest)) from error


def _explained(visit: Visit, error: PlantigradeError) -> str:
    """The error, with the file under the name by which the person knows it."""
    text, upload = str(error), visit.files.get("image")
    if upload is None:
        return text
    return text.replace(str(upload.path), upload.name).replace(upload.path.name, upload.name)


def begin(visit: Visit) -> Answer:
    """Flash the board at a port of this computer."""
    port = visit.field("port", LONGEST_PORT)
    ports = dict(targets.ports())
    if port not in ports:
        return show(visit, visit.words("flash.problem.port"), 409)
    wishes = Wishes(erase=visit.field("keep", 8) == "no")
    try:
        require_esptool()
        contents = _contents(visit)
        if contents.image.is_virtual and not ports[port]:
            raise PortError(visit.words("flash.problem.no-image"))
        board = find_board(port)
    except PlantigradeError as error:
        return show(visit, _explained(visit, error), 409)

    words = visit.words

    async def do(report: Report, progress: Progress) -> str:
        flashed = await flash(board, contents, wishes, False, report, progress)
        for line in plan_lines(flashed.plan):
            report(line)
        insole = flashed.identity
        assert insole is not None  # only a dry run has none
        return words(
            "flash.done",
            port=flashed.port,
            serial=insole.serial,
            firmware=insole.firmware,
            seconds=round(sum(flashed.seconds.values())),
        )

    try:
        work = works_of(visit.site.library).start(visit.who.name, "flash", do)
    except PlantigradeError as error:
        return show(visit, str(error), 409)
    work.ended.wait(SHORT_S)
    return Redirect(f"{PATH}?work={work.id}")


def prepare(visit: Visit) -> Answer:
    """Make an image that this browser can install on a board at its own computer."""
    size = visit.field("flash_mib", 2)
    if size not in {str(mib) for mib in FLASH_SIZES_MIB}:
        raise RefusedError(400)
    if "image" not in visit.files or not visit.files["image"].size:
        return show(visit, visit.words("flash.problem.no-image"), 409)
    try:
        contents = _contents(visit)
    except PlantigradeError as error:
        return show(visit, _explained(visit, error), 409)
    image = images_of(visit.site.library).prepare(visit.who.name, contents, int(size))
    return Redirect(f"{PATH}?image={image.id}")


def manifest(visit: Visit) -> Answer:
    """The parts of a prepared image and where they belong, for esp-web-tools."""
    image = _image(visit, visit.parts["image"])
    if image is None:
        raise RefusedError(404)
    return Document(image.manifest())


def part(visit: Visit) -> Answer:
    """One part of a prepared image."""
    image = _image(visit, visit.parts["image"])
    label = visit.parts["part"].removesuffix(".bin")
    if image is None or label not in image.parts:
        raise RefusedError(404)
    return Download(f"{label}.bin", image.parts[label][1], "application/octet-stream")


PAGE: Final = Page(
    "flash",
    PATH,
    Action.SERVE_INSOLES,
    show,
    forms=(
        Form("begin", begin, Action.SERVE_INSOLES, MOST_BYTES),
        Form("prepare", prepare, Action.SERVE_INSOLES, MOST_BYTES),
    ),
    parts=(
        Part(f"{PATH}/image/{{image}}/{{part}}", part, Action.SERVE_INSOLES),
        Part(f"{PATH}/image/{{image}}", manifest, Action.SERVE_INSOLES),
    ),
)
