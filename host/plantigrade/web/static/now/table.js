"use strict";
// The numbers, changed in place once a second; the words below them are the live region.
(() => {
  const now = window.plantigradeNow;
  const table = document.getElementById("now-numbers");
  const EVERY_MS = 1000;
  let due = 0;

  const put = (cell, text, most) => {
    if (cell.textContent === text && Boolean(cell.firstElementChild) === most) return;
    if (!most) {
      cell.replaceChildren(text);
      return;
    }
    const strong = document.createElement("strong");
    strong.textContent = text;
    cell.replaceChildren(strong);
  };

  const columns = (shown) =>
    now.FEET.map((side) => {
      if (shown[side].state !== "live") return null;
      const values = now.kpa(shown[side], now.map);
      let most = 0;
      for (let i = 1; i < values.length; i += 1) if (values[i] > values[most]) most = i;
      return { values, most: values[most] >= now.map.contact_kpa ? most : -1, total: shown[side].total };
    });

  now.onTurn = (shown) => {
    if (performance.now() < due) return;
    due = performance.now() + EVERY_MS;
    const feet = columns(shown);
    for (const row of table.tBodies[0].rows) {
      const sensor = Number(row.dataset.sensor);
      feet.forEach((foot, index) => {
        const text = foot ? now.whole(foot.values[sensor]) : now.words("not-known");
        put(row.cells[index + 1], text, Boolean(foot) && foot.most === sensor);
      });
    }
    feet.forEach((foot, index) => {
      const text = foot ? now.words("newtons", { newtons: now.whole(foot.total) }) : now.words("not-known");
      put(table.tFoot.rows[0].cells[index + 1], text, true);
    });
    const newest = Math.max(shown.left.atUtcMs, shown.right.atUtcMs);
    if (newest) now.setText(table.caption, table.caption.dataset.text.replace("{time}", now.time(newest)));
  };
})();
