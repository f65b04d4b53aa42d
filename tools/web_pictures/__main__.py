"""Pictures of every page, on a library as it is after some weeks and on the first day.

python -m tools.web_pictures --out build/pictures            every page, 390 and 1280 px, light and dark
python -m tools.web_pictures --out build/pictures --only walk --only alerts
python -m tools.web_pictures --docs                          those of README and docs
"""

import argparse
import tempfile
from pathlib import Path

from tools.web_pictures.of_docs import take_for_docs
from tools.web_pictures.taking import LOOKS, Picture, contact_sheet, take
from tools.web_site.browser import chromium
from tools.web_site.openings import openings
from tools.web_site.serving import served


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(prog="python -m tools.web_pictures", description=__doc__)
    parser.add_argument("--out", type=Path, help="folder for the pictures and index.html")
    parser.add_argument("--only", action="append", default=[], metavar="PAGE", help="only this page")
    parser.add_argument("--docs", action="store_true", help="the pictures of README and docs")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        if chosen.docs:
            with served(Path(folder) / "docs") as site:
                take_for_docs(browser, site)
        if chosen.out is None:
            return
        chosen.out.mkdir(parents=True, exist_ok=True)
        pictures: list[Picture] = []
        for filled in (True, False):
            wanted = [
                one
                for one in openings()
                if one.filled is filled and (not chosen.only or one.page in chosen.only)
            ]
            with served(Path(folder) / f"data-{filled}", empty=not filled) as site:
                pictures += take(browser, site, wanted, list(LOOKS), chosen.out)
        contact_sheet(pictures, chosen.out / "index.html")


if __name__ == "__main__":
    main()
