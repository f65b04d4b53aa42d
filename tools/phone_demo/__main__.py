"""`make phone-demo`: insoles, a phone, nothing else, in a real browser.

Two virtual insoles with real firmware and keys walk a recorded walk. The page for phones connects them, shows
both feet, loses a link, fetches what they recorded, and saves it; a clinic makes a recording of the file. The
table says what came of it, each figure beside its bar.
"""

import argparse
import asyncio
import json
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from plantigrade.library.catalogue.library import Library
from plantigrade.library.taking.journals import take_journal
from plantigrade.web.phone.site import phone_files

from tools.phone_demo.proof import compare_with_feed, saved_slots
from tools.phone_demo.stage import SIDES, Phone, Versions
from tools.phone_demo.table import Row, lines_of
from tools.phone_demo.wearing import (
    SERIALS,
    Wearing,
    acknowledged,
    cut,
    fetch,
    live_until_killed,
    save,
    watch,
    wearing,
)

VECTORS = Path(__file__).resolve().parents[2] / "shared" / "vectors" / "locked.json"
WATCH_S = 10.0
THROTTLE = 4
KILL_WITHIN_S = 25.0
PICTURE = (390, 844)


async def show(scene: Wearing, out: Path) -> list[Row]:
    """Once through everything; the rows of the table."""
    rows: list[Row] = []
    async with scene.phone_in_hand(with_keys=True) as opened:
        ready_ms = await opened.page("page.readyMs")
        rows.append(Row("page ready", f"{ready_ms:.0f} ms"))
        rows += await costs(opened)
        took = await scene.connect_both(opened, press=True)
        rows.append(Row("both insoles connected, paired, proved", f"{took:.1f} s"))
        for throttle in (1, THROTTLE):
            live = await watch(opened, WATCH_S, throttle)
            name = "live" if throttle == 1 else f"live, processor slowed {throttle} times"
            rate = min(live.rate.values())
            missing = sum(live.missing.values())
            rows.append(Row(f"{name}: frames a second, worse foot", f"{rate:.1f}", "100", rate > 95))
            rows.append(Row(f"{name}: missing", str(missing), "0", missing == 0))
            rows.append(Row(f"{name}: time in Python", f"{100 * live.python_share:.0f} %"))
        await opened.tab.picture(out / "live.png", *PICTURE, beyond_view=False)
        back_s, lost = await cut(scene, opened, "left")
        rows.append(Row("link cut: back after, without a tap", f"{back_s:.1f} s"))
        rows += await _fetched(scene, opened, lost, out)
    return rows


CHECKS = 3000
CHECK = """
async (hex) => {{
  const {{ protocol }} = window.plantigradePhone;
  protocol.run(`record = bytes.fromhex("${{hex}}")`);
  const timed = (text) => {{
    const began = performance.now();
    protocol.run(text);
    return (performance.now() - began) / 1e3;
  }};
  const checking = timed("for _ in range({checks}): link.checked(record)");
  return {checks} / checking;
}}
"""


async def costs(opened: Phone) -> list[Row]:
    """What the page weighs, and how fast it checks a record of a log, 40 frames long and sealed."""
    files = phone_files("en")
    sealed = json.loads(VECTORS.read_text("utf-8"))["sealed"][0]["sealed"][3]
    frames = 40
    rows = [
        Row("page, all files, compressed", f"{sum(len(one.packed) for one in files.values()) / 1e3:.0f} kB")
    ]
    for throttle in (1, THROTTLE):
        await opened.tab.send("Emulation.setCPUThrottlingRate", rate=throttle)
        rate = await opened.tab.run(f"({CHECK.format(checks=CHECKS)})('{sealed}')")
        name = "" if throttle == 1 else f", processor slowed {throttle} times"
        rows.append(Row(f"log records checked{name}: frames a second", f"{rate * frames / 1e3:.0f} k"))
    await opened.tab.send("Emulation.setCPUThrottlingRate", rate=1)
    heap = await opened.tab.send("Runtime.getHeapUsage")
    backing = heap.get("backingStorageSize", 0)
    rows.append(
        Row(
            "memory: scripts, and interpreter with buffers",
            f"{heap['usedSize'] / 1e6:.1f} MB, {backing / 1e6:.1f} MB",
        )
    )
    return rows


async def _fetched(scene: Wearing, opened: Phone, lost: list[tuple[int, int]], out: Path) -> list[Row]:
    took, insoles = await fetch(opened)
    asked = sum(one["to"] - one["from"] for one in insoles.values())
    pulled = sum(one["at"] - one["from"] for one in insoles.values())
    files = await save(scene, opened)
    held = saved_slots(files)
    lost_slots = sum(end - first for first, end in lost)
    left = held[SERIALS["left"]].slots
    found = sum(left.within(first, end) for first, end in lost)
    acknowledged_to = await acknowledged(opened)
    safe = all(held[serial].slots.within(0, end) == end for serial, end in acknowledged_to.items())
    ends = {SERIALS[side]: one["to"] for side, one in insoles.items()}
    await opened.tab.picture(out / "fetched.png", *PICTURE, beyond_view=False)
    size = sum(path.stat().st_size for path in files)
    rows = [
        Row("fetched of what was asked, slots", f"{pulled} of {asked}", "all", pulled == asked),
        Row("fetched in", f"{took:.1f} s, {size / 1e3 / took:.0f} kB/s"),
        Row(
            "link cut: lost live, then in the file",
            f"{found} of {lost_slots}",
            "all",
            0 < found == lost_slots,
        ),
        Row("acknowledged slots that are not in a saved file", "0" if safe else "some", "0", safe),
        Row(
            "acknowledged up to what was fetched",
            str(acknowledged_to == ends).lower(),
            "true",
            acknowledged_to == ends,
        ),
        Row("complaints of the browser", str(len(opened.complaints)), "0", not opened.complaints),
    ]
    return rows + taken_rows(scene, files, out)


def taken_rows(scene: Wearing, files: list[Path], out: Path) -> list[Row]:
    """What the clinic makes of the files."""
    rows: list[Row] = []
    for path in files:
        taken = take_journal(scene.library, path)
        missing = sum(foot.frames_missing - _explained(foot.missing_by_reason) for foot in taken.feet)
        rows.append(Row("recording: slots missing without a reason", str(missing), "0", missing == 0))
        rows.append(
            Row(
                "recording: bytes that could not be used",
                str(taken.damaged_bytes),
                "0",
                not taken.damaged_bytes,
            )
        )
        recording = scene.library.recordings / taken.entry.id
        compared = equal = 0
        for side in SIDES:
            proof = compare_with_feed(_frames(scene.library, recording.name, side), scene.feeds[side])
            compared, equal = compared + proof.compared, equal + proof.equal
        rows.append(
            Row(
                "recording: frames equal to what the sensors showed",
                f"{equal} of {compared}",
                "all",
                0 < equal == compared,
            )
        )
        shutil.copy(path, out / path.name)
        rows.append(Row("file", str(out / path.name)))
    return rows


def _explained(by_reason: dict[str, int]) -> int:
    return sum(count for name, count in by_reason.items() if name != "unexplained")


def _frames(library: Library, name: str, side: str) -> Any:
    return library.open(name).frames(side)


async def kill_often(scene: Wearing, count: int, seed: int, report: Any = print) -> list[Row]:
    """Kill the browser at random moments, then finish in peace; nothing may be lost."""
    chance = random.Random(seed)
    async with scene.phone_in_hand(with_keys=True) as opened:
        await scene.connect_both(opened, press=True)
    doing: list[str] = []
    for number in range(count):
        doing.append(await live_until_killed(scene, chance, KILL_WITHIN_S))
        report(f"  killed {number + 1} of {count} while {doing[-1]}")
    async with scene.phone_in_hand() as opened:
        await scene.connect_both(opened)
        _, insoles = await fetch(opened)
        await save(scene, opened)
        acknowledged_to = await acknowledged(opened)
    held = saved_slots(scene.saved)
    lost = sum(end - held[serial].slots.within(0, end) for serial, end in acknowledged_to.items())
    wanted = {SERIALS[side]: one["to"] for side, one in insoles.items()}
    missing = sum(end - held[serial].slots.within(0, end) for serial, end in wanted.items())
    damaged = sum(one.damaged_bytes for one in held.values())
    when = ", ".join(f"{doing.count(name)} {name}" for name in dict.fromkeys(doing))
    return [
        Row("browser killed at random moments", f"{count}: {when}"),
        Row("acknowledged slots that are not in a saved file", str(lost), "0", lost == 0),
        Row("slots lost over all kills", f"{missing} of {sum(wanted.values())}", "0", missing == 0),
        Row("damaged bytes in the saved files", str(damaged), "0", damaged == 0),
    ]


async def run(out: Path, kills: int, seed: int, shown: bool, versions: Versions) -> list[Row]:
    """The demo, or the kills, or both."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="plantigrade-phone-") as folder:
        if shown:
            async with wearing(Path(folder) / "shown", versions) as scene:
                rows += await show(scene, out)
        if kills:
            async with wearing(Path(folder) / "killed", versions) as scene:
                rows += await kill_often(scene, kills, seed)
    return rows


def main() -> int:
    """Run it and print the table; 1 when a figure misses its bar."""
    parser = argparse.ArgumentParser(prog="make phone-demo", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build/phone-demo"), help="pictures and files")
    parser.add_argument("--kills", type=int, default=0, help="kill the browser so often, too")
    parser.add_argument("--only-kills", action="store_true", help="nothing but the kills")
    parser.add_argument("--seed", type=int, default=1, help="of the moments at which it is killed")
    parser.add_argument("--page", type=Path, help="a page that another version's `plantigrade phone` wrote")
    parser.add_argument("--firmware", type=Path, help="folder of another version's compiled firmware")
    parser.add_argument("--json", type=Path, help="write the table as JSON")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    versions = Versions(chosen.page, chosen.firmware)
    rows = asyncio.run(run(chosen.out, chosen.kills, chosen.seed, not chosen.only_kills, versions))
    for line in lines_of(rows):
        print(line)
    if chosen.json is not None:
        values = [{"what": row.what, "found": row.found, "bar": row.bar, "held": row.held} for row in rows]
        chosen.json.write_text(
            json.dumps({"schema": "plantigrade.phone-demo/1", "rows": values}, indent=2) + "\n"
        )
    print(f"pictures and files: {chosen.out}")
    return 0 if all(row.held for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
