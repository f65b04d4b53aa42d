"use strict";
// Standing: the centre of pressure of both feet together, half a minute with eyes open, half with eyes closed.
(() => {
  const now = window.plantigradeNow;
  const card = document.getElementById("now-standing");
  const canvas = document.getElementById("now-sway");
  const ink = canvas.getContext("2d");
  const find = (selector) => card.querySelector(selector);
  const button = find("button");
  const half = Number(card.dataset.half);
  const ASK_MS = 5000;
  const PATH_MS = 30000;
  const HALVES = ["open", "closed"];
  const FOOT_X = { left: 72, right: 368 };
  const FOOT_Y = 40;
  const ZOOM = 8;
  const ROOM = 360;
  const SCALE = 0.5;

  now.ownWords = true;
  now.ownTitle = now.words("standing-page");
  let run = null; // { half, begunMs, fromUtcMs }
  let arrives = false;
  let path = [];
  let askedMs = 0;

  const place = (side, [x, y]) => {
    const { width, length } = now.map;
    const across = SCALE * width * (side === "left" ? 1 - x : x);
    return [FOOT_X[side] + across, FOOT_Y + SCALE * length * (1 - y)];
  };

  // Both centres of pressure by their loads, as on the floor: the feet stand side by side.
  const together = (shown) => {
    const total = shown.left.total + shown.right.total;
    if (!shown.left.cop && !shown.right.cop) return null;
    let [x, y] = [0, 0];
    let weight = 0;
    for (const side of now.FEET) {
      if (!shown[side].cop) continue;
      const [px, py] = place(side, shown[side].cop);
      x += px * shown[side].total;
      y += py * shown[side].total;
      weight += shown[side].total;
    }
    return total > 0 ? [x / weight, y / weight] : null;
  };

  // Somebody who stands still sways by millimetres: the path is drawn larger than the feet where it then fits.
  const enlarged = () => {
    const spans = [1, 2].map((axis) => {
      const values = path.map((point) => point[axis]);
      return [Math.min(...values), Math.max(...values)];
    });
    const zoom = spans.every(([low, high]) => (high - low) * ZOOM < ROOM) ? ZOOM : 1;
    now.setText(document.getElementById("now-zoom"), zoom > 1 ? now.words("standing-zoom", { times: zoom }) : "");
    return [spans.map(([low, high]) => (low + high) / 2), zoom];
  };

  now.onDraw = (shown) => {
    const { width, height } = canvas;
    const both = now.FEET.every((side) => shown[side].state === "live");
    ink.clearRect(0, 0, width, height);
    ink.lineWidth = 2;
    ink.strokeStyle = now.colours.control;
    ink.globalAlpha = 0.5;
    for (const side of now.FEET) {
      const known = shown[side].state === "live";
      const outline = now.outlineOf(now.map, side, SCALE, FOOT_X[side], FOOT_Y);
      ink.setLineDash(known ? [] : [8, 8]);
      ink.stroke(outline);
      if (known) continue;
      ink.save();
      ink.clip(outline);
      now.hatch(ink, width, height, 18);
      ink.restore();
    }
    ink.setLineDash([]);
    ink.globalAlpha = 1;
    ink.strokeStyle = now.colours.line;
    ink.beginPath();
    ink.moveTo(width / 2, FOOT_Y);
    ink.lineTo(width / 2, height - FOOT_Y);
    ink.stroke();
    const at = both ? together(shown) : null;
    if (!at) {
      path = [];
      return;
    }
    path.push([performance.now(), ...at]);
    while (path.length && path[0][0] < performance.now() - PATH_MS) path.shift();
    const [middle, zoom] = enlarged();
    const shift = ([x, y]) => [middle[0] + zoom * (x - middle[0]), middle[1] + zoom * (y - middle[1])];
    ink.strokeStyle = now.colours["ink-2"];
    ink.lineJoin = "round";
    ink.beginPath();
    path.forEach(([, ...point], index) => (index ? ink.lineTo(...shift(point)) : ink.moveTo(...shift(point))));
    ink.stroke();
    ink.beginPath();
    ink.arc(...shift(at), 10, 0, 2 * Math.PI);
    ink.fillStyle = now.colours.accent;
    ink.fill();
    ink.lineWidth = 4;
    ink.strokeStyle = now.colours.surface;
    ink.stroke();
  };

  const say = (title, text) => {
    now.setText(find("h2"), now.words(title));
    now.setText(find(".text"), now.words(text));
  };

  const cells = (name) => document.querySelector(`[data-measure="${name}"]`).cells;

  const fill = (column, found) => {
    const whole = (value, words) =>
      value === null || value === undefined ? now.words("not-known") : now.words(words, { number: now.whole(value) });
    const values = {
      sway: whole(found.sway_mm_per_s, "mm-per-s"),
      side: whole(found.side_mm, "mm"),
      forward: whole(found.forward_mm, "mm"),
      "load-left": whole(found.left_load_pct, "percent"),
    };
    for (const [name, text] of Object.entries(values)) {
      const cell = cells(name)[column + 1];
      cell.className = text === now.words("not-known") ? "num faint" : "num";
      now.setText(cell, text);
    }
    now.setText(document.getElementById(`s-${HALVES[column]}`), now.words("seconds", { number: now.whole(found.seconds) }));
    if (found.left_load_pct === null) return;
    const numbers = { left: now.whole(found.left_load_pct), rear: now.whole(found.rear_load_pct ?? 0) };
    const text =
      found.side_mm === null
        ? now.words("standing-load", numbers)
        : now.words("standing-sway", { ...numbers, side: now.whole(found.side_mm), forward: now.whole(found.forward_mm) });
    now.setText(document.getElementById("now-words"), text);
    canvas.setAttribute("aria-label", text);
  };

  const ask = async (column, fromMs, toMs) => {
    const address = new URL(document.getElementById("now").dataset.standing, location.href);
    address.searchParams.set("from_utc_ms", fromMs.toFixed(0));
    address.searchParams.set("to_utc_ms", toMs.toFixed(0));
    const answer = await fetch(address, { headers: { Accept: "application/json" } });
    if (answer.ok) fill(column, await answer.json());
  };

  const beginHalf = (number, shown) => {
    const name = HALVES[number];
    run = { half: number, begunMs: performance.now(), fromUtcMs: shown.utcMs };
    askedMs = performance.now();
    path = [];
    say(`standing-${name}-title`, `standing-${name}-text`);
    now.ownTitle = now.words(`standing-page-${name}`);
    find(".hero").hidden = find("progress").hidden = false;
    now.setText(find(".unit"), now.words("standing-seconds-left"));
  };

  const end = (title, text, page) => {
    run = null;
    say(title, text);
    now.ownTitle = now.words(page);
    find(".hero").hidden = find("progress").hidden = true;
    now.setText(button, button.dataset.begin);
    find("h2").focus({ preventScroll: true });
  };

  let latest = null;
  button.addEventListener("click", () => {
    if (run) {
      end("standing-page", "standing-open-text", "standing-page");
    } else if (latest) {
      now.setText(button, button.dataset.stop);
      beginHalf(0, latest);
    }
  });

  now.onTurn = (shown) => {
    latest = shown;
    arrives = now.FEET.every((side) => shown[side].state === "live");
    button.disabled = !run && !arrives;
    if (!run) return;
    if (!now.FEET.some((side) => shown[side].state === "live")) {
      end("standing-page", "standing-lost", "standing-page");
      return;
    }
    const seconds = (performance.now() - run.begunMs) / 1000;
    now.setText(find(".seconds"), now.whole(Math.max(0, Math.ceil(half - seconds))));
    find("progress").value = Math.min(half, seconds);
    find("progress").setAttribute(
      "aria-label",
      now.words("standing-progress", { done: now.whole(Math.min(half, Math.floor(seconds))), all: half }),
    );
    if (seconds >= half) {
      ask(run.half, run.fromUtcMs, run.fromUtcMs + half * 1000);
      if (run.half === 0) beginHalf(1, shown);
      else end("standing-done-title", "standing-done-text", "standing-page-done");
    } else if (performance.now() - askedMs >= ASK_MS) {
      askedMs = performance.now();
      ask(run.half, run.fromUtcMs, shown.utcMs);
    }
  };
})();
