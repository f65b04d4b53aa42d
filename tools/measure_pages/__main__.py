"""Measures the pages of recordings, and prints one JSON document.

    python -m tools.measure_pages [--browser]

Times are until the first byte of the answer, of a real server on this computer, over `--times` requests
after one that warms up; `cpu_ms` is what server and client took of a processor, whatever else ran. Sizes are
of gzip, level 6. With `--browser` a chromium opens the chart of the day and tells when it stood, and what a
zoom took.
"""

import argparse
import asyncio
import contextlib
import gzip
import http.client
import json
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, Final

from plantigrade.library.catalogue.library import Library
from plantigrade.library.entries import Filter
from plantigrade.library.person.entries import DataKind
from plantigrade.web.accounts.rights import Account, Role
from plantigrade.web.requests import COOKIE
from plantigrade.web.server import Pages
from plantigrade.web.site import SignedIn, Site, SiteSettings

from tools.measure_pages.library import PERSON, RECORDINGS, made

TOKEN: Final = "measured"
LISTS: Final = (
    "/walks",
    "/walks?q=shop",
    "/walks?tag=shoe%3Atrail&gaps=with",
    "/walks?from=2015-01-01&to=2015-12-31",
    "/walks.json",
)
PATIENCE_MS: Final = 120_000
CHROMIUM: Final = "/usr/bin/chromium"
_LINK: Final = re.compile(r'<link rel="stylesheet" href="([^"]+)"')
_SCRIPT: Final = re.compile(r'<script src="([^"]+)"')


def lists_of(library: Library) -> tuple[str, ...]:
    """Addresses of lists, with pages in the middle and at the end of all recordings."""
    entries = library.find(Filter(person=PERSON))
    middle, end = entries[len(entries) // 2].id, entries[-25].id
    return (*LISTS, f"/walks?after={middle}", f"/walks?before={middle}", f"/walks?after={end}")


class OneReader:
    """One account, always signed in."""

    signed = SignedIn(Account(PERSON, frozenset({Role.PATIENT}), PERSON), "form token")

    def signed_in(self, token: str, active: bool = True) -> SignedIn | None:
        """The account, for its token."""
        return self.signed if token == TOKEN else None

    def shared_with(self, account: Account) -> frozenset[str]:
        """Nobody shares."""
        return frozenset()

    def kinds_shared_with(self, account: Account) -> dict[str, frozenset[DataKind]]:
        """Nobody shares."""
        return {}

    def note_refusal(self, account: Account | None, address: str, what: str, status: int) -> None:
        """Nothing is to be refused."""


@contextlib.contextmanager
def served(library: Library) -> Generator[int]:
    """A server with the pages alone, in a thread; its port."""
    ready = threading.Event()
    found: list[int] = []

    def run() -> None:
        async def serve() -> None:
            pages = Pages(Site(library, OneReader(), settings=SiteSettings(0)))  # pyright: ignore[reportArgumentType]
            serving = asyncio.create_task(pages.run())
            await pages.started.wait()
            found.append(pages.port)
            ready.set()
            await asyncio.to_thread(done.wait)
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await serving

        asyncio.run(serve())

    done = threading.Event()
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    if not ready.wait(30):
        raise SystemExit("the pages did not start")
    yield found[0]
    done.set()
    thread.join(10)


def got(port: int, path: str) -> tuple[float, bytes]:
    """Seconds until the first byte, and the whole answer."""
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    begun = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": f"{COOKIE}={TOKEN}"})
    answer = connection.getresponse()
    seconds = time.perf_counter() - begun
    content = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    return seconds, content


def times(port: int, path: str, count: int) -> dict[str, float]:
    """Median and longest time until the first byte, what it takes of a processor, and the size."""
    got(port, path)
    begun = time.process_time()
    measured = [got(port, path) for _ in range(count)]
    cpu_s = (time.process_time() - begun) / count
    seconds = [one for one, _ in measured]
    return {
        "p50_ms": round(1e3 * statistics.median(seconds), 1),
        "max_ms": round(1e3 * max(seconds), 1),
        "cpu_ms": round(1e3 * cpu_s, 1),
        "kb": round(len(measured[0][1]) / 1000, 1),
    }


def first_paint(port: int, path: str) -> dict[str, float]:
    """kB of a page until it can be painted: the page and its style sheets; scripts are deferred."""
    _, page = got(port, path)
    text = page.decode()
    styles = sum(_packed(got(port, url)[1]) for url in _LINK.findall(text))
    scripts = sum(_packed(got(port, url)[1]) for url in _SCRIPT.findall(text))
    return {
        "html_gz_kb": round(_packed(page) / 1000, 1),
        "styles_gz_kb": round(styles / 1000, 1),
        "first_paint_gz_kb": round((_packed(page) + styles) / 1000, 1),
        "deferred_scripts_gz_kb": round(scripts / 1000, 1),
    }


def _packed(content: bytes) -> int:
    return len(gzip.compress(content, 6))


def in_browser(port: int, day: str) -> dict[str, Any]:
    """The chart of the day in a browser: until it stood, a zoom by a button, by a key and by drag."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_cookies([{"name": COOKIE, "value": TOKEN, "url": f"http://localhost:{port}"}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        found: dict[str, Any] = {}
        begun = time.perf_counter()
        page.goto(f"http://localhost:{port}/walks/{day}?view=details", wait_until="commit")
        page.wait_for_selector(".long-chart[data-ms]")
        found["chart_stands_ms"] = round(1e3 * (time.perf_counter() - begun))
        painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
        found["first_contentful_paint_ms"] = round(page.evaluate(painted))
        acts = {
            "button": lambda: page.click(".chart-buttons [data-zoom='0.25']"),
            "key": lambda: page.press(".long-chart .canvas", "+"),
            "drag": lambda: _dragged(page),
        }
        for name, act in acts.items():
            page.evaluate("document.querySelector('.long-chart').removeAttribute('data-ms')")
            act()
            page.wait_for_selector(".long-chart[data-ms]")
            ms = page.get_attribute(".long-chart", "data-ms")
            found[f"zoom_by_{name}_ms"] = float(ms or "nan")
        browser.close()
    return found


def _dragged(page: Any) -> None:
    chart = page.locator(".long-chart .u-over")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.3 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], middle, steps=4)
    page.mouse.up()


def main() -> int:
    """Measure; 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--times", type=int, default=20, help="requests for each figure")
    parser.add_argument("--browser", action="store_true", help="open the chart in a chromium as well")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "data"
        walk, day = made(folder)
        with Library(folder) as library, served(library) as port:
            chart = f"/walks/{day}/chart"
            begin_s = 9 * 3600
            found: dict[str, Any] = {
                "recordings": RECORDINGS,
                "lists": {path: times(port, path, asked.times) for path in lists_of(library)},
                "first_paint": {
                    path: first_paint(port, path)
                    for path in ("/walks", f"/walks/{walk}", f"/walks/{walk}?view=details", "/compare")
                },
                "pages": {
                    "walk": times(port, f"/walks/{walk}", asked.times),
                    "day": times(port, f"/walks/{day}?view=details", asked.times),
                },
                "chart": {
                    "24 h": times(port, chart, asked.times),
                    "1 h": times(port, f"{chart}?from={begin_s}&to={begin_s + 3600}", asked.times),
                    "10 min": times(port, f"{chart}?from={begin_s}&to={begin_s + 600}", asked.times),
                },
            }
            if asked.browser:
                found["browser"] = in_browser(port, day)
    print(json.dumps(found, indent=1))
    slow = [path for path, one in found["lists"].items() if path.endswith("/walks") and one["p50_ms"] > 100]
    heavy = [path for path, one in found["first_paint"].items() if one["first_paint_gz_kb"] > 60]
    return 1 if slow or heavy else 0


if __name__ == "__main__":
    sys.exit(main())
