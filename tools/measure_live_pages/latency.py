"""How long a sample takes from the sensor to the canvas, measured in the page."""

import time
from typing import Any

import numpy as np
from plantigrade.web.requests import COOKIE
from playwright.sync_api import sync_playwright

from tools.measure_live_pages.stage import Running

SETTLE_S = 8.0
_LISTEN = """() => {
  window.drawnAges = {left: [], right: []};
  const seen = {left: 0, right: 0};
  const measure = () => {
    const drawn = window.plantigradeNow.lastDrawn;
    if (drawn) {
      for (const side of ["left", "right"]) {
        if (drawn[side] > seen[side]) {
          seen[side] = drawn[side];
          window.drawnAges[side].push(performance.timeOrigin + drawn.ms - drawn[side]);
        }
      }
    }
    requestAnimationFrame(measure);
  };
  requestAnimationFrame(measure);
}"""


def measure_latency(running: Running, seconds: float, chromium: str, sandbox: bool) -> dict[str, Any]:
    """Age of the newest sample of each picture when it had been drawn, in ms.

    The page's clock and the service's are the same computer's; what the service knows of the insole's clock
    is uncertain by a millisecond or two.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[] if sandbox else ["--no-sandbox"]
        )
        context = browser.new_context(viewport={"width": 390, "height": 844})
        host = running.url.partition("//")[2].partition(":")[0]
        context.add_cookies([{"name": COOKIE, "value": running.tokens[0], "domain": host, "path": "/"}])
        page = context.new_page()
        page.goto(f"{running.url}/now")
        time.sleep(SETTLE_S)
        page.evaluate(_LISTEN)
        time.sleep(seconds)
        ages: dict[str, list[float]] = page.evaluate("window.drawnAges")
        browser.close()
    return {side: _spread(np.array(values)) for side, values in ages.items()}


def _spread(ages_ms: np.ndarray) -> dict[str, float | int]:
    if not len(ages_ms):
        return {"pictures": 0}
    p50, p95, p99, most = np.percentile(ages_ms, [50, 95, 99, 100])
    return {
        "pictures": len(ages_ms),
        "p50_ms": round(float(p50), 1),
        "p95_ms": round(float(p95), 1),
        "p99_ms": round(float(p99), 1),
        "max_ms": round(float(most), 1),
    }
