"""What a test sees of a page: complaints of the browser, of the policy and of axe, and what does not fit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.web_site.browser import DESKTOP, NARROW, PHONE

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

AXE = Path(__file__).with_name("vendor") / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REDRAWN = 5
LISTEN = """
window.policyReports = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.policyReports.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile ?? ""}`);
});
"""
TOO_WIDE = """
() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const inside = (element) => {
    for (let up = element.parentElement; up; up = up.parentElement) {
      if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(up).overflowX)) return true;
    }
    return false;
  };
  return [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > root.clientWidth + 0.5 && !inside(one))
    .slice(0, 5)
    .map((one) => `${one.tagName}.${one.getAttribute("class") ?? ""} ${one.textContent.slice(0, 40)}`)
    .concat(`${root.scrollWidth} px of ${root.clientWidth}`);
}
"""

TRANSITIONS_ENDED = """() => Promise.allSettled(
  document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished)
)"""
"""A colour on its way from one scheme to the other is of neither."""


@dataclass
class Seen:
    """A page that was opened, and what was complained about."""

    page: "Page"
    complaints: list[str] = field(default_factory=list[str])

    def policy_reports(self) -> list[str]:
        """What the content security policy has blocked."""
        return self.page.evaluate("() => window.policyReports ?? []")

    def axe(self) -> list[str]:
        """Violations that axe-core finds, each with the first element."""
        if not self.page.evaluate("() => typeof window.axe === 'object'"):
            self.page.evaluate(AXE.read_text("utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            "(rules) => axe.run({runOnly: rules, resultTypes: ['violations']})", RULES
        )
        return [
            f"{one['id']}: {one['nodes'][0]['html'][:160]} ({len(one['nodes'])})"
            for one in found["violations"]
        ]

    def too_wide(self, width: int) -> list[str]:
        """What makes the page scroll sideways at this width."""
        self.page.set_viewport_size({"width": width, "height": 800})
        found: list[str] = self.page.evaluate(TOO_WIDE)
        for _ in range(REDRAWN):  # charts are drawn anew a moment after the window has changed
            if not found:
                break
            self.page.wait_for_timeout(200)
            found = self.page.evaluate(TOO_WIDE)
        return found

    def unfold(self) -> None:
        """Show what is folded away."""
        self.page.evaluate(
            "() => document.querySelectorAll('details').forEach((one) => { one.open = true; })"
        )

    def in_order(self) -> None:
        """Accessible on a phone and a desktop, light and dark, folded and unfolded; nothing stands out on the
        narrowest phone or with large text; nobody complains.
        """
        nothing(self.axe(), "on a phone, light")
        nothing(self.too_wide(NARROW[0]), "on the narrowest phone")
        self.set_text(200)
        nothing(self.too_wide(PHONE[0]), "with text of twice the size")
        self.set_text(100)
        self.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
        self.page.emulate_media(color_scheme="dark")
        self.unfold()
        self.page.evaluate(TRANSITIONS_ENDED)
        nothing(self.axe(), "on a desktop, dark, with all that is folded away")
        nothing(self.policy_reports(), "blocked by the policy")
        nothing(self.complaints, "complaints of the browser")

    def set_text(self, per_cent: int) -> None:
        """The reader's browser shows larger text."""
        self.page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", f"{per_cent}%")


def nothing(found: list[str], where: str) -> None:
    """Nothing was found there; else it is shown."""
    assert not found, f"{where}: {found}"


@contextmanager
def looking(context: "BrowserContext", address: str) -> Iterator[Seen]:
    """Open an address; everything the browser complains about is noted."""
    page = context.new_page()
    seen = Seen(page)
    page.add_init_script(LISTEN)
    page.on(
        "console", lambda one: seen.complaints.append(one.text) if one.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    try:
        answer = page.goto(address, wait_until="load")
        assert answer is not None and answer.status == 200, (
            f"{address} is answered with {answer and answer.status}"
        )
        yield seen
    finally:
        page.close()
